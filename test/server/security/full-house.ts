/** A house in which an organisation has something of everything, and how each of its addresses is asked for. */
import { expect } from 'vitest';
import type { Route } from '../../../server/control/route.ts';
import { routes } from '../../../server/control/routes/table.ts';
import { addProvider } from '../access/people.ts';
import { type House, LAYOUT, modelGraph, recordOf } from '../control/house.ts';

/** Stands in the name of everything that the organisation has. */
export const MARK = 'quietly-ours';
const REASON = { reason: `${MARK} for a test` };
const MONTH = '2020-02';

/** Ids and names of what the organisation has, by the parameter that takes them. */
export type Owned = ReadonlyMap<string, string>;

async function make(house: House, path: string, body: unknown, read = 'id', method = 'POST'): Promise<string> {
  const answer = await house.ask(method, path, body);
  expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  let value = answer.body;
  for (const name of read.split('.')) value = value[name];
  return String(value);
}

/** Gives the organisation of a house something of everything. */
export async function fillHouse(house: House): Promise<Owned> {
  const own = new Map<string, string>();
  const made = (path: string, body: unknown, read?: string, method?: string): Promise<string> =>
    make(house, path, body, read, method);
  const team = await made('/teams', { name: MARK });
  const project = await made('/projects', { name: MARK, team });
  const graph = modelGraph(MARK);
  const policy = await made('/policies', { name: MARK, title: MARK, graph, layout: LAYOUT }, 'policy.id');
  await house.ask('POST', `/policies/${policy}/publish`, { revision: 1, ...REASON });
  const limits = { scope: ['project'], window: 'month', timeZone: 'UTC', unit: 'usd', limit: 5e9, owner: MARK };
  const budget = await made('/budgets', { ...limits, name: MARK, ...REASON });
  const target = { kind: 'webhook', url: `https://hooks.example.com/${MARK}` };
  const channel = await made('/channels', { name: MARK, target, topics: ['budgets'] }, 'channel.id');
  await house.ask('POST', `/channels/${channel}/test`);
  const alias = await made(`/aliases/${MARK}`, { model: 'test/small', ...REASON }, 'name', 'PUT');
  const record = recordOf(house, {
    project,
    policy,
    version: 1,
    app: MARK,
    revisions: MARK,
    tags: { topic: { value: MARK, source: 'caller' }, session: { value: MARK, source: 'caller' } },
    content: { request: MARK, answer: MARK },
  });
  await house.database.records.commit({ intents: [], records: [record] });
  const code = { scorer: '', detectors: '', evaluator: '' };
  const decidedBy = { organisation: house.organisation, program: MARK, code, priceLists: [], prices: '', budgets: '' };
  await house.database.control('decision_revisions').insert({
    id: MARK,
    organisation: house.organisation,
    revisions_json: JSON.stringify(decidedBy),
  });
  const values = { address: 'http://127.0.0.1:9/v1' };
  const account = { kind: 'other', name: MARK, values, leavesHouse: false, models: [{ name: MARK }] };
  await made('/budget-requests', { budget, scope: `project=${project}`, amount: 7, ...REASON });
  await made(`/budgets/${budget}/top-ups`, { scope: `project=${project}`, amount: 7, ...REASON });
  const card = { provider: 'test', models: null, discountBasisPoints: 1500, from: null, until: null };
  await made('/rate-cards', { ...card, ...REASON });
  await made('/corrections', { project, amount: -5, month: null, request: null, ...REASON });
  await made(`/months/${MONTH}/close`, REASON, 'month');
  const token = { name: MARK, grants: [{ role: 'viewer' }], scope: 'read', days: 1 };
  for (const [name, id] of Object.entries({
    team,
    project,
    policy,
    budget,
    channel,
    alias,
    record: record.id,
    session: MARK,
    revisions: MARK,
    key: await made('/keys', { name: MARK, project }, 'key.id'),
    account: await made('/provider-accounts', account),
    request: await made(`/policies/${policy}/approvals`, { revision: 1, ...REASON }),
    scan: await made('/usage/scans', { by: 'tag:topic' }),
    person: await made('/people', {
      name: MARK,
      email: `${MARK}@example.org`,
      password: MARK.repeat(2),
      grants: [{ role: 'viewer' }],
    }),
    invitation: await made(
      '/invitations',
      { email: `${MARK}-2@example.org`, grants: [{ role: 'viewer' }] },
      'invitation.id',
    ),
    token: await made('/service-tokens', token, 'serviceToken.id'),
    provider: await addProvider(house, { url: 'https://id.example.com' }, { name: MARK }),
    organisation: house.organisation,
  })) {
    own.set(name, id);
  }
  return own;
}

/** What a route is asked with where it has to be asked for something. */
function questionOf({ path }: Route, own: Owned): string {
  const id = (name: string): string => own.get(name) ?? '';
  const questions: Readonly<Record<string, string>> = {
    '/ledger': `budget=${id('budget')}`,
    '/usage': `by=project&project=${id('project')}`,
    '/records': `project=${id('project')}`,
    '/records/replayable': `policy=${id('policy')}`,
    '/audit/export': `from=0`,
    '/audit/checkpoints': `log=history/${id('organisation')}`,
    '/audit/proofs/inclusion': `log=history/${id('organisation')}&sequence=1`,
    '/audit/proofs/consistency': `log=history/${id('organisation')}&from=1&to=1`,
    '/audit/deletions': `record=${id('record')}`,
    '/audit/live-policies': `at=${Date.now()}`,
    '/audit/access': `at=${Date.now()}`,
    '/audit/left-house': `from=0&to=${Date.now()}`,
    '/months/{month}/export': 'format=csv',
    '/policies/{policy}/variants': 'node=small&from=0&to=9',
    '/policies/{policy}/versions/{version}/edges': 'from=0&to=9',
    '/budgets/{budget}/plan': `from=2020-01&to=2020-03&scope=project=${id('project')}`,
    '/budgets/{budget}/burn-down': `scope=project=${id('project')}`,
    '/feedback': `policy=${id('policy')}`,
  };
  return questions[path] ?? '';
}

const CONSTANTS: ReadonlyMap<string, string> = new Map([
  ['version', '1'],
  ['sequence', '1'],
  ['actor', 'admin-token'],
  ['month', MONTH],
]);
/** Where a route is asked for what an organisation has: with an id of theirs for each parameter, and what it has to be asked with. */
export function addressOf(route: Route, own: Owned): { readonly path: string; readonly question: string } {
  const path = route.path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = own.get(name) ?? CONSTANTS.get(name);
    if (value === undefined) throw new Error(`Nothing was made for the parameter ${name}.`);
    return value;
  });
  return { path, question: questionOf(route, own) };
}

/**
 * The live view never ends, and an export has a process of its own: who may see what of them is tried where they are made. An
 * account is of whoever asks.
 */
const APART: ReadonlySet<string> = new Set(['/live', '/account', '/records/export']);
/** Every route that only reads, for those who are signed in. */
export const reading = routes.filter(
  (route) => route.method === 'get' && route.may !== 'anyone' && !APART.has(route.path),
);
