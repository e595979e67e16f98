/** Requests as a file, and how long it would be. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';
import { filterParameters, type RecordFilter } from './records.ts';

export type ExportFormat = 'jsonl' | 'csv';

/** Where the browser gets the file itself, piece by piece; `now` is in milliseconds since 1970. */
export function exportAddress(filter: RecordFilter, format: ExportFormat, now: number): string {
  const query = filterParameters(filter, now);
  query.set('format', format);
  return `/api/records/export?${query}`;
}

const size = z.object({
  /** As many as were counted, 10,000 at most. */
  rows: z.number(),
  /** Whether there are more than that, or may be. */
  more: z.boolean(),
  running: z.number(),
  atOnce: z.number(),
});
export type ExportSize = z.infer<typeof size>;

export const exportSizeQuery = (filter: RecordFilter) =>
  queryOptions({
    queryKey: ['records', 'export', filter],
    staleTime: 0,
    queryFn: ({ signal }) => ask(size, `/records/export/size?${filterParameters(filter, Date.now())}`, { signal }),
  });
