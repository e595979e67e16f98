import { Alert, Box, Button, Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconPlayerStop } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import {
  type Every,
  needsScan,
  scanQuery,
  scanTable,
  startScan,
  stopScan,
  type UsageCondition,
  type UsageQuestion,
  type UsageScan,
  type UsageSum,
  usageTable,
  usageToldQuery,
} from '../../api/usage.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { saveFile } from '../../app/save-file.ts';
import { Waiting } from '../../app/waiting.tsx';
import { sayCount } from '../../app/words.ts';
import { TimePlot } from '../../charts/time-plot.tsx';
import { sayDimension } from '../../usage/dimension-words.ts';
import { type Measure, plotOf, withoutTime } from '../../usage/usage-plot.ts';
import { UsageTable } from './usage-table.tsx';

interface Props {
  readonly question: UsageQuestion;
  readonly measure: Measure;
  readonly every: Every;
  readonly moments: readonly number[];
  readonly onOnly: (condition: UsageCondition) => void;
}

/** The answer to a question about usage, drawn over time and as a table; from a scan where only that can tell. */
export function UsageResult(props: Props) {
  const { question, every } = props;
  const drawn = useQuery({ ...usageToldQuery({ ...question, every }), retry: false });
  const told = useQuery({ ...usageToldQuery(question), retry: false, enabled: !needsScan(drawn.error) });
  const error = drawn.error ?? told.error;
  if (needsScan(error)) return <Scanned {...props} />;
  if (!drawn.data || !told.data) {
    return error ? (
      <Failure
        title="Usage could not be loaded"
        error={error}
        onRetry={() => {
          void drawn.refetch();
          void told.refetch();
        }}
      />
    ) : (
      <Waiting what="usage" />
    );
  }
  return (
    <Shown
      {...props}
      parts={drawn.data.totals}
      totals={told.data.totals}
      notes={[...new Set([...drawn.data.notes, ...told.data.notes])]}
      onSave={() => usageTable(question)}
    />
  );
}

interface ShownProps extends Props {
  /** Sums of each part of the time, and of all of it. */
  readonly parts: readonly UsageSum[];
  readonly totals: readonly UsageSum[];
  readonly notes: readonly string[];
  readonly onSave: () => Promise<string>;
}

function Shown({ question, measure, every, moments, parts, totals, notes, onSave, onOnly }: ShownProps) {
  const { by, timeZone, conditions = [], from, to } = question;
  const plot = useMemo(
    () => plotOf(parts, { by, measure, every, timeZone, moments }),
    [parts, by, measure, every, timeZone, moments],
  );
  const saving = useMutation({
    mutationFn: onSave,
    onSuccess: (text) => saveFile(`usage by ${sayDimension(by)}.csv`, text, 'text/csv'),
  });
  if (totals.length === 0) {
    return (
      <Empty title="Nothing was used in this time">
        {conditions.length > 0 ? 'Take a filter away, or choose a longer time.' : 'Choose a longer time.'}
      </Empty>
    );
  }
  return (
    <Stack gap="lg">
      {notes.map((note) => (
        <Alert key={note} variant="light" color="blue">
          {note}
        </Alert>
      ))}
      <Card withBorder padding="lg">
        <TimePlot plot={plot} />
      </Card>
      <Card withBorder padding="lg">
        <Group justify="space-between" mb="xs">
          <Title order={3} size="h4">
            All of the time by {sayDimension(by)}
          </Title>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            loading={saving.isPending}
            onClick={() => saving.mutate()}
          >
            Save the table as CSV
          </Button>
        </Group>
        {saving.error ? (
          <Failure title="The table could not be saved" error={saving.error} onRetry={() => saving.mutate()} />
        ) : null}
        <UsageTable {...{ by, totals, conditions, onOnly, time: { from, to } }} />
      </Card>
    </Stack>
  );
}

/** What only the records can tell: they are read when somebody asks for it, and while they are, one sees how far that is. */
function Scanned(props: Props) {
  const { question, every } = props;
  const scan = useMutation({ mutationFn: () => startScan({ ...question, every }) });
  if (scan.data) return <ScanShown {...props} started={scan.data} onAgain={() => scan.mutate()} />;
  return (
    <Alert variant="light" color="blue" title="This takes a while">
      <Text size="sm" mb="sm" maw={700}>
        Nobody keeps sums for just this question, so all requests of the time have to be read for it. It can be stopped,
        and what was found until then stays.
      </Text>
      {scan.error ? (
        <Failure title="It could not be started" error={scan.error} onRetry={() => scan.mutate()} />
      ) : (
        <Button size="sm" loading={scan.isPending} onClick={() => scan.mutate()}>
          Read the requests
        </Button>
      )}
    </Alert>
  );
}

interface ScanProps extends Props {
  readonly started: UsageScan;
  readonly onAgain: () => void;
}

function ScanShown({ started, onAgain, ...props }: ScanProps) {
  const asked = useQuery({ ...scanQuery(started.id), initialData: started });
  const stop = useMutation({ mutationFn: () => stopScan(started.id), onSuccess: () => asked.refetch() });
  const { state, done, total, why, totals, notes } = asked.data;
  const error = asked.error ?? stop.error;
  const sums = useMemo(() => withoutTime(totals), [totals]);
  return (
    <Stack gap="lg">
      {error ? <Failure title="It is not known how far this is" error={error} onRetry={onAgain} /> : null}
      {state === 'done' ? (
        <Text size="sm" role="status">
          All {sayCount(done)} requests of the time were read.
        </Text>
      ) : (
        <Alert
          variant="light"
          color={state === 'running' ? 'blue' : 'orange'}
          title={state === 'running' ? 'The requests are being read' : 'Not all requests were read'}
        >
          <Box maw={560}>
            <Text size="sm" mb={6} role="status">
              {total === null
                ? 'They are being counted.'
                : `${sayCount(done)} of ${sayCount(total)} requests were read. Shown is what they add up to.`}
              {why === null ? '' : ` ${why}`}
            </Text>
            {state === 'running' ? (
              <Progress
                aria-label="How much was read"
                value={total === null || total === 0 ? 0 : (100 * done) / total}
                mb="sm"
                animated
              />
            ) : null}
          </Box>
          {state === 'running' ? (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlayerStop size={14} aria-hidden />}
              loading={stop.isPending}
              onClick={() => stop.mutate()}
            >
              Stop
            </Button>
          ) : (
            <Button size="xs" variant="default" onClick={onAgain}>
              Read them again
            </Button>
          )}
        </Alert>
      )}
      {totals.length > 0 || state === 'done' ? (
        <Shown {...props} parts={totals} totals={sums} notes={notes} onSave={() => scanTable(started.id)} />
      ) : null}
    </Stack>
  );
}
