import type { Snapshot } from '../control/snapshot.ts';

/** Ids of the teams that a budget's scope such as `team=search,user=ada` names, itself or by one of their projects. */
export function teamsInScope({ teams, projects }: Snapshot, organisation: string, scope: string): string[] {
  if (scope === '') return [];
  const found = new Set<string>();
  for (const [id, team] of teams) {
    if (team.organisation === organisation && names(scope, 'team', team.name)) found.add(id);
  }
  for (const project of projects.values()) {
    if (project.organisation === organisation && names(scope, 'project', project.name)) found.add(project.team);
  }
  return [...found];
}

const names = (scope: string, name: string, value: string): boolean => `,${scope},`.includes(`,${name}=${value},`);
