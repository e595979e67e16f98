/** Which policies name a model, by its own name or by one that leads to it: who is about to change it sees them before. */
import { z } from 'zod';
import { findKind } from '../../policies/compile.ts';
import type { Graph } from '../../policies/graph.ts';
import { parseGraph } from '../../policies/graph.ts';
import type { Control } from './control.ts';

export const namingSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    title: z.string(),
    live: z.boolean().meta({ description: 'Its live version does, so that requests are affected at once.' }),
    draft: z.boolean().meta({ description: 'Its draft does.' }),
  })
  .meta({ id: 'PolicyNaming' });
type Naming = z.infer<typeof namingSchema>;

/** The names of models in a graph; of nodes with broken settings, none. */
function modelsIn(graph: Graph): string[] {
  return graph.nodes.flatMap(({ kind, settings }) => {
    const bound = findKind(kind)?.bind(settings);
    return bound?.ok ? [...(bound.node.models ?? []), ...(bound.node.shadows ?? [])] : [];
  });
}

/** Finds the policies of an organisation that name a model for which `isMeant`; those in the archive are left out. */
export async function policiesNaming(
  control: Control,
  organisation: string,
): Promise<(isMeant: (model: string) => boolean) => Naming[]> {
  const { policies: live } = control.snapshot();
  const rows: readonly { id: string; name: string; title: string; graph_json: string }[] = await control
    .db('policies')
    .join('drafts', 'drafts.policy', 'policies.id')
    .where('policies.organisation', organisation)
    .whereNull('policies.archived_at')
    .orderBy('policies.name')
    .select('policies.id', 'policies.name', 'policies.title', 'drafts.graph_json');
  const found = rows.map(({ id, name, title, graph_json }) => {
    const published = live.get(id);
    return {
      id,
      name,
      title,
      inLive: published ? modelsIn(parseGraph(published.graph)) : [],
      inDraft: modelsIn(parseGraph(JSON.parse(graph_json))),
    };
  });
  return (isMeant) =>
    found.flatMap(({ inLive, inDraft, ...policy }) => {
      const naming = { ...policy, live: inLive.some(isMeant), draft: inDraft.some(isMeant) };
      return naming.live || naming.draft ? [naming] : [];
    });
}

/** “one” and “two”, for a sentence. */
export const sayPolicies = (policies: readonly { readonly title: string }[]): string =>
  policies.map(({ title }) => `“${title}”`).join(', ');
