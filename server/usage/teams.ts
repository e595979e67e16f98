/** Names of the teams that projects belong to, as far as they have been needed. */
import type { Knex } from 'knex';
import type { TeamOf } from './of-record.ts';

export class Teams {
  readonly #control: Knex;
  #byProject: ReadonlyMap<string, string> = new Map();

  constructor(control: Knex) {
    this.#control = control;
  }

  /** For records of these projects; names that were read before stay as they were until a project is new. */
  async of(projects: Iterable<string>): Promise<TeamOf> {
    for (const project of projects) {
      if (this.#byProject.has(project)) continue;
      const rows: { project: string; team: string }[] = await this.#control('projects')
        .join('teams', 'teams.id', 'projects.team')
        .select({ project: 'projects.id', team: 'teams.name' });
      this.#byProject = new Map(rows.map((row) => [row.project, row.team]));
      break;
    }
    const known = this.#byProject;
    return (project) => known.get(project) ?? null;
  }
}
