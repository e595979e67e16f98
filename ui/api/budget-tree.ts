/** Moving a part of a limit from one scope to another. */
import { z } from 'zod';
import { ask } from './client.ts';

interface Side {
  /** Id of the budget. */
  readonly budget: string;
  readonly scope: string;
}

/** Moves an amount, in the unit of both budgets, from one limit to another; `words` say what came of it. */
export function moveLimit(from: Side, to: Side, amount: number, reason: string): Promise<{ readonly words: string }> {
  const body = { from, to, amount, reason };
  return ask(z.object({ words: z.string() }), '/budgets/move', { method: 'POST', body });
}
