import fc from 'fast-check';
import type { ChatBody } from '../../policies/chat.ts';
import { canPublish, checkGraph } from '../../policies/check.ts';
import { findKind } from '../../policies/compile.ts';
import { CALL_FAILURES, STRATEGIES } from '../../policies/effects.ts';
import type { Graph } from '../../policies/graph.ts';
import type { Outside } from '../../policies/simulate.ts';
import { budgetOf, worldWith } from './house.ts';

/** A graph from lines such as "sort.simple > cheap", and nodes as id, kind and settings. */
export function draw(
  nodes: Readonly<Record<string, readonly [kind: string, settings: object]>>,
  ways: readonly string[],
): Graph {
  return {
    schema: 1,
    nodes: Object.entries(nodes).map(([id, [kind, settings]]) => ({ id, kind, title: '', settings: { ...settings } })),
    edges: ways.map((way) => {
      const [from = '', port = '', to = ''] = way.split(/[.>]/).map((part) => part.trim());
      return { from, port, to };
    }),
  };
}

/** The house of generated drawings: two budgets that are nearly spent, each a part of another with a little more room. */
export const smallHouse = worldWith([
  budgetOf('month', { limit: 200_000_000, parent: 'company' }),
  budgetOf('company', { limit: 260_000_000, window: 'quarter' }),
  budgetOf('tokens', { unit: 'tokens', limit: 9000, scope: ['user'], window: 'day', parent: 'everybody' }),
  budgetOf('everybody', { unit: 'tokens', limit: 12_000 }),
]);

const condition = fc.constantFrom(
  { fact: 'usage', operator: 'equal', value: 'vibing' },
  { fact: 'user', operator: 'missing', value: true },
  { fact: 'tags.course', operator: 'startsWith', value: 'ex' },
  { fact: 'tag_source.usage', operator: 'equal', value: 'rule' },
  { fact: 'tokens.input', operator: 'greaterThan', value: 12 },
  { fact: 'request.max_tokens', operator: 'lessThan', value: 1000 },
  { fact: 'request.max_tokens', operator: 'missing', value: true },
  { fact: 'content.tools', operator: 'isEmpty', value: true },
  { fact: 'text.last_user', operator: 'contains', value: 'a' },
  { fact: 'text.question', operator: 'equal', value: 'open' },
  { fact: 'text.language', operator: 'equal', value: 'en' },
  { fact: 'time.hour', operator: 'between', value: [8, 17] },
  { fact: 'complexity.score', operator: 'greaterThan', value: 0.3 },
  { fact: 'redactions.count', operator: 'greaterThan', value: 0 },
);
const tree = fc.oneof(
  { weight: 3, arbitrary: condition },
  { weight: 1, arbitrary: condition.map((not) => ({ not })) },
  { weight: 1, arbitrary: fc.tuple(condition, condition).map((all) => ({ all })) },
  { weight: 1, arbitrary: fc.tuple(condition, condition).map((any) => ({ any })) },
);
const action = fc.constantFrom('mask', 'placeholder', 'report');
const modelName = fc.constantFrom('sandbox/small', 'sandbox/large', 'sandbox/local', 'asked');
const share = fc.constantFrom(0, 0.2, 0.5, 1);

