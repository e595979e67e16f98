import { describe, expect, it } from 'vitest';
import type { ChatBody } from '../../policies/chat.ts';
import { compileGraph } from '../../policies/compile.ts';
import { sayPath } from '../../policies/evaluate.ts';
import type { Graph } from '../../policies/graph.ts';
import { outsideSchema, type Simulation, type SimulationWorld, simulate } from '../../policies/simulate.ts';
import { draw } from './drawings.ts';
import { budgetOf, worldWith } from './house.ts';

const enter = ['request', {}] as const;
const small = ['model', { model: 'sandbox/small' }] as const;
const large = ['model', { model: 'sandbox/large' }] as const;
const text = (content: string, more: object = {}): ChatBody => ({
  model: 'sandbox/large',
  messages: [{ role: 'user', content }],
  ...more,
});

const world = worldWith([budgetOf('month'), budgetOf('users', { scope: ['user', 'project'], window: 'day' })]);
const NOON = Date.UTC(2026, 2, 2, 12);

function run(
  graph: Graph,
  body: ChatBody,
  outside: unknown = {},
  different: Partial<SimulationWorld> = {},
  tags: Readonly<Record<string, string>> = {},
): Promise<Simulation> {
  const said = new Map(Object.entries(tags).map(([name, value]) => [name, { value, source: 'caller' as const }]));
  return simulate(compileGraph(graph), { body, tags: said, now: NOON }, outsideSchema.parse(outside), {
    ...world,
    ...different,
  });
}
const pathOf = async (...given: Parameters<typeof run>): Promise<string> =>
  sayPath((await run(...given)).decision.trace);

const sorting = draw({ enter, sort: ['classify', { simpleBelow: 0.25, complexFrom: 0.55 }], small, large }, [
  'enter.next > sort',
  'sort.simple > small',
  'sort.standard > small',
  'sort.complex > large',
]);
const paying = draw({ enter, pay: ['budget', { budget: 'users' }], small, large }, [
  'enter.next > pay',
  'pay.within > large',
  'pay.warning > small',
]);

describe('what the author sets in “Try it”', () => {
  it('is the complexity, in place of the computed one', async () => {
    expect(await pathOf(sorting, text('hi'))).toBe('enter.next > sort.simple > small');
    expect(await pathOf(sorting, text('hi'), { complexity: 0.9 })).toBe('enter.next > sort.complex > large');
  });

  it('is what budgets have spent, in place of what they have now', async () => {
    const spent = (amount: number) => ({ state: () => ({ spent: amount, held: 0 }) });
    expect(await pathOf(paying, text('hi'))).toBe('enter.next > pay.within > large');
    expect(await pathOf(paying, text('hi'), {}, spent(9_000_000_000))).toBe('enter.next > pay.warning > small');
    const back = { budgets: { users: { spent: 0 } } };
    expect(await pathOf(paying, text('hi'), back, spent(9_000_000_000))).toBe('enter.next > pay.within > large');
    expect(await pathOf(paying, text('hi'), { budgets: { users: { spent: 0, held: 10_000_000_000 } } })).toBe(
      'enter.next > pay.exhausted',
    );
    expect(await pathOf(paying, text('hi'), { budgets: { month: { spent: 10_000_000_000 } } })).toBe(
      'enter.next > pay.within > large',
    );
  });

  it('is which models fail, and how', async () => {
    const row = draw(
      { enter, row: ['fallback', { models: ['sandbox/large', 'sandbox/small'], moveOn: ['timeout'] }] },
      ['enter.next > row'],
    );
    const { decision } = await run(row, text('hi'), { down: { 'sandbox/large': 'timeout' } });
    expect(decision.outcome).toEqual({ type: 'model', model: 'sandbox/small' });
    expect(await pathOf(row, text('hi'), { down: { 'sandbox/large': 'refused' } })).toBe('enter.next > row.failed');
  });

  const refused: [string, unknown][] = [
    ['a failure that there is not', { down: { 'sandbox/small': 'tired' } }],
    ['a complexity over one', { complexity: 1.5 }],
    ['less than nothing spent', { budgets: { month: { spent: -1 } } }],
    ['a word that nobody knows', { weather: 'fine' }],
  ];
  it.each(refused)('is not %s', (_what, outside) => {
    expect(outsideSchema.safeParse(outside).success).toBe(false);
  });
});

