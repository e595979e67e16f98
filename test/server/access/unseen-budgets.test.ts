/** What a budget of the whole organisation stood at is told to nobody who may not see it, by whichever address they ask. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { abilityOf } from '../../../policies/access/ability.ts';
import type { Grant } from '../../../policies/access/grants.ts';
import type { Graph } from '../../../policies/graph.ts';
import { decideHold, heldBudget, holdResult } from '../../../policies/hold.ts';
import { sayHold } from '../../../policies/kinds/budget/budget.ts';
import { exportPieces } from '../../../server/export/pieces.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { dialects, type House, LAYOUT, openHouse, recordOf } from '../control/house.ts';
import { addressOf, fillHouse, type Owned, reading } from '../security/full-house.ts';
import { type Guest, guestWith } from './people.ts';

const REASON = { reason: 'to see who is told' };
const SECRET = 'Money of everybody';
/** What the budgets of the organisation allow, have spent and hold, in nano-dollars: no other amount is like these. */
const LIMIT = 48_271_634_905_113;
const SPENT = 31_977_418_206_339;
const HELD = 1_663_904_772_551;
/** A part of a budget that counts by team, which is not of the reader's team. */
const OTHER_LIMIT = 57_318_226_117_741;
/** Each of them and what is left of the limit, as it may be written; and names. */
const MARKS = new RegExp(
  [SECRET, ...[LIMIT, SPENT, HELD, LIMIT - SPENT, LIMIT - SPENT - HELD, SPENT + HELD, OTHER_LIMIT].map(written)].join(
    '|',
  ),
);

/** "48271634905113", "48,271.63", "48271.634905113". */
function written(nano: number): string {
  const [whole = '', part = ''] = (nano / 1e9).toFixed(9).split('.');
  return `${whole.slice(0, -3)},?${whole.slice(-3)}[.,]?(${part.slice(0, 2)}|${String(Math.round(Number(part.slice(0, 3)) / 10))})`;
}

/** What an answer says besides ids and digests, in which there can be every figure. */
const saidIn = (text: string): string => text.replace(/[a-z]+_[0-9a-f-]{16,}|[0-9a-f]{32,}/g, '…');

function payingGraph(budget: string, warnAt: number | null): Graph {
  return {
    schema: 1,
    nodes: [
      { id: 'enter', kind: 'request', title: 'Request', settings: { timeZone: 'UTC' } },
      { id: 'pay', kind: 'budget', title: 'Budget', settings: { budget, warnAt, outputLimit: 50 } },
      { id: 'call', kind: 'model', title: 'Model', settings: { model: 'test/small', timeoutSeconds: 20, retries: 0 } },
      { id: 'no', kind: 'block', title: 'No', settings: { status: 429, message: 'There is nothing left.' } },
    ],
    edges: [
      { from: 'enter', port: 'next', to: 'pay' },
      { from: 'pay', port: 'within', to: 'call' },
      { from: 'pay', port: 'exhausted', to: 'no' },
      ...(warnAt === null ? [] : [{ from: 'pay', port: 'warning', to: 'call' }]),
    ],
  };
}

