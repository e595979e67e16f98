import { Box, Button, Group, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ChangeCounts, changesQuery } from '../../api/audit-desk.ts';
import { FLAGS, type Flag } from '../../api/audit-kinds.ts';
import type { ReviewedShown } from '../../app/addresses.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { NextPage } from '../../app/next-page.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { plural, sayCount } from '../../app/words.ts';
import { ChangeRow } from './change-row.tsx';
import { FLAG_WORDS } from './flag-words.ts';
import { useNames } from './names.ts';
import { filterOf, spanKeyOf } from './reviewed.ts';
import { sayShownTime, spanOf } from './shown-time.ts';

interface Props {
  readonly shown: ReviewedShown;
  readonly onFlag: (flag: Flag | undefined) => void;
}

/** The changes that an address asks for, those that are to be looked at first before all others. */
export function Changes({ shown, onFlag }: Props) {
  const names = useNames();
  const pages = useInfiniteQuery(changesQuery(filterOf(shown), (now) => spanOf(shown, now), spanKeyOf(shown)));
  const [first] = pages.data?.pages ?? [];
  if (first === undefined) {
    return pages.error ? (
      <Failure title="The changes could not be loaded" error={pages.error} onRetry={() => pages.refetch()} />
    ) : (
      <Waiting what="the changes" />
    );
  }
  const changes = pages.data?.pages.flatMap((page) => page.changes) ?? [];
  return (
    <Box aria-busy={pages.isPlaceholderData} style={{ opacity: pages.isPlaceholderData ? 0.5 : 1 }}>
      <Flags counts={first.counts} chosen={shown.flag} onFlag={onFlag} />
      {pages.error && !pages.isFetchNextPageError ? (
        <Failure title="What is shown may be old" error={pages.error} onRetry={() => pages.refetch()} />
      ) : null}
      {changes.length === 0 ? (
        <Empty title="No change fits">
          Choose a longer time than “{sayShownTime(shown)}”, or “any” for who, policy and kind.
        </Empty>
      ) : (
        <ol className="audit-entries" aria-label="Changes">
          {changes.map((change) => (
            <ChangeRow key={change.sequence} change={change} names={names} />
          ))}
        </ol>
      )}
      <NextPage pages={pages} />
    </Box>
  );
}

interface FlagsProps {
  readonly counts: ChangeCounts;
  readonly chosen: Flag | undefined;
  readonly onFlag: (flag: Flag | undefined) => void;
}

/** How many there are to be looked at first, each a button that shows these alone. */
function Flags({ counts, chosen, onFlag }: FlagsProps) {
  return (
    <Group gap="xs" mb="sm" role="group" aria-label="What to look at first">
      <Text size="sm" role="status">
        {plural(counts.all, 'change')}
        {FLAGS.every((flag) => !counts[flag]) ? ', with nothing to look at first.' : ', of these:'}
      </Text>
      {FLAGS.filter((flag) => flag === chosen || counts[flag]).map((flag) => (
        <Button
          key={flag}
          size="compact-sm"
          radius="xl"
          variant={flag === chosen ? 'filled' : 'default'}
          aria-pressed={flag === chosen}
          onClick={() => onFlag(flag === chosen ? undefined : flag)}
        >
          {sayCount(counts[flag])} {FLAG_WORDS[flag].many}
        </Button>
      ))}
    </Group>
  );
}
