import { z } from 'zod';
import { budgetSchema, scopeOf } from '../../budget.ts';
import type { ThrottleNeed, ThrottleResult, ThrottleUnit } from '../../effects.ts';
import { dollars } from '../../price.ts';
import { THROTTLE_PERIODS, type ThrottlePeriod } from '../../throttle.ts';
import { ask, defineKind, field } from '../kind.ts';

const PERIOD_WORDS: Readonly<Record<ThrottlePeriod, string>> = {
  second: 'a second',
  minute: 'a minute',
  hour: 'an hour',
  day: 'a day',
};

const MOST = 1_000_000_000;
const per = field(z.enum(THROTTLE_PERIODS), 'In', 'In any stretch of time that is this long, wherever it begins.', {
  words: PERIOD_WORDS,
});
const outputTokens = field(
  z.int().min(1).max(1_000_000).default(1000),
  'Answer taken to have',
  'Counted until the true length is known, where the app sets no limit on the answer.',
  { unit: 'tokens' },
);

const limit = z.union([
  z
    .strictObject({
      requests: field(z.int().min(1).max(MOST), 'At most', 'Requests that pass.', { unit: 'requests' }),
      per,
    })
    .meta({ title: 'Requests' }),
  z
    .strictObject({
      tokens: field(z.int().min(1).max(MOST), 'At most', 'Tokens read and written.', { unit: 'tokens' }),
      per,
      outputTokens,
    })
    .meta({ title: 'Tokens' }),
  z
    .strictObject({
      money: field(z.int().min(1).max(Number.MAX_SAFE_INTEGER), 'At most', 'What the models cost.', {
        widget: 'money',
      }),
      per,
      outputTokens,
    })
    .meta({ title: 'Money' }),
  z
    .strictObject({
      calls: field(z.int().min(1).max(MOST), 'At most', 'Calls that are under way at the same time.', {
        unit: 'calls',
      }),
    })
    .meta({ title: 'Calls at once' }),
]);

/** The limit as the outside is asked for it. */
function countedOf(chosen: z.output<typeof limit>): Pick<ThrottleNeed, 'of' | 'per' | 'limit' | 'outputTokens'> {
  if ('requests' in chosen) return { of: 'requests', per: chosen.per, limit: chosen.requests, outputTokens: 0 };
  if ('calls' in chosen) return { of: 'calls', per: null, limit: chosen.calls, outputTokens: 0 };
  const { per, outputTokens } = chosen;
  return 'tokens' in chosen
    ? { of: 'tokens', per, limit: chosen.tokens, outputTokens }
    : { of: 'usd', per, limit: chosen.money, outputTokens };
}

/** Longer than this no app would wait. */
const LONGEST_WAIT = 300;

const settings = z.strictObject({
  limit: field(limit, 'Limit', 'What is counted, and how much of it may pass.'),
  scope: field(
    budgetSchema.shape.scope.default([]),
    'Counted apart',
    'Each of these for itself. Nothing chosen: the whole organisation together.',
    { widget: 'scope', empty: 'everybody together' },
  ),
  waitSeconds: field(
    z.number().min(0).max(LONGEST_WAIT).default(0),
    'Wait up to',
    'How long a request may wait for room, in the order in which they came; 0 for not at all.',
    { widget: 'duration', unit: 'seconds' },
  ),
  ifUnavailable: field(
    z.enum(['refuse', 'continue']).default('refuse'),
    'If it cannot be counted',
    'When too many are counted apart to remember, or a model has no known price: leave by “limited”, or go on uncounted.',
    { words: { refuse: 'Refuse', continue: 'Let it go on' } },
  ),
});

/** An amount of what a throttle counts: “60 requests”, “$1.50”. */
export function sayCount(amount: number, of: ThrottleUnit): string {
  if (of === 'usd') return dollars(amount);
  const word = amount === 1 ? of.slice(0, -1) : of;
  return `${amount.toLocaleString('en-US')} ${word}`;
}

