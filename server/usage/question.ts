/** What can be asked about usage, and whether the roll-ups know it. */
import { TAG_NAME } from '../../policies/facts.ts';
import { SignalboxError } from '../errors.ts';
import { DIMENSIONS, type Dimension, PAIRS, pairName, TAG_DIMENSIONS, WITHIN_POLICY } from './dimensions.ts';
import type { RecordUsage } from './of-record.ts';
import type { Every, Span } from './times.ts';

/** What a sum is told by: a dimension, or any tag. */
export type By = Dimension | `tag:${string}`;

/** What is asked, once it is known to make sense. Moments are milliseconds since 1970. */
export interface Question extends Span {
  readonly organisation: string;
  /** One or two; none for all requests together. */
  readonly by: readonly By[];
  /** Null for one sum of the whole time. */
  readonly every: Every | null;
  readonly timeZone: string;
  readonly conditions: readonly Condition[];
  /** Only requests that cost at least so many nano-dollars. */
  readonly costAtLeast: number | null;
  /** So many groups are told apart, those that cost most; the others are added up. */
  readonly limit: number;
}

/** What requests have to have. A null value is none at all. */
export type Condition =
  | { readonly by: By; readonly is: string | null }
  /** One of several projects, for somebody who may not see all. */
  | { readonly by: 'project'; readonly among: readonly string[] }
  /** The value of a dimension that begins with the id of a policy. */
  | { readonly by: keyof typeof WITHIN_POLICY; readonly policy: string };

const isDimension = (text: string): text is Dimension => DIMENSIONS.some((one) => one === text);

/** Reads one part of `by`; throws `invalid_input` for what is none. Tags that are dimensions are told as those. */
export function readBy(text: string): By {
  if (isDimension(text)) return text;
  const tag = text.startsWith('tag:') ? text.slice('tag:'.length) : '';
  if (!TAG_NAME.test(tag)) {
    throw new SignalboxError('invalid_input', {
      why: `Usage is not told by "${text}". It can be told by ${DIMENSIONS.join(', ')}, by hour, day or month, or by any tag, written as tag:name`,
    });
  }
  return tagged(tag);
}

/** A tag, as the dimension that it is where it is one. */
export const tagged = (tag: string): By => (TAG_DIMENSIONS.has(tag) && isDimension(tag) ? tag : `tag:${tag}`);

/** The value that a request has of what is asked for. */
export function valueIn(usage: RecordUsage, by: By): string | null {
  if (isDimension(by)) return usage.values[by];
  return usage.tags[by.slice('tag:'.length)]?.value ?? null;
}

/** Whether a request has what a condition asks for. */
export function meets(usage: RecordUsage, condition: Condition): boolean {
  const value = valueIn(usage, condition.by);
  if ('is' in condition) return value === condition.is;
  if ('among' in condition) return value !== null && condition.among.includes(value);
  return value?.startsWith(`${condition.policy}${WITHIN_POLICY[condition.by]}`) ?? false;
}

/** Where the answer stands in the roll-ups. */
export interface Place {
  /** The name that the sums are kept under. */
  readonly dimension: string;
  /** The column of each dimension that is asked for or told by. */
  readonly columns: Readonly<Partial<Record<Dimension, 'value' | 'second'>>>;
}

/** Where the roll-ups have what is asked, or in words why they do not. */
export function placeOf(question: Question): Place | { readonly why: string } {
  if (question.costAtLeast !== null) return { why: 'what single requests cost is not in them' };
  const wanted = new Set<By>([...question.by, ...question.conditions.map(({ by }) => by)]);
  const dimensions: Dimension[] = [];
  for (const by of wanted) {
    if (!isDimension(by)) return { why: `they are not kept by ${by.replace(':', ' ')}` };
    dimensions.push(by);
  }
  const [first, second] = dimensions;
  if (first === undefined) return { dimension: 'status', columns: {} };
  if (second === undefined) return { dimension: first, columns: { [first]: 'value' } };
  const pair = PAIRS.find((one) => dimensions.length === 2 && one.every((part) => wanted.has(part)));
  if (!pair) return { why: `they are not kept by ${dimensions.join(' and ')} together` };
  return { dimension: pairName(pair), columns: { [pair[0]]: 'value', [pair[1]]: 'second' } };
}

/**
 * Conditions in the form that needs the fewest dimensions: the version of a policy is one value, and where versions or nodes
 * are told apart, the policy is in their names.
 */
export function simplest(
  by: readonly By[],
  policy: string | null | undefined,
  version: number | undefined,
): Condition[] {
  if (version !== undefined && typeof policy === 'string') {
    return [{ by: 'version', is: `${policy}${WITHIN_POLICY.version}${version}` }];
  }
  if (policy === undefined) return [];
  const [within] = by.filter((one) => one === 'version' || one === 'node');
  if (within !== undefined && policy !== null) return [{ by: within, policy }];
  return [{ by: 'policy', is: policy }];
}