const SETTINGS: Readonly<Record<string, fc.Arbitrary<object>>> = {
  match: fc
    .array(tree, { minLength: 1, maxLength: 3 })
    .map((trees) => ({ cases: trees.map((when, i) => ({ port: `case${i}`, label: '', when })) })),
  classify: fc.tuple(share, share).map(([a, b]) => ({ simpleBelow: Math.min(a, b), complexFrom: Math.max(a, b) })),
  tag: fc.record({
    tags: fc.constantFrom({ usage: 'building' }, { course: 'exam' }, { usage: 'vibing', user: 'bot' }),
    override: fc.boolean(),
  }),
  redact: fc.tuple(action, action).map(([a, b]) => ({
    rules: [
      { detect: 'email', action: a },
      { name: 'word', words: ['lorem'], action: b },
    ],
  })),
  limit: fc.record({ maxOutputTokens: fc.constantFrom(10, 2000), removeTools: fc.boolean() }),
  budget: fc.record({
    budget: fc.constantFrom('month', 'tokens'),
    warnAt: fc.constantFrom(null, 0.5),
    outputLimit: fc.constantFrom(500, 4096),
    allowEstimate: fc.boolean(),
  }),
  throttle: fc.record({
    limit: fc.constantFrom(
      { requests: 2, per: 'minute' },
      { tokens: 2000, per: 'hour' },
      { money: 1_000_000, per: 'day', outputTokens: 50 },
      { calls: 1 },
    ),
    scope: fc.constantFrom([], ['user', 'tags.course']),
    waitSeconds: fc.constantFrom(0, 2),
    ifUnavailable: fc.constantFrom('refuse', 'continue'),
  }),
  model: fc.record({
    model: modelName,
    retries: fc.nat(2),
    others: fc
      .constantFrom(0.3, 0.9)
      .chain((part) => fc.subarray([{ model: 'sandbox/local', share: part }, { model: 'sandbox/small' }])),
    choose: fc.constantFrom(...STRATEGIES),
    keepConversation: fc.boolean(),
  }),
  fallback: fc.record({
    models: fc.array(modelName, { minLength: 1, maxLength: 3 }),
    moveOn: fc.subarray(['timeout', 'server_error', 'refused']),
  }),
  cache: fc.record({ keptSeconds: fc.constantFrom(1, 3600), mayBypass: fc.boolean() }),
  split: fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 3 }), fc.constantFrom([], ['user'])).map(([a, b, stickyBy]) => ({
    variants: [
      { port: 'a', label: '', weight: a },
      { port: 'b', label: '', weight: b },
    ],
    stickyBy,
  })),
  shadow: fc.record({ model: modelName, share: share }),
  block: fc.constant({ status: 403, message: 'No.' }),
  answer: fc.constant({ text: 'Yes.' }),
};

/** Kinds where a way goes on come more often, so that ways are long. */
const ENDS = ['model', 'fallback', 'block', 'answer'];
const kindName = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...Object.keys(SETTINGS).filter((kind) => !ENDS.includes(kind))) },
  { weight: 1, arbitrary: fc.constantFrom(...ENDS) },
);

const drawnNode = kindName.chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    settings: SETTINGS[kind] ?? fc.constant({}),
    /** How far each port leads, and whether a port that may be loose is. */
    ways: fc.array(fc.record({ far: fc.nat(2), loose: fc.boolean() }), { minLength: 4, maxLength: 4 }),
  }),
);

/** Drawings that the check passes: every edge leads to a later node, the last two of which are a model and a block. */
export const drawing: fc.Arbitrary<Graph> = fc
  .array(drawnNode, { minLength: 1, maxLength: 12, size: 'max' })
  .map((drawn) => {
    const named = drawn.map((node, i) => ({ ...node, id: `n${i}` }));
    const nodes: Graph['nodes'] = [
      { id: 'enter', kind: 'request', title: '', settings: { timeZone: 'Asia/Kathmandu' } },
      ...named.map(({ id, kind, settings }) => ({ id, kind, title: '', settings: { ...settings } })),
      { id: 'model', kind: 'model', title: '', settings: { model: 'sandbox/small' } },
      { id: 'block', kind: 'block', title: '', settings: { message: 'No.' } },
    ];
    const edges: Graph['edges'] = [{ from: 'enter', port: 'next', to: nodes[1]?.id ?? '' }];
    for (const [i, { id, kind, settings, ways }] of named.entries()) {
      const bound = findKind(kind)?.bind(settings);
      for (const [p, port] of (bound?.ok ? bound.node.ports : []).entries()) {
        const way = ways[p];
        if (!way || (way.loose && port.ifLoose !== undefined)) continue;
        edges.push({
          from: id,
          port: port.name,
          to: nodes[Math.min(i + 2 + way.far, nodes.length - 1)]?.id ?? 'block',
        });
      }
    }
    return reachedOf({ schema: 1, nodes, edges });
  })
  .filter((graph) => canPublish(checkGraph(graph, smallHouse)));

/** The part of a graph that can be reached; edges lead forward only. */
function reachedOf(graph: Graph): Graph {
  const reached = new Set(['enter']);
  for (const { id } of graph.nodes) {
    if (reached.has(id)) for (const { from, to } of graph.edges) if (from === id) reached.add(to);
  }
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => reached.has(node.id)),
    edges: graph.edges.filter((edge) => reached.has(edge.from)),
  };
}

