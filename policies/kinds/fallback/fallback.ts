import { z } from 'zod';
import { CALL_FAILURES, type CallFailure } from '../../effects.ts';
import { ask, defineKind, field, modelSetting, type Step } from '../kind.ts';
import { FAILURE_WORDS, sayFailure } from '../model/model.ts';

/** Failures that a drawing can choose to move on from. */
const CHOICES = CALL_FAILURES.filter(
  (failure) => !['over_budget', 'unsupported', 'unknown_model', 'cooling_down', 'aborted'].includes(failure),
);

/** Failures that say nothing about the request: the next model is always tried. */
const ALWAYS: readonly CallFailure[] = ['over_budget', 'unsupported', 'unknown_model', 'cooling_down'];

const settings = z.strictObject({
  models: field(z.array(modelSetting).min(1).max(10), 'Models', 'Tried in this order.', { entry: 'model' }),
  moveOn: field(
    z
      .array(z.enum(CHOICES as [CallFailure, ...CallFailure[]]))
      .max(CHOICES.length)
      .default(['rate_limited', 'server_error', 'timeout', 'connect', 'bad_answer']),
    'Move on after',
    'Failures after which the next model is tried.',
    { words: FAILURE_WORDS },
  ),
  timeoutSeconds: field(
    z.number().min(1).max(3600).default(60),
    'Patience',
    'Longest wait for each answer to begin, and between two pieces of it.',
    { widget: 'duration', unit: 'seconds' },
  ),
  coolDownSeconds: field(
    z.number().min(0).max(3600).default(30),
    'Cool-down',
    'How long a model that failed is left alone.',
    { widget: 'duration', unit: 'seconds' },
  ),
});

export const fallback = defineKind(
  {
    title: 'Fallback',
    icon: 'stairs-down',
    group: 'answer',
    summary: 'Tries models one after the other until one answers.',
  },
  settings,
  {
    models: ['asked'],
    moveOn: ['rate_limited', 'server_error', 'timeout', 'connect', 'bad_answer'],
    timeoutSeconds: 60,
    coolDownSeconds: 30,
  },
  ({ models, moveOn, timeoutSeconds, coolDownSeconds }) => ({
    ports: [{ name: 'failed', label: 'failed', ifLoose: 'The app gets the error of the provider.' }],
    sentence: `Tries ${models.map((model) => (model === 'asked' ? 'the model asked for' : model)).join(', then ')}.`,
    models,
    compile: ({ node }) => {
      const goesOn = new Set<CallFailure>([...moveOn, ...ALWAYS]);
      const needs = models.map(
        (model) =>
          ({
            type: 'call',
            node,
            model,
            timeoutMs: timeoutSeconds * 1000,
            cooldownMs: coolDownSeconds * 1000,
          }) as const,
      );
      const attempt = (index: number, failed: readonly string[]): Step => {
        const need = needs[index];
        if (!need) return { port: 'failed', reason: `No model answered. ${failed.join('; ')}.` };
        return ask<'call'>(need, (result) => {
          const called = result.model ?? need.model;
          if (result.ok) {
            return {
              end: { type: 'model', model: called },
              reason: failed.length === 0 ? `${called} answered.` : `${called} answered, after ${failed.join('; ')}.`,
            };
          }
          const words = [...failed, sayFailure(result, need.model)];
          if (result.failure && goesOn.has(result.failure)) return attempt(index + 1, words);
          return { port: 'failed', reason: `${words.join('; ')}.` };
        });
      };
      return () => attempt(0, []);
    },
  }),
);
