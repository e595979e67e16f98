import { useQuery } from '@tanstack/react-query';
import { houseQuery } from '../../api/house.ts';
import { keysQuery } from '../../api/keys.ts';
import { policiesQuery } from '../../api/policies.ts';

/** Gives what people call a value of what usage is told by; null where that is the value itself, or nobody knows it yet. */
export function useValueNames(): (by: string, value: string) => string | null {
  const house = useQuery(houseQuery);
  const keys = useQuery(keysQuery);
  const policies = useQuery(policiesQuery);
  const titleOf = (id: string): string | null => policies.data?.find((one) => one.id === id)?.title ?? null;
  return (by, value) => {
    if (by === 'project') return house.data?.projects.find(({ id }) => id === value)?.name ?? null;
    if (by === 'key') return keys.data?.find(({ id }) => id === value)?.name ?? null;
    if (by === 'policy') return titleOf(value);
    const mark = by === 'version' ? '@' : by === 'node' ? '/' : null;
    if (mark === null) return null;
    const [id = '', ...rest] = value.split(mark);
    const title = titleOf(id);
    return title === null ? null : `${title}${mark}${rest.join(mark)}`;
  };
}
