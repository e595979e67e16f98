/** Deciding a recorded request again. */
import { z } from 'zod';
import { recordedStepSchema } from '../../policies/trace-schema.ts';
import { ask } from './client.ts';

const step = z.object({ port: z.string().nullable(), reason: z.string() }).nullable();
const difference = z.object({ node: z.string(), recorded: step, now: step, why: z.string() });
const decision = z.object({
  trace: z.array(recordedStepSchema),
  outcome: z.discriminatedUnion('type', [
    z.object({ type: z.literal('model'), model: z.string() }),
    z.object({ type: z.literal('block'), message: z.string() }),
    z.object({ type: z.literal('answer'), text: z.string() }),
    z.object({ type: z.literal('cached') }),
    z.object({ type: z.literal('project') }),
    z.object({ type: z.literal('unfinished') }),
  ]),
});
export type Outcome = z.infer<typeof decision>['outcome'];

/** Whether the rules library says of a step what decided; false is a fault of the program. */
const explanations = z.array(z.object({ node: z.string(), agree: z.boolean() }));
/** Nano-dollars: what it would cost, by the recorded tokens at the prices of now; null where that cannot be told. */
const cost = z.number().nullable();
const replayed = z.discriminatedUnion('result', [
  z.object({ result: z.literal('same'), cost, decision, explanations }),
  z.object({ result: z.literal('different'), cost, difference, decision, explanations }),
  z.object({
    result: z.literal('cannot tell'),
    cost,
    /** The end if the model answered that was never asked; null where that cannot be told either. */
    ifAnswered: z.object({ model: z.string(), cost }).nullable(),
    node: z.string(),
    why: z.string(),
    difference: difference.nullable(),
    /** The steps before that node. */
    trace: z.array(recordedStepSchema),
  }),
]);
export type Replayed = z.infer<typeof replayed>;

/** A version of a policy by its number, or its draft. */
export type Decider = number | 'draft';

/** Decides a recorded request again by a version of its policy or by its draft, without calling anyone. */
export function replayRecord(id: string, version: Decider): Promise<Replayed> {
  return ask(replayed, `/records/${encodeURIComponent(id)}/replay`, { method: 'POST', body: { version } });
}
