import { z } from 'zod';
import type { ShadowResult } from '../../effects.ts';
import { ask, defineKind, field, modelSetting } from '../kind.ts';

const settings = z.strictObject({
  model: field(modelSetting, 'Model', 'Gets a copy of the request; nobody waits for its answer.', {
    widget: 'model',
  }),
  share: field(z.number().min(0).max(1).default(0.1), 'Share of requests', 'How many of them are copied.', {
    widget: 'percentage',
  }),
  timeoutSeconds: field(
    z.number().min(1).max(600).default(60),
    'Patience',
    'A copy that is not answered in full by then is given up.',
    { widget: 'duration', unit: 'seconds' },
  ),
});

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** “A copy goes to sandbox/large”, or why none does. */
function sayShadow({ shadow: state, model }: ShadowResult, named: string, share: number): string {
  const to = model ?? (named === 'asked' ? 'the model that the app asked for' : named);
  switch (state) {
    case 'sent':
      return `A copy goes to ${to}.`;
    case 'not_chosen':
      return `No copy: it is not among the ${percent(share)}.`;
    case 'no_room':
      return `No copy to ${to}: what it could cost does not fit the budget, or its price is not known.`;
    case 'unknown_model':
      return `No copy: there is no such model here as ${to}.`;
    case 'not_allowed':
      return `No copy: the key of this request may not use ${to}.`;
    case 'unsupported':
      return `No copy: ${to} cannot do what the request needs.`;
    case 'context_too_long':
      return `No copy: the request is longer than ${to} can read.`;
    case 'cooling_down':
      return `No copy: ${to} failed a moment ago and is left alone.`;
    case 'busy':
      return 'No copy: too much is under way, and requests that people wait for come first.';
    case 'not_known':
      return `A copy would go to ${to} for ${percent(share)} of requests.`;
  }
}

export const shadow = defineKind(
  {
    title: 'Shadow',
    icon: 'copy',
    group: 'decide',
    summary: 'Sends a copy to another model as well; the answer stays as it is.',
  },
  settings,
  { model: 'asked', share: 0.1, timeoutSeconds: 60 },
  ({ model, share, timeoutSeconds }) => ({
    ports: [{ name: 'next', label: 'next' }],
    sentence: `Sends a copy of ${percent(share)} to ${model === 'asked' ? 'the model that the app asked for' : model}.`,
    shadows: [model],
    compile: ({ node }) => {
      const need = { type: 'shadow', node, model, share, timeoutMs: timeoutSeconds * 1000 } as const;
      return () => ask<'shadow'>(need, (result) => ({ port: 'next', reason: sayShadow(result, model, share) }));
    },
  }),
);
