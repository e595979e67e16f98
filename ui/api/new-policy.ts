/** Making policies. */
import { z } from 'zod';
import type { Drawing } from '../../policies/graph.ts';
import type { PolicyTest } from '../../policies/policy-test.ts';
import { ask } from './client.ts';
import { type Policy, policySchema } from './policy.ts';

export interface NewPolicy extends Partial<Drawing> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Id of the project that it belongs to; the whole organisation without one. */
  readonly project?: string | null;
  readonly tests?: readonly PolicyTest[];
  /** Name of a shipped template to begin with. */
  readonly template?: string;
}

/** Makes a policy with a draft, which nothing follows yet; rejects with `already_exists` for a name that is taken. */
export async function createPolicy(policy: NewPolicy): Promise<Policy> {
  const answer = z.object({ policy: policySchema });
  return (await ask(answer, '/policies', { method: 'POST', body: policy })).policy;
}

/** The most characters that a name has. */
const LONGEST_NAME = 63;

/** The name as it is wanted, or with the first number that makes it free. */
export function freeName(wanted: string, taken: readonly Pick<Policy, 'name'>[]): string {
  const names = new Set(taken.map(({ name }) => name));
  let free = wanted;
  for (let n = 2; names.has(free); n++) free = `${wanted.slice(0, LONGEST_NAME - `-${n}`.length)}-${n}`;
  return free;
}
