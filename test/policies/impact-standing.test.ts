/** What a record tells of a node depends on what stood before it: a draft that changes that is not told by the old answers. */
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../policies/bucket.ts';
import type { Graph } from '../../policies/graph.ts';
import type { Impact } from '../../policies/impact.ts';
import type { ModelLookup } from '../../policies/model.ts';
import { draw, smallHouse } from './drawings.ts';
import { lookup } from './house.ts';
import { ask, countsOf, enter, impact, large, no, nothingSaid, record, says, small } from './recorded.ts';

type Node = readonly [kind: string, settings: object];

/** Nodes one behind the other, each left by any of these ports; the last port of each leads to a refusal. */
function line(
  ...nodes: readonly (readonly [id: string, node: Node, onward: string, ports: readonly string[]])[]
): Graph {
  const ways = nodes.flatMap(([id, , onward, ports], i) => {
    const next = nodes[i + 1]?.[0] ?? 'small';
    return ports.map((port) => `${id}.${port} > ${port === onward ? next : 'no'}`);
  });
  const drawn = Object.fromEntries(nodes.map(([id, node]) => [id, node]));
  return draw({ enter, ...drawn, small, no }, [`enter.next > ${nodes[0]?.[0] ?? 'small'}`, ...ways]);
}

const redact = (detect: string, action = 'mask'): Node => ['redact', { rules: [{ detect, action }] }];
const hiding = (id: string, node = redact('email')) => [id, node, 'found', ['found']] as const;
const without = (graph: Graph, id: string): Graph => {
  const onward = graph.edges.find(({ from }) => from === id)?.to ?? '';
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => node.id !== id),
    edges: graph.edges
      .filter(({ from }) => from !== id)
      .map((edge) => (edge.to === id ? { ...edge, to: onward } : edge)),
  };
};

const why = ({ buckets }: Impact): string =>
  buckets.flatMap(({ examples }) => examples.map((one) => one.why)).join('\n');

describe('texts that another draft would not have redacted', () => {
  const looking = (when: object): Node => ['match', { cases: [{ port: 'yes', label: '', when }] }];
  const looksFor = (value: string): Node => looking({ fact: 'text.last_user', operator: 'contains', value });
  const behind: [what: string, node: readonly [string, Node, string, readonly string[]], why: RegExp][] = [
    [
      'a condition on a text',
      ['look', looking({ fact: 'text.last_user', operator: 'contains', value: 'm' }), 'yes', ['yes', 'else']],
      /whether .* held was not recorded/,
    ],
    [
      'a fact read from a text',
      ['look', looking({ fact: 'text.language', operator: 'equal', value: 'en' }), 'yes', ['yes', 'else']],
      /“language” was not recorded/,
    ],
    ['a classification', ['sort', ['classify', {}], 'simple', ['simple', 'standard', 'complex']], /was not classified/],
    ['another redaction', ['more', redact('phone'), 'clean', ['clean', 'found']], /what these rules would find here/],
    [
      'a budget',
      ['month', ['budget', { budget: 'month', warnAt: null }], 'within', ['within', 'exhausted']],
      /with its texts as they are here/,
    ],
    [
      'a throttle of tokens',
      ['slow', ['throttle', { limit: { tokens: 9000, per: 'hour' } }], 'within', ['within', 'limited']],
      /what it would have counted for/,
    ],
  ];
  it.each(behind)('are not told by %s behind the redaction', async (_what, node, words) => {
    const graph = line(hiding('hide'), node);
    const found = await record(graph, ask('Write to ada@example.com'), nothingSaid);
    expect(found.trace[2]?.node).toBe(node[0]);
    expect(countsOf(await impact(graph, [found]))).toEqual({ same: 1 });
    const result = await impact(without(graph, 'hide'), [found]);
    expect(countsOf(result)).toEqual({ 'cannot tell': 1 });
    expect(why(result)).toMatch(words);
  });

  it.each(behind)('are the same for %s where nothing was found', async (_what, node) => {
    const graph = line(['hide', redact('email'), 'clean', ['clean']], node);
    const clean = await record(graph, ask('Write a poem'), nothingSaid);
    expect(countsOf(await impact(without(graph, 'hide'), [clean]))).toEqual({ 'other way': 1 });
  });

  it('are those that it would have reported, and not those in the shape of a placeholder that it would have put aside', async () => {
    const looking = ['look', looksFor('e'), 'yes', ['yes', 'else']] as const;
    const reporting = line(hiding('hide', redact('email', 'report')), looking);
    const reported = await record(reporting, ask('Write to ada@example.com'), nothingSaid);
    expect(countsOf(await impact(without(reporting, 'hide'), [reported]))).toEqual({ 'other way': 1 });
    const replacing = line(['hide', redact('email', 'placeholder'), 'clean', ['clean']], looking);
    const aside = await record(replacing, ask('Write to [[EMAIL_1]]'), nothingSaid);
    expect(aside.trace[1]?.results).toMatchObject([{ found: {}, changed: true }]);
    expect(countsOf(await impact(without(replacing, 'hide'), [aside]))).toEqual({ 'cannot tell': 1 });
  });

  it('are not told by a cache either, which is taken to be empty', async () => {
    const graph = line(hiding('hide'), ['kept', ['cache', {}], 'miss', ['miss']]);
    const hit = await record(graph, ask('Write to ada@example.com'), says({ cached: { kept: 'sandbox/large' } }));
    expect(hit.trace.at(-1)?.node).toBe('kept');
    const result = await impact(without(graph, 'hide'), [hit]);
    expect(result.assumptions.join('\n')).toMatch(/cache that a request had not met/);
    expect(result.moves).toEqual([{ from: 'sandbox/large', to: 'sandbox/small', count: 1 }]);
  });
});

