import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Budget } from '../../policies/budget.ts';
import { type CheckContext, canPublish, checkGraph, type Problem, type ProblemCode } from '../../policies/check.ts';
import type { PolicyPlace } from '../../policies/check-project.ts';
import { compileGraph, findKind } from '../../policies/compile.ts';
import type { Graph } from '../../policies/graph.ts';
import { simulate } from '../../policies/simulate.ts';
import { body, callerTags, draw, drawing, moment, outside, smallHouse } from './drawings.ts';
import { budgetOf, lookup, worldWith } from './house.ts';

const enter = ['request', {}] as const;
const block = ['block', { message: 'No.' }] as const;
const small = ['model', { model: 'sandbox/small' }] as const;
const tag = ['tag', { tags: { a: 'b' } }] as const;
const when = (fact: string, operator: string, value: unknown) => ({ fact, operator, value });
const matchOn = (...conditions: object[]) =>
  ['match', { cases: conditions.map((one, i) => ({ port: `case${i}`, label: '', when: one })) }] as const;
const paying = (budget: string) => ['budget', { budget, warnAt: null }] as const;
const only = draw({ enter, small }, ['enter.next > small']);

const budgets: readonly Budget[] = [
  budgetOf('month'),
  budgetOf('users', { scope: ['user', 'project', 'tags.course'] }),
];
const house: CheckContext = {
  ...worldWith(budgets),
  models: (id) => {
    if (id === 'other/embed') {
      const model = lookup('sandbox/embed');
      return model && { ...model, id, name: 'embed-2' };
    }
    const model = lookup(id === 'free/thing' ? 'sandbox/small' : id);
    return model && id === 'free/thing' ? { ...model, id, price: null } : model;
  },
  callersChoose: (name) => name === 'user',
  versions: () => undefined,
  hasChannel: (name) => name === 'Finance',
};

const check = (graph: Graph, place?: PolicyPlace): Problem[] =>
  checkGraph(graph, place === undefined ? house : { ...house, place });

/** A drawing for each problem: where it is, and what its words say. */
const SHOWN: Record<ProblemCode, readonly [graph: Graph, node: string | null, words: string, severity?: 'warning']> = {
  no_request: [draw({ no: block }, []), null, 'nothing can enter'],
  many_requests: [
    draw({ enter, again: enter, small }, ['enter.next > small', 'again.next > small']),
    'again',
    'more than one request node',
  ],
  duplicate_id: [{ ...only, nodes: [...only.nodes, ...only.nodes.slice(1)] }, 'small', 'Two nodes have the id “small”'],
  unknown_kind: [draw({ enter, odd: ['oracle', {}] }, ['enter.next > odd']), 'odd', '“oracle”'],
  settings: [
    draw({ enter, sort: ['classify', { simpleBelow: 0.9, complexFrom: 0.1 }] }, ['enter.next > sort']),
    'sort',
    '“sort”, simpleBelow: “Simple below” cannot be above',
  ],
  condition: [
    draw({ enter, look: matchOn(when('tokens.inptu', 'exists', true)), no: block }, [
      'enter.next > look',
      'look.case0 > no',
      'look.else > no',
    ]),
    'look',
    'no fact named “tokens.inptu”',
  ],
  edge_nowhere: [
    draw({ enter, small }, ['enter.next > small', 'small.sideways > small']),
    'small',
    'has no port “sideways”',
  ],
  edge_twice: [
    draw({ enter, small, no: block }, ['enter.next > small', 'enter.next > no']),
    'enter',
    'Two edges leave the port “next”',
  ],
  loose_port: [
    draw({ enter, look: matchOn(when('team', 'exists', true)), no: block }, ['enter.next > look', 'look.case0 > no']),
    'look',
    'The port “else” of “look” leads nowhere',
  ],
  cycle: [draw({ enter, a: tag, b: tag }, ['enter.next > a', 'a.next > b', 'b.next > a']), 'a', '“a” → “b” → “a”'],
  unreachable: [
    draw({ enter, small, lost: tag }, ['enter.next > small', 'lost.next > small']),
    'lost',
    'No way leads to “lost”',
  ],
  fact_too_early: [
    draw({ enter, look: matchOn(when('complexity.level', 'equal', 'simple')), no: block }, [
      'enter.next > look',
      'look.case0 > no',
      'look.else > no',
    ]),
    'look',
    '“complexity”, which is not known here',
  ],
  unknown_model: [
    draw({ enter, ask: ['model', { model: 'acme/none' }] }, ['enter.next > ask']),
    'ask',
    '“acme/none”, which no configured provider offers',
  ],
  unpriced_model: [
    draw({ enter, pay: paying('month'), ask: ['model', { model: 'free/thing' }] }, [
      'enter.next > pay',
      'pay.within > ask',
    ]),
    'pay',
    'The price of free/thing is not known',
  ],
  unknown_budget: [
    draw({ enter, pay: paying('gone'), small }, ['enter.next > pay', 'pay.within > small']),
    'pay',
    '“gone”, which does not exist',
  ],
  unknown_channel: [
    draw({ enter, tell: ['alert', { channel: 'Gone', text: 'Hello.' }], no: block }, [
      'enter.next > tell',
      'tell.next > no',
    ]),
    'tell',
    '“tell” tells the channel “Gone”, which does not exist',
  ],
  budget_without_model: [
    draw({ enter, pay: paying('month'), no: block }, ['enter.next > pay', 'pay.within > no']),
    'pay',
    'No model follows “pay”',
  ],
  shadowed_case: [
    draw(
      {
        enter,
        look: matchOn(when('tokens.input', 'greaterThan', 10), when('tokens.input', 'greaterThan', 20)),
        no: block,
      },
      ['enter.next > look', 'look.case0 > no', 'look.case1 > no', 'look.else > no'],
    ),
    'look',
    'the case “case1” can never be taken',
  ],
  no_way_to_project: [
    draw({ enter, small }, ['enter.next > small']),
    null,
    'No way leads on to the policies of projects',
  ],
  project_out_of_place: [
    draw({ enter, on: ['project', {}] }, ['enter.next > on']),
    'on',
    'only the organisation’s own policy can',
    'warning',
  ],
  free_scope: [
    draw({ enter, pay: paying('users'), small }, ['enter.next > pay', 'pay.within > small']),
    'pay',
    'counts by user, which callers may choose freely',
    'warning',
  ],
  mixed_embeddings: [
    draw({ enter, one: ['model', { model: 'sandbox/embed' }], two: ['model', { model: 'other/embed' }] }, [
      'enter.next > one',
      'one.failed > two',
    ]),
    'one',
    'different models may make embeddings (sandbox/embed, other/embed)',
    'warning',
  ],
  policy_not_entered: [
    draw({ enter, other: ['policy', { policy: 'nobody', version: 2 }] }, ['enter.next > other']),
    'other',
    'there is no version 2 of the policy chosen',
  ],
  more: [
    draw(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`n${i}`, ['oracle', {}] as const])), []),
    null,
    'There are 101 more problems.',
  ],
};

