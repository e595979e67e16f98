/** Tests of a policy, run in its organisation: with its models and budgets, and nothing spent that a test does not set. */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Graph } from '../../policies/graph.ts';
import { type PolicyTest, runPolicyTest } from '../../policies/policy-test.ts';
import { SignalboxError } from '../errors.ts';
import { tokenCounter } from '../money/token-counter.ts';
import { budgetOf, compile } from './house.ts';
import { versionsFor } from './pinned-versions.ts';
import type { RouteContext } from './route.ts';

export const failedTestSchema = z
  .object({ id: z.string(), name: z.string(), differences: z.array(z.string()).readonly() })
  .meta({ id: 'FailedTest', description: 'What came otherwise than the test expects, each in one sentence.' });
type FailedTest = z.infer<typeof failedTestSchema>;

/** Tests that the sentence of an error tells of; its details have all. */
const MOST_SAID = 3;

/** Facts that a test cannot set, as a request has them that no key has sent. */
const NOBODY = { key: { id: '', name: '' }, project: '', app: null };

/** The tests that a graph does not pass; throws `invalid_graph` for one that cannot run. */
export async function failedTests(
  { control, deps, actor }: RouteContext,
  graph: Graph,
  tests: readonly PolicyTest[],
): Promise<FailedTest[]> {
  if (tests.length === 0) return [];
  const { organisation } = actor;
  const snapshot = control.snapshot();
  const compiled = compile(graph, await versionsFor(control.db, organisation, [graph]));
  const world = {
    models: deps.models(organisation).lookup,
    budget: (id: string) => budgetOf(snapshot, organisation, id),
    facts: NOBODY,
    counter: tokenCounter,
  };
  const failed: FailedTest[] = [];
  for (const test of tests) {
    // Requests that wait go first.
    await setImmediate();
    const { passed, differences } = await runPolicyTest(compiled, test, world);
    if (!passed) failed.push({ id: test.id, name: test.name, differences });
  }
  return failed;
}

/** Throws `tests_failed` with the tests that a graph does not pass. */
export async function requirePassing(context: RouteContext, graph: Graph, tests: readonly PolicyTest[]): Promise<void> {
  const failed = await failedTests(context, graph, tests);
  if (failed.length === 0) return;
  const said = failed
    .slice(0, MOST_SAID)
    .map(({ name, differences }) => `“${name}”: ${differences.join(' ').replace(/\.$/, '')}`);
  const more = failed.length - said.length;
  const why = [...said, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  throw new SignalboxError('tests_failed', { why, tests: failed });
}
