/** A model of an account as it is typed, and what is read from that. */
import type { AccountModel } from '../../api/providers.ts';
import { readAmount, writeAmount } from '../../app/amount-input.tsx';

/** Empty for "as known". */
export type Choice = '' | 'yes' | 'no';

export interface TypedModel {
  readonly key: number;
  readonly name: string;
  readonly standsFor: string;
  readonly contextTokens: string;
  readonly tools: Choice;
  readonly images: Choice;
  readonly leavesHouse: Choice;
  readonly requestsPerMinute: string;
  readonly tokensPerMinute: string;
}

/** What is a number, and the most that it can be. */
const NUMBERS = [
  ['contextTokens', 'The context', 1e9],
  ['requestsPerMinute', 'The requests a minute', 1e9],
  ['tokensPerMinute', 'The tokens a minute', 1e12],
] as const;

const choiceOf = (value: boolean | undefined): Choice => (value === undefined ? '' : value ? 'yes' : 'no');
const write = (value: number | undefined): string => (value === undefined ? '' : writeAmount(value, 'tokens'));
const numberOf = (text: string): number | undefined => readAmount(text, 'tokens') ?? undefined;

let keys = 0;

/** A model as it stands in the fields; it gets a key of its own. */
export const typedModel = (model: AccountModel): TypedModel => ({
  key: ++keys,
  name: model.name,
  standsFor: model.standsFor ?? '',
  contextTokens: write(model.contextTokens),
  tools: choiceOf(model.tools),
  images: choiceOf(model.images),
  leavesHouse: choiceOf(model.leavesHouse),
  requestsPerMinute: write(model.requestsPerMinute),
  tokensPerMinute: write(model.tokensPerMinute),
});

/** The model that the fields say; only for those of which `problemOf` finds nothing. */
export const modelOf = (typed: TypedModel): AccountModel => ({
  name: typed.name.trim(),
  ...(typed.standsFor.trim() !== '' && { standsFor: typed.standsFor.trim() }),
  ...(typed.tools !== '' && { tools: typed.tools === 'yes' }),
  ...(typed.images !== '' && { images: typed.images === 'yes' }),
  ...(typed.leavesHouse !== '' && { leavesHouse: typed.leavesHouse === 'yes' }),
  contextTokens: numberOf(typed.contextTokens),
  requestsPerMinute: numberOf(typed.requestsPerMinute),
  tokensPerMinute: numberOf(typed.tokensPerMinute),
});

/** The first thing that is wrong with the models, in words; null where nothing is. */
export function problemOf(models: readonly TypedModel[]): string | null {
  const names = models.map(({ name }) => name.trim());
  if (names.some((name) => name === '' || /\s/.test(name))) return 'Each model needs a name without spaces.';
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `“${twice}” is named twice.`;
  for (const model of models) {
    for (const [field, what, most] of NUMBERS) {
      if (model[field].trim() === '') continue;
      const read = readAmount(model[field], 'tokens');
      if (read !== null && read >= 1 && read <= most) continue;
      return `${what} of “${model.name.trim()}” has to be a whole number from 1 to ${writeAmount(most, 'tokens')}, such as 1,000, or empty.`;
    }
  }
  return null;
}
