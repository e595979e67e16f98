/** Whose requests a policy decides without being asked for by name. */
import type { HouseAnswer } from '../../api/house.ts';

/** For whom each policy is the default, and which one runs before all, in words, by the id of the policy. */
export function defaultsOf({
  defaultPolicy: whole,
  organisationPolicy,
  projects,
}: Pick<HouseAnswer, 'defaultPolicy' | 'organisationPolicy' | 'projects'>): ReadonlyMap<string, readonly string[]> {
  const defaults = new Map<string, string[]>();
  const add = (policy: string, words: string) => defaults.set(policy, [...(defaults.get(policy) ?? []), words]);
  if (organisationPolicy !== null) add(organisationPolicy.id, 'runs before every policy');
  if (whole !== null) add(whole, 'default');
  for (const { name, defaultPolicy } of projects) if (defaultPolicy) add(defaultPolicy, `default of ${name}`);
  return defaults;
}
