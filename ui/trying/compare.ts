/** What a drawing does otherwise with a request than the version that is live. */
import type { CompiledGraph } from '../../policies/compile.ts';
import type { TraceStep } from '../../policies/decision.ts';
import { dollars } from '../../policies/price.ts';
import type { Simulation } from '../../policies/simulate.ts';
import { sayOutcome } from './outcome-words.ts';

/** One run of a request, and the drawing that it went through. */
export interface Side {
  readonly graph: CompiledGraph;
  readonly simulation: Simulation;
}

/** Differences of end, cost and way, each in one sentence; empty where both do the same. */
export function compareSides(draft: Side, live: Side): string[] {
  return [...endDifference(draft, live), ...costDifference(draft, live), ...wayDifference(draft, live)];
}

function endDifference(draft: Side, live: Side): string[] {
  const here = sayOutcome(draft.simulation, draft.graph);
  const there = sayOutcome(live.simulation, live.graph);
  if (here.title !== there.title) {
    return [`In the draft: ${lower(here.title)}. In the live version: ${lower(there.title)}.`];
  }
  return here.text === there.text ? [] : [`In the draft: “${here.text}” In the live version: “${there.text}”`];
}

const lower = (title: string): string => title.replace(/^(Refused|A) /, (word) => word.toLowerCase());

function costDifference(draft: Side, live: Side): string[] {
  const here = draft.simulation.costAtMost;
  const there = live.simulation.costAtMost;
  if (here === null || there === null || here === there) return [];
  const less = here < there;
  const share =
    there === 0 ? '' : `, ${Math.round((Math.abs(there - here) / there) * 100)} % ${less ? 'less' : 'more'}`;
  return [`The draft costs ${dollars(here)} at most, the live version ${dollars(there)}${share}.`];
}

function wayDifference(draft: Side, live: Side): string[] {
  const here = draft.simulation.decision.trace;
  const there = live.simulation.decision.trace;
  const length = Math.max(here.length, there.length);
  for (let i = 0; i < length; i++) {
    const [one, other] = [here[i], there[i]];
    if (one && other && one.node === other.node && one.port === other.port) continue;
    if (one && other && one.node === other.node) {
      const title = draft.graph.nodes.get(one.node)?.title ?? one.node;
      return [`The ways part at “${title}”. The draft: ${one.reason} The live version: ${other.reason}`];
    }
    return [`The draft ${goesOn(one, draft)}; the live version ${goesOn(other, live)}.`];
  }
  return [];
}

function goesOn(step: TraceStep | undefined, { graph }: Side): string {
  return step ? `goes on to “${graph.nodes.get(step.node)?.title ?? step.node}”` : 'ends there';
}
