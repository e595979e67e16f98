/** Sends a trial through a drawing, in the browser: nothing is called, and nothing is charged. */
import type { ChatBody } from '../../policies/chat.ts';
import type { CompiledGraph } from '../../policies/compile.ts';
import type { Graph } from '../../policies/graph.ts';
import { type Simulation, simulate } from '../../policies/simulate.ts';
import type { House } from '../editing/house.ts';
import { compiledOf, type InTheWay } from './compiled.ts';
import { tagsSent } from './key-tags.ts';
import { bodyOf, type Trial } from './trial.ts';

export interface Tried {
  readonly kind: 'tried';
  readonly drawn: Graph;
  /** The drawing with what runs before it. */
  readonly graph: CompiledGraph;
  readonly trial: Trial;
  readonly body: ChatBody;
  /** The tags that it had when it came in, those of its key too. */
  readonly tags: Readonly<Record<string, string>>;
  /** The moment that it was decided at, in milliseconds since 1970. */
  readonly at: number;
  readonly simulation: Simulation;
}

export type TrialResult =
  | Tried
  /** The request is not complete, or the gateway would not take it; each in one sentence. */
  | { readonly kind: 'unfinished'; readonly why: readonly string[] }
  | { readonly kind: 'in the way'; readonly inTheWay: InTheWay }
  | { readonly kind: 'failed'; readonly message: string };

/** Tries a request on a drawing, behind the policy that runs before it; `now` is the moment for one that is sent now, in milliseconds since 1970. Never rejects. */
export async function tryOut(drawn: Graph, trial: Trial, house: House, now: number): Promise<TrialResult> {
  const body = bodyOf(trial);
  const key = house.answer.keys.find(({ id }) => id === trial.key);
  const sent = tagsSent(key, trial.tags, house.answer);
  const why = [...(body.ok ? [] : body.why), ...sent.refusals];
  if (!body.ok || why.length > 0) return { kind: 'unfinished', why };
  const compiled = compiledOf(drawn, house.check, house.before?.graph);
  if (!compiled.ok) return { kind: 'in the way', inTheWay: compiled.inTheWay };
  const at = trial.at ?? now;
  try {
    const simulation = await simulate(
      compiled.graph,
      { body: body.body, tags: sent.tags, now: at },
      trial.outside,
      house.world(trial.key),
    );
    const tags = Object.fromEntries([...sent.tags].map(([name, { value }]) => [name, value]));
    return { kind: 'tried', drawn, graph: compiled.graph, trial, body: body.body, tags, at, simulation };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
