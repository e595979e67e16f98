/** Told when somebody asks for more of a budget. */
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import type { BudgetEntry, Snapshot } from '../control/snapshot.ts';
import type { AlertMessage } from './message.ts';
import { teamsInScope } from './scope-teams.ts';

interface Asked {
  readonly id: string;
  readonly scope: string;
  /** In the unit of the budget. */
  readonly amount: number;
  readonly reason: string;
  readonly at: number;
}

/** The message about a request for more; who asks is on the page, and not in the message. */
export function askMessage(snapshot: Snapshot, asked: Asked, budget: BudgetEntry): AlertMessage {
  const { id, scope, amount, reason, at } = asked;
  const { organisation, name, unit } = budget;
  const of = scope === '' ? '' : ` for ${scope}`;
  return {
    organisation,
    about: 'asks',
    channel: null,
    once: null,
    at,
    teams: teamsInScope(snapshot, organisation, scope),
    title: `Somebody asks for more of the budget “${name}”`,
    text: `${sayAmount(amount, unit)} more is asked for${of}. The reason: “${reason}”`,
    path: `/budgets/${budget.id}`,
    data: { request: id, budget: budget.id, name, scope, unit, amount, reason },
  };
}
