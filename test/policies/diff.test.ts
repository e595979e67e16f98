import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findKind } from '../../policies/compile.ts';
import { type Change, diffGraphs, sameGraph } from '../../policies/diff.ts';
import type { Graph, GraphNode } from '../../policies/graph.ts';
import { shippedPolicySchema } from '../../policies/template.ts';
import { drawing } from './drawings.ts';

const graph: Graph = {
  schema: 1,
  nodes: [
    { id: 'enter', kind: 'request', title: 'Request', settings: {} },
    {
      id: 'who',
      kind: 'match',
      title: 'Who asks?',
      settings: {
        cases: [
          { port: 'search', label: 'search', when: { fact: 'team', operator: 'equal', value: 'search' } },
          { port: 'ads', label: '', when: { fact: 'team', operator: 'equal', value: 'ads' } },
        ],
      },
    },
    {
      id: 'hide',
      kind: 'redact',
      title: 'Hide',
      settings: {
        rules: [
          { detect: 'email', action: 'mask' },
          { detect: 'iban', action: 'mask' },
        ],
      },
    },
    { id: 'mark', kind: 'tag', title: 'Mark', settings: { tags: { usage: 'building' } } },
    { id: 'month', kind: 'budget', title: 'Month', settings: { budget: 'bud_1', warnAt: 0.8 } },
    { id: 'sort', kind: 'classify', title: 'Sort', settings: { simpleBelow: 0.25, complexFrom: 0.55 } },
    { id: 'cheap', kind: 'model', title: 'Cheap', settings: { model: 'openai/gpt-5' } },
    { id: 'strong', kind: 'fallback', title: 'Strong', settings: { models: ['openai/gpt-5', 'sandbox/large'] } },
    { id: 'no', kind: 'block', title: 'No', settings: { message: 'The month is spent. Ask your lead for more.' } },
  ],
  edges: [
    { from: 'enter', port: 'next', to: 'who' },
    { from: 'who', port: 'search', to: 'hide' },
    { from: 'who', port: 'else', to: 'mark' },
    { from: 'hide', port: 'clean', to: 'mark' },
    { from: 'hide', port: 'found', to: 'mark' },
    { from: 'mark', port: 'next', to: 'month' },
    { from: 'month', port: 'within', to: 'sort' },
    { from: 'month', port: 'warning', to: 'cheap' },
    { from: 'month', port: 'exhausted', to: 'no' },
    { from: 'sort', port: 'simple', to: 'strong' },
    { from: 'sort', port: 'standard', to: 'strong' },
    { from: 'sort', port: 'complex', to: 'strong' },
  ],
};

const withNode = (id: string, changes: Partial<GraphNode>): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => (node.id === id ? { ...node, ...changes } : node)),
});
const set = (id: string, settings: Record<string, unknown>): Graph =>
  withNode(id, { settings: { ...graph.nodes.find((node) => node.id === id)?.settings, ...settings } });
const words = (after: Graph, before = graph): string[] => diffGraphs(before, after).changes.map((one) => one.words);

const match = (...cases: [port: string, label: string, team: string][]): Graph =>
  set('who', {
    cases: cases.map(([port, label, value]) => ({ port, label, when: { fact: 'team', operator: 'equal', value } })),
  });

