/** Two teams with their projects and keys, and guests who may see a part of them: what tests of limited roles share. */
import { expect } from 'vitest';
import type { RequestRecord } from '../../../server/records/record.ts';
import type { House } from '../control/house.ts';
import { type Guest, guestWith } from './people.ts';

export const REASON = { reason: 'to see who may' };
export const HIDDEN = { status: 404, body: { error: { code: 'not_found' } } };
/** Names of what is not the guests' own, which no answer may have. */
export const FOREIGN = /billing|invoices|secret/;

export interface Teams {
  readonly ids: Readonly<Record<'team' | 'app' | 'batch' | 'invoices' | 'appKey' | 'invoicesKey' | 'policy', string>>;
  /** Of the team `search`, which has the projects `app` and `batch`. */
  readonly lead: Guest;
  /** Of the project `app` alone. */
  readonly member: Guest;
}

/** Makes something by the control API, and gives what its answer has at `read`. */
export async function made(house: House, path: string, body: object, read = 'id'): Promise<string> {
  const answer = await house.ask('POST', path, body);
  expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(201);
  return String(read.split('.').reduce((value, name) => value[name], answer.body));
}

export async function makeTeams(house: House): Promise<Teams> {
  const team = await made(house, '/teams', { name: 'search' });
  const other = await made(house, '/teams', { name: 'billing' });
  const app = await made(house, '/projects', { name: 'app', team });
  const batch = await made(house, '/projects', { name: 'batch', team });
  const invoices = await made(house, '/projects', { name: 'invoices', team: other });
  const appKey = await made(house, '/keys', { name: 'app', project: app }, 'key.id');
  const invoicesKey = await made(house, '/keys', { name: 'invoices', project: invoices }, 'key.id');
  const policy = [...house.control.snapshot().policies.keys()][0] ?? '';
  return {
    ids: { team, app, batch, invoices, appKey, invoicesKey, policy },
    lead: await guestWith(house, { role: 'lead', within: { team } }),
    member: await guestWith(house, { role: 'finance', within: { project: app } }),
  };
}

export const tagged = (tags: Record<string, string>): RequestRecord['tags'] =>
  Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, { value, source: 'key' as const }]));
