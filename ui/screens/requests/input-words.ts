/** What a step went by when it decided, in words: what was read, compared, counted and answered, as it was at that moment. */
import { conditionSchema, sayCondition } from '../../../policies/condition.ts';
import type { TraceStep } from '../../../policies/decision.ts';
import type { CacheResult, EffectResult, HeldBudget } from '../../../policies/effects.ts';
import { type FactValue, findFact } from '../../../policies/facts.ts';
import { sayAmount, UNSEEN_BUDGET } from '../../../policies/kinds/budget/budget.ts';
import { sayFailure } from '../../../policies/kinds/model/failure-words.ts';
import { sayCount, sayLimit } from '../../../policies/kinds/throttle/throttle.ts';
import { findDetector } from '../../../policies/text/detectors/index.ts';
import { plural, sayShare } from '../../app/words.ts';

/** One thing that a step went by. */
export interface Input {
  readonly name: string;
  readonly value: string;
}

/** All that was recorded of what a step went by, in the order in which it asked; nothing where it went by nothing. */
export function inputsOf({ facts = {}, truths = {}, results = [] }: TraceStep): Input[] {
  return [
    ...Object.entries(facts).map(([name, value]) => ({ name: factName(name), value: sayFact(value) })),
    ...Object.entries(truths).map(([key, held]) => ({ name: sayComparison(key), value: held ? 'yes' : 'no' })),
    ...results.flatMap(sayResult),
  ];
}

function factName(name: string): string {
  const label = findFact(name)?.label ?? name;
  return label.charAt(0).toUpperCase() + label.slice(1);
}

function sayFact(value: FactValue): string {
  if (value === null) return 'not there';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'number' ? value.toLocaleString('en-US') : value;
}

/** A comparison with a text, by the name under which its outcome is kept: the text itself is not. */
function sayComparison(key: string): string {
  const [, fact, operator, json] = /^(\S+) (\S+) (.*)$/s.exec(key) ?? [];
  try {
    const condition = conditionSchema.safeParse({ fact, operator, value: JSON.parse(json ?? '') });
    return condition.success ? `Whether ${sayCondition(condition.data)}` : key;
  } catch {
    return key;
  }
}

const sayBudget = ({ scope, unit, limit, spent, held, unseen }: HeldBudget): string => {
  const whose = scope === '' ? '' : `${scope.replaceAll(',', ', ')}: `;
  if (unseen) return `${whose}what it stood at is not told`;
  return `${whose}${sayAmount(spent, unit)} spent and ${sayAmount(held, unit)} held of ${sayAmount(limit, unit)}`;
};

/** What a budget is called in the list of what a step went by; `where` is where it stands among the others. */
const nameOf = ({ budgetName }: HeldBudget, where = ''): string =>
  budgetName === UNSEEN_BUDGET
    ? `${UNSEEN_BUDGET.charAt(0).toUpperCase()}${UNSEEN_BUDGET.slice(1)}${where}`
    : `Budget “${budgetName}”${where} then`;

const CACHES: Readonly<Record<CacheResult['cache'], string>> = {
  hit: 'had the answer',
  miss: 'did not have it',
  other_form: 'had it in another form only',
  bypass: 'was passed over, as the app asked',
  not_known: 'not recorded',
};

function sayResult(result: EffectResult): Input[] {
  if ('budgetName' in result) {
    const { amount, unit, above = [] } = result;
    return [
      { name: nameOf(result), value: sayBudget(result) },
      { name: 'Asked for', value: `${sayAmount(amount, unit)} at most` },
      ...above.map((one) => ({ name: nameOf(one, ' above it'), value: sayBudget(one) })),
    ];
  }
  if ('score' in result) {
    const reasons = result.reasons.map(({ words }) => words).join('; ');
    return [{ name: 'Score', value: `${result.score.toFixed(2)}${reasons === '' ? '' : ` (${reasons})`}` }];
  }
  if ('found' in result) {
    const found = Object.entries(result.found).filter(([, count]) => count > 0);
    const words = found.map(([type, count]) => `${findDetector(type)?.label ?? type}: ${plural(count, 'time')}`);
    return [{ name: 'Found in the texts', value: words.length === 0 ? 'nothing' : words.join(', ') }];
  }
  if ('ok' in result) {
    const model = result.model ?? result.asked ?? 'a model that nobody knows';
    return [{ name: 'Called', value: result.ok ? `${model}, which answered` : sayFailure(result, model) }];
  }
  if ('order' in result) return [{ name: 'Models in the order of trying', value: result.order.join(', ') }];
  if ('waitedMs' in result) {
    const { of, used, scope } = result;
    const whose = scope === '' ? '' : ` for ${scope.replaceAll(',', ', ')}`;
    return [{ name: `Used of ${sayLimit(result)}${whose}`, value: sayCount(used, of) }];
  }
  if ('alert' in result) return [{ name: 'Channel', value: result.channel }];
  if ('chance' in result) return [{ name: 'Lot drawn', value: `at ${sayShare(result.chance)} of all` }];
  if ('cache' in result) return [{ name: 'The cache', value: CACHES[result.cache] }];
  return result.model === null ? [] : [{ name: 'Copy for', value: result.model }];
}
