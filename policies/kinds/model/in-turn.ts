/** Calls one model after the other until one answers: what the kinds that end in a model have in common. */
import { z } from 'zod';
import type { CallFailure, CallNeed, CallResult } from '../../effects.ts';
import { ask, field, type Step } from '../kind.ts';
import { sayFailure } from './failure-words.ts';

/** Failures after which the same model may well answer. */
export const PASSING: readonly CallFailure[] = ['rate_limited', 'server_error', 'connect', 'broken'];

/** What says nothing of the request: the model was not called, and the next one is tried. */
export const PASSED_OVER: readonly CallFailure[] = [
  'over_budget',
  'unsupported',
  'unknown_model',
  'not_allowed',
  'cooling_down',
  'account_full',
];

/** Passed over for a while only: as the last hope they are called all the same. */
const FOR_A_WHILE: readonly CallFailure[] = ['cooling_down', 'account_full'];

const seconds = { widget: 'duration', unit: 'seconds' } as const;

/** Settings that both kinds have, in the words of the forms. */
export const callSettings = {
  firstTokenSeconds: field(
    z.number().min(0.1).max(3600).optional(),
    'First words within',
    'For answers that come in pieces: how soon the first of them has to be there.',
    { ...seconds, empty: 'no other limit than patience' },
  ),
  wholeSeconds: field(
    z.number().min(1).max(3600).optional(),
    'In all',
    'Longest wait for one of the models to begin, waits and retries included.',
    { ...seconds, empty: 'patience for each of them' },
  ),
  waitSeconds: field(
    z.number().min(0).max(300).default(0),
    'Wait for room',
    'When the account of a model has used up its minute: how long to wait for room before the next one is tried.',
    seconds,
  ),
};

/** What a node says of all its calls. */
export interface Calling {
  readonly node: string;
  readonly timeoutSeconds: number;
  readonly firstTokenSeconds?: number | undefined;
  readonly wholeSeconds?: number | undefined;
  readonly waitSeconds: number;
  readonly coolDownSeconds: number;
  readonly retries: number;
  readonly dropLacking: boolean;
  /** Failures after which the next model is tried. */
  readonly movesOn: ReadonlySet<CallFailure>;
  /** The port for failures leads to other models. */
  readonly leadsOn: boolean;
  /** Words behind the model that answered, such as ", the cheapest of 3". */
  readonly chosen: string;
}

/** The first call of each model. */
export function needsOf(models: readonly string[], calling: Omit<Calling, 'movesOn' | 'chosen'>): readonly CallNeed[] {
  const { node, firstTokenSeconds, wholeSeconds } = calling;
  return models.map((model) => ({
    type: 'call',
    node,
    model,
    timeoutMs: calling.timeoutSeconds * 1000,
    firstTokenMs: firstTokenSeconds === undefined ? null : firstTokenSeconds * 1000,
    deadlineMs: wholeSeconds === undefined ? null : wholeSeconds * 1000,
    tries: 0,
    afterMs: 0,
    waitMs: calling.waitSeconds * 1000,
    cooldownMs: calling.coolDownSeconds * 1000,
    passOver: models.length > 1 || calling.leadsOn,
    dropLacking: calling.dropLacking,
  }));
}

interface Failed {
  readonly need: CallNeed;
  readonly failure: CallFailure | undefined;
  readonly words: string;
}

/** Calls the models of `needs` in turn; `needs` come from `needsOf`, in whatever order. */
export function callInTurn(needs: readonly CallNeed[], calling: Calling): Step {
  const tryAt = (index: number, failed: readonly Failed[]): Step => {
    const need = needs[index];
    return need ? call(need, index, failed) : lastHope(failed);
  };
  const call = (need: CallNeed, index: number, failed: readonly Failed[]): Step =>
    ask<'call'>(need, (result) => {
      const called = result.model ?? need.model;
      if (result.ok) {
        const after = failed.length === 0 ? '' : `, after ${failed.map(({ words }) => words).join('; ')}`;
        const reason = `${called} answered${calling.chosen}${sayTry(need.tries)}${sayDropped(result)}${after}.`;
        return { end: { type: 'model', model: called }, reason };
      }
      const { failure, retryInMs } = result;
      const mayPass = failure !== undefined && PASSING.includes(failure);
      if (mayPass && need.tries < calling.retries && retryInMs !== null) {
        return call({ ...need, tries: need.tries + 1, afterMs: retryInMs ?? 0 }, index, failed);
      }
      const now = [...failed, { need, failure, words: sayFailure(result, need.model) }];
      if (failure && calling.movesOn.has(failure)) return tryAt(index + 1, now);
      return { port: 'failed', reason: `${now.map(({ words }) => words).join('; ')}.` };
    });
  const lastHope = (failed: readonly Failed[]): Step => {
    const spared = failed.find(({ need, failure }) => need.passOver && isForAWhile(failure));
    const noneCalled = failed.every(({ failure }) => failure !== undefined && PASSED_OVER.includes(failure));
    if (spared && noneCalled && !calling.leadsOn) {
      const others = failed.filter((one) => one !== spared);
      return call({ ...spared.need, passOver: false }, needs.length, others);
    }
    const words = failed.map((one) => one.words).join('; ');
    return { port: 'failed', reason: needs.length === 1 ? `${words}.` : `No model answered. ${words}.` };
  };
  return tryAt(0, []);
}

const isForAWhile = (failure: CallFailure | undefined): boolean =>
  failure !== undefined && FOR_A_WHILE.includes(failure);

const sayTry = (tries: number): string => (tries === 0 ? '' : ` at try ${tries + 1}`);

function sayDropped({ dropped = [], refusedBefore = [] }: CallResult): string {
  const said = [
    ...(dropped.length > 0 ? [` without ${dropped.join(' and ')}, which it lacks`] : []),
    ...(refusedBefore.length > 0 ? [` without ${refusedBefore.join(' and ')}, as it refused it before`] : []),
  ];
  return said.join(', and');
}
