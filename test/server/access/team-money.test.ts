import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HoldResult } from '../../../policies/effects.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { type Answer, dialects, type House, LAYOUT, openHouse, recordOf } from '../control/house.ts';
import { type Guest, guestWith } from './people.ts';
import { FOREIGN, HIDDEN, made, makeTeams, REASON, type Teams } from './teams.ts';

const MONTHS = 'from=2026-01&to=2026-02';
const WHEN = { runsOutAt: null, earliest: null, latest: null };

/** Who may see a part of a budget, besides those who see all. */
type Owner = 'team' | 'project' | 'nobody';

interface Part {
  readonly scope: string;
  /** The smallest place that it is of: what is of the project is of its team too. */
  readonly of: Owner;
}

interface Budgeted {
  readonly name: string;
  readonly scope: readonly string[];
  readonly project?: string;
  readonly parent?: string;
  readonly limits?: Record<string, number>;
  readonly parts: readonly Part[];
}

describe.each(dialects)('what limited roles see of money on %s', (dialect) => {
  let house: House;
  let lead: Guest;
  let member: Guest;
  let ids: Teams['ids'];
  /** Id and parts of each budget, by name. */
  const budgets = new Map<string, { readonly id: string; readonly parts: readonly Part[] }>();

  async function addBudget({ parts, parent, limits, ...fields }: Budgeted): Promise<void> {
    const fixed = { window: 'month', timeZone: 'UTC', unit: 'usd', limit: 50e9, owner: null };
    const above = parent === undefined ? {} : { parent: budgets.get(parent)?.id };
    const id = await made(house, '/budgets', { ...fixed, ...fields, ...above, ...(limits && { limits }), ...REASON });
    budgets.set(fields.name, { id, parts });
  }

  beforeAll(async () => {
    house = await openHouse(dialect);
    ({ ids, lead, member } = await makeTeams(house));
    const teams: Part[] = [
      { scope: 'team=search', of: 'team' },
      { scope: 'team=billing', of: 'nobody' },
    ];
    const all: Budgeted[] = [
      { name: 'all secret', scope: [], parts: [{ scope: '', of: 'nobody' }] },
      {
        name: 'teams',
        scope: ['team'],
        parent: 'all secret',
        limits: { 'team=search': 9e9, 'team=billing': 7e9 },
        parts: teams,
      },
      {
        name: 'projects',
        scope: ['project'],
        parent: 'teams',
        limits: { 'project=app': 3e9, 'project=invoices': 4e9 },
        parts: [
          { scope: 'project=app', of: 'project' },
          { scope: 'project=batch', of: 'team' },
          { scope: 'project=invoices', of: 'nobody' },
        ],
      },
      {
        name: 'tagged teams',
        scope: ['tags.team', 'user'],
        parts: [
          { scope: 'tags.team=search,user=ada', of: 'team' },
          { scope: 'tags.team=billing,user=secret,team=search', of: 'nobody' },
          // Could be of a team whose name has a comma.
          { scope: 'tags.team=search,user=secret,user=ada', of: 'nobody' },
        ],
      },
      {
        name: 'keys',
        scope: ['key'],
        parts: [
          { scope: `key=${ids.appKey}`, of: 'project' },
          { scope: `key=${ids.invoicesKey}`, of: 'nobody' },
        ],
      },
      { name: 'secret users', scope: ['user'], parts: [{ scope: 'user=ada', of: 'nobody' }] },
      { name: 'own', scope: [], project: ids.app, parts: [{ scope: '', of: 'project' }] },
      {
        name: 'foreign secret',
        scope: ['team'],
        project: ids.invoices,
        parts: [{ scope: 'team=search', of: 'nobody' }],
      },
    ];
    for (const one of all) await addBudget(one);
  });
  afterAll(async () => {
    expect(house.faults).toEqual([]);
    await house.close();
  });

  const guests = () =>
    [
      [lead, (part: Part) => part.of !== 'nobody'],
      [member, (part: Part) => part.of === 'project'],
    ] as const;
  const partOf = (budget: string, scope: string): Part | undefined =>
    [...budgets.values()].find(({ id }) => id === budget)?.parts.find((part) => part.scope === scope);

  /** Makes the scopes of all budgets have spent and hold so much. */
  function spend(amounts: readonly number[]): void {
    let next = 0;
    for (const { id, parts } of budgets.values()) {
      const entry = house.control.snapshot().budgets.get(id);
      if (!entry) throw new Error('There is no such budget.');
      const cells = parts.map(({ scope }) => {
        const cell = house.counters.cell(entry, scope, Date.now());
        cell.spent = amounts[next++ % amounts.length] ?? 0;
        cell.held = amounts[next++ % amounts.length] ?? 0;
        return cell;
      });
      house.use.set(
        id,
        cells.map(({ scope, spent, held, window }) => ({ scope, spent, held, resetsAt: window.end })),
      );
    }
  }

  type Row = Record<string, unknown> & { readonly scope: string };
  const rowsOfBudgets = ({ body }: Answer): Row[] =>
    body.budgets.flatMap(({ budget, use }: { budget: { id: string }; use: Row[] }) =>
      use.map((row) => ({ budget: budget.id, ...row })),
    );
  interface Node {
    readonly id: string;
    readonly scopes: readonly Row[];
    readonly children: readonly Node[];
  }
  const rowsOfNodes = (nodes: readonly Node[]): Row[] =>
    nodes.flatMap(({ id, scopes, children }) => [
      ...scopes.map(({ scope, limit, spent, held, toppedUp, resetsAt }) => ({
        budget: id,
        scope,
        limit,
        spent,
        held,
        toppedUp,
        resetsAt,
      })),
      ...rowsOfNodes(children),
    ]);
  const inOrder = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

  it('is what is seen of the whole organisation without what others have, for every budget', async () => {
    const amount = fc.integer({ min: 0, max: 1e10 });
    await fc.assert(
      fc.asyncProperty(fc.array(amount, { minLength: 7, maxLength: 40 }), async (amounts) => {
        spend(amounts);
        const readers: readonly (readonly [string, (answer: Answer) => Row[]])[] = [
          ['/budgets', rowsOfBudgets],
          ['/house', rowsOfBudgets],
          ['/budgets/tree', ({ body }) => rowsOfNodes(body.nodes)],
          // What is spent runs out at the moment of asking.
          ['/forecasts', ({ body }) => body.forecasts.map((one: Row) => ({ ...one, ...WHEN }))],
        ];
        for (const [path, read] of readers) {
          const whole = read(await house.ask('GET', path));
          for (const [guest, sees] of guests()) {
            const answer = await guest.send('GET', path);
            expect(answer.status, path).toBe(200);
            const wanted = whole.filter(({ budget, scope }) => {
              const part = partOf(String(budget), scope);
              return part !== undefined && sees(part);
            });
            expect(wanted.length).toBeGreaterThan(0);
            expect(inOrder(read(answer)), path).toEqual(inOrder(wanted));
            const { teams, projects, ...said } = answer.body;
            expect(JSON.stringify(said), path).not.toMatch(FOREIGN);
          }
        }
      }),
      { numRuns: 5 },
    );
  });

  it('is one part at a time what is seen of the whole organisation, and others’ parts are as if not there', async () => {
    spend([5e9, 1e9, 2e9]);
    for (const { id, parts } of budgets.values()) {
      for (const part of parts) {
        const scope = encodeURIComponent(part.scope);
        for (const path of [`burn-down?scope=${scope}`, `plan?scope=${scope}&${MONTHS}`, `refusals?scope=${scope}`]) {
          const whole = await house.ask('GET', `/budgets/${id}/${path}`);
          expect(whole.status, path).toBe(200);
          for (const [guest, sees] of guests()) {
            const answer = await guest.send('GET', `/budgets/${id}/${path}`);
            if (!sees(part)) expect(answer, path).toMatchObject(HIDDEN);
            else if (path.startsWith('burn-down')) {
              expect(answer.body).toMatchObject({ limit: whole.body.limit, held: whole.body.held });
              expect(answer.body.points.at(-1).spent).toBe(whole.body.points.at(-1).spent);
            } else expect(answer.body, path).toEqual(whole.body);
          }
        }
      }
    }
  });

  it('has no limit of others, no sum in which others are, and no budget above that they are in', async () => {
    const { body } = await lead.send('GET', '/budgets');
    const names = body.budgets.map(({ budget }: { budget: { name: string } }) => budget.name);
    expect(names).toEqual(['keys', 'own', 'projects', 'tagged teams', 'teams']);
    const teams = body.budgets.find(({ budget }: { budget: { name: string } }) => budget.name === 'teams');
    expect(teams.budget).toMatchObject({ limit: 9e9, limits: { 'team=search': 9e9 }, parent: null });
    const tree = (await lead.send('GET', '/budgets/tree')).body.nodes;
    const node = tree.find(({ name }: { name: string }) => name === 'teams');
    // The limits of its two projects, and not that of the foreign one.
    expect(node.scopes).toMatchObject([{ scope: 'team=search', parentScope: null, allocated: 53e9 }]);
    expect(node.children.map(({ name }: { name: string }) => name)).toEqual(['projects']);
    const { nodes } = (await member.send('GET', '/budgets/tree')).body;
    expect(nodes.map(({ name }: { name: string }) => name)).toEqual(['keys', 'own', 'projects']);
    expect(nodes[2].scopes).toMatchObject([{ scope: 'project=app', parentScope: null }]);
  });

  it('has who was refused in their own parts, and counts no request of others', async () => {
    const id = budgets.get('teams')?.id ?? '';
    const hold: HoldResult = {
      port: 'exhausted',
      why: 'over_limit',
      budget: id,
      budgetName: 'teams',
      revision: 1,
      scope: '',
      unit: 'usd',
      limit: 5e9,
      spent: 4.9e9,
      held: 0,
      amount: 0.3e9,
      bounds: null,
      within: [],
      warning: [],
      outputLimit: 4096,
      resetsAt: null,
      owner: null,
    };
    const refused = (scope: string, key: string): RequestRecord =>
      recordOf(house, {
        project: ids.app,
        key,
        status: 'blocked',
        errorCode: 'budget_exhausted',
        cost: 0,
        trace: [{ node: 'gate', kind: 'budget', port: 'exhausted', reason: scope, results: [{ ...hold, scope }] }],
      });
    const [own, foreign] = [refused('team=search', ids.appKey), refused('team=billing', ids.invoicesKey)];
    await house.database.records.commit({ intents: [], records: [own, foreign, { ...foreign, id: `${foreign.id}2` }] });
    const path = `/budgets/${id}/refusals`;
    expect((await house.ask('GET', path)).body).toMatchObject({ looked: 3, refusals: [{}, {}, {}] });
    const { body } = await lead.send('GET', path);
    expect(body).toMatchObject({ looked: 1, since: own.at, more: false });
    expect(body.refusals).toMatchObject([{ id: own.id, scope: 'team=search' }]);
    expect(await member.send('GET', path)).toMatchObject(HIDDEN);
  });

  it('has what was asked for of their own parts, and lets them ask for more of these', async () => {
    const id = budgets.get('teams')?.id ?? '';
    const ask = (scope: string) => ({ budget: id, scope, amount: 1e9, reason: 'we need it' });
    const foreign = await made(house, '/budget-requests', ask('team=billing'));
    const asked = await lead.send('POST', '/budget-requests', ask('team=search'));
    expect(asked.status).toBe(201);
    const seen = async (guest: Guest): Promise<string[]> =>
      (await guest.send('GET', '/budget-requests')).body.requests.map((one: { id: string }) => one.id);
    expect(await seen(lead)).toEqual([asked.body.id]);
    expect(await seen(member)).toEqual([]);
    expect(await lead.send('POST', `/budget-requests/${asked.body.id}/grant`, REASON)).toMatchObject({ status: 403 });
    expect((await house.ask('POST', `/budget-requests/${asked.body.id}/grant`, REASON)).status).toBe(200);
    expect((await house.ask('GET', '/budget-requests')).body.requests).toMatchObject([{}, { id: foreign }]);
  });

  it('has room for everything where they try out what others would be told', async () => {
    spend([4e9]);
    const id = budgets.get('teams')?.id ?? '';
    const graph = {
      schema: 1,
      nodes: [
        { id: 'enter', kind: 'request', title: 'Request', settings: { timeZone: 'UTC' } },
        { id: 'pay', kind: 'budget', title: 'Budget', settings: { budget: id, warnAt: null, outputLimit: 50 } },
        {
          id: 'call',
          kind: 'model',
          title: 'Model',
          settings: { model: 'test/small', timeoutSeconds: 20, retries: 0 },
        },
      ],
      edges: [
        { from: 'enter', port: 'next', to: 'pay' },
        { from: 'pay', port: 'within', to: 'call' },
      ],
    };
    const policy = await made(
      house,
      '/policies',
      { name: 'tried', title: 'tried', graph, layout: LAYOUT },
      'policy.id',
    );
    const request = { model: 'test/small', messages: [{ role: 'user', content: 'Hello' }] };
    const held = async (send: Guest['send'], team: string) => {
      const answer = await send('POST', `/policies/${policy}/simulate`, { request, tags: { team } });
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      const steps: { node: string; results?: object[] }[] = answer.body.decision.trace;
      return steps.find(({ node }) => node === 'pay')?.results?.[0];
    };
    const own = await held(house.ask, 'search');
    expect(own).toMatchObject({ limit: 9e9, spent: 4e9, held: 4e9 });
    expect(await held(lead.send, 'search')).toMatchObject({
      limit: 9e9,
      spent: 4e9,
      held: 4e9,
      above: [{ unseen: true, limit: 0, spent: 0, held: 0 }],
    });
    expect(await held(house.ask, 'billing')).toMatchObject({ limit: 7e9, spent: 4e9 });
    expect(await held(lead.send, 'billing')).toMatchObject({ unseen: true, limit: 0, spent: 0, port: 'within' });
    const withKey = (key: string) => lead.send('POST', `/policies/${policy}/simulate`, { request, key });
    expect((await withKey(ids.appKey)).status).toBe(200);
    expect(await withKey(ids.invoicesKey)).toMatchObject(HIDDEN);
  });

  it('is not changed by them', async () => {
    const id = budgets.get('teams')?.id ?? '';
    const finance = await guestWith(house, { role: 'finance', within: { team: ids.team } });
    const moved = { from: { budget: id, scope: 'team=search' }, to: { budget: id, scope: 'team=billing' }, amount: 1 };
    for (const [method, path, body] of [
      ['PUT', `/budgets/${id}`, { name: 'mine', limit: 1e15, owner: null, revision: 1 }],
      ['PUT', `/budgets/${id}/plan`, { scope: 'team=search', months: { '2026-01': 1 } }],
      ['POST', '/budgets/move', moved],
      ['POST', `/budgets/${id}/top-ups`, { scope: 'team=search', amount: 1 }],
    ] as const) {
      expect((await finance.send(method, path, { ...body, ...REASON })).status, path).toBe(403);
    }
    expect((await finance.send('GET', '/budgets')).body).toEqual((await lead.send('GET', '/budgets')).body);
  });
});
