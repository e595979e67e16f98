import { z } from 'zod';
import { CALL_FAILURES, type CallFailure, STRATEGIES, type Strategy } from '../../effects.ts';
import { conversationOf } from '../../model-order.ts';
import type { Run } from '../../run.ts';
import { ask, defineKind, field, modelSetting } from '../kind.ts';
import { callInTurn, callSettings, needsOf } from './in-turn.ts';

const STRATEGY_WORDS: Readonly<Record<Strategy, string>> = {
  cheapest: 'the cheapest for the request',
  fastest: 'the fastest in the last minutes',
  least_loaded: 'the one with the fewest calls under way',
  round_robin: 'each in turn',
  shares: 'by shares',
};

const other = z.strictObject({
  model: field(modelSetting, 'Model', 'Chosen among, beside the one above.', { widget: 'model' }),
  share: field(
    z.number().min(0).max(1).default(0.5),
    'Share',
    'Of all requests, where it goes by shares. What is left over goes to the model above.',
    { widget: 'percentage' },
  ),
});

const settings = z.strictObject({
  model: field(modelSetting, 'Model', 'The model that answers, or the one that the app asked for.', {
    widget: 'model',
  }),
  others: field(z.array(other).max(9).default([]), 'Other models', 'One of all these is chosen for each request.', {
    entry: 'model',
  }),
  choose: field(
    z.enum(STRATEGIES).default('cheapest'),
    'Choose',
    'How one of several is chosen; the next one steps in when it fails.',
    { words: STRATEGY_WORDS },
  ),
  keepConversation: field(
    z.boolean().default(false),
    'Same model for a conversation',
    'What was chosen once is kept as long as a conversation goes on.',
  ),
  conversationTag: field(
    z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'A name of a tag has letters, digits, dots, hyphens and underscores.')
      .optional(),
    'Tag of the conversation',
    'A tag that tells conversations apart, such as “session”.',
    { empty: 'its first messages' },
  ),
  timeoutSeconds: field(
    z.number().min(1).max(3600).default(120),
    'Patience',
    'Longest wait for the answer to begin, retries included, and between two pieces of it.',
    { widget: 'duration', unit: 'seconds' },
  ),
  firstTokenSeconds: callSettings.firstTokenSeconds,
  wholeSeconds: callSettings.wholeSeconds,
  retries: field(z.int().min(0).max(5).default(1), 'Retries', 'How often to try again after a failure that may pass.'),
  waitSeconds: callSettings.waitSeconds,
  dropLacking: field(
    z.boolean().default(false),
    'Drop what the model lacks',
    'Leave out parameters that the model does not know, and say so, instead of failing.',
  ),
});
type Settings = z.output<typeof settings>;

/** Failures that another model would meet as well. */
const ITS_OWN: readonly CallFailure[] = ['refused', 'bad_request', 'auth', 'aborted'];
const MOVES_ON: ReadonlySet<CallFailure> = new Set(CALL_FAILURES.filter((failure) => !ITS_OWN.includes(failure)));

const CHOSEN_WORDS: Readonly<Record<Strategy, (count: number) => string>> = {
  cheapest: (count) => `, the cheapest of ${count}`,
  fastest: (count) => `, the fastest of ${count}`,
  least_loaded: (count) => `, the least busy of ${count}`,
  round_robin: (count) => `, one of ${count} in turn`,
  shares: (count) => `, drawn from ${count} by shares`,
};

/** What part of the requests each of the names gets; the first has what the others leave. */
function sharesOf({ others }: Settings, names: readonly string[]): number[] {
  const given = names.slice(1).map((name) => others.find((one) => one.model === name)?.share ?? 0);
  return [Math.max(0, 1 - given.reduce((sum, share) => sum + share, 0)), ...given];
}

function conversation({ keepConversation, conversationTag }: Settings, run: Run): string | null {
  if (!keepConversation) return null;
  const tag = conversationTag === undefined ? undefined : run.tags.get(conversationTag);
  return tag ? `tag ${tag.value}` : conversationOf(run.view);
}

/** The models that a node with these settings chooses from by how they are doing; none where it chooses otherwise. */
export function measuredAmong(given: unknown): readonly string[] {
  const { data } = settings.safeParse(given);
  if (!data || data.others.length === 0) return [];
  const { choose, model: first, others } = data;
  return choose === 'fastest' || choose === 'least_loaded' ? [first, ...others.map((one) => one.model)] : [];
}

const sayModel = (name: string): string => (name === 'asked' ? 'the model that the app asked for' : name);

function sentenceOf({ model, others, choose }: Settings): string {
  if (others.length === 0) {
    return model === 'asked' ? 'The model that the app asked for answers.' : `${model} answers.`;
  }
  const names = [model, ...others.map((one) => one.model)].map(sayModel);
  return `Chooses from ${names.slice(0, -1).join(', ')} and ${names.at(-1)}: ${STRATEGY_WORDS[choose]}.`;
}

export const model = defineKind(
  { title: 'Model', icon: 'cpu', group: 'answer', summary: 'Calls a model, and answers with what it says.' },
  settings,
  { model: 'asked', timeoutSeconds: 120, retries: 1 },
  (value) => {
    const names = [...new Set([value.model, ...value.others.map((one) => one.model)])];
    return {
      ports: [{ name: 'failed', label: 'failed', ifLoose: 'The app gets the error of the provider.' }],
      sentence: sentenceOf(value),
      models: names,
      ...(names.length <= value.others.length && {
        problems: [
          {
            field: 'others',
            message: 'A model is listed twice, and counts once.',
            fix: 'Remove one of them.',
          },
        ],
      }),
      compile: ({ node, modelsFrom }) => {
        const leadsOn = modelsFrom('failed').length > 0;
        const calling = { ...value, node, coolDownSeconds: 0, leadsOn, movesOn: MOVES_ON, chosen: '' };
        const needs = needsOf(names, calling);
        if (names.length === 1) return () => callInTurn(needs, calling);
        const shares = sharesOf(value, names);
        const { choose: by } = value;
        return (run) =>
          ask<'order'>(
            { type: 'order', node, names, by, shares, conversation: conversation(value, run) },
            ({ order, kept }) => {
              const inOrder = order.flatMap((name) => needs[names.indexOf(name)] ?? []);
              const how = kept ? ', as before in this conversation' : CHOSEN_WORDS[by](names.length);
              return callInTurn(inOrder, { ...calling, chosen: how });
            },
          );
      },
    };
  },
);