describe('a simulation', () => {
  it('asks for the state of the scope that the request belongs to, at its time', async () => {
    const asked: unknown[] = [];
    const state: SimulationWorld['state'] = (budget, scope, now) => {
      asked.push([budget.id, scope, now]);
      return { spent: 0, held: 0 };
    };
    const { decision } = await run(paying, text('hi'), {}, { state }, { user: 'ada' });
    expect(asked).toEqual([['users', 'user=ada,project=default', NOON]]);
    const hold = decision.trace.find((step) => step.node === 'pay')?.results?.[0];
    expect(hold).toMatchObject({ scope: 'user=ada,project=default', resetsAt: Date.UTC(2026, 2, 3) });
  });

  it('shows texts before and after, and what was found', async () => {
    const hide = ['redact', { rules: [{ detect: 'email', action: 'placeholder' }] }] as const;
    const graph = draw({ enter, hide, small }, ['enter.next > hide', 'hide.clean > small', 'hide.found > small']);
    const simulation = await run(graph, {
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Write to ada@example.com' },
      ],
    });
    expect(simulation.texts).toEqual([{ before: 'Write to ada@example.com', after: 'Write to [[EMAIL_1]]' }]);
    expect(simulation.redactions).toEqual({ email: 1 });
  });

  it('gives the tags as they are in the end, each with its source', async () => {
    const graph = draw({ enter, tag: ['tag', { tags: { usage: 'building' } }], small }, [
      'enter.next > tag',
      'tag.next > small',
    ]);
    expect((await run(graph, text('hi'), {}, {}, { user: 'ada' })).tags).toEqual({
      user: { value: 'ada', source: 'caller' },
      usage: { value: 'building', source: 'rule' },
    });
  });

  it('tells the most that the request can cost with the model chosen, and nothing where none is', async () => {
    const cost = async (body: ChatBody, outside = {}) =>
      (await run(draw({ enter, small }, ['enter.next > small']), body, outside)).costAtMost;
    const short = await cost(text('hi', { max_tokens: 10 }));
    expect(short).toBeGreaterThan(0);
    expect(await cost(text('hi', { max_tokens: 20 }))).toBe((short ?? 0) + 8000);
    expect(await cost(text('hi', { max_tokens: 10, n: 2 }))).toBeGreaterThan(short ?? 0);
    expect(await cost(text('hi'))).toBe((short ?? 0) + 4086 * 800);
    expect(await cost(text('hi'), { down: { 'sandbox/small': 'timeout' } })).toBeNull();
  });

  it('holds by the output limit that a node before has set, and sets its own where there is none', async () => {
    const held = async (...limits: readonly (readonly [string, object])[]) => {
      const ids = limits.map((_, i) => `brief${i}`);
      const way = ['enter', ...ids, 'pay'];
      const nodes = {
        enter,
        ...Object.fromEntries(limits.map((limit, i) => [ids[i] ?? '', limit])),
        pay: ['budget', { budget: 'month', warnAt: null, outputLimit: 1000 }] as const,
        small,
      };
      const edges = way.slice(1).map((to, i) => `${way[i]}.next > ${to}`);
      const { decision } = await run(draw(nodes, [...edges, 'pay.within > small']), text('hi'));
      const hold = decision.trace.find((step) => step.node === 'pay')?.results?.[0];
      return hold && 'amount' in hold ? hold.amount : null;
    };
    const own = await held();
    const limited = await held(['limit', { maxOutputTokens: 100 }]);
    expect((own ?? 0) - (limited ?? 0)).toBe(900 * 800);
    // An added instruction is input, and is held for.
    expect(await held(['limit', { maxOutputTokens: 100, instructions: 'Be kind.' }])).toBeGreaterThan(limited ?? 0);
  });

  it('lets a condition behind a budget see the limit that the budget has set', async () => {
    const missing = [
      'match',
      { cases: [{ port: 'none', label: '', when: { fact: 'request.max_tokens', operator: 'missing', value: true } }] },
    ] as const;
    const graph = draw(
      { enter, before: missing, pay: ['budget', { budget: 'month', warnAt: null }], after: missing, small, large },
      [
        'enter.next > before',
        'before.none > pay',
        'before.else > large',
        'pay.within > after',
        'after.none > large',
        'after.else > small',
      ],
    );
    expect(await pathOf(graph, text('hi'))).toBe('enter.next > before.none > pay.within > after.else > small');
  });

  it('never takes a model that lacks what the request uses', async () => {
    const deaf = text('hi', { modalities: ['audio'] });
    expect(await pathOf(draw({ enter, small }, ['enter.next > small']), deaf)).toBe('enter.next > small.failed');
  });
});
