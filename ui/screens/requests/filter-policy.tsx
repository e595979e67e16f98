import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { policiesQuery } from '../../api/policies.ts';
import { versionsQuery } from '../../api/versions.ts';
import { withValue } from './choices.ts';
import { useFilter } from './use-filter.ts';

/** Which policy decided, and which version of it. */
export function PolicyFilter() {
  const { filter, narrow } = useFilter();
  const policies = useQuery(policiesQuery);
  const known = [...(policies.data ?? [])]
    .sort((a, b) => a.title.localeCompare(b.title))
    .map(({ id, title, archived }) => ({ value: id, label: archived ? `${title} (in the archive)` : title }));
  return (
    <>
      <NativeSelect
        label="Policy"
        maw={240}
        value={filter.policy ?? ''}
        onChange={({ currentTarget }) => narrow({ policy: currentTarget.value || undefined, version: undefined })}
        data={[{ value: '', label: 'any' }, ...withValue(known, filter.policy, 'one that is gone')]}
      />
      {filter.policy === undefined ? null : <VersionFilter policy={filter.policy} />}
    </>
  );
}

function VersionFilter({ policy }: { readonly policy: string }) {
  const { filter, narrow } = useFilter();
  const versions = useQuery(versionsQuery(policy));
  const shown = filter.version === undefined ? undefined : String(filter.version);
  const known = (versions.data ?? []).map(({ number, live }) => ({
    value: String(number),
    label: live ? `${number}, live` : String(number),
  }));
  return (
    <NativeSelect
      label="Version"
      value={shown ?? ''}
      onChange={({ currentTarget }) => narrow({ version: Number(currentTarget.value) || undefined })}
      data={[{ value: '', label: 'any' }, ...withValue(known, shown, shown ?? '')]}
    />
  );
}
