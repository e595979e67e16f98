import '../../budgets/budgets.css';
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { problemOfMove, type TeamOf } from '../../../policies/budget-tree.ts';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import { MoreButton } from '../../app/more-button.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { BudgetBar } from '../../budgets/budget-bar.tsx';
import type { Branch } from '../../budgets/budget-tree.ts';
import { sayScope, WINDOW_WORDS } from '../../budgets/budget-words.ts';
import { MoveLimit, type MoveSide } from './move-limit.tsx';

/** Rows that are shown before somebody asks for more, and how many more each time. */
const FEW = 5;
const MORE = 20;

/** What all rows of a card share. */
export interface RowsContext {
  readonly keyNames: ReadonlyMap<string, string>;
  readonly mayChange: boolean;
  /** Whether one sees all parts of all budgets. */
  readonly seesAll: boolean;
  readonly teamOf: TeamOf;
  readonly find: (id: string) => StoredBudget | undefined;
  /** When a scope is expected to run out, in words; null where nothing is. */
  readonly outlookOf: (branch: Branch) => string | null;
}

interface Props {
  readonly branches: readonly Branch[];
  readonly context: RowsContext;
  /** Id of the budget whose name stands above already. */
  readonly known: string;
  /** How many others these are below. */
  readonly depth: number;
}

/** Scopes beside each other with their parts below them. */
export function BranchRows({ branches, context, known, depth }: Props) {
  const [shown, setShown] = useState(FEW);
  return (
    <Stack gap="sm">
      <Stack component="ul" gap="md" className={depth === 1 ? 'budget-parts budget-parts-wide' : 'budget-parts'}>
        {branches.slice(0, shown).map((branch) => (
          <BranchRow
            key={`${branch.budget.id} ${branch.state.scope}`}
            branch={branch}
            beside={branches}
            context={context}
            known={known}
            depth={depth}
          />
        ))}
      </Stack>
      <MoreButton left={branches.length - shown} onMore={() => setShown(shown + MORE)} />
    </Stack>
  );
}

interface RowProps {
  readonly branch: Branch;
  /** All that stand beside it, itself among them. */
  readonly beside: readonly Branch[];
  readonly context: RowsContext;
  readonly known: string;
  readonly depth: number;
}

function BranchRow({ branch, beside, context, known, depth }: RowProps) {
  const { budget, state, allocation, parts } = branch;
  const { keyNames, mayChange, teamOf, find, outlookOf } = context;
  const [moving, setMoving] = useState(false);
  const sayOf = (one: Branch): string => sayScope(one.budget.scope, one.state.scope, keyNames);
  const sideOf = (one: Branch): MoveSide => ({
    budget: one.budget,
    scope: one.state.scope,
    words: sayOf(one),
    spent: one.state.spent,
  });
  const words = sayOf(branch);
  const siblings = beside
    .filter((other) => problemOfMove(scopeOf(other), scopeOf(branch), find, teamOf) === null)
    .map(sideOf);
  const outlook = outlookOf(branch);
  const over = allocation.overAllocated;
  const title = (
    <>
      <TextLink
        to="/budgets/$budget"
        params={{ budget: budget.id }}
        search={state.scope === '' ? {} : { scope: state.scope }}
        size="sm"
        fw={600}
      >
        {words}
      </TextLink>
      {budget.id === known ? null : (
        <Text span size="sm" c="dimmed" fw={400}>
          {' '}
          {budget.name}, {WINDOW_WORDS[budget.window]}
        </Text>
      )}
    </>
  );
  return (
    <li>
      <BudgetBar
        words={words}
        unit={budget.unit}
        state={state}
        title={title}
        aside={
          mayChange && siblings.length > 0 ? (
            <Button
              size="compact-xs"
              variant="subtle"
              onClick={() => setMoving(true)}
              aria-label={`Move some to ${words}`}
            >
              Move some here
            </Button>
          ) : undefined
        }
      />
      {outlook === null ? null : (
        <Text size="sm" fw={600}>
          {outlook}
        </Text>
      )}
      {over > 0 ? (
        <Group gap={6} wrap="nowrap" align="flex-start" mt={4}>
          <IconAlertTriangle size={16} color="var(--mantine-color-orange-text)" aria-hidden style={{ flex: 'none' }} />
          <Text size="sm">
            Its parts may spend {sayAmount(allocation.allocated, budget.unit)} together, {sayAmount(over, budget.unit)}{' '}
            more than it has.{' '}
            {mayChange && siblings.length > 0 ? (
              <Button size="compact-xs" variant="default" onClick={() => setMoving(true)}>
                Move what is over
              </Button>
            ) : (
              'Whichever spends first gets it: raise its limit, or lower those of its parts.'
            )}
          </Text>
        </Group>
      ) : null}
      {allocation.notCompared.length > 0 ? (
        <Text size="sm" c="dimmed">
          The limits of {allocation.notCompared.join(' and ')} start anew at other times, so they are not added up.
        </Text>
      ) : null}
      {parts.length > 0 ? <BranchRows branches={parts} context={context} known={budget.id} depth={depth + 1} /> : null}
      {moving ? (
        <MoveLimit to={sideOf(branch)} siblings={siblings} missing={over} onClose={() => setMoving(false)} />
      ) : null}
    </li>
  );
}

const scopeOf = ({ budget, state }: Branch) => ({ budget, scope: state.scope });
