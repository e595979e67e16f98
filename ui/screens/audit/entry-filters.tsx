import { NativeSelect, Stack } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { AuditShown } from '../../app/addresses.ts';
import { AuthorChoice } from './author-choice.tsx';
import { OBJECT_WORDS } from './object-words.ts';
import { TimeChoice } from './time-choice.tsx';

const route = getRouteApi('/audit/entries');
const ANY = { value: '', label: 'any' };
const REASONS = ['given', 'none'] as const;

/** Narrows the entries; every choice is part of the address, so that it can be sent to somebody. */
export function EntryFilters() {
  const shown = route.useSearch();
  const navigate = useNavigate({ from: '/audit/entries' });
  const narrow = (by: Partial<AuditShown>): void => {
    const search = { ...shown, before: undefined, after: undefined, ...by };
    void navigate({ to: '/audit/entries', search, replace: true });
  };
  return (
    <Stack gap="sm" role="search" aria-label="Entries">
      <TimeChoice shown={shown} onTime={narrow}>
        <AuthorChoice who={shown.who} onWho={(who) => narrow({ who })} />
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
      </TimeChoice>
    </Stack>
  );
}