describe('what a node counts for itself', () => {
  const slow = (id: string): Graph =>
    line([id, ['throttle', { limit: { requests: 10, per: 'minute' } }], 'within', ['within', 'limited']]);

  it('is not told by how full another throttle was', async () => {
    const full = [await record(slow('old'), ask('hi'), says({ throttles: { old: 1 } }))];
    expect(countsOf(await impact(slow('old'), full))).toEqual({ same: 1 });
    expect(countsOf(await impact(slow('new'), full))).toEqual({ 'cannot tell': 1 });
  });

  it('is not told by what another cache had kept', async () => {
    const kept = (id: string): Graph => line([id, ['cache', {}], 'miss', ['miss']]);
    const hit = [await record(kept('old'), ask('hi'), says({ cached: { old: 'sandbox/large' } }))];
    expect(countsOf(await impact(kept('old'), hit))).toEqual({ same: 1 });
    expect((await impact(kept('new'), hit)).moves).toEqual([{ from: 'sandbox/large', to: 'sandbox/small', count: 1 }]);
  });
});

describe('a budget of those whom another draft has the request count for', () => {
  const tagging = (tags: object): Graph =>
    line(
      ['as', ['tag', { tags, override: true }], 'next', ['next']],
      ['day', ['budget', { budget: 'tokens', warnAt: null }], 'within', ['within', 'exhausted']],
    );

  it('is not told by what stood there for others', async () => {
    const plain = [await record(without(tagging({}), 'as'), ask('hi'), nothingSaid)];
    const result = await impact(tagging({ user: 'bot' }), plain);
    expect(countsOf(result)).toEqual({ 'cannot tell': 1 });
    expect(why(result)).toContain(
      'it would count for others here, and what their part of this budget stood at was not recorded',
    );
    expect(countsOf(await impact(tagging({ course: 'exam' }), plain))).toEqual({ 'other way': 1 });
  });
});

describe('a choice among models', () => {
  const choosing = (settings: object, id = 'model'): Graph =>
    draw({ enter, [id]: ['model', { model: 'sandbox/small', ...settings }] }, [`enter.next > ${id}`]);
  const byShares = (share: number): Graph =>
    choosing({ choose: 'shares', others: [{ model: 'sandbox/large', share }] });
  const among = (names: readonly string[]): object => ({
    model: names[0],
    others: names.slice(1).map((model) => ({ model })),
  });
  const both = ['sandbox/small', 'sandbox/large'];

  it('is made anew among other shares, with the lot that was drawn', async () => {
    const lots = Array.from({ length: 40 }, (_, i) => bucketOf(`talk ${i}`, 'model'));
    const records = await Promise.all(
      lots.map((lot) => record(byShares(0.2), ask('hi'), says({ chances: { model: lot } }))),
    );
    const moved = lots.filter((lot) => lot < 0.8 && lot >= 0.3).length;
    expect(moved).toBeGreaterThan(5);
    const { moves } = await impact(byShares(0.7), records);
    expect(moves).toEqual([{ from: 'sandbox/small', to: 'sandbox/large', count: moved }]);
    expect(countsOf(await impact(choosing({ ...among(both), choose: 'shares' }, 'other'), records))).toEqual({
      'cannot tell': 40,
    });
  });

  it.each(['fastest', 'least_loaded', 'round_robin'])('by %s is told of the same list alone', async (choose) => {
    const records = [await record(choosing({ ...among(both), choose }), ask('hi'), nothingSaid)];
    expect(countsOf(await impact(choosing({ ...among(both), choose }), records))).toEqual({ same: 1 });
    expect(countsOf(await impact(choosing({ ...among([...both].reverse()), choose }), records))).toEqual({
      'cannot tell': 1,
    });
    const elsewhere = await impact(choosing({ ...among(both), choose }, 'other'), records);
    expect(countsOf(elsewhere)).toEqual({ [choose === 'round_robin' ? 'cannot tell' : 'other way']: 1 });
  });

  it('that goes by how long an answer may be is told of the same limit alone', async () => {
    const fastest = ['model', { ...among(both), choose: 'fastest' }] as const;
    const graph = draw({ enter, fastest }, ['enter.next > fastest']);
    const brief = draw({ enter, brief: ['limit', { maxOutputTokens: 10 }], fastest }, [
      'enter.next > brief',
      'brief.next > fastest',
    ]);
    const records = [await record(graph, ask('hi'), nothingSaid)];
    expect(countsOf(await impact(brief, records))).toEqual({ 'cannot tell': 1 });
  });

  it('that a conversation keeps is not told where none was kept, nor the other way round', async () => {
    const keeping = (keepConversation: boolean): Graph =>
      choosing({ ...among(both), choose: 'cheapest', keepConversation });
    const [kept, each] = [
      await record(keeping(true), ask('hi'), nothingSaid),
      await record(keeping(false), ask('hi'), nothingSaid),
    ];
    expect(countsOf(await impact(keeping(true), [kept, each]))).toEqual({ same: 1, 'cannot tell': 1 });
    const again = kept.trace.map((step) => ({
      ...step,
      results: step.results?.map((one) => ('order' in one ? { ...one, order: [...both].reverse(), kept: true } : one)),
    }));
    const { moves } = await impact(keeping(true), [{ ...kept, trace: again }]);
    expect(moves).toEqual([{ from: 'sandbox/small', to: 'sandbox/large', count: 1 }]);
  });

  it('of an older record, which has no list, is told of what decided it only', async () => {
    const graph = choosing({ ...among(both), choose: 'fastest' });
    const one = await record(graph, ask('hi'), nothingSaid);
    const trace = one.trace.map((step) => ({
      ...step,
      results: step.results?.map((result) => ('order' in result ? { order: result.order, by: result.by } : result)),
    }));
    expect(countsOf(await impact(graph, [{ ...one, trace }]))).toEqual({ 'cannot tell': 1 });
  });
});

