import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { keysQuery } from '../../api/keys.ts';
import { useMay } from '../../api/may.ts';
import { type Choice, withValue } from './choices.ts';
import { sayKeys } from './key-names.ts';
import { useFilter } from './use-filter.ts';

/** Which API key sent the requests; nothing for those who may see no keys, unless they have come with one. */
export function KeyFilter() {
  const { filter, narrow } = useFilter();
  const may = useMay();
  const keys = useQuery({ ...keysQuery, enabled: may('read key') });
  if (!may('read key') && filter.key === undefined) return null;
  const known = [...sayKeys(keys.data ?? [])]
    .map(([value, label]): Choice => ({ value, label }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <NativeSelect
      label="Key"
      maw={240}
      value={filter.key ?? ''}
      onChange={({ currentTarget }) => narrow({ key: currentTarget.value || undefined })}
      data={[{ value: '', label: 'any' }, ...withValue(known, filter.key, 'one that is not known here')]}
    />
  );
}
