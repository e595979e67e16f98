/** What a policy is called and how it stands, without its drawing. */
import { z } from 'zod';

export const policySchema = z.object({
  id: z.string(),
  /** Id of the project that it belongs to; null for the whole organisation. */
  project: z.string().nullable(),
  name: z.string(),
  title: z.string(),
  description: z.string(),
  liveVersion: z.number().nullable(),
  archived: z.boolean(),
});
export type Policy = z.infer<typeof policySchema>;
