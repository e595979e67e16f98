/** Who has to approve which policies. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { roleSchema } from '../../policies/access/roles.ts';
import { ask } from './client.ts';

export const approvalRuleSchema = z.object({
  /** How many people have to approve; 0 for none. */
  approvals: z.number(),
  /** Ids of those whose approval counts; null for everybody whose roles let them. */
  by: z.array(z.string()).nullable(),
  /** Roles that may publish without approvals in an emergency. */
  emergency: z.array(roleSchema),
});
export type ApprovalRule = z.infer<typeof approvalRuleSchema>;

const policyRule = z.object({
  /** What counts. */
  rule: approvalRuleSchema,
  /** Null where that of the organisation counts. */
  own: approvalRuleSchema.nullable(),
  organisation: approvalRuleSchema,
});

const ofAll = z.object({ rule: approvalRuleSchema });
const pathOf = (policy: string): string => `/policies/${encodeURIComponent(policy)}/approval-rule`;

/** The rule of a policy, and where it comes from. */
export const policyRuleQuery = (policy: string) =>
  queryOptions({
    queryKey: ['approvals', 'rule', policy],
    queryFn: ({ signal }) => ask(policyRule, pathOf(policy), { signal }),
  });

/** The rule of all policies that have none of their own. */
export const organisationRuleQuery = queryOptions({
  queryKey: ['approvals', 'rule'],
  queryFn: async ({ signal }) => (await ask(ofAll, '/organisation/approval-rule', { signal })).rule,
});

/** Changes the rule of a policy; null takes its own one off. Rejects with `invalid_input` for one that nobody could follow. */
export const changePolicyRule = (policy: string, rule: ApprovalRule | null, reason: string) =>
  ask(policyRule, pathOf(policy), { method: 'PUT', body: { rule, reason } });

/** Changes the rule of all policies that have none of their own. */
export const changeOrganisationRule = (rule: ApprovalRule, reason: string) =>
  ask(ofAll, '/organisation/approval-rule', { method: 'PUT', body: { rule, reason } });
