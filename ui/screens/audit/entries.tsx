import { Box, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { entriesQuery, type HistoryEntry } from '../../api/audit.ts';
import type { AuditShown } from '../../app/addresses.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayCount, sayTime } from '../../app/words.ts';
import { type Names, useNames } from './names.ts';
import { sayShownTime, spanOf } from './shown-time.ts';

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' });

/** A page of the entries that an address asks for, day by day, the newest first. */
export function Entries({ shown }: { readonly shown: AuditShown }) {
  const names = useNames();
  const { who, about, reason, before, after } = shown;
  const page = useQuery(
    entriesQuery({
      actor: who,
      objectType: about,
      ...{ reason, before, after },
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
      {daysOf(entries).map(({ day, entries: ofDay }) => (
        <Box key={ofDay[0]?.sequence} mb="md">
          <Title order={3} size="sm" c="dimmed" mb={6} className="audit-day">
            {day}
          </Title>
          <ol className="audit-entries">
            {ofDay.map((entry) => (
              <Entry key={entry.sequence} entry={entry} names={names} />
            ))}
          </ol>
        </Box>
      ))}
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" role="status">
          {newest === oldest ? `Entry ${sayCount(newest)}` : `Entries ${sayCount(oldest)} to ${sayCount(newest)}`}
        </Text>
        <Group gap="sm" className="audit-screen-only">
          {previous === null ? null : (
            <LinkButton
              to="/audit"
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
              to="/audit"
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

interface Day {
  readonly day: string;
  readonly entries: HistoryEntry[];
}

/** Entries that stand together because they are of one day of the browser's own time zone. */
function daysOf(entries: readonly HistoryEntry[]): Day[] {
  const days: Day[] = [];
  for (const entry of entries) {
    const day = DAY.format(entry.at);
    const last = days.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else days.push({ day, entries: [entry] });
  }
  return days;
}

function Entry({ entry, names: { sentenceOf } }: { readonly entry: HistoryEntry; readonly names: Names }) {
  const { sequence, at, reason } = entry;
  return (
    <li className="audit-entry">
      <Text size="sm" c="dimmed" component="time" dateTime={new Date(at).toISOString()}>
        {sayTime(at)}
      </Text>
      <div>
        <TextLink to="/audit/$sequence" params={{ sequence: String(sequence) }} fw={600}>
          {sentenceOf(entry)}
        </TextLink>
        <Text size="sm" className="audit-reason" {...(reason === null ? { c: 'dimmed' } : {})}>
          {reason === null ? 'No reason given.' : `Reason: ${reason}`}
        </Text>
      </div>
      <Text size="sm" c="dimmed" ta="right">
        Entry {sayCount(sequence)}
      </Text>
    </li>
  );
}
