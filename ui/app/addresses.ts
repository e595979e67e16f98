/** What the query of an address may hold, screen by screen. Anything else in it is taken for nothing. */
import { z } from 'zod';
import { RECORD_STATUSES } from '../api/records.ts';

const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
const optionalText = text.optional().catch(undefined);
const version = z.int().min(1).max(999_999_999);

/** Which version of a policy is shown; the live one where it is left out. */
export const shownSchema = z.object({
  version: z
    .union([version, z.literal('draft')])
    .optional()
    .catch(undefined),
});

/** Two versions beside each other. */
export const comparedSchema = z.object({
  from: z
    .union([version, z.literal('draft')])
    .optional()
    .catch(undefined),
  to: z
    .union([version, z.literal('draft')])
    .optional()
    .catch(undefined),
});

/** What the list of requests is narrowed to; `tag` is `name=value`, moments are milliseconds since 1970. */
export const requestsFilterSchema = z.object({
  status: z.enum(RECORD_STATUSES).optional().catch(undefined),
  model: optionalText,
  tag: optionalText,
  policy: optionalText,
  version: version.optional().catch(undefined),
  from: z.int().min(0).optional().catch(undefined),
  to: z.int().min(0).optional().catch(undefined),
  costAtLeast: z.int().min(0).optional().catch(undefined),
});
export type RequestsFilter = z.output<typeof requestsFilterSchema>;

/** Whether the filter leaves anything out. */
export const isNarrowed = (filter: RequestsFilter): boolean =>
  Object.values(filter).some((value) => value !== undefined);
