import { Stack, Text } from '@mantine/core';
import type { BudgetRequest } from '../../api/budget-requests.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import { Section } from '../../app/section.tsx';
import { AskForMore } from '../../budgets/ask-for-more.tsx';
import { AskedForMore } from '../../budgets/asked-for-more.tsx';
import { sayScope } from '../../budgets/budget-words.ts';
import type { ScopeState } from '../../budgets/scope-state.ts';
import { BurnDown } from './burn-down.tsx';
import { PartsList } from './parts-list.tsx';
import { Refusals } from './refusals.tsx';

/** Requests for more that are shown here; all of them are on a page of their own. */
const FEW = 6;

interface Props {
  readonly budget: StoredBudget;
  /** The fullest first. */
  readonly states: readonly ScopeState[];
  readonly chosen: string | null;
  /** Whether somebody has come to ask for more. */
  readonly asking: boolean;
  readonly requests: readonly BudgetRequest[];
  readonly keyNames: ReadonlyMap<string, string>;
  readonly mayChange: boolean;
}

/** How a budget stands: its parts, how the chosen one is being spent, what it refused, and what people have asked for. */
export function BudgetNow({ budget, states, chosen, asking, requests, keyNames, mayChange }: Props) {
  const state = states.find(({ scope }) => scope === chosen);
  const words = chosen === null ? '' : sayScope(budget.scope, chosen, keyNames);
  const open = requests.filter((request) => request.state === 'open');
  const answered = requests.filter((request) => request.state !== 'open').slice(0, FEW);
  return (
    <Stack gap="xl">
      {asking && state ? <AskForMore key={state.scope} budget={budget} state={state} words={words} /> : null}
      {asking && !state ? (
        <Text>
          This link is for a part that “{budget.name}” does not count. Choose one below, or ask whoever gave it to you.
        </Text>
      ) : null}
      {open.length > 0 ? (
        <Section title="Asked for more">
          <AskedForMore requests={open} budgets={[budget]} keyNames={keyNames} named={false} />
        </Section>
      ) : null}
      <Section title={budget.scope.length === 0 ? 'How it stands' : 'How its parts stand'}>
        <PartsList budget={budget} states={states} chosen={chosen} keyNames={keyNames} mayChange={mayChange} />
      </Section>
      {chosen === null ? null : (
        <>
          <Section title={budget.scope.length === 0 ? 'How it is being spent' : `How ${words} spends it`}>
            <BurnDown budget={budget} scope={chosen} words={words} />
          </Section>
          <Section title="What it refused lately">
            <Refusals budget={budget} scope={chosen} keyNames={keyNames} />
          </Section>
        </>
      )}
      {answered.length > 0 ? (
        <Section title={open.length > 0 ? 'Answered before' : 'Asked for more'}>
          <AskedForMore requests={answered} budgets={[budget]} keyNames={keyNames} named={false} />
        </Section>
      ) : null}
    </Stack>
  );
}
