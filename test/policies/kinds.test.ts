import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ChatBody, chatBody } from '../../policies/chat.ts';
import { compileGraph, findKind } from '../../policies/compile.ts';
import type { Graph } from '../../policies/graph.ts';
import { kinds } from '../../policies/kinds/index.ts';
import type { BoundNode, Kind } from '../../policies/kinds/kind.ts';
import type { VersionLookup } from '../../policies/pinned.ts';
import { outsideSchema, simulate } from '../../policies/simulate.ts';
import { draw } from './drawings.ts';
import { budgetOf, worldWith } from './house.ts';

/** An example of a kind: a node with its settings, a request that meets it, and what then happens. */
const caseSchema = z.strictObject({
  name: z.string().min(1),
  settings: z.record(z.string(), z.unknown()),
  /** Nodes that the request passes before. */
  before: z.array(z.strictObject({ kind: z.string(), settings: z.record(z.string(), z.unknown()) })).default([]),
  request: chatBody.optional(),
  tags: z.record(z.string(), z.string()).default({}),
  at: z.iso.datetime().optional(),
  outside: outsideSchema.prefault({}),
  expect: z.union([
    z.strictObject({ port: z.string(), reason: z.string(), sentence: z.string(), text: z.string().optional() }),
    z.strictObject({ end: z.string(), reason: z.string(), sentence: z.string() }),
    z.strictObject({ refused: z.string(), field: z.string() }),
  ]),
});
type Case = z.infer<typeof caseSchema>;

const HELLO: ChatBody = { model: 'sandbox/large', messages: [{ role: 'user', content: 'hello' }] };
const NOON = Date.UTC(2026, 2, 2, 12);

/** The budgets that the examples name: ten dollars, and a hundred thousand tokens, a month. */
const world = worldWith([budgetOf('month'), budgetOf('tokens', { unit: 'tokens', limit: 100_000 })]);

/** The policies that the examples go on in. */
const enter = ['request', {}] as const;
const others: Readonly<Record<string, Graph>> = {
  'answering@1': draw({ enter, last: ['model', { model: 'asked' }] }, ['enter.next > last']),
  'refusing@2': draw({ enter, no: ['block', { message: 'No.' }] }, ['enter.next > no']),
};
const versions: VersionLookup = (policy, version) => {
  const graph = others[`${policy}@${version}`];
  return graph && { name: policy, graph };
};

const read = (kind: string, file: string): string =>
  readFileSync(new URL(`../../policies/kinds/${kind}/${file}`, import.meta.url), 'utf8');
const casesOf = (kind: string): Case[] => z.array(caseSchema).parse(JSON.parse(read(kind, `${kind}.cases.json`)));

function bound(kind: Kind, settings: unknown): BoundNode {
  const result = kind.bind(settings);
  if (!result.ok) throw result.error;
  return result.node;
}

/** The node alone behind the entrance: "within" leads to a dear model, every other port to a cheap one. */
function graphAround(kind: string, one: Case): Graph {
  const way = [...one.before, { kind, settings: one.settings }];
  const isEntrance = kind === 'request';
  const nodes: Graph['nodes'] = [
    ...(isEntrance ? [] : [{ id: 'enter', kind: 'request', title: '', settings: {} }]),
    ...way.map((node, i) => ({ id: i === way.length - 1 ? 'it' : `before${i}`, title: '', ...node })),
    { id: 'dear', kind: 'model', title: '', settings: { model: 'sandbox/large' } },
    { id: 'cheap', kind: 'model', title: '', settings: { model: 'sandbox/small' } },
  ];
  const edges: Graph['edges'] = isEntrance ? [] : [{ from: 'enter', port: 'next', to: nodes[1]?.id ?? '' }];
  one.before.forEach((node, i) => {
    const from = `before${i}`;
    for (const { name } of bound(kindNamed(node.kind), node.settings).ports) {
      edges.push({ from, port: name, to: nodes[i + 2]?.id ?? '' });
    }
  });
  for (const { name } of bound(kindNamed(kind), one.settings).ports) {
    edges.push({ from: 'it', port: name, to: name === 'within' ? 'dear' : 'cheap' });
  }
  return { schema: 1, nodes, edges };
}

