import { Stack, Switch, Text } from '@mantine/core';
import { sayAmount } from '../../../../policies/kinds/budget/budget.ts';
import { useEditor } from '../../../editing/editing-context.tsx';
import { useTrying } from '../../../trying/trying-context.tsx';
import { TrySlider } from './try-slider.tsx';

/** How much of a budget is used when the request comes: as it is now, or as it is set here. */
export function BudgetUse({ id }: { readonly id: string }) {
  const { house } = useEditor();
  const use = useTrying(({ trial }) => trial.outside.budgets[id]);
  const edit = useTrying((state) => state.edit);
  const known = house.answer.budgets.find(({ budget }) => budget.id === id);
  if (!known) {
    return <Text size="sm">A budget of this drawing does not exist any more, so that it lets nothing pass.</Text>;
  }
  const { name, limit, unit } = known.budget;
  const now = known.use.reduce((most, one) => (one.spent + one.held > most.spent + most.held ? one : most), {
    spent: 0,
    held: 0,
  });
  const set = (next: { readonly spent: number; readonly held: number } | null): void =>
    edit(({ outside }) => {
      const { [id]: _, ...others } = outside.budgets;
      return { outside: { ...outside, budgets: next === null ? others : { ...others, [id]: next } } };
    });
  const say = (amount: number): string => `${sayAmount(amount, unit)} of ${sayAmount(limit, unit)}`;
  const slider = (
    title: string,
    part: 'spent' | 'held',
    current: { readonly spent: number; readonly held: number },
  ) => (
    <TrySlider
      words={`${title}: ${say(current[part])}`}
      name={`${name}: ${title}, as a share of its limit`}
      value={(current[part] / limit) * 100}
      onChange={(percent) => set({ ...current, [part]: Math.round((limit * percent) / 100) })}
    />
  );
  return (
    <Stack gap="xs" role="group" aria-label={`Budget ${name}`}>
      <Switch
        label={`Set what is used of “${name}”`}
        description={
          limit === 0
            ? 'Its limit is nothing, so that it is spent for every request.'
            : use === undefined
              ? `As it is now: ${say(now.spent)} spent${now.held > 0 ? `, ${sayAmount(now.held, unit)} held` : ''}${known.use.length > 1 ? ' where most is used' : ''}.`
              : undefined
        }
        disabled={limit === 0}
        checked={use !== undefined}
        onChange={({ currentTarget: { checked } }) => set(checked ? { spent: now.spent, held: now.held } : null)}
      />
      {use !== undefined && limit > 0 ? (
        <>
          {slider('Spent', 'spent', use)}
          {slider('Held for requests under way', 'held', use)}
        </>
      ) : null}
    </Stack>
  );
}
