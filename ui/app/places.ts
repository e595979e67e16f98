/** Where a person can be on these pages, and the address of each place: filters and versions are part of it. */
import { RECORD_STATUSES, type RecordFilter } from '../api/records.ts';

export type Place =
  | { readonly screen: 'start' }
  | { readonly screen: 'policies' }
  /** `version` is null for the live one. */
  | { readonly screen: 'policy'; readonly policy: string; readonly version: number | 'draft' | null }
  | { readonly screen: 'requests'; readonly filter: RecordFilter }
  | { readonly screen: 'request'; readonly record: string }
  | { readonly screen: 'unknown' };

export const NO_FILTER: RecordFilter = { status: null, model: null, tag: null };

/** The place of an address. */
export function readPlace({ pathname, search }: Pick<URL, 'pathname' | 'search'>): Place {
  const parts = partsOf(pathname);
  if (parts === null || parts.length > 2) return { screen: 'unknown' };
  const [first, second] = parts;
  const query = new URLSearchParams(search);
  switch (first) {
    case undefined:
      return { screen: 'start' };
    case 'policies':
      return second === undefined
        ? { screen: 'policies' }
        : { screen: 'policy', policy: second, version: readVersion(query.get('version')) };
    case 'requests':
      return second === undefined
        ? { screen: 'requests', filter: readFilter(query) }
        : { screen: 'request', record: second };
    default:
      return { screen: 'unknown' };
  }
}

/** The address of a place, path and query. */
export function addressOf(place: Exclude<Place, { screen: 'unknown' }>): string {
  switch (place.screen) {
    case 'start':
      return '/';
    case 'policies':
      return '/policies';
    case 'policy':
      return withQuery(`/policies/${encodeURIComponent(place.policy)}`, {
        version: place.version === null ? null : String(place.version),
      });
    case 'requests':
      return withQuery('/requests', { ...place.filter });
    case 'request':
      return `/requests/${encodeURIComponent(place.record)}`;
  }
}

/** The parts of a path; null when one cannot be read. */
function partsOf(pathname: string): string[] | null {
  try {
    return pathname.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
}

function readVersion(text: string | null): number | 'draft' | null {
  if (text === 'draft') return 'draft';
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

function readFilter(query: URLSearchParams): RecordFilter {
  const status = query.get('status');
  return {
    status: RECORD_STATUSES.find((one) => one === status) ?? null,
    model: query.get('model') || null,
    tag: query.get('tag') || null,
  };
}

function withQuery(path: string, values: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== null) query.set(name, value);
  return query.size === 0 ? path : `${path}?${query}`;
}