/** An edit of one node, by its place: leaving it out, or settings of its own kind. */
const edit = fc.record({ at: fc.nat(20), isLeftOut: fc.boolean(), change: fc.nat(1000) });

function withEdit(graph: Graph, { at, isLeftOut, change }: { at: number; isLeftOut: boolean; change: number }): Graph {
  const node = graph.nodes[1 + (at % (graph.nodes.length - 1))];
  if (!node) return graph;
  const onward = graph.edges.find(({ from }) => from === node.id)?.to;
  if (isLeftOut && onward !== undefined) {
    return reachedOf({
      ...graph,
      edges: graph.edges.map((edge) => (edge.to === node.id ? { ...edge, to: onward } : edge)),
    });
  }
  const settings = SETTINGS[node.kind];
  if (!settings) return graph;
  const [changed = node.settings] = fc.sample(settings, { numRuns: 1, seed: change });
  const bound = findKind(node.kind)?.bind(changed);
  const ports = new Set(bound?.ok ? bound.node.ports.map(({ name }) => name) : []);
  const edges = graph.edges.filter(({ from, port }) => from !== node.id || ports.has(port));
  for (const port of ports) {
    if (edges.some((edge) => edge.from === node.id && edge.port === port)) continue;
    if (onward !== undefined) edges.push({ from: node.id, port, to: onward });
  }
  return reachedOf({
    ...graph,
    nodes: graph.nodes.map((one) => (one === node ? { ...one, settings: { ...changed } } : one)),
    edges,
  });
}

/** A drawing and what an admin has made of it in a few edits. */
export const editedDrawing: fc.Arbitrary<readonly [before: Graph, after: Graph]> = fc
  .tuple(drawing, fc.array(edit, { minLength: 1, maxLength: 3 }))
  .map(([before, edits]) => [before, edits.reduce(withEdit, before)] as const)
  .filter(([, after]) => canPublish(checkGraph(after, smallHouse)));

const words = fc
  .array(fc.constantFrom('what is a', 'lorem', 'ada@example.com', 'explain why', 'the', 'rose', '[[EMAIL_1]]', '?'), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(' '));

export const body: fc.Arbitrary<ChatBody> = fc
  .record({
    model: fc.constantFrom('sandbox/small', 'sandbox/large', 'gpt-99'),
    texts: fc.array(words, { minLength: 1, maxLength: 3 }),
    max_tokens: fc.constantFrom(null, 20, 3000),
    tools: fc.boolean(),
    file: fc.boolean(),
  })
  .map(({ model, texts, max_tokens, tools, file }) => ({
    model,
    messages: [
      ...texts.map((content) => ({ role: 'user' as const, content })),
      ...(file ? [{ role: 'user' as const, content: [{ type: 'file', file: { file_id: 'f' } }] }] : []),
    ],
    max_tokens,
    ...(tools ? { tools: [{ type: 'function', function: { name: 'find' } }] } : {}),
  }));

const spent = fc.record({ spent: fc.constantFrom(0, 5000, 150_000_000), held: fc.constantFrom(0, 1000) });

export const outside: fc.Arbitrary<Outside> = fc.record({
  throttles: fc.dictionary(fc.constantFrom('n0', 'n1', 'n2', 'n3'), fc.constantFrom(0, 0.5, 1)),
  budgets: fc.record({ month: spent, company: spent, tokens: spent, everybody: spent }, { requiredKeys: [] }),
  down: fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.dictionary(
        fc.constantFrom('sandbox/small', 'sandbox/large', 'sandbox/local'),
        fc.constantFrom(...CALL_FAILURES),
      ),
    },
  ),
});

export const callerTags = fc
  .record(
    {
      usage: fc.constantFrom('vibing', 'building'),
      user: fc.constantFrom('ada', 'grace'),
      course: fc.constantFrom('exam-1', 'maths'),
    },
    { requiredKeys: [] },
  )
  .map((said) => new Map(Object.entries(said).map(([name, value]) => [name, { value, source: 'caller' as const }])));

export const moment = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) });
