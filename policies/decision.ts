import type { EffectResult, RedactResult } from './effects.ts';
import type { StepNotes } from './run.ts';

/** One step of the way: the node, the port it left by, why in words, and what it read and was told. */
export interface TraceStep extends StepNotes {
  readonly node: string;
  readonly kind: string;
  /** The port taken; null where the way ends. */
  readonly port: string | null;
  readonly reason: string;
  /** Answers of the outside, in the order they were asked for. */
  readonly results?: readonly EffectResult[];
}

/** How the way ended. */
export type Outcome =
  | { readonly type: 'model'; readonly model: string }
  | { readonly type: 'block'; readonly status: number; readonly message: string }
  | { readonly type: 'answer'; readonly text: string }
  /** An answer that was kept of an earlier request; the model that gave it, null where that is not known. */
  | { readonly type: 'cached'; readonly model: string | null }
  /** The organisation's own policy ran alone, and left the request to the policy of its project. */
  | { readonly type: 'project' }
  /** The way ended at a port with nothing connected: what happened there is what the client is told. */
  | { readonly type: 'unfinished'; readonly node: string; readonly port: string };

export interface Decision {
  readonly trace: readonly TraceStep[];
  readonly outcome: Outcome;
}

/** What a step found in the texts; none where it looked for nothing. */
export const findingsOf = ({ results = [] }: Pick<TraceStep, 'results'>): RedactResult[] =>
  results.filter((result) => 'found' in result);
