import { MultiSelect, Radio, Stack } from '@mantine/core';
import type { ListedPolicy } from '../../api/policies.ts';

interface Props {
  readonly policies: readonly ListedPolicy[];
  /** Ids of those that the key may use; null for those of its project and of the organisation. */
  readonly value: readonly string[] | null;
  readonly error: string | null;
  readonly onChange: (value: readonly string[] | null) => void;
}

/** What is wrong with a choice of policies, in words; null where nothing is. */
export const policiesError = (value: readonly string[] | null): string | null =>
  value?.length === 0 ? 'Choose at least one policy.' : null;

/** Which policies a key may ask for. */
export function AllowedPolicies({ policies, value, error, onChange }: Props) {
  const usable = policies.filter(({ id, archived }) => !archived || value?.includes(id));
  return (
    <>
      <Radio.Group
        label="Which policies may it ask for?"
        value={value === null ? 'shared' : 'some'}
        onChange={(chosen) => onChange(chosen === 'some' ? [] : null)}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="shared" label="Those of its project and of the whole organisation" />
          <Radio value="some" label="Only some" />
        </Stack>
      </Radio.Group>
      {value === null ? null : (
        <MultiSelect
          mt="md"
          label="Policies"
          searchable
          data={usable.map(({ id, title }) => ({ value: id, label: title }))}
          value={[...value]}
          onChange={onChange}
          error={error}
        />
      )}
    </>
  );
}
