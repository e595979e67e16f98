/** Which operators a fact can be asked with, and what stands on the right side of each. */
import { z } from 'zod';
import type { Fact } from '../../policies/facts.ts';
import { OPERATOR_NAMES, type OperatorName, operators } from '../../policies/operators.ts';

/** How the right side is written. */
export type ValueWidget =
  | 'nothing'
  | 'yes or no'
  | 'text'
  | 'option'
  | 'texts'
  | 'options'
  | 'number'
  | 'numbers'
  | 'time'
  | 'times'
  | 'pattern';

/** The operators that fit the type of a fact, in the order of the table. */
export const operatorsFor = (fact: Fact): OperatorName[] =>
  OPERATOR_NAMES.filter((name) => operators[name].types.some((type) => type === fact.type));

/** How the right side of this comparison is written, told from the operator's own schema and the type of the fact. */
export function valueWidget(fact: Fact, operator: OperatorName): ValueWidget {
  if (operator === 'matches') return 'pattern';
  const { def } = (operators[operator].value as z.core.$ZodType as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'literal':
      return 'nothing';
    case 'array':
      return fact.options ? 'options' : 'texts';
    case 'tuple':
      return fact.type === 'time' ? 'times' : 'numbers';
    case 'number':
      return 'number';
    default:
      if (fact.type === 'boolean') return 'yes or no';
      if (fact.type === 'number' || fact.type === 'time') return fact.type;
      return fact.options ? 'option' : 'text';
  }
}

/** The right side after the fact or the operator was changed: what was there as far as it can stay, else an example. */
export function valueAfterChange(fact: Fact, operator: OperatorName, before: unknown): unknown {
  const widget = valueWidget(fact, operator);
  const first = Array.isArray(before) ? before[0] : before;
  const example = Array.isArray(fact.example) ? fact.example[0] : fact.example;
  const isOption = (one: unknown): boolean => fact.options?.some((option) => option === one) ?? false;
  switch (widget) {
    case 'nothing':
      return true;
    case 'yes or no':
      return typeof before === 'boolean' ? before : true;
    case 'option':
      return isOption(first) ? first : fact.options?.[0];
    case 'options': {
      const stay = (Array.isArray(before) ? before : [before]).filter(isOption);
      return stay.length > 0 ? stay : fact.options?.slice(0, 1);
    }
    case 'texts': {
      const texts = (Array.isArray(before) ? before : [before]).filter((one) => typeof one === 'string' && one !== '');
      return texts;
    }
    case 'number':
      return typeof first === 'number' ? first : typeof example === 'number' ? example : 0;
    case 'numbers': {
      const low = typeof first === 'number' ? first : typeof example === 'number' ? example : 0;
      const high = Array.isArray(before) && typeof before[1] === 'number' ? before[1] : low * 2;
      return [low, Math.max(low, high)];
    }
    case 'time':
      return isFitting(operator, first) && isTime(first) ? first : '09:00';
    case 'times':
      return Array.isArray(before) && before.every(isTime) && before.length === 2 ? before : ['09:00', '17:00'];
    default:
      return typeof first === 'string' && !isTime(first) ? first : '';
  }
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const isTime = (value: unknown): boolean => typeof value === 'string' && TIME.test(value);

const isFitting = (operator: OperatorName, value: unknown): boolean =>
  z.safeParse(operators[operator].value, value).success;
