/** Tests of a policy, run in its organisation: with its models and budgets, and nothing spent that a test does not set. */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Graph } from '../../policies/graph.ts';
import { type PolicyTest, runPolicyTest } from '../../policies/policy-test.ts';
import { SignalboxError } from '../errors.ts';
import { tokenCounter } from '../money/token-counter.ts';
import { heldSight } from './budget-parts.ts';
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

/** What is said of a test that fails by nothing that the caller may see. */
const BY_UNSEEN = 'It comes otherwise by a budget that you may not see. Ask somebody of finance to look at it.';

/**
 * The tests that a graph does not pass; throws `invalid_graph` for one that cannot run. Budgets that the caller does not see
 * have room for everything, else their limits could be found out; `isForAll` takes them as they are and says nothing of them.
 */
export async function failedTests(
  { control, deps, actor }: RouteContext,
  graph: Graph,
  tests: readonly PolicyTest[],
  isForAll = false,
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
  const seenOf = heldSight(snapshot, actor);
  const told = seenOf ? { ...world, seenOf } : world;
  const failed: FailedTest[] = [];
  for (const test of tests) {
    // Requests that wait go first.
    await setImmediate();
    if (isForAll && seenOf && (await runPolicyTest(compiled, test, world)).passed) continue;
    const { passed, differences } = await runPolicyTest(compiled, test, told);
    const { id, name } = test;
    if (!passed) failed.push({ id, name, differences });
    else if (isForAll && seenOf) failed.push({ id, name, differences: [BY_UNSEEN] });
  }
  return failed;
}

/** Throws `tests_failed` with the tests that a graph does not pass. */
export async function requirePassing(context: RouteContext, graph: Graph, tests: readonly PolicyTest[]): Promise<void> {
  const failed = await failedTests(context, graph, tests, true);
  if (failed.length === 0) return;
  const said = failed
    .slice(0, MOST_SAID)
    .map(({ name, differences }) => `“${name}”: ${differences.join(' ').replace(/\.$/, '')}`);
  const more = failed.length - said.length;
  const why = [...said, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  throw new SignalboxError('tests_failed', { why, tests: failed });
}
