/** The policy of the organisation that runs before every other one. */
import { z } from 'zod';
import { graphSchema, layoutSchema } from '../../policies/graph.ts';
import { ask } from './client.ts';

export const organisationPolicySchema = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  /** Its live version, which is the one that runs. */
  version: z.number(),
  graph: graphSchema,
  layout: layoutSchema,
});
export type OrganisationPolicy = z.infer<typeof organisationPolicySchema>;

/** Lets a policy run before every other one; null ends that. Rejects with `invalid_graph` where policies would get problems. */
export async function setOrganisationPolicy(policy: string | null, reason: string): Promise<void> {
  const answer = z.object({ policy: organisationPolicySchema.nullable() });
  await ask(answer, '/organisation/policy', { method: 'PUT', body: { policy, reason } });
}
