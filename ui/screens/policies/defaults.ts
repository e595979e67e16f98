/** Whose requests follow a policy when they ask for none by name. */

/** For whom each policy is the default, in words, by the id of the policy. */
export function defaultsOf(
  whole: string | null,
  projects: readonly { readonly name: string; readonly defaultPolicy: string | null }[],
): ReadonlyMap<string, readonly string[]> {
  const defaults = new Map<string, string[]>();
  const add = (policy: string, words: string) => defaults.set(policy, [...(defaults.get(policy) ?? []), words]);
  if (whole !== null) add(whole, 'default');
  for (const { name, defaultPolicy } of projects) if (defaultPolicy) add(defaultPolicy, `default of ${name}`);
  return defaults;
}
