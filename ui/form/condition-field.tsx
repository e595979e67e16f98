import './form.css';
import { Button, Group, Input, Stack, Text } from '@mantine/core';
import { conditionSchema, sayCondition } from '../../policies/condition.ts';
import { Comparison } from './condition-comparison.tsx';
import { CustomRule } from './condition-custom.tsx';
import { ConditionGroup } from './condition-group.tsx';
import { readPart } from './condition-parts.ts';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';
import { startValue } from './start-value.ts';

/** A condition: comparisons in groups, and the whole of it as a sentence. What the form cannot draw stays as it is. */
export function ConditionField({ slot, value, path, title, isTitled }: FieldProps) {
  const { change, mayChange } = useForm();
  const error = useErrorAt(sayPath(path));
  const part = readPart(value);
  const parsed = conditionSchema.safeParse(value);
  const combine = (how: 'all' | 'any'): void =>
    change({ path, value: { [how]: [value, startValue(slot)] }, title, goesOn: false });
  const props = { raw: value, path, name: isTitled ? title : `Condition of ${title}`, depth: 0 };
  return (
    <Input.Wrapper
      label={isTitled ? title : undefined}
      labelElement="div"
      description={slot.help || undefined}
      error={error}
    >
      <Stack gap="xs" mt={6} role="group" aria-label={props.name}>
        {part.type === 'comparison' ? (
          <div className="condition-part">
            <Comparison {...props} part={part} buttons={null} />
          </div>
        ) : part.type === 'group' ? (
          <ConditionGroup
            {...props}
            part={part}
            onUngroup={(only) => change({ path, value: only, title, goesOn: false })}
          />
        ) : (
          <CustomRule {...props} part={part} buttons={null} />
        )}
        {mayChange && part.type === 'comparison' ? (
          <Group gap="xs">
            <Button size="compact-xs" variant="default" onClick={() => combine('all')}>
              And …
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => combine('any')}>
              Or …
            </Button>
          </Group>
        ) : null}
        <Text size="sm" className="condition-sentence">
          {parsed.success
            ? firstLarge(`${sayCondition(parsed.data)}.`)
            : 'The sentence stands here when every part is complete.'}
        </Text>
      </Stack>
    </Input.Wrapper>
  );
}

const firstLarge = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
