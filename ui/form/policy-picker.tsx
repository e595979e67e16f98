import { Anchor, Select, Text } from '@mantine/core';
import { DROPDOWN } from './dropdown.ts';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

/** Another policy of the organisation that has a version to go on in; its live version is chosen with it. */
export function PolicyPicker({ slot, value, path, title, isTitled }: FieldProps) {
  const { change, mayChange, house } = useForm();
  const error = useErrorAt(sayPath(path));
  const current = String(value ?? slot.fallback ?? '');
  const all = house.answer.policies;
  const choices = all.filter(({ id, liveVersion, archived }) => liveVersion !== null && (!archived || id === current));
  const chosen = all.find(({ id }) => id === current);
  const isUnknown = current !== '' && !chosen;
  const choose = (id: string): void => {
    const live = all.find((one) => one.id === id)?.liveVersion ?? 1;
    change({ path, value: id, title, goesOn: false, also: { path: [...path.slice(0, -1), 'version'], value: live } });
  };
  const none = current === '' ? 'No policy is chosen yet.' : undefined;
  return (
    <div>
      <Select
        {...DROPDOWN}
        {...(isTitled ? { label: title } : { 'aria-label': title })}
        description={slot.help || undefined}
        searchable
        allowDeselect={false}
        placeholder="Choose a policy"
        nothingFoundMessage="No published policy has that in its name."
        data={[
          ...(isUnknown ? [{ value: current, label: `${current} (does not exist)` }] : []),
          ...choices.map(({ id, name, title: words }) => ({
            value: id,
            label: words === name ? name : `${words} (${name})`,
          })),
        ]}
        value={current === '' ? null : current}
        error={isUnknown ? 'This policy does not exist. Choose another.' : (none ?? error)}
        readOnly={!mayChange}
        onChange={(id) => id !== null && choose(id)}
      />
      {choices.length === 0 ? (
        <Text size="xs" c="dimmed" mt={4}>
          No policy has been published yet. Publish one, and it can be chosen here.
        </Text>
      ) : null}
      {chosen ? (
        <Anchor href={`/policies/${encodeURIComponent(chosen.id)}`} target="_blank" size="xs">
          Look at “{chosen.title}” (opens in a new tab)
        </Anchor>
      ) : null}
    </div>
  );
}
