import './audit.css';
import { Stack, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { Screen } from '../../app/screen.tsx';
import { sayMoment } from '../../app/words.ts';
import { AuditNav } from './audit-nav.tsx';
import { Entries } from './entries.tsx';
import { EntryFilters } from './entry-filters.tsx';
import { PrintButton } from './print-button.tsx';
import { sayShownTime } from './shown-time.ts';

const route = getRouteApi('/audit/entries');

/** Every entry of the history as it was written: changes, and what was only looked at. */
export function EntriesPage() {
  const shown = route.useSearch();
  return (
    <Screen title="All entries" aside={<PrintButton />}>
      <Stack gap="lg" className="audit-page">
        <AuditNav />
        <Text c="dimmed" maw={760}>
          Everything that was ever done here, in the order in which it was done: changes, and also who signed in, read
          what was said, or took files along.
        </Text>
        <div className="audit-screen-only">
          <EntryFilters />
        </div>
        <Text className="audit-printed" size="sm">
          Time: {sayShownTime(shown)}. Printed on {sayMoment(Date.now())}.
        </Text>
        <Entries shown={shown} />
      </Stack>
    </Screen>
  );
}
