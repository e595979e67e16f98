import { useQuery } from '@tanstack/react-query';
import { type HouseAnswer, houseQuery } from '../api/house.ts';
import { keysQuery } from '../api/keys.ts';

/** All that screens of budgets need besides what they are about. */
export interface BudgetHouse {
  readonly answer: HouseAnswer;
  /** Names of all keys by id, also of those that were revoked. */
  readonly keyNames: ReadonlyMap<string, string>;
}

/** How often what was spent is asked for again, in milliseconds. */
const EVERY_MS = 30_000;

/** The house as it is now, or why it cannot be had; both null while it is loaded. */
export function useBudgetHouse(): {
  readonly house: BudgetHouse | null;
  readonly error: Error | null;
  readonly retry: () => void;
} {
  const house = useQuery({ ...houseQuery, refetchInterval: EVERY_MS });
  const keys = useQuery(keysQuery);
  const retry = (): void => {
    void house.refetch();
    void keys.refetch();
  };
  if (!house.data || !keys.data) return { house: null, error: house.error ?? keys.error, retry };
  const keyNames = new Map(keys.data.map(({ id, name }) => [id, name]));
  return { house: { answer: house.data, keyNames }, error: null, retry };
}
