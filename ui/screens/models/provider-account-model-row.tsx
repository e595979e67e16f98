import { ActionIcon, NativeSelect, Table, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { Choice, TypedModel } from './typed-model.ts';

interface Props {
  readonly model: TypedModel;
  /** Whether it can stand for a model of the price list. */
  readonly isListed: boolean;
  readonly onChange: (part: Partial<TypedModel>) => void;
  readonly onRemove: () => void;
}

const CHOICES = [
  { value: '', label: 'as known' },
  { value: 'yes', label: 'yes' },
  { value: 'no', label: 'no' },
];
const readChoice = (value: string): Choice => (value === 'yes' || value === 'no' ? value : '');

/** The fields of a model of an account. */
export function ModelRow({ model, isListed, onChange, onRemove }: Props) {
  const of = model.name || 'the new model';
  const choice = (label: string, field: 'tools' | 'images' | 'leavesHouse') => (
    <Table.Td>
      <NativeSelect
        size="xs"
        miw={108}
        aria-label={`${label}, ${of}`}
        data={CHOICES}
        value={model[field]}
        onChange={({ currentTarget }) => onChange({ [field]: readChoice(currentTarget.value) })}
      />
    </Table.Td>
  );
  const text = (
    label: string,
    field: 'name' | 'standsFor' | 'contextTokens' | 'requestsPerMinute' | 'tokensPerMinute',
    empty: string,
  ) => (
    <Table.Td>
      <TextInput
        size="xs"
        aria-label={field === 'name' ? label : `${label}, ${of}`}
        spellCheck={false}
        value={model[field]}
        placeholder={empty}
        onChange={({ currentTarget }) => onChange({ [field]: currentTarget.value })}
      />
    </Table.Td>
  );
  return (
    <Table.Tr>
      {text('Name of a model', 'name', '')}
      {isListed ? text('Stands for', 'standsFor', 'as known') : null}
      {text('Context', 'contextTokens', 'as known')}
      {choice('Tools', 'tools')}
      {choice('Images', 'images')}
      {choice('Leaves the house', 'leavesHouse')}
      {text('Requests a minute', 'requestsPerMinute', 'no limit')}
      {text('Tokens a minute', 'tokensPerMinute', 'no limit')}
      <Table.Td>
        <ActionIcon variant="subtle" color="gray" aria-label={`Take ${of} off the list`} onClick={onRemove}>
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </Table.Td>
    </Table.Tr>
  );
}