describe.each(dialects)('a budget of the whole organisation on %s', (dialect) => {
  let house: House;
  let own: Owned;
  const ids = { team: '', project: '', all: '', teams: '', policy: '' };
  const guests = new Map<string, Guest>();
  const records = new Map<string, RequestRecord>();

  async function made(path: string, body: object, read = 'id'): Promise<string> {
    const answer = await house.ask('POST', path, body);
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return String(read.split('.').reduce((value, name) => value[name], answer.body));
  }

  /** A request that met the budget of its team and that of all; `amount` is what it could have cost. */
  function decided(amount: number, [first, ...above]: readonly string[], scopes: readonly string[]): RequestRecord {
    const heldOf = (id: string, i: number) => {
      const budget = house.control.snapshot().budgets.get(id);
      if (!budget) throw new Error('There is no such budget.');
      const isAll = id === ids.all;
      const state = { spent: isAll ? SPENT : 2e9, held: isAll ? HELD : 0, toppedUp: 0, resetsAt: null };
      return heldBudget(budget, scopes[i] ?? '', state);
    };
    const parts = above.map((id, i) => heldOf(id, i + 1));
    const bounds = { within: amount, warning: amount };
    const outcome = decideHold(heldOf(first ?? '', 0), bounds, null, parts);
    const basis = { within: ['test/small'], warning: [], outputLimit: 50 };
    const hold = holdResult(heldOf(first ?? '', 0), parts, basis, outcome, bounds);
    const isThrough = outcome.port === 'within';
    const reason = sayHold(hold);
    return recordOf(house, {
      project: ids.project,
      policy: ids.policy,
      version: 1,
      key: own.get('key') ?? '',
      status: isThrough ? 'ok' : 'blocked',
      errorCode: isThrough ? null : 'budget_exhausted',
      tags: { team: { value: 'ours', source: 'key' } },
      facts: { 'request.model': 'test/small', 'request.max_tokens': null, 'content.tools': [] },
      trace: [
        { node: 'enter', kind: 'request', port: 'next', reason: 'The request entered.' },
        { node: 'pay', kind: 'budget', port: outcome.port, reason, results: [hold] },
        isThrough
          ? {
              node: 'call',
              kind: 'model',
              port: null,
              reason: 'test/small answered.',
              results: [{ ok: true, model: 'test/small', asked: 'test/small' }],
            }
          : { node: 'no', kind: 'block', port: null, reason: 'Refused: There is nothing left.' },
      ],
      charges: [{ budget: ids.all, revision: 1, scope: '', unit: 'usd', window: 0, held: amount, settled: 9000 }],
    });
  }

  beforeAll(async () => {
    house = await openHouse(dialect);
    own = await fillHouse(house);
    ids.team = await made('/teams', { name: 'ours' });
    ids.project = await made('/projects', { name: 'ours', team: ids.team });
    const fixed = { window: 'total', timeZone: 'UTC', unit: 'usd', owner: SECRET, ...REASON };
    ids.all = await made('/budgets', { ...fixed, name: SECRET, scope: [], limit: LIMIT });
    const limits = { 'team=ours': 60e12, 'team=others': OTHER_LIMIT };
    const teams = { ...fixed, owner: null, name: 'Teams', scope: ['team'], limit: 4e9, limits, parent: ids.all };
    ids.teams = await made('/budgets', teams);
    const policy = { name: 'paying', title: 'Paying', layout: LAYOUT, project: ids.project };
    ids.policy = await made('/policies', { ...policy, graph: payingGraph(ids.all, null) }, 'policy.id');
    await made(`/policies/${ids.policy}/publish`, { revision: 1, ...REASON }, 'number');
    for (const id of [ids.all, ids.teams]) {
      const entry = house.control.snapshot().budgets.get(id);
      if (!entry) throw new Error('There is no such budget.');
      const scope = id === ids.all ? '' : 'team=others';
      const state = { spent: SPENT, held: HELD };
      Object.assign(house.counters.cell(entry, scope, Date.now()), state);
      house.use.set(id, [{ scope, ...state, resetsAt: null }]);
    }
    const asked = { budget: ids.all, scope: '', amount: LIMIT - SPENT, ...REASON };
    await made('/budget-requests', asked);
    const byTeam = ['team=ours', ''];
    records.set('within', decided(3e6, [ids.all], ['']));
    records.set('spent', decided(20e12, [ids.all], ['']));
    records.set('within both', decided(3e6, [ids.teams, ids.all], byTeam));
    records.set('spent above', decided(30e12, [ids.teams, ids.all], byTeam));
    records.set('another team', decided(3e6, [ids.teams, ids.all], ['team=others', '']));
    await house.database.records.commit({ intents: [], records: [...records.values()] });
    const grants: Readonly<Record<string, object>> = {
      lead: { role: 'lead', within: { team: ids.team } },
      finance: { role: 'finance', within: { project: ids.project } },
      author: { role: 'author', within: { project: ids.project } },
      approver: { role: 'approver', within: { policy: ids.policy }, content: true },
      viewer: { role: 'viewer', within: { team: ids.team }, content: true },
      auditor: { role: 'auditor', within: { team: ids.team } },
    };
    for (const [name, grant] of Object.entries(grants)) guests.set(name, await guestWith(house, grant));
  });
  afterAll(async () => {
    expect(house.faults).toEqual([]);
    await house.close();
  });

  /** What somebody is answered, as text; the status and the words of it. */
  async function asked(guest: Guest, method: string, path: string, body?: unknown) {
    const { status, body: answer } = await guest.send(method, path, body);
    const text = saidIn(JSON.stringify(answer) ?? '');
    expect(text.match(MARKS)?.[0], `${method} ${path} as ${guest.email}: ${text.slice(0, 2000)}`).toBeUndefined();
    return { status, body: answer };
  }

  it('is told to nobody else by any address that is only read', async () => {
    let told = 0;
    for (const record of records.values()) {
      const named = new Map([...own, ['record', record.id], ['policy', ids.policy], ['project', ids.project]]);
      for (const route of reading) {
        // What is of no record is walked once.
        if (record !== records.get('within') && !route.path.includes('{record}')) continue;
        for (const budget of route.path.includes('{budget}') ? [ids.all, ids.teams] : [ids.teams]) {
          const { path, question } = addressOf(route, new Map([...named, ['budget', budget]]));
          const scoped = question.replace(/scope=project=[^&]*/, budget === ids.all ? 'scope=' : 'scope=team=ours');
          for (const guest of guests.values()) {
            const { status } = await asked(guest, 'GET', `${path}${scoped && '?'}${scoped}`);
            if (status === 200) told += 1;
          }
        }
      }
      // The marks stand in what those who see everything are told, or this would look for nothing.
      const whole = await house.ask('GET', `/records/${record.id}`);
      expect(saidIn(JSON.stringify(whole.body))).toMatch(MARKS);
    }
    expect(told).toBeGreaterThan(150);
  });

  it('is told to nobody who decides a request again, on whichever version', async () => {
    for (const [name, record] of records) {
      for (const [who, guest] of guests) {
        for (const body of [{}, { version: 1 }, { version: 'draft' }]) {
          const { status, body: again } = await asked(guest, 'POST', `/records/${record.id}/replay`, body);
          expect(status, `${who}: ${JSON.stringify(again)}`).toBe(200);
          const isOwn = body.version !== 'draft' && !name.includes('both') && !/above|another/.test(name);
          if (isOwn) expect(again.result, `${name}, ${who}`).toBe('same');
          if (body.version === 'draft') expect(again.result, `${name}, ${who}`).toBe('cannot tell');
        }
      }
    }
    const id = records.get('within')?.id;
    expect((await house.ask('POST', `/records/${id}/replay`, { version: 'draft' })).body.result).toBe('same');
  });

  it('keeps that the step ran and which way it went, and what is theirs to see of it', async () => {
    const stepOf = async (ask: House['ask'], name: string) => {
      const { body } = await ask('GET', `/records/${records.get(name)?.id}`);
      return body.trace.find(({ node }: { node: string }) => node === 'pay');
    };
    const lead = guests.get('lead');
    if (!lead) throw new Error('There is no lead.');
    const unseen = { budget: ids.all, budgetName: 'a budget that you may not see', unseen: true, limit: 0, spent: 0 };
    expect(await stepOf(lead.send, 'within')).toMatchObject({ port: 'within', results: [{ ...unseen, amount: 3e6 }] });
    const spent = await stepOf(lead.send, 'spent');
    expect(spent).toMatchObject({ port: 'exhausted', results: [unseen] });
    expect(spent.reason).toMatch(/^A budget that you may not see is spent: this request could cost \$/);
    const [whole, told] = [await stepOf(house.ask, 'within both'), await stepOf(lead.send, 'within both')];
    const { above: _, ...ownPart } = whole.results[0];
    expect(told).toMatchObject({ reason: whole.reason, results: [{ ...ownPart, above: [unseen] }] });
    expect((await stepOf(lead.send, 'spent above')).reason).toMatch(
      /^A budget that you may not see, which “Teams” is a part of, is spent: this request could cost \$/,
    );
    expect(await stepOf(lead.send, 'another team')).toMatchObject({
      reason: expect.stringMatching(/^Teams for team=others, a part that you may not see: .* held for this request\.$/),
      results: [{ budgetName: 'Teams', unseen: true, limit: 0 }],
    });
  });

  it('is told to nobody who tries a policy out, checks it, or wants to publish it', async () => {
    const request = { model: 'test/small', messages: [{ role: 'user', content: 'Hello' }] };
    const expect429 = { model: null, status: 429 };
    const kept = { id: 'one', name: 'One', request, at: '2026-03-02T12:00:00Z', expect: expect429 };
    const budgets = { [ids.all]: { spent: LIMIT - 1000, held: 0 } };
    for (const [who, guest] of guests) {
      for (const graph of [payingGraph(ids.all, 0.5), payingGraph(ids.teams, 0.5)]) {
        for (const tags of [{ team: 'ours' }, { team: 'others' }]) {
          const input = { graph, request, tags };
          const plain = await asked(guest, 'POST', `/policies/${ids.policy}/simulate`, input);
          expect(plain.status, who).toBe(200);
          // By setting what is used by hand nobody finds the limit.
          const outcomes = [0, 1, LIMIT - 1, LIMIT, LIMIT + 1, 2 * LIMIT].map(async (spent) => {
            const outside = { budgets: { [ids.all]: { spent } } };
            const { body } = await guest.send('POST', `/policies/${ids.policy}/simulate`, { ...input, outside });
            return body.decision.outcome.type;
          });
          expect(new Set(await Promise.all(outcomes)).size, who).toBe(1);
        }
        const test = { ...kept, outside: { budgets } };
        const checked = await asked(guest, 'POST', '/check', { graph, tests: [test] });
        expect(checked.body.failed, who).toHaveLength(1);
        await asked(guest, 'POST', `/policies/${ids.policy}/check`, { graph });
      }
    }
    const wrong = { ...kept, outside: { budgets }, expect: { model: 'test/small', status: 200 } };
    const { body } = await house.ask('GET', `/policies/${ids.policy}/draft`);
    const drawn = { graph: payingGraph(ids.all, null), layout: LAYOUT, tests: [wrong], revision: body.revision };
    expect((await house.ask('PUT', `/policies/${ids.policy}/draft`, drawn)).status).toBe(200);
    const wanted = { revision: body.revision + 1, ...REASON };
    for (const who of ['author', 'approver']) {
      const guest = guests.get(who);
      if (!guest) throw new Error(who);
      const refused = await asked(guest, 'POST', `/policies/${ids.policy}/publish`, wanted);
      expect(refused.body.error).toMatchObject({ code: 'tests_failed' });
      expect(refused.body.error.message).toMatch(/by a budget that you may not see/);
    }
  });

  it('is in no file that they take along, which is else as it was', async () => {
    const stores = {
      dialect: house.database.dialect,
      control: house.control.db,
      records: house.database.usage.records,
    };
    const filter = { organisation: house.organisation, project: ids.project, from: 0, to: Number.MAX_SAFE_INTEGER };
    const fileFor = async (format: 'jsonl' | 'csv', grant?: Grant): Promise<string> => {
      const reader = grant && { id: 'usr_1', grants: [grant] };
      const job = { format, filter, upTo: Number.MAX_SAFE_INTEGER, ...(reader && { reader }) };
      const pieces: Buffer[] = [];
      for await (const { bytes } of exportPieces(stores, job)) pieces.push(bytes);
      return Buffer.concat(pieces).toString('utf8');
    };
    const within = { role: 'lead', within: { team: ids.team }, content: false } as const;
    expect(abilityOf([within], { person: 'usr_1', onlyReads: true })).toBeDefined();
    expect(saidIn(await fileFor('jsonl'))).toMatch(MARKS);
    const file = await fileFor('jsonl', within);
    expect(saidIn(file).match(MARKS)?.[0]).toBeUndefined();
    expect(saidIn(await fileFor('csv', within)).match(MARKS)?.[0]).toBeUndefined();
    const linesOf = (text: string) =>
      text
        .split('\n')
        .slice(0, -2)
        .map((line) => ({ ...JSON.parse(line), trace: null }));
    expect(linesOf(file)).toHaveLength(records.size);
    expect(linesOf(file)).toEqual(linesOf(await fileFor('jsonl')));
    expect(file).toContain('"unseen":true');
    // Whoever sees everything gets the same file, to the byte.
    expect(await fileFor('jsonl', { role: 'auditor', within: null, content: false })).toBe(await fileFor('jsonl'));
  });

  it('stands in signed evidence for those alone who see everything', async () => {
    const evidence = reading.filter(({ path }) => path.startsWith('/audit/') || path.startsWith('/history'));
    expect(evidence.length).toBeGreaterThan(10);
    for (const route of evidence) {
      const { path, question } = addressOf(route, own);
      for (const [who, guest] of guests) {
        const { status } = await guest.send('GET', `${path}${question && '?'}${question}`);
        expect(status, `${path} as ${who}`).toBe(403);
      }
    }
  });
});
