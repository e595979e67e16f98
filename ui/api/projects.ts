/** Teams, their projects, and the policies that requests follow by default. */
import { z } from 'zod';
import { ask } from './client.ts';

const named = z.object({ id: z.string(), name: z.string() });
export type Named = z.infer<typeof named>;

/** Makes a team; rejects with `already_exists` for a name that is taken. */
export function createTeam(name: string): Promise<Named> {
  return ask(named, '/teams', { method: 'POST', body: { name } });
}

/** Gives a team another name. */
export function renameTeam(id: string, name: string): Promise<Named> {
  return ask(named, `/teams/${encodeURIComponent(id)}`, { method: 'PATCH', body: { name } });
}

/** Makes a project of a team; rejects with `already_exists` for a name that is taken. */
export function createProject(team: string, name: string): Promise<Named> {
  return ask(named, '/projects', { method: 'POST', body: { team, name } });
}

/** Gives a project another name. */
export function renameProject(id: string, name: string): Promise<Named> {
  return ask(named, `/projects/${encodeURIComponent(id)}`, { method: 'PATCH', body: { name } });
}

/** Sets the policy of requests that name none, of a project or (`project` null) of the organisation; null takes it away. */
export async function setDefaultPolicy(project: string | null, policy: string | null, reason: string): Promise<void> {
  const whose = project === null ? '/organisation' : `/projects/${encodeURIComponent(project)}`;
  await ask(z.object({ defaultPolicy: z.string().nullable() }), `${whose}/default-policy`, {
    method: 'PUT',
    body: { policy, reason },
  });
}

/** Sets who pays for a team or a project; null takes it away. */
export async function setCostCentre(
  whose: 'teams' | 'projects',
  id: string,
  costCentre: string | null,
  reason: string,
): Promise<void> {
  await ask(named, `/${whose}/${encodeURIComponent(id)}/cost-centre`, { method: 'PUT', body: { costCentre, reason } });
}
