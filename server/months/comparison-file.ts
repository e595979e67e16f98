/** A comparison with a vendor's file as a table that can be saved. */
import { type Amounts, NOTHING, writeDollars } from './amounts.ts';
import type { Comparison } from './compare.ts';
import { type Cell, writeCsv } from './csv.ts';

const HEAD = [
  ...['day', 'model', 'difference'],
  ...['our_input_tokens', 'their_input_tokens', 'input_tokens_difference'],
  ...['our_output_tokens', 'their_output_tokens', 'output_tokens_difference'],
  ...['our_cost_dollars', 'their_cost_dollars', 'cost_difference_dollars'],
  'likely_cause',
];

const whole = (amount: bigint): Cell => ({ number: String(amount) });
const money = (amount: bigint): Cell => ({ number: writeDollars(amount) });
const NO_WORD: Cell = '';

/** The table as CSV; differences are ours less theirs, and what the file does not say is left empty. */
export function writeComparison({ rows, usage: { has } }: Comparison): string {
  const told = (isTold: boolean, write: (amount: bigint) => Cell, ours: bigint, theirs: bigint): Cell[] => [
    write(ours),
    isTold ? write(theirs) : NO_WORD,
    isTold ? write(ours - theirs) : NO_WORD,
  ];
  return writeCsv(
    HEAD,
    rows.map(({ day, model, ours, theirs, same, cause }) => {
      const [a, b]: [Amounts, Amounts] = [ours ?? NOTHING, theirs ?? NOTHING];
      return [
        day,
        model,
        same ? 'none' : ours === null ? 'only in the file' : theirs === null ? 'only here' : 'differs',
        ...told(has.tokens, whole, a.inputTokens, b.inputTokens),
        ...told(has.tokens, whole, a.outputTokens, b.outputTokens),
        ...told(has.cost, money, a.cost, b.cost),
        cause ?? '',
      ];
    }),
  );
}
