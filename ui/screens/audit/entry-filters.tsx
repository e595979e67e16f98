import { Group, NativeSelect, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { peopleQuery } from '../../api/house.ts';
import { serviceTokensQuery } from '../../api/service-tokens.ts';
import { AUDIT_PERIODS, type AuditShown } from '../../app/addresses.ts';
import { midnight } from '../../app/local-time.ts';
import { OwnTime } from '../../app/own-time.tsx';
import { useNames } from './names.ts';
import { OBJECT_WORDS } from './object-words.ts';
import { AUDIT_PERIOD_WORDS, isOwnTime } from './shown-time.ts';

const route = getRouteApi('/audit');
const OWN = 'own';
const ANY = { value: '', label: 'any' };
const REASONS = ['given', 'none'] as const;

/** Narrows the entries; every choice is part of the address, so that it can be sent to somebody. */
export function EntryFilters() {
  const shown = route.useSearch();
  const navigate = useNavigate({ from: '/audit' });
  const { authorOf } = useNames();
  const people = useQuery(peopleQuery).data;
  const tokens = useQuery(serviceTokensQuery).data;
  const narrow = (by: Partial<AuditShown>): void => {
    const search = { ...shown, before: undefined, after: undefined, ...by };
    void navigate({ to: '/audit', search, replace: true });
  };
  const authors = new Set([
    ...(people?.keys() ?? []),
    ...(tokens?.map(({ id }) => id) ?? []),
    'admin-token',
    'system',
    ...(shown.who === undefined ? [] : [shown.who]),
  ]);
  const chooseTime = (value: string): void => {
    if (value === OWN) narrow({ last: undefined, from: midnight(), to: undefined });
    else narrow({ last: AUDIT_PERIODS.find((one) => one === value), from: undefined, to: undefined });
  };
  return (
    <Stack gap="sm" role="search" aria-label="Entries">
      <Group gap="md" align="flex-end">
        <NativeSelect
          label="Time"
          value={isOwnTime(shown) ? OWN : (shown.last ?? 'month')}
          onChange={({ currentTarget }) => chooseTime(currentTarget.value)}
          data={[
            ...AUDIT_PERIODS.map((value) => ({ value, label: AUDIT_PERIOD_WORDS[value] })),
            { value: OWN, label: 'between two moments' },
          ]}
        />
        <NativeSelect
          label="Who"
          maw={280}
          value={shown.who ?? ''}
          onChange={({ currentTarget }) => narrow({ who: currentTarget.value || undefined })}
          data={[ANY, ...[...authors].map((value) => ({ value, label: authorOf(value) }))]}
        />
        <NativeSelect
          label="About"
          maw={280}
          value={shown.about ?? ''}
          onChange={({ currentTarget }) => narrow({ about: currentTarget.value || undefined })}
          data={[ANY, ...Object.entries(OBJECT_WORDS).map(([value, label]) => ({ value, label }))]}
        />
        <NativeSelect
          label="Reason"
          value={shown.reason ?? ''}
          onChange={({ currentTarget }) => narrow({ reason: REASONS.find((one) => one === currentTarget.value) })}
          data={[ANY, { value: 'given', label: 'with a reason' }, { value: 'none', label: 'without a reason' }]}
        />
      </Group>
      {isOwnTime(shown) ? (
        <OwnTime
          key={`${shown.from} ${shown.to}`}
          time={{ from: shown.from, to: shown.to }}
          onTime={({ from, to }) =>
            narrow({ last: from === undefined && to === undefined ? 'any' : undefined, from, to })
          }
        />
      ) : null}
    </Stack>
  );
}
