import { Anchor, Button, Group, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import { sayLimit } from '../budgets/budget-words.ts';
import { NewBudget } from '../budgets/new-budget.tsx';
import type { House } from '../editing/house.ts';
import { DROPDOWN } from './dropdown.ts';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

type KnownBudget = House['answer']['budgets'][number];

/** One of the budgets of the house, with what is left of it; or a new one, made on the spot. */
export function BudgetPicker({ slot, value, path, title, isTitled }: FieldProps) {
  const { change, mayChange, house } = useForm();
  const error = useErrorAt(sayPath(path));
  const [isMaking, setMaking] = useState(false);
  const current = String(value ?? slot.fallback ?? '');
  const { budgets } = house.answer;
  const byId = new Map(budgets.map((one) => [one.budget.id, one]));
  const chosen = byId.get(current);
  const isUnknown = current !== '' && !chosen;
  const choose = (id: string): void => change({ path, value: id, title, goesOn: false });
  const explained = isUnknown ? 'There is no budget of this id any more. Choose another, or make one.' : undefined;
  return (
    <div>
      <Select
        {...DROPDOWN}
        {...(isTitled ? { label: title } : { 'aria-label': title })}
        description={slot.help || undefined}
        searchable
        allowDeselect={false}
        placeholder="Choose a budget"
        nothingFoundMessage="No budget has that in its name. Make one with the button below."
        data={[
          ...(isUnknown ? [{ value: current, label: `${current} (does not exist)` }] : []),
          ...budgets.map(({ budget: { id, name } }) => ({ value: id, label: name })),
        ]}
        value={current === '' ? null : current}
        error={explained ?? (current === '' ? 'No budget is chosen yet.' : error)}
        readOnly={!mayChange}
        renderOption={({ option }) => {
          const known = byId.get(option.value);
          return (
            <div>
              <Text size="sm">{option.label}</Text>
              {known ? (
                <Text size="xs" c="dimmed">
                  {sayBudget(known)}
                </Text>
              ) : null}
            </div>
          );
        }}
        onChange={(id) => id !== null && choose(id)}
      />
      {chosen ? (
        <Text size="xs" c="dimmed" mt={4}>
          {sayBudget(chosen)}
        </Text>
      ) : null}
      <Group gap="md" mt="xs">
        {mayChange ? (
          <Button size="compact-xs" variant="default" onClick={() => setMaking(true)}>
            Make a budget
          </Button>
        ) : null}
        <Anchor href="/budgets" target="_blank" size="xs">
          All budgets (opens in a new tab)
        </Anchor>
      </Group>
      {isMaking ? <NewBudget house={house.answer} onMade={choose} onClose={() => setMaking(false)} /> : null}
    </div>
  );
}

/** "$100.00 a month; $12.30 used"; counted apart, the one that has used most. */
function sayBudget({ budget, use }: KnownBudget): string {
  const used = Math.max(0, ...use.map(({ spent, held }) => spent + held));
  const most = budget.scope.length > 0 && use.length > 1 ? ' at most' : '';
  return `${sayLimit(budget)}; ${sayAmount(used, budget.unit)} used${most}`;
}
