/** What comes of a request, in words. */
import type { CompiledGraph } from '../../policies/compile.ts';
import type { EffectResult } from '../../policies/effects.ts';
import { FAILURE_WORDS } from '../../policies/kinds/model/failure-words.ts';
import { dollars } from '../../policies/price.ts';
import { statusOf, whyRefused } from '../../policies/refusal.ts';
import type { Simulation } from '../../policies/simulate.ts';
import { plural } from '../app/words.ts';

export interface OutcomeWords {
  readonly kind: 'answered' | 'fixed' | 'refused';
  readonly title: string;
  /** Why, or the fixed text; empty where there is nothing to add. */
  readonly text: string;
}

const STATUS_WORDS: ReadonlyMap<number, string> = new Map([
  [400, 'the request cannot be taken as it is'],
  [401, 'who asks is not known'],
  [402, 'it is to be paid for'],
  [403, 'not allowed'],
  [404, 'not found'],
  [413, 'too large'],
  [422, 'the request cannot be taken as it is'],
  [429, 'too much for now'],
  [451, 'not allowed by law'],
  [500, 'the policy has no answer'],
  [502, 'the model fails'],
  [503, 'not available'],
  [504, 'too slow'],
]);

/** "Refused with status 429: too much for now". */
export function sayStatus(status: number): string {
  const words = STATUS_WORDS.get(status);
  return `Refused with status ${status}${words === undefined ? '' : `: ${words}`}`;
}

/** How a decision ends: who answers, or why nobody does. */
export function sayOutcome({ decision }: Simulation, graph: CompiledGraph): OutcomeWords {
  const { outcome, trace } = decision;
  if (outcome.type === 'model') return { kind: 'answered', title: `${outcome.model} answers`, text: '' };
  if (outcome.type === 'cached') {
    return { kind: 'answered', title: 'A kept answer is given again', text: trace.at(-1)?.reason ?? '' };
  }
  if (outcome.type === 'answer') return { kind: 'fixed', title: 'A fixed text answers', text: outcome.text };
  if (outcome.type === 'project') return { kind: 'answered', title: 'The policy of the project goes on', text: '' };
  const title = sayStatus(statusOf(decision));
  const why = whyRefused(decision);
  switch (why?.type) {
    case 'budget':
    case 'throttle': {
      const answer: EffectResult = why.type === 'budget' ? why.hold : why.throttle;
      const step = trace.findLast(({ results }) => results?.includes(answer));
      return { kind: 'refused', title, text: [why.message, step?.reason].filter(Boolean).join(' ') };
    }
    case 'block':
      return { kind: 'refused', title, text: why.message };
    case 'failure': {
      const { model, asked, failure } = why.call;
      return { kind: 'refused', title, text: `${model ?? asked ?? 'The model'}: ${FAILURE_WORDS[failure]}.` };
    }
    case 'unfinished': {
      const last = graph.nodes.get(why.node)?.title ?? why.node;
      return { kind: 'refused', title, text: `The way ends at “${last}”, since it leads nowhere from there.` };
    }
    case undefined:
      return { kind: 'refused', title, text: trace.at(-1)?.reason ?? '' };
  }
}

/** "at most $0.0012"; null where the cost of the model is not known or nobody answers. */
export function sayMost({ costAtMost }: Simulation): string | null {
  return costAtMost === null ? null : `at most ${dollars(costAtMost)}`;
}

/** "5 steps". */
export const saySteps = ({ decision }: Simulation): string => plural(decision.trace.length, 'step');
