/** Who has to approve which policies. */
import { z } from 'zod';
import { approvalRuleSchema, changeRule, readOrganisationRule, readRule } from '../approval-rules.ts';
import { idSchema, reasonSchema } from '../input.ts';
import { findPolicy } from '../policies.ts';
import { defineRoute, type Route } from '../route.ts';

const tag = 'Approvals';
const ofPolicy = z.strictObject({ policy: idSchema });
const policyRule = z
  .object({
    rule: approvalRuleSchema.meta({ description: 'What counts for the policy.' }),
    own: approvalRuleSchema.nullable().meta({ description: 'Its own; null where that of the organisation counts.' }),
    organisation: approvalRuleSchema,
  })
  .meta({ id: 'PolicyApprovalRule' });

export const approvalRuleRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/organisation/approval-rule',
    may: 'read policy',
    placed: 'handler',
    tag,
    summary: 'Who has to approve policies that have no rule of their own.',
    status: 200,
    response: z.object({ rule: approvalRuleSchema }),
    handle: async (_input, { control, actor }) => ({
      rule: await readOrganisationRule(control.db, actor.organisation),
    }),
  }),
  defineRoute({
    method: 'put',
    path: '/organisation/approval-rule',
    may: 'rule policy',
    tag,
    summary: 'Say who has to approve policies that have no rule of their own. Nothing is published by that.',
    status: 200,
    body: z.strictObject({ rule: approvalRuleSchema, reason: reasonSchema }),
    response: z.object({ rule: approvalRuleSchema }),
    handle: async ({ body }, { control, actor }) => ({
      rule: (await changeRule(control, actor, null, body)).organisation,
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/approval-rule',
    may: 'read policy',
    placed: 'policy',
    tag,
    summary: 'Who has to approve a policy.',
    status: 200,
    errors: ['not_found'],
    params: ofPolicy,
    response: policyRule,
    handle: async ({ params }, { control, actor }) => {
      const { id } = await findPolicy(control.db, actor.organisation, params.policy);
      return readRule(control.db, actor.organisation, id);
    },
  }),
  defineRoute({
    method: 'put',
    path: '/policies/{policy}/approval-rule',
    may: 'rule policy',
    placed: 'policy',
    tag,
    summary: 'Say who has to approve a policy; null takes its own rule off. Nothing is published by that.',
    status: 200,
    errors: ['not_found'],
    params: ofPolicy,
    body: z.strictObject({ rule: approvalRuleSchema.nullable(), reason: reasonSchema }),
    response: policyRule,
    handle: ({ params, body }, { control, actor }) => changeRule(control, actor, params.policy, body),
  }),
];
