import { Anchor, Button, Group, Select, Text } from '@mantine/core';
import { DROPDOWN } from './dropdown.ts';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

interface Choice {
  readonly value: string;
  readonly label: string;
  /** What it is, in a line. */
  readonly about: string;
}

interface Props extends FieldProps {
  /** What is chosen, such as "budget". */
  readonly what: string;
  readonly choices: readonly Choice[];
  /** Where all of them are. */
  readonly page: string;
  readonly onChoose: (value: string) => void;
  readonly onMake: () => void;
}

/** One of what the house has, with what it is; or a new one, made on the spot. */
export function PickOrMake({ slot, value, path, title, isTitled, what, choices, page, onChoose, onMake }: Props) {
  const { mayChange } = useForm();
  const error = useErrorAt(sayPath(path));
  const current = String(value ?? slot.fallback ?? '');
  const aboutOf = new Map(choices.map((one) => [one.value, one.about]));
  const isUnknown = current !== '' && !aboutOf.has(current);
  const explained = isUnknown ? `This ${what} does not exist any more. Choose another, or make one.` : undefined;
  const about = aboutOf.get(current);
  return (
    <>
      <Select
        {...DROPDOWN}
        {...(isTitled ? { label: title } : { 'aria-label': title })}
        description={slot.help || undefined}
        searchable
        allowDeselect={false}
        placeholder={`Choose a ${what}`}
        nothingFoundMessage={`No ${what} has that in its name. Make one with the button below.`}
        data={[
          ...(isUnknown ? [{ value: current, label: `${current} (does not exist)` }] : []),
          ...choices.map(({ value: one, label }) => ({ value: one, label })),
        ]}
        value={current === '' ? null : current}
        error={explained ?? (current === '' ? `No ${what} is chosen yet.` : error)}
        readOnly={!mayChange}
        renderOption={({ option }) => (
          <div>
            <Text size="sm">{option.label}</Text>
            {aboutOf.has(option.value) ? (
              <Text size="xs" c="dimmed">
                {aboutOf.get(option.value)}
              </Text>
            ) : null}
          </div>
        )}
        onChange={(chosen) => chosen !== null && onChoose(chosen)}
      />
      {about === undefined ? null : (
        <Text size="xs" c="dimmed" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {about}
        </Text>
      )}
      <Group gap="md" mt="xs">
        {mayChange ? (
          <Button size="compact-xs" variant="default" onClick={onMake}>
            Make a {what}
          </Button>
        ) : null}
        <Anchor href={page} target="_blank" size="xs">
          All {what}s (opens in a new tab)
        </Anchor>
      </Group>
    </>
  );
}
