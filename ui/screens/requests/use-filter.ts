import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { RequestsFilter } from '../../app/addresses.ts';

const route = getRouteApi('/requests');

export interface FilterAndSet {
  readonly filter: RequestsFilter;
  /** Narrows by these too, in place of what they were; undefined lets everything through. */
  readonly narrow: (change: Partial<RequestsFilter>) => void;
  readonly clear: () => void;
}

/** What the list is narrowed to, by its address. The way back leads to where the person came from, not through every choice. */
export function useFilter(): FilterAndSet {
  const filter = route.useSearch();
  const navigate = useNavigate({ from: '/requests' });
  const go = (search: RequestsFilter): void => void navigate({ to: '/requests', search, replace: true });
  return { filter, narrow: (change) => go({ ...filter, ...change }), clear: () => go({}) };
}
