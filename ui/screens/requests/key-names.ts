/** What keys are called in filters. */
import type { Key } from '../../api/keys.ts';

type Named = Pick<Key, 'id' | 'name' | 'prefix' | 'revokedAt'>;

/** Names of keys by their ids; keys of the same name are told apart by how their tokens begin. */
export function sayKeys(keys: readonly Named[]): Map<string, string> {
  const times = new Map<string, number>();
  for (const { name } of keys) times.set(name, (times.get(name) ?? 0) + 1);
  return new Map(
    keys.map(({ id, name, prefix, revokedAt }) => {
      const own = times.get(name) === 1 ? name : `${name} (${prefix}…)`;
      return [id, revokedAt === null ? own : `${own}, revoked`];
    }),
  );
}
