/** Organisations, their teams, and the teams' projects. */
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { z } from 'zod';
import { timeZoneSchema } from '../../policies/budget.ts';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { momentSchema } from './input.ts';

export const organisationSchema = z.object({
  id: z.string(),
  name: z.string(),
  defaultPolicy: z.string().nullable(),
  timeZone: timeZoneSchema.meta({ description: 'By whose clocks its months begin and end.' }),
  createdAt: momentSchema,
});
const costCentreSchema = z.string().nullable();
export const teamSchema = z.object({
  id: z.string(),
  name: z.string(),
  costCentre: costCentreSchema,
  createdAt: momentSchema,
});
export const projectSchema = z.object({
  id: z.string(),
  team: z.string(),
  name: z.string(),
  defaultPolicy: z.string().nullable(),
  costCentre: costCentreSchema.meta({ description: 'Who pays for it; null for whoever pays for its team.' }),
  createdAt: momentSchema,
});

type Organisation = z.infer<typeof organisationSchema>;
type Team = z.infer<typeof teamSchema>;
type Project = z.infer<typeof projectSchema>;

interface OrganisationRow {
  readonly id: string;
  readonly name: string;
  readonly default_policy: string | null;
  readonly time_zone: string;
  readonly created_at: number;
}

interface TeamRow {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly cost_centre: string | null;
  readonly created_at: number;
}

interface ProjectRow extends TeamRow {
  readonly team: string;
  readonly default_policy: string | null;
}

const toTeam = (row: TeamRow): Team => ({
  id: row.id,
  name: row.name,
  costCentre: row.cost_centre,
  createdAt: row.created_at,
});
const toProject = (row: ProjectRow): Project => ({
  id: row.id,
  team: row.team,
  name: row.name,
  defaultPolicy: row.default_policy,
  costCentre: row.cost_centre,
  createdAt: row.created_at,
});

/** Creates the actor's organisation itself. */
export async function createOrganisation(store: ControlStore, actor: Actor, name: string): Promise<void> {
  const id = actor.organisation;
  const change = { action: 'organisation.create', objectType: 'organisation', objectId: id, reason: null };
  await store.change(actor, change, async (trx) => {
    await trx('organisations').insert({
      id,
      name,
      default_policy: null,
      secret: randomBytes(32).toString('base64url'),
      created_at: Date.now(),
    });
    return { before: null, after: { name }, value: undefined };
  });
}

export async function readOrganisation(db: Knex, id: string): Promise<Organisation> {
  const row = await db<OrganisationRow>('organisations').where({ id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'organisation of that id' });
  return {
    id: row.id,
    name: row.name,
    defaultPolicy: row.default_policy,
    timeZone: row.time_zone,
    createdAt: row.created_at,
  };
}

export async function listTeams(db: Knex, organisation: string): Promise<Team[]> {
  return (await db<TeamRow>('teams').where({ organisation }).orderBy('name')).map(toTeam);
}

export async function listProjects(db: Knex, organisation: string): Promise<Project[]> {
  return (await db<ProjectRow>('projects').where({ organisation }).orderBy('name')).map(toProject);
}

/** Throws `not_found` unless the organisation has such a project. */
export async function findProject(db: Knex, organisation: string, id: string): Promise<Project> {
  const row = await db<ProjectRow>('projects').where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'project of that id' });
  return toProject(row);
}

/** Throws `not_found` unless the organisation has such a team. */
export async function findTeam(db: Knex, organisation: string, id: string): Promise<Team> {
  const row = await db<TeamRow>('teams').where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'team of that id' });
  return toTeam(row);
}

/** Throws `already_exists` where another row of the organisation has the name. Sure only inside a change. */
export async function requireFreeName(
  db: Knex,
  table: 'teams' | 'projects' | 'policies' | 'budgets',
  organisation: string,
  name: string,
  except: string | null,
): Promise<void> {
  const taken = await db<{ id: string; organisation: string; name: string }>(table)
    .where({ organisation, name })
    .first();
  if (taken && taken.id !== except) {
    const words = { teams: 'team', projects: 'project', policies: 'policy', budgets: 'budget' };
    throw new SignalboxError('already_exists', { what: words[table] });
  }
}

export async function createTeam(store: ControlStore, actor: Actor, name: string): Promise<Team> {
  const id = newId('team');
  const change = { action: 'team.create', objectType: 'team', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    await requireFreeName(trx, 'teams', actor.organisation, name, null);
    const row: TeamRow = { id, organisation: actor.organisation, name, cost_centre: null, created_at: Date.now() };
    await trx('teams').insert(row);
    return { before: null, after: { name }, value: toTeam(row) };
  });
}

export async function renameTeam(store: ControlStore, actor: Actor, id: string, name: string): Promise<Team> {
  const change = { action: 'team.rename', objectType: 'team', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    const team = await findTeam(trx, actor.organisation, id);
    await requireFreeName(trx, 'teams', actor.organisation, name, id);
    await trx('teams').where({ id }).update({ name });
    return { before: { name: team.name }, after: { name }, value: { ...team, name } };
  });
}

/** Creates a project of a team; throws `not_found` for an unknown team. */
export async function createProject(
  store: ControlStore,
  actor: Actor,
  input: { readonly name: string; readonly team: string },
): Promise<Project> {
  const { organisation } = actor;
  const { name, team } = input;
  const id = newId('prj');
  const change = { action: 'project.create', objectType: 'project', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    await findTeam(trx, organisation, team);
    await requireFreeName(trx, 'projects', organisation, name, null);
    const row: ProjectRow = {
      id,
      organisation,
      team,
      name,
      default_policy: null,
      cost_centre: null,
      created_at: Date.now(),
    };
    await trx('projects').insert(row);
    return { before: null, after: { name, team }, value: toProject(row) };
  });
}

export async function renameProject(store: ControlStore, actor: Actor, id: string, name: string): Promise<Project> {
  const change = { action: 'project.rename', objectType: 'project', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    const project = await findProject(trx, actor.organisation, id);
    await requireFreeName(trx, 'projects', actor.organisation, name, id);
    await trx('projects').where({ id }).update({ name });
    return { before: { name: project.name }, after: { name }, value: { ...project, name } };
  });
}

/** Sets the time zone by whose clocks months begin and end; months that are closed stay as they are. */
export async function setTimeZone(
  store: ControlStore,
  actor: Actor,
  { timeZone, reason }: { readonly timeZone: string; readonly reason: string },
): Promise<Organisation> {
  const { organisation: id } = actor;
  const change = { action: 'organisation.set_time_zone', objectType: 'organisation', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const organisation = await readOrganisation(trx, id);
    await trx('organisations').where({ id }).update({ time_zone: timeZone });
    const value = { ...organisation, timeZone };
    return { before: { timeZone: organisation.timeZone }, after: { timeZone }, value };
  });
}
