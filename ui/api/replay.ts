/** Deciding a recorded request again. */
import { z } from 'zod';
import { ask } from './client.ts';
import { explainedStepSchema } from './records.ts';

const step = z.object({ port: z.string().nullable(), reason: z.string() }).nullable();
const difference = z.object({ node: z.string(), recorded: step, now: step, why: z.string() });
const decision = z.object({
  trace: z.array(explainedStepSchema),
  outcome: z.discriminatedUnion('type', [
    z.object({ type: z.literal('model'), model: z.string() }),
    z.object({ type: z.literal('block'), message: z.string() }),
    z.object({ type: z.literal('answer'), text: z.string() }),
    z.object({ type: z.literal('cached') }),
    z.object({ type: z.literal('unfinished') }),
  ]),
});
export type Outcome = z.infer<typeof decision>['outcome'];

/** Whether the rules library says of a step what decided; false is a fault of the program. */
const explanations = z.array(z.object({ node: z.string(), agree: z.boolean() }));
const replayed = z.discriminatedUnion('result', [
  z.object({ result: z.literal('same'), decision, explanations }),
  z.object({ result: z.literal('different'), difference, decision, explanations }),
  z.object({
    result: z.literal('cannot tell'),
    node: z.string(),
    why: z.string(),
    difference: difference.nullable(),
    /** The steps before that node. */
    trace: z.array(explainedStepSchema),
  }),
]);
export type Replayed = z.infer<typeof replayed>;

/** Decides a recorded request again by a version of its policy, without calling anyone. */
export function replayRecord(id: string, version: number): Promise<Replayed> {
  return ask(replayed, `/records/${encodeURIComponent(id)}/replay`, { method: 'POST', body: { version } });
}
