import { useState } from 'react';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import { sayLimit } from '../budgets/budget-words.ts';
import { NewBudget } from '../budgets/new-budget.tsx';
import type { House } from '../editing/house.ts';
import type { FieldProps } from './field-props.ts';
import { useForm } from './form-context.tsx';
import { PickOrMake } from './pick-or-make.tsx';

type KnownBudget = House['answer']['budgets'][number];

/** One of the budgets of the house, with what is left of it. */
export function BudgetPicker(field: FieldProps) {
  const { path, title } = field;
  const { change, house } = useForm();
  const [isMaking, setMaking] = useState(false);
  const choose = (id: string): void => change({ path, value: id, title, goesOn: false });
  return (
    <div>
      <PickOrMake
        {...field}
        what="budget"
        choices={house.answer.budgets.map((one) => ({
          value: one.budget.id,
          label: one.budget.name,
          about: sayBudget(one),
        }))}
        page="/budgets"
        onChoose={choose}
        onMake={() => setMaking(true)}
      />
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