describe('a change of settings', () => {
  it.each<[what: string, after: Graph, field: string, words: string]>([
    [
      'names models',
      set('cheap', { model: 'openai/gpt-5-mini' }),
      'model',
      '“Cheap” now uses openai/gpt-5-mini instead of openai/gpt-5.',
    ],
    [
      'speaks of the model that the app asks for',
      set('cheap', { model: 'asked' }),
      'model',
      '“Cheap” now uses the model that the app asks for instead of openai/gpt-5.',
    ],
    [
      'writes shares as percentages',
      set('month', { warnAt: 0.9 }),
      'warnAt',
      '“Month”: “Warn at” went from 80 % to 90 %.',
    ],
    [
      'says what an empty field means',
      set('month', { warnAt: null }),
      'warnAt',
      '“Month”: “Warn at” is now no warning instead of 80 %.',
    ],
    [
      'fills in what was not set',
      set('cheap', { timeoutSeconds: 90 }),
      'timeoutSeconds',
      '“Cheap”: “Patience” went from 2 minutes to 1 minute 30 seconds.',
    ],
    [
      'writes units',
      set('month', { outputLimit: 12_000 }),
      'outputLimit',
      '“Month”: “Output limit when the app sets none” went from 4,096 tokens to 12,000 tokens.',
    ],
    [
      'says yes and no',
      set('month', { allowEstimate: true }),
      'allowEstimate',
      '“Month”: “Allow estimates” is now yes instead of no.',
    ],
    [
      'says what came to a list and what left it',
      set('strong', { models: ['openai/gpt-5', 'sandbox/small'] }),
      'models',
      '“Strong”: “Models” now also has sandbox/small and no longer has sandbox/large.',
    ],
    [
      'says a new order whole',
      set('strong', { models: ['sandbox/large', 'openai/gpt-5'] }),
      'models',
      '“Strong”: “Models” is now sandbox/large, openai/gpt-5 instead of openai/gpt-5, sandbox/large.',
    ],
    [
      'shows the part of a long text that differs',
      set('no', { message: 'The month is spent. Ask your lead for less.' }),
      'message',
      '“No”: “Message” is now “The month is spent. Ask your lead for less.” instead of “The month is spent. Ask your lead for more.”.',
    ],
    [
      'says conditions in words',
      match(['search', 'search', 'finding'], ['ads', '', 'ads']),
      'cases.0.when',
      '“Who asks?”, case “search”: “When” is now “team is finding” instead of “team is search”.',
    ],
    [
      'names new cases',
      match(['search', 'search', 'search'], ['ads', '', 'ads'], ['law', 'The lawyers', 'law']),
      'cases.2',
      '“Who asks?” has a new case: “The lawyers” (“team is law”).',
    ],
    [
      'names cases that are gone',
      match(['search', 'search', 'search']),
      'cases',
      '“Who asks?” no longer has the case “ads” (“team is ads”).',
    ],
    [
      'says the order in which cases are asked',
      match(['ads', '', 'ads'], ['search', 'search', 'search']),
      'cases',
      '“Who asks?”: the order in “Cases” is now “ads”, “search”.',
    ],
    [
      'names tags',
      set('mark', { tags: { usage: 'vibing' } }),
      'tags.usage',
      '“Mark”: in “Tags”, “usage” is now “vibing” instead of “building”.',
    ],
  ])('%s', (_what, after, field, said) => {
    const { changes, nodes, edges } = diffGraphs(graph, after);
    expect(changes.map((one) => [one.kind, one.field, one.words])).toEqual([['setting changed', field, said]]);
    expect([...nodes]).toEqual([[changes[0]?.node, 'changed']]);
    expect([...edges]).toEqual([]);
  });

  it('calls budgets by their names', () => {
    const names = new Map([
      ['bud_1', 'Everything'],
      ['bud_2', 'Research'],
    ]);
    const [change] = diffGraphs(graph, set('month', { budget: 'bud_2' }), names).changes;
    expect(change?.words).toBe('“Month” now pays from “Research” instead of “Everything”.');
  });

  it('keeps a case that is called otherwise, and its edge', () => {
    const after = match(['finding', 'search', 'search'], ['ads', '', 'ads']);
    const renamed = {
      ...after,
      edges: after.edges.map((edge) => (edge.port === 'search' ? { ...edge, port: 'finding' } : edge)),
    };
    const { changes, edges } = diffGraphs(graph, renamed);
    expect(changes.map(({ field }) => field)).toEqual(['cases.0.port']);
    expect([...edges]).toEqual([]);
  });

  it('says settings that do not fit, and kinds that nobody knows, as they stand', () => {
    expect(words(set('month', { warnAt: 'soon' }))).toEqual(['“Month”: “Warn at” is now “soon” instead of 80 %.']);
    expect(words(set('month', { colour: 'red' }))).toEqual(['“Month”: “colour” is now “red” instead of nothing.']);
    const strange = (howMany: number): Graph => withNode('no', { kind: 'oracle', settings: { howMany } });
    expect(words(strange(2), strange(1))).toEqual(['“No”: “how many” went from 1 to 2.']);
    expect(words(set('who', { cases: 'none' }))).toHaveLength(1);
  });

  it('is none where only a default is written out, or a text has blanks around it', () => {
    expect(sameGraph(graph, set('cheap', { timeoutSeconds: 120, retries: 1 }))).toBe(true);
    expect(sameGraph(graph, set('no', { message: ' The month is spent. Ask your lead for more.\n' }))).toBe(true);
  });
});

