import { Group, NativeSelect, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { conditionProblems } from '../../policies/condition.ts';
import type { Fact } from '../../policies/facts.ts';
import { isOperator, type OperatorName, operators } from '../../policies/operators.ts';
import { FactPicker } from './condition-fact.tsx';
import { type Comparison as Compared, writePart } from './condition-parts.ts';
import type { PartProps } from './condition-props.ts';
import { ConditionValue } from './condition-value.tsx';
import { operatorsFor, valueAfterChange } from './condition-values.ts';
import { useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

interface Props extends PartProps {
  readonly part: Compared;
  readonly buttons: ReactNode;
}

/** A fact, how it is compared, and with what. */
export function Comparison({ part, path, name, buttons }: Props) {
  const { change, mayChange, problems } = useForm();
  const { fact, operator, value } = part;
  const fitting = operatorsFor(fact);
  const place = sayPath(path);
  const own = [...problems].flatMap(([at, words]) => (at.startsWith(`${place}.`) ? words : []));
  const wrong =
    own.length > 0
      ? own
      : conditionProblems({ fact: fact.name, operator, value }).map(({ message, fix }) => `${message} ${fix}`);
  const rewrite = (next: Fact, how: OperatorName): void => {
    const after = { type: 'comparison', fact: next, operator: how, value: valueAfterChange(next, how, value) } as const;
    change({ path, value: writePart(after), title: name, goesOn: false });
  };
  return (
    <fieldset aria-label={name} className="condition-comparison">
      <Group gap={4} wrap="nowrap" align="flex-start">
        <FactPicker
          name={name}
          fact={fact}
          onPick={(next) =>
            rewrite(next, operatorsFor(next).includes(operator) ? operator : (operatorsFor(next)[0] ?? 'exists'))
          }
        />
        {buttons}
      </Group>
      <Group gap={6} mt={6} align="flex-start" grow preventGrowOverflow={false}>
        <NativeSelect
          size="xs"
          aria-label={`${name}: how it is compared`}
          disabled={!mayChange}
          data={[
            ...fitting.map((one) => ({ value: one, label: operators[one].label })),
            ...(fitting.includes(operator)
              ? []
              : [{ value: operator, label: `${operators[operator].label} (does not fit)`, disabled: true }]),
          ]}
          value={operator}
          onChange={({ currentTarget }) => {
            if (isOperator(currentTarget.value)) rewrite(fact, currentTarget.value);
          }}
        />
        <ConditionValue part={part} path={path} name={name} />
      </Group>
      {fact.unit === undefined ? null : (
        <Text size="xs" c="dimmed" mt={4}>
          In {fact.unit}.
        </Text>
      )}
      {wrong.length === 0 ? null : (
        <Text size="xs" c="var(--mantine-color-error)" mt={4}>
          {[...new Set(wrong)].join(' ')}
        </Text>
      )}
    </fieldset>
  );
}
