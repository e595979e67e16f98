import '../../budgets/budgets.css';
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { StoredBudget } from '../../api/budgets.ts';
import { MoreButton } from '../../app/more-button.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { BudgetBar } from '../../budgets/budget-bar.tsx';
import { sayScope } from '../../budgets/budget-words.ts';
import type { ScopeState } from '../../budgets/scope-state.ts';
import { ResetSpend } from './reset-spend.tsx';
import { TopUp } from './top-up.tsx';

/** Parts that are shown before somebody asks for more, and how many more each time. */
const FEW = 6;
const MORE = 30;
/** From this many on, there is a field to search them. */
const MANY = 9;

interface Props {
  readonly budget: StoredBudget;
  /** The fullest first. */
  readonly states: readonly ScopeState[];
  readonly chosen: string | null;
  readonly keyNames: ReadonlyMap<string, string>;
  readonly mayChange: boolean;
}

/** All parts that a budget counts apart, with what can be done about each; what is shown below them is of the chosen one. */
export function PartsList({ budget, states, chosen, keyNames, mayChange }: Props) {
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState(FEW);
  const wanted = search.trim().toLowerCase();
  const found = states.filter(({ scope }) => sayScope(budget.scope, scope, keyNames).toLowerCase().includes(wanted));
  const listed = found.slice(0, shown);
  const apart = found.find(({ scope }) => scope === chosen);
  const rows = apart && !listed.includes(apart) ? [apart, ...listed] : listed;
  return (
    <Stack gap="md">
      {states.length >= MANY ? (
        <TextInput
          type="search"
          aria-label="Search parts"
          placeholder="Search parts"
          leftSection={<IconSearch size={16} aria-hidden />}
          maw={340}
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      ) : null}
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          {states.length === 0
            ? 'Nobody has spent from it in this time.'
            : 'No part has that in its name: search for something else.'}
        </Text>
      ) : (
        <Stack component="ul" gap="lg" className="budget-parts">
          {rows.map((state) => (
            <Part
              key={state.scope}
              budget={budget}
              state={state}
              words={sayScope(budget.scope, state.scope, keyNames)}
              isChosen={states.length > 1 && state.scope === chosen}
              mayChange={mayChange}
            />
          ))}
        </Stack>
      )}
      <MoreButton left={found.length - rows.length} onMore={() => setShown(shown + MORE)} />
    </Stack>
  );
}

interface PartProps {
  readonly budget: StoredBudget;
  readonly state: ScopeState;
  readonly words: string;
  readonly isChosen: boolean;
  readonly mayChange: boolean;
}

function Part({ budget, state, words, isChosen, mayChange }: PartProps) {
  const [acting, setActing] = useState<'top-up' | 'reset' | null>(null);
  const { scope } = state;
  const to = { to: '/budgets/$budget', params: { budget: budget.id } } as const;
  const given = { budget, state, words, onClose: () => setActing(null) };
  return (
    <li>
      <BudgetBar
        words={words}
        unit={budget.unit}
        state={state}
        {...(budget.scope.length === 0
          ? {}
          : {
              title: (
                <>
                  <TextLink {...to} search={{ scope }} size="sm" fw={600} aria-current={isChosen || undefined}>
                    {words}
                  </TextLink>
                  {isChosen ? (
                    <Text span size="sm" c="dimmed" fw={400}>
                      {' '}
                      shown below
                    </Text>
                  ) : null}
                </>
              ),
            })}
        aside={
          <Group gap={6}>
            <TextLink {...to} search={{ scope, ask: scope }} size="sm" aria-label={`Ask for more for ${words}`}>
              Ask for more
            </TextLink>
            {mayChange ? (
              <>
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Add to ${words}`}
                  onClick={() => setActing('top-up')}
                >
                  Add
                </Button>
                {state.spent > 0 ? (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={`Reset ${words}`}
                    onClick={() => setActing('reset')}
                  >
                    Reset
                  </Button>
                ) : null}
              </>
            ) : null}
          </Group>
        }
      />
      {acting === 'top-up' ? <TopUp {...given} /> : null}
      {acting === 'reset' ? <ResetSpend {...given} /> : null}
    </li>
  );
}