describe('a change of nodes and edges', () => {
  it('says who leads elsewhere', () => {
    const after = {
      ...graph,
      edges: graph.edges.map((edge) => (edge.port === 'simple' ? { ...edge, to: 'cheap' } : edge)),
    };
    const { changes, edges, nodes } = diffGraphs(graph, after);
    expect(changes).toEqual([
      {
        kind: 'led elsewhere',
        node: 'sort',
        field: null,
        words: '“Sort”: what leaves by “simple” now goes to “Cheap” instead of “Strong”.',
      },
    ]);
    expect([...edges]).toEqual([
      ['sort simple strong', 'removed'],
      ['sort simple cheap', 'added'],
    ]);
    expect(nodes.size).toBe(0);
  });

  it('says what is connected and what no longer is', () => {
    const loose = { ...graph, edges: graph.edges.filter(({ port }) => port !== 'exhausted') };
    expect(words(loose)).toEqual(['“Month”: what leaves by “exhausted” no longer goes to “No”.']);
    expect(words(graph, loose)).toEqual(['“Month”: what leaves by “exhausted” now goes to “No”.']);
  });

  it('says new titles and notes, and uses the new title for the rest', () => {
    const after = withNode('cheap', { title: 'Small', note: 'Costs little.', settings: { model: 'sandbox/small' } });
    expect(words(after)).toEqual([
      '“Cheap” is called “Small” now.',
      '“Small” now uses sandbox/small instead of openai/gpt-5.',
      '“Small” has a note now: “Costs little.”.',
    ]);
    expect(words(graph, after)).toEqual([
      '“Small” is called “Cheap” now.',
      '“Cheap” now uses openai/gpt-5 instead of sandbox/small.',
      'The note of “Cheap” is gone. It was “Costs little.”.',
    ]);
  });

  it('says what came, what is gone and what is another kind now, in the order in which requests meet them', () => {
    const after: Graph = {
      ...graph,
      nodes: [
        { id: 'brief', kind: 'limit', title: 'Be brief', settings: { maxOutputTokens: 500 } },
        ...graph.nodes
          .filter(({ id }) => id !== 'hide')
          .map((node) =>
            node.id === 'strong' ? { ...node, kind: 'model', settings: { model: 'sandbox/large' } } : node,
          ),
      ],
      edges: graph.edges
        .filter(({ from }) => from !== 'hide')
        .map((edge) => (edge.to === 'hide' ? { ...edge, to: 'mark' } : edge))
        .map((edge) => (edge.from === 'mark' ? { ...edge, to: 'brief' } : edge))
        .concat({ from: 'brief', port: 'next', to: 'month' }),
    };
    expect(words(after)).toEqual([
      '“Who asks?”: what leaves by “search” now goes to “Mark” instead of “Hide”.',
      '“Hide”, a Redact node, is gone.',
      '“Mark”: what comes out of it now goes to “Be brief” instead of “Month”.',
      '“Be brief” is new, a Limit node. At most 500 tokens of answer.',
      '“Be brief”: what comes out of it now goes to “Month”.',
      '“Strong” is a Model node now instead of a Fallback node. sandbox/large answers.',
    ]);
    const { nodes } = diffGraphs(graph, after);
    expect(Object.fromEntries(nodes)).toEqual({ hide: 'removed', brief: 'added', strong: 'changed' });
  });

  it('finds nodes again whose ids are all others, where they are alike', () => {
    const other = (id: string): string => `other-${id}`;
    const copy: Graph = {
      ...graph,
      nodes: graph.nodes.map((node) => ({ ...node, id: other(node.id) })),
      edges: graph.edges.map(({ from, port, to }) => ({ from: other(from), port, to: other(to) })),
    };
    expect(diffGraphs(graph, copy).changes).toEqual([]);
    const changed = { ...copy, edges: copy.edges.filter(({ port }) => port !== 'warning') };
    expect(words(changed)).toEqual(['“Month”: what leaves by “warning” no longer goes to “Cheap”.']);
  });
});