describe('a model that takes no tools', () => {
  const plain: ModelLookup = (name) => {
    const model = lookup(name);
    return model?.id === 'sandbox/large' ? { ...model, supports: { ...model.supports, tools: false } } : model;
  };
  const tools = { tools: [{ type: 'function', function: { name: 'find' } }] };
  const dropping = draw({ enter, drop: ['limit', { removeTools: true }], large }, [
    'enter.next > drop',
    'drop.next > large',
  ]);
  const straight = draw({ enter, large }, ['enter.next > large']);

  it('answers where a draft takes them away, and fails where a draft leaves them', async () => {
    const house = { ...smallHouse, models: plain };
    const refused = await record(straight, ask('hi', tools), nothingSaid, {}, house);
    const answered = await record(dropping, ask('hi', tools), nothingSaid, {}, house);
    expect([refused.status, answered.status]).toEqual(['blocked', 'ok']);
    expect(countsOf(await impact(dropping, [refused], plain))).toEqual({ 'answered now': 1 });
    expect(countsOf(await impact(straight, [answered], plain))).toEqual({ 'refused now': 1 });
  });
});

describe('tools that a draft no longer takes away', () => {
  it('are there for the conditions behind', async () => {
    const looking = [
      'look',
      [
        'match',
        { cases: [{ port: 'none', label: '', when: { fact: 'content.tools', operator: 'isEmpty', value: true } }] },
      ],
      'none',
      ['none', 'else'],
    ] as const;
    const graph = line(['drop', ['limit', { removeTools: true }], 'next', ['next']], looking);
    const tools = [{ type: 'function', function: { name: 'find' } }];
    const records = [await record(graph, ask('hi', { tools }), nothingSaid)];
    expect(countsOf(await impact(without(graph, 'drop'), records))).toEqual({ 'refused now': 1 });
  });
});

describe('instructions that a draft adds', () => {
  const saying = (instructions: string | null): Graph =>
    line(...(instructions === null ? [] : [['say', ['limit', { instructions }], 'next', ['next']] as const]), [
      'month',
      ['budget', { budget: 'month', warnAt: null }],
      'within',
      ['within', 'exhausted'],
    ]);

  it('are counted before a budget: what hardly fitted is not taken to fit', async () => {
    const asked = ask('hi', { max_tokens: 10 });
    const nearly = await record(saying(null), asked, says({ budgets: { month: { spent: 199_000_000 } } }));
    const easily = await record(saying(null), asked, nothingSaid);
    expect([nearly.status, easily.status]).toEqual(['ok', 'ok']);
    const result = await impact(saying('Be brief. '.repeat(1900)), [nearly, easily]);
    expect(countsOf(result)).toEqual({ 'cannot tell': 1, 'other way': 1 });
    const said = await record(saying('Be brief.'), asked, nothingSaid);
    expect(countsOf(await impact(saying('Be brief.'), [said]))).toEqual({ same: 1 });
  });
});
