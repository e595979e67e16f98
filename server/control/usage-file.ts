/** Answers about usage as a table for other programs. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { type Cell, writeCsv } from '../months/csv.ts';
import type { Question } from '../usage/question.ts';
import type { usageAnswerSchema } from './usage-totals.ts';

const NUMBERS = [
  ['requests', 'Requests'],
  ['errors', 'Errors'],
  ['refused', 'Refused'],
  ['inputTokens', 'Input tokens'],
  ['cachedTokens', 'Cached tokens'],
  ['outputTokens', 'Output tokens'],
  ['reasoningTokens', 'Reasoning tokens'],
] as const;
const AMOUNTS = [
  ['cost', 'Cost in dollars'],
  ['savedByRouting', 'Saved by routing in dollars'],
  ['savedByCaching', 'Saved by caching in dollars'],
  ['retryCost', 'Cost of retries in dollars'],
  ['shadowCost', 'Cost of shadows in dollars'],
] as const;
const TIMES_TAKEN = [
  ['meanMs', 'Mean milliseconds'],
  ['p50Ms', 'Half below milliseconds'],
  ['p95Ms', '95 % below milliseconds'],
] as const;

/** An answer as a table for other programs: a row for each total, dollars with nine digits. */
export function usageFile(
  question: Question,
  { totals }: z.input<typeof usageAnswerSchema>,
): {
  readonly name: string;
  readonly type: string;
  readonly text: string;
  readonly digest: string;
} {
  const { by, every } = question;
  const head = [
    ...(every === null ? [] : ['Start']),
    ...by.flatMap((one) => [one, `${one} name`]),
    ...[...NUMBERS, ...AMOUNTS, ...TIMES_TAKEN].map(([, words]) => words),
  ];
  const rows = totals.map((total): Cell[] => [
    ...(every === null ? [] : [new Date(total.at ?? 0).toISOString()]),
    ...by.flatMap((_, i): Cell[] => {
      const value = total.groups ? (total.groups[i] ?? null) : total.group;
      return [value ?? (total.others ? '(others)' : '(none)'), (total.names ?? [total.name])[i] ?? value ?? ''];
    }),
    ...NUMBERS.map(([field]): Cell => ({ number: String(total[field]) })),
    ...AMOUNTS.map(([field]): Cell => ({ number: (total[field] / 1e9).toFixed(9) })),
    ...TIMES_TAKEN.map(([field]): Cell => ({ number: String(total[field] ?? '') })),
  ]);
  const text = writeCsv(head, rows);
  const digest = createHash('sha256').update(text).digest('hex');
  return {
    name: `signalbox-usage-by-${by.join('-').replace(/[^\w-]/g, '-') || 'time'}.csv`,
    type: 'text/csv',
    text,
    digest,
  };
}
