import { z } from 'zod';
import type { HoldResult } from '../../effects.ts';
import { dollars } from '../../price.ts';
import { ask, defineKind, field } from '../kind.ts';

const settings = z.strictObject({
  budget: field(z.string().min(1).max(100), 'Budget', 'The budget that pays. Two policies may share one.', {
    widget: 'budget',
  }),
  warnAt: field(
    z.number().gt(0).lt(1).nullable().default(0.8),
    'Warn at',
    'Share of the limit from which requests leave by “warning”.',
    { widget: 'percentage', empty: 'no warning' },
  ),
  outputLimit: field(
    z.int().min(1).max(1_000_000).default(4096),
    'Output limit when the app sets none',
    'In tokens; it is sent to the model too.',
    { unit: 'tokens' },
  ),
  allowEstimate: field(
    z.boolean().default(false),
    'Allow estimates',
    'Let requests pass whose cost cannot be known beforehand, such as files by their id.',
  ),
  ifUnavailable: field(
    z.enum(['refuse', 'continue']).default('refuse'),
    'If it cannot be written down',
    'When the store does not answer: leave by “exhausted”, or go on with a hold that a crash would forget.',
    { words: { refuse: 'Refuse', continue: 'Let it go on' } },
  ),
});

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** An amount of a budget in its own unit. */
export function sayAmount(amount: number, unit: 'usd' | 'tokens'): string {
  return unit === 'usd' ? dollars(amount) : `${amount.toLocaleString('en-US')} tokens`;
}

/** Where the amount comes from, when it is not simply from the length of the request. */
function sayCounted(result: HoldResult): string {
  if (result.counted === true) return ', by a count of its tokens';
  return result.counted === 'unavailable' ? ', by its length, since its tokens could not be counted' : '';
}

/** What a budget is called by those who may not see it, not even its name. */
export const UNSEEN_BUDGET = 'a budget that you may not see';

/** Why a request left a budget node by its port, in a sentence or two. */
export function sayHold(result: HoldResult): string {
  if (result.unseen) return sayUnseenHold(result);
  const scope = result.scope === '' ? '' : ` for ${result.scope}`;
  const own = sayBelow(result);
  const used = `${sayAmount(result.spent, result.unit)} of ${sayAmount(result.limit, result.unit)} spent`;
  const held = result.held > 0 ? ` and ${sayAmount(result.held, result.unit)} held` : '';
  const amount = sayAmount(result.amount, result.unit);
  switch (result.why) {
    case 'fits':
      return `${result.budgetName}${scope}: ${used}${held}; ${amount} held for this request${sayCounted(result)}.`;
    case 'over_warning':
      return `${result.budgetName}${scope}${own} is past its warning: ${used}${held}; ${amount} held for this request${sayCounted(result)}.`;
    case 'over_limit':
      return result.port === 'warning'
        ? `${result.budgetName}${scope}${own}: ${used}${held}; only the cheaper way fits, ${amount} held${sayCounted(result)}.`
        : `${result.budgetName}${scope}${own} is spent: ${used}${held}, and this request could cost ${amount}${sayCounted(result)}.`;
    case 'cost_unbounded':
      return `${result.budgetName}: the request has content whose cost cannot be known beforehand.`;
    case 'price_unknown':
      return `${result.budgetName}: a model on the way has no known price.`;
    case 'no_budget':
      return 'The budget of this node does not exist any more.';
    case 'store_down':
      return `${result.budgetName}: what is held cannot be written down now.`;
  }
}

/** A budget above the node's own is new to whoever reads: it is said what it has to do with this node. */
function sayBelow({ level, above }: HoldResult): string {
  const name = above?.[0]?.budgetName;
  if (level === undefined || name === undefined) return '';
  return `, which ${name === UNSEEN_BUDGET ? UNSEEN_BUDGET : `“${name}”`} is a part of,`;
}

/** The same without what the budget stood at: that is told of the request alone. */
function sayUnseenHold(result: HoldResult): string {
  const scope = result.scope === '' ? '' : ` for ${result.scope}`;
  const name =
    result.budgetName === UNSEEN_BUDGET
      ? UNSEEN_BUDGET.charAt(0).toUpperCase() + UNSEEN_BUDGET.slice(1)
      : `${result.budgetName}${scope}, a part that you may not see`;
  const amount = sayAmount(result.amount, result.unit);
  const own = sayBelow(result);
  switch (result.why) {
    case 'fits':
      return `${name}: ${amount} held for this request${sayCounted(result)}.`;
    case 'over_warning':
      return `${name}${own} is past its warning: ${amount} held for this request${sayCounted(result)}.`;
    case 'over_limit':
      return result.port === 'warning'
        ? `${name}${own}: only the cheaper way fits, ${amount} held${sayCounted(result)}.`
        : `${name}${own} is spent: this request could cost ${amount}${sayCounted(result)}.`;
    case 'cost_unbounded':
      return `${name}: the request has content whose cost cannot be known beforehand.`;
    case 'price_unknown':
      return `${name}: a model on the way has no known price.`;
    case 'no_budget':
      return 'The budget of this node does not exist any more.';
    case 'store_down':
      return `${name}: what is held cannot be written down now.`;
  }
}

export const budget = defineKind(
  {
    title: 'Budget',
    icon: 'coin',
    group: 'spend',
    summary: 'Holds money before the call, warns, and stops what does not fit.',
  },
  settings,
  { budget: '', warnAt: 0.8, outputLimit: 4096, allowEstimate: false, ifUnavailable: 'refuse' },
  (value) => ({
    ports: [
      { name: 'within', label: 'within' },
      ...(value.warnAt === null ? [] : [{ name: 'warning', label: 'warning' }]),
      {
        name: 'exhausted',
        label: 'exhausted',
        ifLoose: 'The app is refused, and told which budget is spent and whom to ask.',
      },
    ],
    sentence: `Holds the cost in “${value.budget}”${value.warnAt === null ? '' : `, warns at ${percent(value.warnAt)}`}.`,
    budgets: [value.budget],
    compile: ({ node, modelsFrom }) => {
      const need = {
        type: 'hold',
        node,
        budget: value.budget,
        warnAt: value.warnAt,
        within: modelsFrom('within'),
        warning: value.warnAt === null ? [] : modelsFrom('warning'),
        outputLimit: value.outputLimit,
        allowEstimate: value.allowEstimate,
        ifUnavailable: value.ifUnavailable,
      } as const;
      return () =>
        ask<'hold'>(need, (result) => {
          const reason = sayHold(result);
          if (result.port !== 'unavailable') return { port: result.port, reason };
          return { port: value.ifUnavailable === 'continue' ? 'within' : 'exhausted', reason };
        });
    },
  }),
);
