/** A store with an organisation and a budget for each test: what the parts of the contract share. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { RecordFilter, RecordStore, RequestRecord, Spend } from '../../../../server/records/record.ts';
import { exampleCharge, exampleRecord, nextNumber } from '../example.ts';

export type OpenStore = () => Promise<{ store: RecordStore; close(): Promise<void> }>;

export let store: RecordStore;
export let organisation = '';
export let budget = '';
export let gateway = '';

/** Opens a store for the tests of a suite. Each has an organisation and budgets of its own in one database. */
export function openRecords(open: OpenStore): void {
  let opened: Awaited<ReturnType<OpenStore>> | undefined;
  beforeAll(async () => {
    opened = await open();
    store = opened.store;
  });
  afterAll(() => opened?.close());
  beforeEach(() => {
    const n = nextNumber();
    organisation = `org_${n}`;
    budget = `bud_${n}`;
    gateway = `gateway_${n}`;
  });
}

export const record = (changes: Partial<RequestRecord> = {}) =>
  exampleRecord({ organisation, gateway, charges: [exampleCharge({ budget })], ...changes });
export const write = (...records: RequestRecord[]) => store.commit({ intents: [], records });
export const ours = (spend: Spend[]) => spend.filter((entry) => entry.budget === budget);
export const spend = async () => ours(await store.spend(0));
export const recomputed = async () => ours(await store.recomputeSpend(0));
export const ids = async (filter: Partial<RecordFilter> = {}) =>
  (await store.list({ organisation, ...filter }, 100)).records.map(({ id }) => id);
