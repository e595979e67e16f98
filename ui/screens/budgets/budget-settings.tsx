import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { StoredBudget } from '../../api/budgets.ts';
import { useMayEverywhere } from '../../api/may.ts';
import { policiesQuery } from '../../api/policies.ts';
import { Failure } from '../../app/failure.tsx';
import { Section } from '../../app/section.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayLimit, sayScopeName } from '../../budgets/budget-words.ts';
import type { BudgetHouse } from '../../budgets/use-budget-house.ts';
import { ChangeBudget } from './change-budget.tsx';
import { OwnLimits } from './own-limits.tsx';
import { PlaceForm } from './place-form.tsx';
import { SpentBy, spendersOf } from './spent-by.tsx';
import { sayThresholds, ThresholdsForm } from './thresholds-form.tsx';

interface Props {
  readonly budget: StoredBudget;
  readonly house: BudgetHouse;
  readonly mayChange: boolean;
}

/** What a budget allows and to whom, when people are told, and its place among the others. */
export function BudgetSettings({ budget, house: { answer, keyNames }, mayChange }: Props) {
  const [form, setForm] = useState<'budget' | 'thresholds' | 'place' | null>(null);
  const budgets = answer.budgets.map((entry) => entry.budget);
  const { scope, unit, timeZone, owner, parent, thresholds } = budget;
  const above = budgets.find(({ id }) => id === parent);
  const project = answer.projects.find(({ id }) => id === budget.project)?.name;
  const seesAll = useMayEverywhere()('read budget');
  const close = (): void => setForm(null);
  const change = (what: typeof form, name: string): ReactNode =>
    mayChange ? (
      <Button size="compact-sm" variant="default" aria-label={name} onClick={() => setForm(what)}>
        Change
      </Button>
    ) : null;
  return (
    <Stack gap="xl">
      <SimpleGrid component="dl" cols={{ base: 1, sm: 2, lg: 3 }} spacing="lg" m={0}>
        <Fact name="Limit" aside={change('budget', `Change ${budget.name}`)}>
          {sayLimit(budget, !seesAll && budget.project === null)}
        </Fact>
        <Fact name="Counted apart by">
          {scope.length === 0 ? 'nothing: the whole organisation together' : scope.map(sayScopeName).join(' and ')}
        </Fact>
        <Fact name="Counted in">
          {unit === 'usd' ? 'dollars' : 'tokens'}, by the clocks of {timeZone}
        </Fact>
        <Fact name="Owner">{owner ?? 'nobody is named'}</Fact>
        <Fact name="A part of" aside={change('place', 'Change its place')}>
          {above ? (
            <TextLink to="/budgets/$budget" params={{ budget: above.id }} inherit underline="always">
              {above.name}
            </TextLink>
          ) : (
            `no other budget${seesAll ? '' : ' that you see'}`
          )}
        </Fact>
        <Fact name="People are told at" aside={change('thresholds', 'Change when people are told')}>
          {thresholds.length === 0 ? 'no share of the limit' : sayThresholds(thresholds)}
        </Fact>
        <Fact name="For policies of">{project === undefined ? 'everyone' : `the project ${project}`}</Fact>
      </SimpleGrid>
      {scope.length === 0 ? null : (
        <OwnLimits budget={budget} house={answer} keyNames={keyNames} mayChange={mayChange} />
      )}
      <Section title="Who spends from it">
        <Spenders budget={budget.id} isTree={budgets.some((one) => one.parent === budget.id)} />
      </Section>
      {form === 'budget' ? <ChangeBudget budget={budget} onClose={close} /> : null}
      {form === 'thresholds' ? <ThresholdsForm budget={budget} onClose={close} /> : null}
      {form === 'place' ? <PlaceForm budget={budget} budgets={budgets} onClose={close} /> : null}
    </Stack>
  );
}

function Spenders({ budget, isTree }: { readonly budget: string; readonly isTree: boolean }) {
  const policies = useQuery(policiesQuery);
  if (policies.data) return <SpentBy policies={spendersOf(policies.data, budget)} isTree={isTree} />;
  return policies.error ? (
    <Failure title="The policies could not be loaded" error={policies.error} onRetry={() => policies.refetch()} />
  ) : (
    <Waiting what="the policies" />
  );
}

interface FactProps {
  readonly name: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

function Fact({ name, aside, children }: FactProps) {
  return (
    <div>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Group component="dd" m={0} gap="sm">
        <Text fw={600} component="span">
          {children}
        </Text>
        {aside}
      </Group>
    </div>
  );
}
