import { Box, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { entriesQuery } from '../../api/audit.ts';
import type { AuditShown } from '../../app/addresses.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayCount } from '../../app/words.ts';
import { EntryDays } from './entry-days.tsx';
import { useNames } from './names.ts';
import { sayShownTime, spanOf } from './shown-time.ts';

/** A page of the entries that an address asks for, day by day, the newest first. */
export function Entries({ shown }: { readonly shown: AuditShown }) {
  const names = useNames();
  const { who, about, reason, before, after } = shown;
  const page = useQuery(
    entriesQuery({
      actor: who,
      objectType: about,
      reason,
      before,
      after,
      span: (now) => spanOf(shown, now),
      spanKey: `${shown.last} ${shown.from} ${shown.to}`,
    }),
  );
  if (page.data === undefined) {
    return page.error ? (
      <Failure title="The entries could not be loaded" error={page.error} onRetry={() => page.refetch()} />
    ) : (
      <Waiting what="the entries" />
    );
  }
  const { entries, next, previous } = page.data;
  if (entries.length === 0) {
    return (
      <Empty title="No entry fits">
        {shown.before === undefined && shown.after === undefined
          ? `Choose a longer time than “${sayShownTime(shown)}”, or “any” for who, about and reason.`
          : 'There is nothing beyond this page.'}
      </Empty>
    );
  }
  const [newest, oldest] = [entries[0]?.sequence ?? 0, entries.at(-1)?.sequence ?? 0];
  return (
    <Box id="entries" aria-busy={page.isPlaceholderData} style={{ opacity: page.isPlaceholderData ? 0.5 : 1 }}>
      {page.error ? (
        <Failure title="What is shown may be old" error={page.error} onRetry={() => page.refetch()} />
      ) : null}
      <EntryDays entries={entries} names={names} />
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" role="status">
          {newest === oldest ? `Entry ${sayCount(newest)}` : `Entries ${sayCount(oldest)} to ${sayCount(newest)}`}
        </Text>
        <Group gap="sm" className="audit-screen-only">
          {previous === null ? null : (
            <LinkButton
              to="/audit/entries"
              search={{ ...shown, before: undefined, after: previous }}
              variant="default"
              size="sm"
              hash="entries"
            >
              Newer entries
            </LinkButton>
          )}
          {next === null ? null : (
            <LinkButton
              to="/audit/entries"
              search={{ ...shown, after: undefined, before: next }}
              variant="default"
              size="sm"
              hash="entries"
            >
              Older entries
            </LinkButton>
          )}
        </Group>
      </Group>
    </Box>
  );
}
