import { Button, Group, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { conditionProblems, conditionSchema, sayCondition } from '../../policies/condition.ts';
import type { CustomRule as Custom } from './condition-parts.ts';
import type { PartProps } from './condition-props.ts';
import { DefinitionDialog } from './definition-dialog.tsx';
import { useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

interface Props extends PartProps {
  readonly part: Custom;
  readonly buttons: ReactNode;
}

/** A part that the form does not draw: its words, why, and its definition to edit. Looking at it changes nothing. */
export function CustomRule({ raw, path, name, part, buttons }: Props) {
  const { change, mayChange, problems } = useForm();
  const [isOpen, setOpen] = useState(false);
  const parsed = conditionSchema.safeParse(raw);
  const place = sayPath(path);
  const wrong = [
    ...[...problems].flatMap(([at, words]) => (at.startsWith(`${place}.`) ? words : [])),
    ...(parsed.success ? conditionProblems(parsed.data).map(({ message, fix }) => `${message} ${fix}`) : []),
  ];
  return (
    <fieldset className="condition-part" aria-label={`${name}: custom rule`}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600}>
          Custom rule
        </Text>
        {buttons}
      </Group>
      <Text size="sm" className={parsed.success ? undefined : 'pattern'}>
        {parsed.success ? sayCondition(parsed.data) : JSON.stringify(raw)}
      </Text>
      <Text size="xs" c="dimmed" mt={4}>
        {part.why} It stays as it is written.
      </Text>
      {wrong.length === 0 ? null : (
        <Text size="xs" c="var(--mantine-color-error)" mt={4}>
          {[...new Set(wrong)].join(' ')}
        </Text>
      )}
      <Button size="compact-xs" variant="default" mt="xs" onClick={() => setOpen(true)}>
        {mayChange ? 'Edit the definition' : 'Show the definition'}
      </Button>
      {isOpen ? (
        <DefinitionDialog
          title={name}
          sort="condition"
          schema={conditionSchema}
          value={raw}
          readOnly={!mayChange}
          onSave={(next) => change({ path, value: next, title: name, goesOn: false })}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </fieldset>
  );
}
