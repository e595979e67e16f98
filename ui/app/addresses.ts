/** What the query of an address may hold, screen by screen. Anything else in it is taken for nothing. */
import { z } from 'zod';
import { RECORD_STATUSES } from '../../policies/record-status.ts';
import { ALERT_ABOUT, ALERT_STATES } from '../api/alerts.ts';
import { CHANGE_KINDS, DEEDS, FLAGS } from '../api/audit-kinds.ts';
import { PERIODS } from '../api/periods.ts';
import { EVERY, USAGE_PERIODS } from '../api/usage.ts';

const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
const optionalText = text.optional().catch(undefined);
const version = z.int().min(1).max(999_999_999);

/** What the list of policies is narrowed to: words, and whether those in the archive are shown too. */
export const policiesFilterSchema = z.object({
  search: optionalText,
  archived: z.literal(true).optional().catch(undefined),
});

/** The id of the policy that a new one begins as a copy of. */
export const newPolicySchema = z.object({ copy: optionalText });

/** The id of the project whose keys are shown. */
export const keysFilterSchema = z.object({ project: optionalText });

const moment = z.int().min(0).optional().catch(undefined);

/**
 * Which version of a policy is shown, the live one where it is left out, and of which time its traffic is; `from` and `to`
 * are those of a range of one's own, in milliseconds since 1970.
 */
export const shownSchema = z.object({
  version: z
    .union([version, z.literal('draft')])
    .optional()
    .catch(undefined),
  last: z.enum(PERIODS).optional().catch(undefined),
  from: moment,
  to: moment,
});
export type Shown = z.output<typeof shownSchema>;

/** The split whose variants are compared, and of which time. */
export const variantsShownSchema = z.object({
  node: optionalText,
  last: z.enum(PERIODS).optional().catch(undefined),
  from: moment,
  to: moment,
});

/** Two versions beside each other, and how they are shown. */
export const comparedSchema = z.object({
  from: z
    .union([version, z.literal('draft')])
    .optional()
    .catch(undefined),
  to: z
    .union([version, z.literal('draft')])
    .optional()
    .catch(undefined),
  view: z.enum(['words', 'drawings', 'definition']).optional().catch(undefined),
});

export const BUDGET_VIEWS = ['now', 'plan', 'ledger', 'settings'] as const;
export type BudgetView = (typeof BUDGET_VIEWS)[number];

/** What is shown of a budget: the side of it, the scope, and the scope that somebody has come to ask more for. */
export const budgetShownSchema = z.object({
  view: z.enum(BUDGET_VIEWS).optional().catch(undefined),
  scope: optionalText,
  ask: optionalText,
});

/** The id of a recorded request that is tried on the draft, and that of a node that is selected. */
export const editedSchema = z.object({ record: optionalText, node: optionalText });

/** One tag stands as it is, so that the address can be read. */
const tags = z
  .union([text.transform((tag) => [tag]), z.array(text)])
  .transform((list) => (list.length > 1 ? list : list[0]));

/** What the log of messages is narrowed to: a channel by its id, a state, and what they are about. */
export const alertsFilterSchema = z.object({
  channel: optionalText,
  state: z.enum(ALERT_STATES).optional().catch(undefined),
  about: z.enum(ALERT_ABOUT).optional().catch(undefined),
});

/** What the list of requests is narrowed to; a tag is `name=value`, moments are milliseconds since 1970. */
export const requestsFilterSchema = z.object({
  status: z.enum(RECORD_STATUSES).optional().catch(undefined),
  model: optionalText,
  project: optionalText,
  key: optionalText,
  tag: tags.optional().catch(undefined),
  policy: optionalText,
  version: version.optional().catch(undefined),
  last: z.enum(PERIODS).optional().catch(undefined),
  from: z.int().min(0).optional().catch(undefined),
  to: z.int().min(0).optional().catch(undefined),
  costAtLeast: z.int().min(0).optional().catch(undefined),
});
export type RequestsFilter = z.output<typeof requestsFilterSchema>;

/** Whether the filter leaves anything out. */
export const isNarrowed = (filter: RequestsFilter): boolean =>
  Object.values(filter).some((value) => value !== undefined);

const period = z.enum(USAGE_PERIODS).optional().catch(undefined);

/** What the overview tells spend by, of which time, and the part of it that all below is narrowed to. */
export const overviewSchema = z.object({ by: optionalText, last: period, from: moment, to: moment });
export type OverviewShown = z.output<typeof overviewSchema>;

/**
 * What usage is told by, of which time, and by what it is measured; each of `where` is `team=Search`, or `tag:feature=chat`
 * for a tag. `from` and `to` count more than `last`.
 */
export const usageShownSchema = z.object({
  by: optionalText,
  measure: optionalText,
  every: z.enum(EVERY).optional().catch(undefined),
  last: period,
  from: moment,
  to: moment,
  where: tags.optional().catch(undefined),
});
export type UsageShown = z.output<typeof usageShownSchema>;

/** The time of which the runs of agents are shown. */
export const runsShownSchema = z.object({ last: period });

export const AUDIT_PERIODS = ['day', 'week', 'month', 'any'] as const;
const sequence = z.int().min(0).optional().catch(undefined);

/**
 * Which entries of the history are shown: who, about what kind of object, whether with a reason, of which time (that of
 * `from` and `to` counts more than `last`), and before or after which entry.
 */
export const auditShownSchema = z.object({
  who: optionalText,
  about: optionalText,
  reason: z.enum(['given', 'none']).optional().catch(undefined),
  last: z.enum(AUDIT_PERIODS).optional().catch(undefined),
  from: moment,
  to: moment,
  before: sequence,
  after: sequence,
});
export type AuditShown = z.output<typeof auditShownSchema>;

/** Which changes are reviewed: whose, of which policy and kind, and what there is to look at first. */
export const reviewedShownSchema = auditShownSchema.pick({ who: true, last: true, from: true, to: true }).extend({
  policy: optionalText,
  kind: z.enum(CHANGE_KINDS).optional().catch(undefined),
  flag: z.enum(FLAGS).optional().catch(undefined),
});
export type ReviewedShown = z.output<typeof reviewedShownSchema>;

/** The moment that is asked about, in milliseconds since 1970; now where it is left out. */
export const momentShownSchema = z.object({ at: moment });

/** The time of which is told what left the house. */
export const leftShownSchema = auditShownSchema.pick({ last: true, from: true, to: true });

/** Whose deeds are shown, of what kind and which time. */
export const deedsShownSchema = auditShownSchema
  .pick({ who: true, last: true, from: true, to: true })
  .extend({ what: z.enum(DEEDS).optional().catch(undefined) });
