import { z } from 'zod';
import { CALL_FAILURES, type CallFailure } from '../../effects.ts';
import { defineKind, field, modelSetting } from '../kind.ts';
import { FAILURE_WORDS } from '../model/failure-words.ts';
import { callInTurn, callSettings, needsOf, PASSED_OVER } from '../model/in-turn.ts';

/** Failures that a drawing can choose to move on from. */
const CHOICES = CALL_FAILURES.filter((failure) => !PASSED_OVER.includes(failure) && failure !== 'aborted');

/** Failures after which the next model is tried unless the drawing says otherwise. */
const STOPS = ['over_budget', 'unsupported'] as const satisfies readonly CallFailure[];

/** What a choice covers besides itself: what drawings chose before these were told apart. */
const COVERED: Partial<Record<CallFailure, CallFailure>> = { timeout: 'slow_start', server_error: 'broken' };

const MOVE_ON: CallFailure[] = [
  'rate_limited',
  'server_error',
  'timeout',
  'slow_start',
  'connect',
  'broken',
  'bad_answer',
];

const settings = z.strictObject({
  models: field(z.array(modelSetting).min(1).max(10), 'Models', 'Tried in this order.', { entry: 'model' }),
  moveOn: field(
    z
      .array(z.enum(CHOICES as [CallFailure, ...CallFailure[]]))
      .max(CHOICES.length)
      .default(MOVE_ON),
    'Move on after',
    'Failures after which the next model is tried.',
    { words: FAILURE_WORDS },
  ),
  stopAfter: field(
    z.array(z.enum(STOPS)).max(STOPS.length).default([]),
    'Stop after',
    'Otherwise the next model is tried after these, too: the request goes on where it fits.',
    { words: FAILURE_WORDS },
  ),
  timeoutSeconds: field(
    z.number().min(1).max(3600).default(60),
    'Patience',
    'Longest wait for each answer to begin, and between two pieces of it.',
    { widget: 'duration', unit: 'seconds' },
  ),
  firstTokenSeconds: callSettings.firstTokenSeconds,
  wholeSeconds: callSettings.wholeSeconds,
  retries: field(
    z.int().min(0).max(5).default(0),
    'Retries',
    'How often each model is tried again after a failure that may pass, before the next one.',
  ),
  waitSeconds: callSettings.waitSeconds,
  coolDownSeconds: field(
    z.number().min(0).max(3600).default(30),
    'Cool-down',
    'How long a model that failed is left alone.',
    { widget: 'duration', unit: 'seconds' },
  ),
  dropLacking: field(
    z.boolean().default(true),
    'Drop what the next model lacks',
    'Leave out parameters that a model does not know, and say so, instead of passing it over.',
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
  { models: ['asked'], moveOn: MOVE_ON, timeoutSeconds: 60, coolDownSeconds: 30 },
  (value) => ({
    ports: [{ name: 'failed', label: 'failed', ifLoose: 'The app gets the error of the provider.' }],
    sentence: `Tries ${value.models.map((model) => (model === 'asked' ? 'the model asked for' : model)).join(', then ')}.`,
    models: value.models,
    compile: ({ node, modelsFrom }) => {
      const stops: readonly CallFailure[] = value.stopAfter;
      const movesOn = new Set<CallFailure>([
        ...value.moveOn.flatMap((failure) => [failure, COVERED[failure] ?? failure]),
        ...PASSED_OVER.filter((failure) => !stops.includes(failure)),
      ]);
      const calling = { ...value, node, movesOn, leadsOn: modelsFrom('failed').length > 0, chosen: '' };
      const needs = needsOf(value.models, calling);
      return () => callInTurn(needs, calling);
    },
  }),
);