describe('the check', () => {
  it.each(Object.entries(SHOWN))(
    'shows %s at its node, in words, with a way to mend it',
    (code, [graph, node, words, severity]) => {
      const place: PolicyPlace | undefined = code === 'no_way_to_project' ? { of: 'everybody', behind: [] } : undefined;
      const found = check(graph, place).filter((problem) => problem.code === code);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ node, severity: severity ?? 'error' });
      expect(found[0]?.message).toContain(words);
      expect(found[0]?.fix.length).toBeGreaterThan(5);
      expect(canPublish(check(graph, place))).toBe(severity === 'warning');
    },
  );

  it('finds nothing wrong with a drawing that is right', () => {
    expect(check(only)).toEqual([]);
  });

  it('only warns of a model that is missing from a list of several', () => {
    const row = ['fallback', { models: ['acme/none', 'sandbox/small'] }] as const;
    const problems = check(draw({ enter, row }, ['enter.next > row']));
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([['unknown_model', 'warning']]);
  });

  it('tells where in the settings a problem lies', () => {
    const look = matchOn(when('team', 'exists', true), { all: [when('tokens.input', 'between', [2, 1])] });
    const [problem] = check(draw({ enter, look }, ['enter.next > look'])).filter((one) => one.code === 'settings');
    expect(problem).toMatchObject({ node: 'look', field: 'cases.1.when.all.0.value' });
    expect(problem?.message).toContain('The first number of a range is the smaller one.');
  });

  it('takes a fact for known where at least one way provides it', () => {
    const sort = ['classify', {}] as const;
    const look = matchOn(when('complexity.level', 'equal', 'simple'));
    const ways = [
      'sort.simple > look',
      'sort.standard > look',
      'sort.complex > look',
      'look.case0 > no',
      'look.else > no',
    ];
    const behind = draw({ enter, sort, look, no: block }, ['enter.next > sort', ...ways]);
    const oneWay = draw({ enter, first: matchOn(when('team', 'exists', true)), sort, look, no: block }, [
      'enter.next > first',
      'first.case0 > sort',
      'first.else > look',
      ...ways,
    ]);
    expect(check(behind)).toEqual([]);
    expect(check(oneWay)).toEqual([]);
  });

  it('names each circle once, and an edge back to the entrance as one', () => {
    const nodes = { enter, a: tag, b: tag, c: tag };
    const circles = (ways: string[]) => check(draw(nodes, ways)).filter((problem) => problem.code === 'cycle');
    expect(circles(['enter.next > a', 'a.next > b', 'b.next > c', 'c.next > a'])).toHaveLength(1);
    expect(circles(['enter.next > a', 'a.next > a'])[0]?.message).toBe('The way goes in a circle: “a” → “a”.');
    expect(circles(['enter.next > a', 'a.next > b', 'b.next > enter'])).toMatchObject([{ node: 'b' }]);
    // Also where nothing leads to it.
    expect(circles(['enter.next > a', 'b.next > c', 'c.next > b'])).toHaveLength(1);
  });

  it('counts the rest of a thousand problems, errors first', () => {
    const odd = Object.fromEntries(Array.from({ length: 999 }, (_, i) => [`odd${i}`, ['oracle', {}] as const]));
    const problems = check(draw({ enter, ...odd }, []));
    expect(problems).toHaveLength(201);
    expect(problems.at(-1)).toMatchObject({ code: 'more', severity: 'error' });
    expect(problems.at(-1)?.message).toMatch(/^There are 1,?\d{3} more problems\.$/);
    const severities = problems.map((problem) => problem.severity);
    expect([...severities].sort()).toEqual(severities);
  });

  it('lets a drawing with very many warnings be published: they are warnings', () => {
    const ids = Array.from({ length: 250 }, (_, i) => `pay${i}`);
    const graph = draw({ enter, ...Object.fromEntries(ids.map((id) => [id, paying('users')])), small }, [
      'enter.next > pay0',
      ...ids.map((id, i) => `${id}.within > ${ids[i + 1] ?? 'small'}`),
    ]);
    const problems = check(graph);
    expect(problems.at(-1)).toMatchObject({ code: 'more', severity: 'warning' });
    expect(canPublish(problems)).toBe(true);
  });

  it('follows a chain of a thousand nodes, which then compiles', () => {
    const ids = Array.from({ length: 998 }, (_, i) => `t${i}`);
    const ways = ids.map((id, i) => `${id}.next > ${ids[i + 1] ?? 'small'}`);
    const graph = draw({ enter, ...Object.fromEntries(ids.map((id) => [id, tag])), small }, [
      'enter.next > t0',
      ...ways,
    ]);
    expect(check(graph)).toEqual([]);
    expect(compileGraph(graph).nodes.size).toBe(1000);
  });
});

