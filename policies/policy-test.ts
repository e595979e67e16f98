/** Tests that are kept with a policy: a request, what the outside would answer, and what has to come of it. */
import { z } from 'zod';
import { chatBody } from './chat.ts';
import { TAG_NAME } from './facts.ts';
import { outsideSchema } from './simulate.ts';

export const policyTestSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  name: z.string().trim().min(1).max(120),
  request: chatBody,
  tags: z.record(z.string().regex(TAG_NAME), z.string().max(256)).default({}),
  /** The moment of the request, so that the test says the same at any time of day. */
  at: z.iso.datetime(),
  /** Budgets that are not named here stand at nothing spent and nothing held. */
  outside: outsideSchema.prefault({}),
  expect: z.strictObject({
    /** The model that answers; null when none does. */
    model: z.string().max(200).nullable(),
    /** Status of the answer. */
    status: z.int().min(100).max(599),
    /** Nodes and ports as `sayPath` writes them; any way will do where it is left out. */
    path: z.string().max(4000).optional(),
    /** How many of each type are taken out; any will do where it is left out. */
    redactions: z.record(z.string(), z.int().min(0)).optional(),
  }),
});
export type PolicyTest = z.infer<typeof policyTestSchema>;

export const policyTestsSchema = z.array(policyTestSchema).max(100);
