/** The house at a glance: what a page needs to check a policy and to try it out without asking again. */
import { z } from 'zod';
import { mayIn, placesOf } from '../../../policies/access/ability.ts';
import type { Permission } from '../../../policies/access/permissions.ts';
import { policyPlace } from '../../access/places.ts';
import { budgetsWithUse } from '../budget-parts.ts';
import { storedBudgetSchema } from '../budgets.ts';
import { channelSchema, listChannels } from '../channels.ts';
import { keySchema } from '../keys.ts';
import { organisationPolicySchema, readOrganisationPolicy } from '../organisation-policy.ts';
import { listProjects, listTeams, projectSchema, readOrganisation, teamSchema } from '../organisations.ts';
import { keysSeen } from '../placed.ts';
import { type PolicyRow, policySchema, toPolicy } from '../policies.ts';
import { defineRoute, type Route } from '../route.ts';
import { budgetUseSchema } from './budgets.ts';
import { modelSchema, modelsOf } from './models.ts';

const TAGS_FROM_MS = 7 * 24 * 60 * 60 * 1000;
const NO_TAGS: Readonly<Record<string, string[]>> = {};

export const houseRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/house',
    may: 'read house',
    tag: 'House',
    summary: 'Models, budgets with what they have used, keys, projects, teams, and tags seen in the last seven days.',
    status: 200,
    response: z.object({
      models: z.array(modelSchema),
      budgets: z.array(z.object({ budget: storedBudgetSchema, use: z.array(budgetUseSchema) })),
      channels: z.array(channelSchema.pick({ id: true, name: true, kind: true, shown: true })),
      keys: z.array(keySchema).meta({ description: 'Those in use; never the token itself.' }),
      projects: z.array(projectSchema),
      teams: z.array(teamSchema),
      defaultPolicy: z.string().nullable(),
      organisationPolicy: organisationPolicySchema
        .nullable()
        .meta({ description: 'The policy that runs before every other one; null where there is none.' }),
      policies: z
        .array(policySchema.pick({ id: true, name: true, title: true, liveVersion: true, archived: true }))
        .meta({ description: 'All policies, those in the archive too.' }),
      tags: z
        .record(z.string(), z.array(z.string()))
        .meta({ description: 'The most frequent values of each tag in requests of the last seven days.' }),
    }),
    handle: async (_input, { control, deps, actor }) => {
      const { organisation, ability } = actor;
      const maySee = (permission: Permission): boolean => placesOf(ability, permission) === 'everywhere';
      const [budgets, channels, keys, projects, teams, { defaultPolicy }, policies, tags] = await Promise.all([
        budgetsWithUse(control, deps.budgetUse, actor),
        maySee('read alert') ? listChannels(control.db, organisation) : [],
        keysSeen(control, actor),
        listProjects(control.db, organisation),
        listTeams(control.db, organisation),
        readOrganisation(control.db, organisation),
        control.db<PolicyRow>('policies').where({ organisation }).orderBy('name').select('*'),
        maySee('read record') ? deps.records.tagsSeen(organisation, Date.now() - TAGS_FROM_MS) : NO_TAGS,
      ]);
      return {
        models: modelsOf(deps, organisation),
        budgets,
        channels,
        keys: keys.filter(({ revokedAt }) => revokedAt === null),
        projects,
        teams,
        defaultPolicy,
        organisationPolicy: await readOrganisationPolicy(control.db, control.snapshot(), organisation),
        policies: policies
          .filter((row) => mayIn(ability, 'read policy', policyPlace(control.snapshot(), row)))
          .map(toPolicy),
        tags,
      };
    },
  }),
];
