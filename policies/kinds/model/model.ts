import { z } from 'zod';
import type { CallFailure, CallResult } from '../../effects.ts';
import { ask, defineKind, field, modelSetting, type Step } from '../kind.ts';

const settings = z.strictObject({
  model: field(modelSetting, 'Model', 'The model that answers, or the one that the app asked for.', {
    widget: 'model',
  }),
  timeoutSeconds: field(
    z.number().min(1).max(3600).default(120),
    'Patience',
    'Longest wait for the answer to begin, and between two pieces of it.',
    { widget: 'duration', unit: 'seconds' },
  ),
  retries: field(z.int().min(0).max(5).default(1), 'Retries', 'How often to try again after a failure that may pass.'),
});

/** Failures after which the same model may well answer. */
const PASSING: readonly CallFailure[] = ['rate_limited', 'server_error', 'connect'];

/** Why a call failed, to follow a colon. */
export const FAILURE_WORDS: Record<CallFailure, string> = {
  rate_limited: 'its provider asks to slow down',
  server_error: 'its provider failed',
  timeout: 'it did not answer in time',
  connect: 'its provider cannot be reached',
  context_too_long: 'the request is longer than it can read',
  refused: 'its provider refused the content',
  bad_request: 'its provider does not accept the request',
  auth: 'its provider refused the key of the gateway',
  over_budget: 'it would cost more than was held',
  unsupported: 'it cannot do what the request needs',
  unknown_model: 'there is no such model here',
  cooling_down: 'it failed a moment ago and is left alone',
  bad_answer: 'what came back was not an answer',
  aborted: 'the client hung up',
};

/** A failed call in words: "sandbox/small: its provider failed (503)". */
export function sayFailure(result: CallResult, model: string): string {
  const status = result.status === undefined ? '' : ` (${result.status})`;
  return `${result.model ?? model}: ${result.failure ? FAILURE_WORDS[result.failure] : 'failed'}${status}`;
}

export const model = defineKind(
  { title: 'Model', icon: 'cpu', group: 'answer', summary: 'Calls a model, and answers with what it says.' },
  settings,
  { model: 'asked', timeoutSeconds: 120, retries: 1 },
  (value) => ({
    ports: [{ name: 'failed', label: 'failed', ifLoose: 'The app gets the error of the provider.' }],
    sentence: value.model === 'asked' ? 'The model that the app asked for answers.' : `${value.model} answers.`,
    models: [value.model],
    compile: ({ node }) => {
      const need = {
        type: 'call',
        node,
        model: value.model,
        timeoutMs: value.timeoutSeconds * 1000,
        cooldownMs: 0,
      } as const;
      const attempt = (left: number): Step =>
        ask<'call'>(need, (result) => {
          const called = result.model ?? value.model;
          if (result.ok) return { end: { type: 'model', model: called }, reason: `${called} answered.` };
          if (left > 0 && result.failure && PASSING.includes(result.failure)) return attempt(left - 1);
          return { port: 'failed', reason: `${sayFailure(result, value.model)}.` };
        });
      return () => attempt(value.retries);
    },
  }),
);
