import { Button, Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { versionsQuery } from '../api/versions.ts';
import { sayMoment } from '../app/words.ts';
import { DROPDOWN } from './dropdown.ts';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

/** One of the versions of the policy beside it; says when there is a newer one. */
export function VersionPicker({ slot, value, path, title, isTitled, besides: [policy] }: FieldProps) {
  const { change, mayChange } = useForm();
  const error = useErrorAt(sayPath(path));
  const of = typeof policy === 'string' ? policy : '';
  const versions = useQuery({ ...versionsQuery(of), enabled: of !== '' });
  const current = typeof value === 'number' ? value : 1;
  const known = versions.data ?? [];
  const live = known.find((one) => one.live);
  const choose = (number: number): void => change({ path, value: number, title, goesOn: false });
  const numbers = new Map(known.map((one) => [one.number, one]));
  return (
    <div>
      <Select
        {...DROPDOWN}
        {...(isTitled ? { label: title } : { 'aria-label': title })}
        description={slot.help || undefined}
        allowDeselect={false}
        data={[...new Set([...numbers.keys(), current])]
          .sort((a, b) => b - a)
          .map((number) => ({
            value: String(number),
            label: `Version ${number}${numbers.get(number)?.live ? ', live' : ''}`,
          }))}
        value={String(current)}
        error={versions.error ? 'The versions could not be loaded. Try again in a moment.' : error}
        disabled={of === ''}
        readOnly={!mayChange}
        renderOption={({ option }) => {
          const one = numbers.get(Number(option.value));
          return (
            <div>
              <Text size="sm">{option.label}</Text>
              {one ? (
                <Text size="xs" c="dimmed">
                  {sayMoment(one.at)}: {one.reason}
                </Text>
              ) : null}
            </div>
          );
        }}
        onChange={(number) => number !== null && choose(Number(number))}
      />
      {live && live.number > current ? (
        <Group gap="sm" mt={4}>
          <Text size="xs" c="dimmed">
            Version {live.number} is newer, and live by itself.
          </Text>
          {mayChange ? (
            <Button size="compact-xs" variant="default" onClick={() => choose(live.number)}>
              Use version {live.number}
            </Button>
          ) : null}
        </Group>
      ) : null}
    </div>
  );
}
