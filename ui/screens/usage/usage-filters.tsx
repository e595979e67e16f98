import { Button, Group, NativeSelect, VisuallyHidden } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type UsageCondition, usageToldQuery } from '../../api/usage.ts';
import { sayDimension, sayGroup } from '../../usage/dimension-words.ts';
import { useValueNames } from './use-value-names.ts';

/** Values that can be chosen from. */
const MOST = 100;
/** Stands for requests that have no value: a choice cannot be empty. */
const NONE = ' ';

interface Props {
  readonly conditions: readonly UsageCondition[];
  readonly timeZone: string;
  readonly from: number;
  readonly to: number;
  /** What can be narrowed by. */
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (conditions: readonly UsageCondition[]) => void;
}

/** Everything that usage is narrowed to, each to be taken away by itself, and a way to narrow it further. */
export function UsageFilters({ conditions, choices, onChange, ...time }: Props) {
  const [by, setBy] = useState('');
  const nameOf = useValueNames();
  return (
    <Group gap="xs" align="flex-end">
      <NativeSelect
        label="Narrow by"
        value={by}
        onChange={({ currentTarget }) => setBy(currentTarget.value)}
        data={[{ value: '', label: 'nothing more' }, ...choices]}
      />
      {by === '' ? null : (
        <ValueChoice
          key={by}
          by={by}
          {...time}
          onChoose={(is) => {
            setBy('');
            onChange([...conditions.filter((one) => one.by !== by), { by, is }]);
          }}
        />
      )}
      {conditions.length === 0 ? null : (
        <Group gap="xs" role="group" aria-label="Counted are only requests with" mb={4}>
          {conditions.map((condition) => (
            <Button
              key={condition.by}
              size="compact-sm"
              variant="light"
              radius="xl"
              rightSection={<IconX size={14} aria-hidden />}
              onClick={() => onChange(conditions.filter((one) => one !== condition))}
            >
              {sayDimension(condition.by)}:{' '}
              {sayGroup(condition.by, {
                group: condition.is === '' ? null : condition.is,
                name: nameOf(condition.by, condition.is),
              })}
              <VisuallyHidden>(take away)</VisuallyHidden>
            </Button>
          ))}
        </Group>
      )}
    </Group>
  );
}

interface ValueProps extends Pick<Props, 'timeZone' | 'from' | 'to'> {
  readonly by: string;
  readonly onChoose: (is: string) => void;
}

/** The values that requests of the time have, those that cost most first. */
function ValueChoice({ by, timeZone, from, to, onChoose }: ValueProps) {
  const told = useQuery({ ...usageToldQuery({ by, timeZone, from, to, limit: MOST }), placeholderData: undefined });
  const values = (told.data?.totals ?? []).filter(({ others }) => !others);
  const first = told.isPending ? 'Loading …' : told.error ? 'could not be loaded' : 'Choose';
  return (
    <NativeSelect
      label={`Which ${sayDimension(by)}`}
      error={told.error?.message}
      value=""
      onChange={({ currentTarget: { value } }) => (value === '' ? undefined : onChoose(value === NONE ? '' : value))}
      data={[
        { value: '', label: first },
        ...values.map((sum) => ({ value: sum.group ?? NONE, label: sayGroup(by, sum) })),
      ]}
    />
  );
}