function kindNamed(name: string): Kind {
  const kind = findKind(name);
  if (!kind) throw new Error(`no kind ${name}`);
  return kind;
}

async function run(kind: string, one: Case) {
  const tags = new Map(Object.entries(one.tags).map(([name, value]) => [name, { value, source: 'caller' as const }]));
  const graph = compileGraph(graphAround(kind, one), versions);
  const now = one.at === undefined ? NOON : Date.parse(one.at);
  const simulation = await simulate(graph, { body: one.request ?? HELLO, tags, now }, one.outside, world);
  const step = simulation.decision.trace.find((each) => each.node === 'it');
  if (!step) throw new Error('the node was not reached');
  return { step, simulation };
}

/** Titles of a kind's settings, as forms show them. */
function titlesOf(kind: Kind): string[] {
  const schema = z.toJSONSchema(kind.settings, { io: 'input', unrepresentable: 'any' });
  return Object.values(schema.properties ?? {}).map((property) =>
    typeof property === 'object' ? (property.title ?? '') : '',
  );
}

describe.each(Object.entries(kinds))('the kind %s', (name, kind: Kind) => {
  const cases = casesOf(name);
  const fitting = cases.filter((one) => !('refused' in one.expect));

  it.each(cases.map((one) => [one.name, one] as const))('does as its example says: %s', async (_name, one) => {
    const { expect: expected } = one;
    if ('refused' in expected) {
      const result = kind.bind(one.settings);
      const issues = result.ok ? [] : result.error.issues;
      const [issue] = issues;
      expect(issues).toHaveLength(1);
      expect(issue?.message).toContain(expected.refused);
      expect(issue?.path.join('.')).toBe(expected.field);
      return;
    }
    expect(bound(kind, one.settings).sentence).toContain(expected.sentence);
    const { step, simulation } = await run(name, one);
    expect(step.reason).toContain(expected.reason);
    if ('end' in expected) {
      expect(step.port).toBeNull();
      expect(simulation.decision.outcome.type).toBe(expected.end);
    } else {
      expect(step.port).toBe(expected.port);
      if (expected.text !== undefined) expect(simulation.texts.map((text) => text.after)).toEqual([expected.text]);
    }
  });

  it('has at least four examples, one of settings that are refused, and one for every port', () => {
    expect(fitting.length).toBeGreaterThanOrEqual(3);
    expect(cases.length).toBeGreaterThanOrEqual(4);
    expect(cases.length).toBeGreaterThan(fitting.length);
    const shown = fitting.map((one) => ('port' in one.expect ? one.expect.port : null));
    for (const one of fitting) {
      const ports = bound(kind, one.settings).ports.map((port) => port.name);
      for (const port of ports) {
        // What the settings themselves name is not a port of the kind.
        if (!JSON.stringify(one.settings).includes(`"port":"${port}"`)) expect(shown, port).toContain(port);
      }
    }
  });

  it('starts with settings that fit, or that lack only what the author has to choose', () => {
    const result = kind.bind(kind.initial);
    if (result.ok) {
      expect(result.node.sentence).toMatch(/^[A-Z“a-z].*[^ ]$/);
      return;
    }
    const chosen: Record<string, string> = { budget: 'budget', alert: 'channel', policy: 'policy' };
    expect(result.error.issues.map((issue) => issue.path.join('.'))).toEqual([chosen[name]]);
  });

  it('explains every setting and every port in its help', () => {
    const help = read(name, `${name}.md`);
    for (const title of titlesOf(kind)) {
      expect(title).not.toBe('');
      expect(help, title).toContain(`**${title}**`);
    }
    const example = fitting[0]?.settings;
    const ports = bound(kind, kind.bind(kind.initial).ok ? kind.initial : example).ports;
    for (const port of ports) expect(help, port.name).toContain(`**${port.name}**`);
    expect(help.startsWith(`# ${kind.title}\n`)).toBe(true);
    for (const heading of ['When to use it', 'Settings', 'Ports', 'Example', 'What can go wrong']) {
      expect(help).toContain(`\n## ${heading}\n`);
    }
    const lines = help.trimEnd().split('\n').length;
    expect(lines).toBeGreaterThanOrEqual(20);
    expect(lines).toBeLessThanOrEqual(50);
  });
});
