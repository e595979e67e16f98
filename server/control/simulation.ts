/** "Try it": a sample request through a draft, a version or an unsaved graph, in the organisation as it stands. */
import { z } from 'zod';
import { chatBody } from '../../policies/chat.ts';
import { TAG_NAME } from '../../policies/facts.ts';
import type { Tag } from '../../policies/request.ts';
import { outsideSchema, simulate } from '../../policies/simulate.ts';
import type { Caller } from '../access/caller.ts';
import { SignalboxError } from '../errors.ts';
import { tagsOf } from '../gateway/tags.ts';
import { tokenCounter } from '../money/token-counter.ts';
import { heldSight } from './budget-parts.ts';
import type { Control } from './control.ts';
import { findDraft, readGraph } from './drafts.ts';
import { budgetOf } from './house.ts';
import { idSchema, momentSchema } from './input.ts';
import { asRequestsMeetIt } from './organisation-policy.ts';
import { keysSeen } from './placed.ts';
import { tagsSchema } from './records.ts';
import type { ControlDeps } from './route.ts';
import { hasChannel } from './snapshot.ts';
import { decisionSchema, explanationSchema } from './trace.ts';
import { findVersion } from './versions.ts';

const UNTOUCHED = { spent: 0, held: 0 };

export const simulationInputSchema = z.strictObject({
  graph: z.unknown().optional().meta({ description: 'An unsaved graph; without it and `version`, the draft.' }),
  version: z.int().min(1).optional(),
  request: chatBody.meta({ description: 'The body of a chat completion.' }),
  tags: z
    .record(z.string().regex(TAG_NAME), z.string().max(256))
    .default({})
    .meta({ description: 'Tags as the caller would send them.' }),
  key: idSchema
    .optional()
    .meta({ description: 'Id of the key that would send it: its tags are added, and its rules for tags hold.' }),
  at: momentSchema.optional().meta({ description: 'The moment of the request; now where it is not given.' }),
  outside: outsideSchema.prefault({}),
});

export const simulationSchema = z.object({
  decision: decisionSchema,
  explanations: z.array(explanationSchema).readonly(),
  texts: z.array(z.object({ before: z.string(), after: z.string() })).readonly(),
  costAtMost: z.number().nullable().meta({ description: 'Nano-dollars.' }),
  redactions: z.record(z.string(), z.number()),
  tags: tagsSchema,
});

function said(tags: Readonly<Record<string, string>>): Map<string, Tag> {
  return new Map(Object.entries(tags).map(([name, value]) => [name, { value, source: 'caller' }]));
}

/**
 * Simulates a request; what the actor does not see of a budget has room for everything. Throws `invalid_graph` for a graph
 * that cannot run, `invalid_tags` as the gateway does.
 */
export async function simulateDraft(
  control: Control,
  deps: ControlDeps,
  actor: Caller,
  policy: string,
  input: z.output<typeof simulationInputSchema>,
): Promise<z.input<typeof simulationSchema>> {
  const { organisation } = actor;
  const { db } = control;
  const snapshot = control.snapshot();
  const stored =
    input.version === undefined
      ? await findDraft(db, organisation, policy)
      : await findVersion(db, organisation, policy, input.version);
  const drawn = input.graph === undefined ? stored.graph : readGraph(input.graph);
  const graph = await asRequestsMeetIt(control, organisation, policy, drawn);

  const isSeen = input.key !== undefined && (await keysSeen(control, actor)).some(({ id }) => id === input.key);
  const seenOf = heldSight(snapshot, actor);
  const key = isSeen ? [...snapshot.keys.values()].find(({ id }) => id === input.key) : undefined;
  if (input.key !== undefined && key === undefined) throw new SignalboxError('not_found', { what: 'key of that id' });
  const tags = key ? tagsOf(key, {}, input.tags, null) : said(input.tags);

  return simulate(graph, { body: input.request, tags, now: input.at ?? Date.now() }, input.outside, {
    models: deps.models(organisation).lookup,
    budget: (id) => budgetOf(snapshot, organisation, id),
    ...(seenOf && { seenOf }),
    state: (budget, scope) => {
      const entry = budgetOf(snapshot, organisation, budget.id);
      const isSeen = !seenOf || seenOf({ budget: budget.id, scope }) === 'all';
      if (!entry || !isSeen) return UNTOUCHED;
      return deps.budgetUse(entry).find((one) => one.scope === scope) ?? UNTOUCHED;
    },
    facts: { key: { id: key?.id ?? '', name: key?.name ?? '' }, project: key?.projectName ?? '', app: null },
    hasChannel: (name) => hasChannel(snapshot, organisation, name),
    counter: tokenCounter,
  });
}
