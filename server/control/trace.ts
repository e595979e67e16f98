/** Decisions and their steps, as records and simulations show them. */
import { z } from 'zod';
import type { EffectResult } from '../../policies/effects.ts';

const effectResult = z
  .custom<EffectResult>((value) => typeof value === 'object' && value !== null)
  .meta({
    override: { type: 'object', description: 'What the outside answered: a hold, a call, a score or findings.' },
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

export const decisionSchema = z
  .object({
    trace: z.array(traceStepSchema).readonly(),
    outcome: z.discriminatedUnion('type', [
      z.object({ type: z.literal('model'), model: z.string() }),
      z.object({ type: z.literal('block'), status: z.int(), message: z.string() }),
      z.object({ type: z.literal('answer'), text: z.string() }),
      z.object({ type: z.literal('unfinished'), node: z.string(), port: z.string() }),
    ]),
  })
  .meta({ id: 'Decision' });
