import { Box, Text, Title } from '@mantine/core';
import type { HistoryEntry } from '../../api/audit.ts';
import { TextLink } from '../../app/text-link.tsx';
import { sayCount, sayTime } from '../../app/words.ts';
import type { Names } from './names.ts';

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' });

interface Props {
  readonly entries: readonly HistoryEntry[];
  readonly names: Names;
}

/** Entries day by day, each as a sentence with its time and its reason. */
export function EntryDays({ entries, names }: Props) {
  return daysOf(entries).map(({ day, entries: ofDay }) => (
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
  ));
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