/** A limit in words: “60 requests a minute”, “5 calls at once”. */
export function sayLimit({ limit, of, per }: Pick<ThrottleResult, 'limit' | 'of' | 'per'>): string {
  return `${sayCount(limit, of)} ${per === null ? 'at once' : PERIOD_WORDS[per]}`;
}

/** “50 milliseconds”, “1 second”, “2.5 seconds”, “5 minutes”. */
export function sayWait(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} milliseconds`;
  const [amount, unit] = milliseconds < 120_000 ? [milliseconds / 1000, 'second'] : [milliseconds / 60_000, 'minute'];
  const words = amount.toLocaleString('en-US', { maximumFractionDigits: 1 });
  return `${words} ${unit}${words === '1' ? '' : 's'}`;
}

/** How far a limit is used, and what the request counts for: “59 of 60 requests a minute used for user=ada”. */
function sayUse(result: ThrottleResult): string {
  const { used, of, scope } = result;
  const part = of === 'usd' ? dollars(used) : used.toLocaleString('en-US');
  return `${part} of ${sayLimit(result)} used${scope === '' ? '' : ` for ${scope}`}`;
}

function sayResult(result: ThrottleResult): string {
  const { of, amount, waitedMs } = result;
  const use = sayUse(result);
  const own = of === 'requests' || of === 'calls' ? '' : `; this request counts for ${sayCount(amount, of)}`;
  switch (result.why) {
    case 'fits':
      return `${use}${own}${waitedMs > 0 ? `; waited ${sayWait(waitedMs)} for it` : ''}.`;
    case 'over_limit':
      return `${use}${own}.`;
    case 'too_large':
      return `This request alone counts for ${sayCount(amount, of)}, and the limit is ${sayLimit(result)}.`;
    case 'waited_in_vain':
      return `${use}${own}; waited ${sayWait(waitedMs)} in vain.`;
    case 'too_many_waiting':
      return `${use}${own}, and too many are waiting already.`;
    case 'hung_up':
      return `${use}${own}; the app hung up after waiting ${sayWait(waitedMs)}.`;
    case 'stopping':
      return `${use}${own}; the gateway was told to stop while it waited.`;
    case 'price_unknown':
      return 'A model on the way has no known price, so what this request costs could not be counted.';
    case 'store_full':
      return 'So many are counted apart that this one could not be remembered.';
  }
}

const sayScope = (scope: readonly string[]): string =>
  scope.length === 0
    ? ''
    : ` per ${scope.map((name) => (name.startsWith('tags.') ? `tag ${name.slice(5)}` : name)).join(' and ')}`;

export const throttle = defineKind(
  {
    title: 'Throttle',
    icon: 'hourglass',
    group: 'spend',
    summary: 'Limits how much passes in a time, and lets requests wait for room.',
  },
  settings,
  { limit: { requests: 60, per: 'minute' }, scope: ['project'], waitSeconds: 0 },
  ({ limit, scope, waitSeconds, ifUnavailable }) => {
    const counted = countedOf(limit);
    const waits = waitSeconds === 0 ? '' : `, waits up to ${sayWait(waitSeconds * 1000)}`;
    return {
      ports: [
        { name: 'within', label: 'within' },
        {
          name: 'limited',
          label: 'limited',
          ifLoose: 'The app is refused, and told which limit is reached and when to try again.',
        },
      ],
      sentence: `At most ${sayLimit(counted)}${sayScope(scope)}${waits}.`,
      scope,
      compile: ({ node, modelsFrom }) => {
        const isEstimate = counted.of === 'tokens' || counted.of === 'usd';
        const models = isEstimate ? modelsFrom('within') : [];
        const question = { type: 'throttle', node, ...counted, waitMs: waitSeconds * 1000, models } as const;
        return (run) =>
          ask<'throttle'>({ ...question, scope: scopeOf({ scope }, run) }, (result) => {
            const reason = sayResult(result);
            if (result.port !== 'unavailable') return { port: result.port, reason };
            return { port: ifUnavailable === 'continue' ? 'within' : 'limited', reason };
          });
      },
    };
  },
);
