import { Group, NativeSelect, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { RECORD_STATUSES } from '../../../policies/record-status.ts';
import { modelIdsQuery } from '../../api/house.ts';
import { STATUS_WORDS } from '../../app/status-words.ts';
import { FilterChips } from './filter-chips.tsx';
import { CostFilter } from './filter-cost.tsx';
import { KeyFilter } from './filter-key.tsx';
import { PolicyFilter } from './filter-policy.tsx';
import { TagFilter } from './filter-tag.tsx';
import { TimeFilter } from './filter-time.tsx';
import { useFilter } from './use-filter.ts';

/** Narrows the list; every choice is part of the address, so that it can be sent to somebody. */
export function Filters() {
  const { filter, narrow } = useFilter();
  const models = useQuery(modelIdsQuery);
  const known = new Set([...(models.data ?? []), ...(filter.model === undefined ? [] : [filter.model])]);
  return (
    <Stack gap="sm" role="search" aria-label="Requests">
      <Group gap="md" align="flex-start">
        <TimeFilter />
        <NativeSelect
          label="Status"
          value={filter.status ?? ''}
          onChange={({ currentTarget }) =>
            narrow({ status: RECORD_STATUSES.find((one) => one === currentTarget.value) })
          }
          data={[
            { value: '', label: 'any' },
            ...RECORD_STATUSES.map((value) => ({ value, label: STATUS_WORDS[value] })),
          ]}
        />
        <PolicyFilter />
        <KeyFilter />
        <NativeSelect
          label="Model"
          maw={240}
          value={filter.model ?? ''}
          onChange={({ currentTarget }) => narrow({ model: currentTarget.value || undefined })}
          data={[{ value: '', label: 'any' }, ...known]}
        />
        <CostFilter />
        <TagFilter />
      </Group>
      <FilterChips />
    </Stack>
  );
}
