/** Tests that are kept with a policy: a request, what the outside would answer, and what has to come of it. */
import { z } from 'zod';
import { type ChatBody, chatBody } from './chat.ts';
import type { CompiledGraph } from './compile.ts';
import type { Decision } from './decision.ts';
import { TAG_NAME } from './facts.ts';
import { statusOf } from './refusal.ts';
import { type Outside, outsideSchema, type Simulation, type SimulationWorld, simulate } from './simulate.ts';
import type { Sample } from './template.ts';

export const policyTestSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  name: z.string().trim().min(1).max(120),
  request: chatBody,
  tags: z.record(z.string().regex(TAG_NAME), z.string().max(256)).default({}),
  /** The moment of the request, so that the test says the same at any time of day. */
  at: z.iso.datetime(),
  /** Budgets that are not named here stand at nothing spent and nothing held. */
  outside: outsideSchema.prefault({}),
  expect: z.strictObject({
    /** The model that answers; null when none does. */
    model: z.string().max(200).nullable(),
    /** Status of the answer. */
    status: z.int().min(100).max(599),
    /** Nodes and ports as `sayPath` writes them; any way will do where it is left out. */
    path: z.string().max(4000).optional(),
    /** How many of each type are taken out; any will do where it is left out. */
    redactions: z.record(z.string(), z.int().min(0)).optional(),
  }),
});
export type PolicyTest = z.infer<typeof policyTestSchema>;

export const policyTestsSchema = z.array(policyTestSchema).max(100);

export interface PolicyTestResult {
  readonly passed: boolean;
  readonly simulation: Simulation;
  /** What came otherwise than it was to, each in one sentence; empty where the test passed. */
  readonly differences: readonly string[];
}

/** Sends a test's request through a graph, and compares what comes of it with what has to. */
export async function runPolicyTest(
  graph: CompiledGraph,
  test: PolicyTest,
  world: Omit<SimulationWorld, 'state'>,
): Promise<PolicyTestResult> {
  const tags = new Map(Object.entries(test.tags).map(([name, value]) => [name, { value, source: 'caller' as const }]));
  const simulation = await simulate(graph, { body: test.request, tags, now: Date.parse(test.at) }, test.outside, {
    ...world,
    state: () => ({ spent: 0, held: 0 }),
  });
  const differences = [
    ...endDifferences(test.expect, simulation.decision),
    ...pathDifferences(test.expect.path, simulation.decision, graph),
    ...redactionDifferences(test.expect.redactions, simulation.redactions),
  ];
  return { passed: differences.length === 0, simulation, differences };
}

/** The model that answers in the end; null where none does. */
function modelOf({ outcome }: Decision): string | null {
  return outcome.type === 'model' ? outcome.model : null;
}

function endDifferences(expect: PolicyTest['expect'], decision: Decision): string[] {
  const status = statusOf(decision);
  const model = modelOf(decision);
  if (model === expect.model && status === expect.status) return [];
  const expected =
    expect.model !== null
      ? `answered by ${expect.model}`
      : expect.status < 300
        ? 'answered with a fixed text'
        : `refused with status ${expect.status}`;
  const reason = decision.trace.at(-1)?.reason ?? '';
  const found =
    model !== null
      ? `${model} answers.`
      : status < 300
        ? 'a fixed text answers.'
        : `it is refused with status ${status}: ${reason}`;
  return [`It was to be ${expected}, but ${found}`];
}

/** Where the way parts from the expected one; `expected` is written as `sayPath` writes it. */
function pathDifferences(expected: string | undefined, { trace }: Decision, graph: CompiledGraph): string[] {
  if (expected === undefined) return [];
  const titled = (node: string): string => `“${graph.nodes.get(node)?.title ?? node}”`;
  const steps = expected.split(' > ').map((step) => {
    const dot = step.indexOf('.');
    return dot === -1 ? { node: step, port: null } : { node: step.slice(0, dot), port: step.slice(dot + 1) };
  });
  for (let i = 0; i < Math.max(steps.length, trace.length); i++) {
    const was = steps[i];
    const is = trace[i];
    if (was && is && was.node === is.node && was.port === is.port) continue;
    const before = titled(trace[i - 1]?.node ?? '');
    if (!is) return [`The way was to go on from ${before} to ${titled(was?.node ?? '')}, but ends.`];
    if (!was) return [`The way was to end at ${before}, but goes on to ${titled(is.node)}.`];
    if (was.node !== is.node)
      return [`The way was to go from ${before} to ${titled(was.node)}, but goes to ${titled(is.node)}.`];
    const left = (port: string | null): string => (port === null ? 'end there' : `leave by “${port}”`);
    const leaves = is.port === null ? 'ends there' : `leaves by “${is.port}”`;
    return [`At ${titled(is.node)} the request was to ${left(was.port)}, but ${leaves}: ${is.reason}`];
  }
  return [];
}

function redactionDifferences(
  expected: Readonly<Record<string, number>> | undefined,
  found: Readonly<Record<string, number>>,
): string[] {
  if (expected === undefined) return [];
  const times = (count: number): string => (count === 0 ? 'not at all' : count === 1 ? 'once' : `${count} times`);
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])].flatMap((type) => {
    const [was, is] = [expected[type] ?? 0, found[type] ?? 0];
    return was === is ? [] : [`“${type}” was to be found ${times(was)}, but is found ${times(is)}.`];
  });
}

/** The moment of samples that come out the same at any time: a Monday at noon. */
const ANY_TIME = '2026-03-02T12:00:00Z';

/** A template's sample as a test of the policy made from it; `budgetIds` has the id of the budget made for each key. */
export function testFromSample(sample: Sample, budgetIds: ReadonlyMap<string, string>, id: string): PolicyTest {
  const { name, request, tags, at, outside, expect } = sample;
  const { model, status, path, redactions } = expect;
  const budgets = Object.entries(outside.budgets).map(([key, state]) => [budgetIds.get(key) ?? key, state] as const);
  return {
    id,
    name,
    request,
    tags,
    at: at ?? ANY_TIME,
    outside: { ...outside, budgets: Object.fromEntries(budgets) },
    expect: { model, status, path, redactions },
  };
}

/**
 * Keeps a simulation as a test: its end becomes what is expected. Budgets that it met are kept as they stood, since a test
 * begins with empty ones. `at` is the moment of its request, in milliseconds since 1970.
 */
export function testFromSimulation(
  name: string,
  id: string,
  request: ChatBody,
  tags: PolicyTest['tags'],
  at: number,
  outside: Outside,
  { decision }: Simulation,
): PolicyTest {
  const budgets: Outside['budgets'] = { ...outside.budgets };
  for (const result of decision.trace.flatMap((step) => step.results ?? [])) {
    if ('budgetName' in result && !result.unseen) budgets[result.budget] = { spent: result.spent, held: result.held };
  }
  const expect = { model: modelOf(decision), status: statusOf(decision) };
  return { id, name, request, tags, at: new Date(at).toISOString(), outside: { ...outside, budgets }, expect };
}
