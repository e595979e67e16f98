/** A shipped policy: a working graph with its picture's layout, the budgets it needs, and samples that say what it does. */
import { z } from 'zod';
import { budgetSchema } from './budget.ts';
import { chatBody } from './chat.ts';
import { TAG_NAME } from './facts.ts';
import { graphSchema, layoutSchema } from './graph.ts';
import { outsideSchema } from './simulate.ts';

export const sampleSchema = z.strictObject({
  name: z.string().min(1).max(120),
  request: chatBody,
  tags: z.record(z.string().regex(TAG_NAME), z.string()).default({}),
  /** When it is sent, as an ISO date; any time when it is not given. */
  at: z.iso.datetime().optional(),
  /** What the outside answers. Budgets are named by the template's own keys, models that fail by their ids. */
  outside: outsideSchema.prefault({}),
  expect: z.strictObject({
    /** Nodes and ports as `sayPath` writes them. */
    path: z.string(),
    /** The model that answers; null when none does. */
    model: z.string().nullable(),
    /** Status of the answer. */
    status: z.int().default(200),
    redactions: z.record(z.string(), z.int()).default({}),
    /** What it costs on the sandbox, in nano-dollars. */
    cost: z.int().min(0),
  }),
});
export type Sample = z.infer<typeof sampleSchema>;

export const shippedPolicySchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  graph: graphSchema,
  layout: layoutSchema,
  budgets: z.array(budgetSchema.extend({ key: z.string() })).default([]),
  samples: z.array(sampleSchema).min(1),
});
export type Template = z.infer<typeof shippedPolicySchema>;