/** A drawing as the gateway understands it: what is equal here says the same. */
function meaning({ nodes, edges }: Graph): unknown {
  const read = nodes.map((node) => {
    const parsed = findKind(node.kind)?.settings.safeParse(node.settings);
    return { note: '', ...node, settings: parsed?.success ? parsed.data : node.settings };
  });
  return {
    nodes: Object.fromEntries(read.map((node) => [node.id, node])),
    edges: edges.map(({ from, port, to }) => `${from} ${port} ${to}`).sort(),
  };
}

/** One thing that a person does to a drawing; null where it cannot be done to this one. */
type Edit = (
  graph: Graph,
  pick: number,
  other: Graph,
) => { readonly after: Graph; readonly kind: Change['kind'] } | null;

const at = <T>(list: readonly T[], pick: number): T | undefined => list[pick % Math.max(1, list.length)];
const replaced = (before: Graph, id: string, changes: Partial<GraphNode>): Graph => ({
  ...before,
  nodes: before.nodes.map((node) => (node.id === id ? { ...node, ...changes } : node)),
});

const EDITS: readonly Edit[] = [
  (before, pick) => {
    const node = at(before.nodes, pick);
    return node ? { after: replaced(before, node.id, { title: `${node.title} anew` }), kind: 'renamed' } : null;
  },
  (before, pick) => {
    const node = at(before.nodes, pick);
    return node ? { after: replaced(before, node.id, { note: `note ${pick}` }), kind: 'note changed' } : null;
  },
  (before, pick, other) => {
    const node = at(before.nodes, pick);
    const donor = other.nodes.find(({ kind }) => kind === node?.kind);
    if (!node || !donor) return null;
    const after = replaced(before, node.id, { settings: donor.settings });
    return JSON.stringify(meaning(after)) === JSON.stringify(meaning(before))
      ? null
      : { after, kind: 'setting changed' };
  },
  (before, pick) => {
    const node = at(before.nodes, pick);
    if (!node) return null;
    const nodes = before.nodes.filter(({ id }) => id !== node.id);
    const edges = before.edges.filter(({ from, to }) => from !== node.id && to !== node.id);
    return { after: { ...before, nodes, edges }, kind: 'node removed' };
  },
  (before, pick, other) => {
    const node = at(other.nodes, pick);
    return node
      ? { after: { ...before, nodes: [{ ...node, id: `new-${pick}` }, ...before.nodes] }, kind: 'node added' }
      : null;
  },
  (before, pick) => {
    const edge = at(before.edges, pick);
    return edge
      ? { after: { ...before, edges: before.edges.filter((one) => one !== edge) }, kind: 'disconnected' }
      : null;
  },
  (before, pick) => {
    const edge = at(before.edges, pick);
    const to = at(before.nodes, pick + 1)?.id;
    if (!edge || to === undefined || to === edge.to) return null;
    const edges = before.edges.map((one) => (one === edge ? { ...one, to } : one));
    return { after: { ...before, edges }, kind: 'led elsewhere' };
  },
];

