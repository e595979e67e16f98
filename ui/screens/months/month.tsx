import './months.css';
import { Button, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconDownload, IconLock } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { useMay } from '../../api/may.ts';
import { type MonthDetail, monthFile, monthQuery } from '../../api/months.ts';
import { useAuthors } from '../../app/authors.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { saveFile } from '../../app/save-file.ts';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayMoment } from '../../app/words.ts';
import { CloseMonth } from './close-month.tsx';
import { Compare } from './compare.tsx';
import { Corrections } from './corrections.tsx';
import { sayMoney, sayMonth, sayWhole, stateOf } from './month-words.ts';
import { ProjectCosts } from './project-costs.tsx';
import { StateBadge } from './state-badge.tsx';

const route = getRouteApi('/months/$month');

/** One month: what each project was charged, its files, its corrections, and a vendor's account beside it. */
export function MonthPage() {
  const { month: name } = route.useParams();
  const month = useQuery(monthQuery(name));
  const { data, error } = month;
  const isUnknown = error instanceof ApiError && (error.code === 'not_found' || error.code === 'invalid_input');
  return (
    <Screen title={sayMonth(name)} aside={data ? <StateBadge month={data} /> : undefined}>
      <TextLink to="/months" size="sm">
        All months
      </TextLink>
      {data ? (
        <Found month={data} />
      ) : isUnknown ? (
        <Empty title="There is no such month">
          Nothing was asked in it, or it has not begun.{' '}
          <TextLink underline="always" to="/months">
            Look at those that there are
          </TextLink>
        </Empty>
      ) : error ? (
        <Failure title="The month could not be loaded" error={error} onRetry={() => month.refetch()} />
      ) : (
        <Waiting what="the month" />
      )}
    </Screen>
  );
}

function Found({ month }: { readonly month: MonthDetail }) {
  return (
    <Stack gap="xl">
      <Account month={month} />
      <ProjectCosts lines={month.lines} />
      <Corrections month={month} />
      <Compare key={month.month} month={month.month} models={month.lines.map(({ model }) => model)} />
    </Stack>
  );
}

/** How much it is, whether that is for good, and what can be done with it. */
function Account({ month }: { readonly month: MonthDetail }) {
  const mayChange = useMay()('change ledger');
  const authorOf = useAuthors();
  const [closing, setClosing] = useState(false);
  const { closed } = month;
  const state = stateOf(month);
  const lost = month.lines.filter(({ kind }) => kind === 'lost').reduce((sum, { requests }) => sum + requests, 0n);
  return (
    <Card withBorder padding="lg" component="section" aria-label="Account">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap={4}>
          <Text fz={30} fw={700} lh={1.2}>
            {sayMoney(month.nanoDollars)}
          </Text>
          <Text>
            {sayWhole(month.requests)} {month.requests === 1n ? 'request' : 'requests'}
            {lost === 0n ? '' : `, of which ${sayWhole(lost)} lost in a crash and charged at the most they could cost`}
          </Text>
          <Text size="sm" c="dimmed">
            From {sayIn(month.from, month.timeZone)} to {sayIn(month.to - 1, month.timeZone)}, by the clocks of{' '}
            {month.timeZone}.
          </Text>
        </Stack>
        <Stack gap="sm">
          {closed ? (
            <div>
              <Text size="sm">
                Closed by {authorOf(closed.by)} on {sayMoment(closed.at)}: {closed.reason}
              </Text>
              <Text size="sm" c="dimmed" mt={4}>
                Its files never change. Their SHA-256, to check a copy with:
              </Text>
              <Text className="digest">CSV {closed.csvDigest}</Text>
              <Text className="digest">JSON {closed.jsonDigest}</Text>
            </div>
          ) : (
            <Text size="sm" c="dimmed">
              {state === 'running'
                ? 'The month is still running: its figures and files are as of now. It can be closed once its last day is over.'
                : 'The month is over and still open: its figures and files are as of now, until it is closed.'}
            </Text>
          )}
          <Group gap="sm">
            <Download month={month.month} format="csv" />
            <Download month={month.month} format="json" />
            {mayChange && state === 'open' ? (
              <Button leftSection={<IconLock size={16} aria-hidden />} onClick={() => setClosing(true)}>
                Close the month
              </Button>
            ) : null}
          </Group>
        </Stack>
      </SimpleGrid>
      {closing ? <CloseMonth month={month} onClose={() => setClosing(false)} /> : null}
    </Card>
  );
}

const sayIn = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(at);

const TYPES = { csv: 'text/csv', json: 'application/json' } as const;

function Download({ month, format }: { readonly month: string; readonly format: 'csv' | 'json' }) {
  const loading = useMutation({
    mutationFn: () => monthFile(month, format),
    onSuccess: (text) => saveFile(`signalbox-${month}.${format}`, text, TYPES[format]),
  });
  const words = format.toUpperCase();
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconDownload size={16} aria-hidden />}
        loading={loading.isPending}
        onClick={() => loading.mutate()}
      >
        Download as {words}
      </Button>
      {loading.error ? (
        <Failure
          title={`The ${words} file could not be loaded`}
          error={loading.error}
          onRetry={() => loading.mutate()}
        />
      ) : null}
    </>
  );
}
