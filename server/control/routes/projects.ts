/** The organisation, its teams and projects, and the policies that they use by default. */
import { z } from 'zod';
import { idSchema, nameSchema, reasonSchema } from '../input.ts';
import {
  createProject,
  createTeam,
  findProject,
  listProjects,
  listTeams,
  organisationSchema,
  projectSchema,
  readOrganisation,
  renameProject,
  renameTeam,
  teamSchema,
} from '../organisations.ts';
import { defineRoute, type Route } from '../route.ts';
import { setDefaultPolicy } from '../versions.ts';

const organisation = organisationSchema.meta({ id: 'Organisation' });
const team = teamSchema.meta({ id: 'Team' });
const project = projectSchema.meta({ id: 'Project' });
const rename = z.strictObject({ name: nameSchema });
const setDefault = z.strictObject({
  policy: idSchema.nullable().meta({ description: 'Null takes the default away.' }),
  reason: reasonSchema,
});

export const projectRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/organisation',
    may: 'read house',
    tag: 'Projects',
    summary: 'The organisation.',
    status: 200,
    response: organisation,
    handle: (_input, { control, actor }) => readOrganisation(control.db, actor.organisation),
  }),
  defineRoute({
    method: 'put',
    path: '/organisation/default-policy',
    may: 'change house',
    tag: 'Projects',
    summary: 'Set the policy of every project that has none of its own.',
    status: 200,
    errors: ['not_found', 'policy_archived'],
    body: setDefault,
    response: organisation,
    handle: async ({ body }, { control, actor }) => {
      await setDefaultPolicy(control, actor, { ...body, project: null });
      return readOrganisation(control.db, actor.organisation);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/teams',
    may: 'read house',
    tag: 'Projects',
    summary: 'All teams.',
    status: 200,
    response: z.object({ teams: z.array(team) }),
    handle: async (_input, { control, actor }) => ({ teams: await listTeams(control.db, actor.organisation) }),
  }),
  defineRoute({
    method: 'post',
    path: '/teams',
    may: 'change house',
    tag: 'Projects',
    summary: 'Create a team.',
    status: 201,
    errors: ['already_exists'],
    body: rename,
    response: team,
    handle: ({ body }, { control, actor }) => createTeam(control, actor, body.name),
  }),
  defineRoute({
    method: 'patch',
    path: '/teams/{team}',
    may: 'change house',
    tag: 'Projects',
    summary: 'Rename a team.',
    status: 200,
    errors: ['not_found', 'already_exists'],
    params: z.strictObject({ team: idSchema }),
    body: rename,
    response: team,
    handle: ({ params, body }, { control, actor }) => renameTeam(control, actor, params.team, body.name),
  }),
  defineRoute({
    method: 'get',
    path: '/projects',
    may: 'read house',
    tag: 'Projects',
    summary: 'All projects.',
    status: 200,
    response: z.object({ projects: z.array(project) }),
    handle: async (_input, { control, actor }) => ({ projects: await listProjects(control.db, actor.organisation) }),
  }),
  defineRoute({
    method: 'post',
    path: '/projects',
    may: 'change house',
    tag: 'Projects',
    summary: 'Create a project of a team.',
    status: 201,
    errors: ['not_found', 'already_exists'],
    body: z.strictObject({ name: nameSchema, team: idSchema }),
    response: project,
    handle: ({ body }, { control, actor }) => createProject(control, actor, body),
  }),
  defineRoute({
    method: 'patch',
    path: '/projects/{project}',
    may: 'change house',
    tag: 'Projects',
    summary: 'Rename a project.',
    status: 200,
    errors: ['not_found', 'already_exists'],
    params: z.strictObject({ project: idSchema }),
    body: rename,
    response: project,
    handle: ({ params, body }, { control, actor }) => renameProject(control, actor, params.project, body.name),
  }),
  defineRoute({
    method: 'put',
    path: '/projects/{project}/default-policy',
    may: 'change house',
    tag: 'Projects',
    summary: 'Set the policy that requests of a project follow when they name none.',
    status: 200,
    errors: ['not_found', 'policy_archived'],
    params: z.strictObject({ project: idSchema }),
    body: setDefault,
    response: project,
    handle: async ({ params, body }, { control, actor }) => {
      await setDefaultPolicy(control, actor, { ...body, project: params.project });
      return findProject(control.db, actor.organisation, params.project);
    },
  }),
];