describe('a drawing that the check passes', () => {
  it('compiles, and ends only where a port may be loose', async () => {
    await fc.assert(
      fc.asyncProperty(drawing, body, callerTags, moment, outside, async (graph, chat, tags, now, said) => {
        const { decision } = await simulate(compileGraph(graph), { body: chat, tags, now }, said, smallHouse);
        if (decision.outcome.type !== 'unfinished') return;
        const { node, port } = decision.outcome;
        const drawn = graph.nodes.find((one) => one.id === node);
        const bound = findKind(drawn?.kind ?? '')?.bind(drawn?.settings);
        expect(bound?.ok && bound.node.ports.find((one) => one.name === port)?.ifLoose).toBeTypeOf('string');
      }),
      { numRuns: 600 },
    );
  });

  /** Drawings with one thing spoiled: an edge moved or taken out, a setting or a kind changed. */
  const spoiled = fc
    .tuple(drawing, fc.nat(), fc.nat(), fc.constantFrom('cut', 'bend', 'rename', 'unset', 'double'))
    .map(([graph, i, j, how]): Graph => {
      const edge = graph.edges[i % graph.edges.length];
      const node = graph.nodes[i % graph.nodes.length];
      const other = graph.nodes[j % graph.nodes.length]?.id ?? '';
      if (!edge || !node) return graph;
      if (how === 'cut') return { ...graph, edges: graph.edges.filter((one) => one !== edge) };
      if (how === 'bend')
        return { ...graph, edges: graph.edges.map((one) => (one === edge ? { ...one, to: other } : one)) };
      if (how === 'double') return { ...graph, edges: [...graph.edges, { ...edge, to: other }] };
      return {
        ...graph,
        nodes: graph.nodes.map((one) =>
          one !== node ? one : how === 'unset' ? { ...one, settings: {} } : { ...one, kind: 'oracle' },
        ),
      };
    });

  it('is the only one that is published: what cannot be compiled has an error, and nothing makes the check itself fail', () => {
    fc.assert(
      fc.property(spoiled, (graph) => {
        const problems = checkGraph(graph, smallHouse);
        if (canPublish(problems)) expect(() => compileGraph(graph)).not.toThrow();
      }),
      { numRuns: 600 },
    );
  });
});