const shuffled = (list: readonly unknown[]): fc.Arbitrary<number[]> =>
  fc.shuffledSubarray([...list.keys()], { minLength: list.length });

describe('any two drawings', () => {
  it('have no changes where they are the same, whatever the order of their lists', () => {
    const pair = drawing.chain((one) =>
      fc.tuple(fc.constant(one), shuffled(one.nodes), shuffled(one.edges)).map(([graph, nodes, edges]) => ({
        before: graph,
        after: {
          ...graph,
          nodes: nodes.flatMap((i) => graph.nodes[i] ?? []),
          edges: edges.flatMap((i) => graph.edges[i] ?? []),
        },
      })),
    );
    fc.assert(
      fc.property(pair, ({ before, after }) => {
        expect(diffGraphs(before, after)).toEqual({ changes: [], nodes: new Map(), edges: new Map() });
        expect(sameGraph(before, after)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('have changes exactly where they mean something else, each of which names its node', () => {
    fc.assert(
      fc.property(drawing, drawing, (before, after) => {
        const { changes, nodes } = diffGraphs(before, after);
        expect(changes.length === 0).toBe(JSON.stringify(meaning(before)) === JSON.stringify(meaning(after)));
        for (const change of changes) {
          const node = [...after.nodes, ...before.nodes].find(({ id }) => id === change.node);
          expect(change.words).toContain(`“${node?.title || node?.id}”`);
          expect(change.words).not.toMatch(/undefined|\[object|null/);
        }
        for (const [id, what] of nodes) {
          expect(before.nodes.some((node) => node.id === id)).toBe(what !== 'added');
          expect(after.nodes.some((node) => node.id === id)).toBe(what !== 'removed');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('show every edit that was made to one of them', () => {
    const edit = fc.tuple(fc.nat(EDITS.length - 1), fc.nat(40));
    fc.assert(
      fc.property(drawing, drawing, edit, (before, other, [which, pick]) => {
        const made = EDITS[which]?.(before, pick, other);
        if (!made) return;
        const found = diffGraphs(before, made.after).changes;
        expect(found.map(({ kind }) => kind)).toContain(made.kind);
      }),
      { numRuns: 1000 },
    );
  });

  it('are compared, also where a person has not finished drawing', () => {
    const twice = { ...graph, nodes: [...graph.nodes, ...graph.nodes.slice(0, 1)] };
    expect(words(twice)).toEqual(['“Request” is new, a Request node. Every request enters here.']);
    const nowhere = { ...graph, edges: [...graph.edges, { from: 'ghost', port: 'next', to: 'nobody' }] };
    expect(words(nowhere)).toEqual(['“ghost”: what comes out of it now goes to “nobody”.']);
    expect(words(graph, nowhere)).toEqual(['“ghost”: what comes out of it no longer goes to “nobody”.']);
    const empty: Graph = { schema: 1, nodes: [], edges: [] };
    expect(words(graph, empty).length).toBeGreaterThan(graph.nodes.length);
    expect(words(empty)).toHaveLength(graph.nodes.length);
  });
});

describe('the shipped policies', () => {
  const folder = new URL('../../policies/templates/', import.meta.url);
  const graphs = readdirSync(folder).map(
    (file) => shippedPolicySchema.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))).graph,
  );

  it('differ from each other in whole sentences', () => {
    for (const before of graphs) {
      for (const after of graphs) {
        expect(sameGraph(before, after)).toBe(before === after);
        for (const said of words(after, before)) {
          expect(said).toMatch(/[.…]$/);
          expect(said).not.toMatch(/undefined|\[object|null|[{}]/);
        }
      }
    }
  });
});
