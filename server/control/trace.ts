/** Decisions and their steps, as records and simulations show them. */
import { z } from 'zod';
import type { EffectResult } from '../../policies/effects.ts';

const effectResult = z
  .custom<EffectResult>((value) => typeof value === 'object' && value !== null)
  .meta({
    override: {
      type: 'object',
      description:
        'What the outside answered: a hold, a call, a score, findings and their places, a throttle, an alert, a lot, a cache or a shadow. A budget with `unseen` is one that the caller may not see: its amounts are 0 and say nothing.',
    },
  });

export const traceStepSchema = z
  .object({
    node: z.string(),
    kind: z.string(),
    port: z.string().nullable(),
    reason: z.string(),
    facts: z.record(z.string(), z.unknown()).optional(),
    truths: z.record(z.string(), z.boolean()).optional(),
    results: z.array(effectResult).readonly().optional(),
  })
  .meta({ id: 'TraceStep' });

const fact = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly(), z.null()]);

/** Comparisons of a step as the rules library sees them, beside the port that was taken. */
export const explanationSchema = z
  .object({
    node: z.string(),
    taken: z.string().nullable(),
    library: z.string(),
    agree: z.boolean().meta({ description: 'False is a fault of the program.' }),
    cases: z
      .array(
        z.object({
          port: z.string(),
          words: z.string(),
          result: z.boolean(),
          leaves: z
            .array(
              z.object({
                fact: z.string(),
                operator: z.string(),
                value: z.unknown(),
                found: fact,
                result: z.boolean(),
              }),
            )
            .readonly(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'StepExplanation' });

export const decisionSchema = z
  .object({
    trace: z.array(traceStepSchema).readonly(),
    outcome: z.discriminatedUnion('type', [
      z.object({ type: z.literal('model'), model: z.string() }),
      z.object({ type: z.literal('block'), status: z.int(), message: z.string() }),
      z.object({ type: z.literal('answer'), text: z.string() }),
      z.object({ type: z.literal('cached'), model: z.string().nullable() }),
      z.object({ type: z.literal('project') }),
      z.object({ type: z.literal('unfinished'), node: z.string(), port: z.string() }),
    ]),
  })
  .meta({ id: 'Decision' });
