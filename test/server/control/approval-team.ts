/** People who draw and approve, and what they do in the tests of approvals. */
import { afterAll, beforeAll, expect } from 'vitest';
import { verifyHistory } from '../../../server/control/history.ts';
import { type Guest, newGuest } from '../access/people.ts';
import { type Answer, type Dialect, type House, LAYOUT, modelGraph, openHouse } from './house.ts';

export const REASON = 'because the test says so';
export const NOBODY_ELSE = { approvals: 0, by: null, emergency: ['admin'] };
export const TWO = { approvals: 2, by: null, emergency: ['admin'] };
export const ONE = { ...TWO, approvals: 1 };

/** A test of a policy that it passes. */
export const POLICY_TEST = {
  id: 'kept',
  name: 'Kept with it',
  request: { model: 'any', messages: [{ role: 'user', content: 'Hello' }] },
  at: '2026-03-02T12:00:00Z',
  expect: { model: 'test/small', status: 200 },
};

export interface Team {
  readonly author: Guest;
  readonly one: Guest;
  readonly two: Guest;
  readonly admin: Guest;
}

export let house: House;
export let team: Team;

/** Opens a house and its team for the tests of a suite; when they are through, its history has to add up. */
export function openTeam(dialect: Dialect): void {
  beforeAll(async () => {
    house = await openHouse(dialect);
    team = {
      author: await newGuest(house, 'author'),
      one: await newGuest(house, 'approver'),
      two: await newGuest(house, 'approver'),
      admin: await newGuest(house, 'admin'),
    };
  });
  afterAll(async () => {
    expect(await verifyHistory(house.database.control, house.organisation)).toMatchObject({ ok: true });
    expect(house.faults).toEqual([]);
    await house.close();
  });
}

let made = 0;

/** A number that no other name of this process has. */
export const nextNumber = (): number => ++made;

/** A policy that the author has made and nobody has published, with a rule of its own. */
export async function drawn(house: House, author: Guest, rule: object | null = TWO): Promise<string> {
  const body = { name: `approved-${++made}`, title: `Approved ${made}`, graph: modelGraph(), layout: LAYOUT };
  const { policy } = (await author.send('POST', '/policies', body)).body;
  if (rule) await changeRule(house, policy.id, rule);
  return policy.id;
}

export async function changeRule(house: House, policy: string, rule: object | null): Promise<void> {
  const changed = await house.ask('PUT', `/policies/${policy}/approval-rule`, { rule, reason: REASON });
  expect(changed.status, JSON.stringify(changed.body)).toBe(200);
}

export const draftOf = async (house: House, policy: string) =>
  (await house.ask('GET', `/policies/${policy}/draft`)).body;

/** Saves the draft with another title of its model, and other tests or another layout where they are given. */
export async function save(
  house: House,
  who: Guest,
  policy: string,
  title: string,
  more: { readonly layout?: unknown; readonly tests?: unknown } = {},
): Promise<void> {
  const { revision } = await draftOf(house, policy);
  const body = { graph: modelGraph(title), layout: LAYOUT, revision, ...more };
  const saved = await who.send('PUT', `/policies/${policy}/draft`, body);
  expect(saved.status, JSON.stringify(saved.body)).toBe(200);
}

export const ask = async (house: House, who: Guest, policy: string): Promise<Answer> => {
  const { revision } = await draftOf(house, policy);
  return who.send('POST', `/policies/${policy}/approvals`, { revision, reason: REASON });
};

export async function asked(house: House, who: Guest, policy: string): Promise<{ id: string; digest: string }> {
  const answer = await ask(house, who, policy);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

export const approve = (who: Guest, { id, digest }: { id: string; digest: string }, words: string | null = null) =>
  who.send('POST', `/approvals/${id}/approve`, { digest, words });

export const publish = async (house: House, who: Guest, policy: string, emergency = false): Promise<Answer> => {
  const { revision } = await draftOf(house, policy);
  return who.send('POST', `/policies/${policy}/publish`, { revision, reason: REASON, emergency });
};

export const requestOf = async (house: House, id: string) => (await house.ask('GET', `/approvals/${id}`)).body.request;
export const entries = async (house: House, filter: string) =>
  (await house.ask('GET', `/history?${filter}`)).body.entries;
export const refusal = (code: string, words: string, status = 409) => ({
  status,
  body: { error: { code, message: expect.stringContaining(words) } },
});
