/** Who pays: a cost centre of a project or a team. A project without one has that of its team. */
import { z } from 'zod';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { reasonSchema } from './input.ts';
import { findProject, findTeam } from './organisations.ts';

export const costCentreChangeSchema = z.strictObject({
  costCentre: z.string().trim().min(1).max(120).nullable().meta({ description: 'Null takes it away.' }),
  reason: reasonSchema,
});
type CostCentreChange = z.output<typeof costCentreChangeSchema>;

/** Sets the cost centre of a project; throws `not_found`. */
export async function setProjectCostCentre(
  store: ControlStore,
  actor: Actor,
  id: string,
  { costCentre, reason }: CostCentreChange,
) {
  const change = { action: 'project.set_cost_centre', objectType: 'project', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const project = await findProject(trx, actor.organisation, id);
    await trx('projects').where({ id }).update({ cost_centre: costCentre });
    return { before: { costCentre: project.costCentre }, after: { costCentre }, value: { ...project, costCentre } };
  });
}

/** Sets the cost centre of a team and of its projects that have none of their own; throws `not_found`. */
export async function setTeamCostCentre(
  store: ControlStore,
  actor: Actor,
  id: string,
  { costCentre, reason }: CostCentreChange,
) {
  const change = { action: 'team.set_cost_centre', objectType: 'team', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const team = await findTeam(trx, actor.organisation, id);
    await trx('teams').where({ id }).update({ cost_centre: costCentre });
    return { before: { costCentre: team.costCentre }, after: { costCentre }, value: { ...team, costCentre } };
  });
}
