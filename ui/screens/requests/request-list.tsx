import './requests.css';
import { Box, Button, Group, Table, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { dollars } from '../../../policies/price.ts';
import { useMay } from '../../api/may.ts';
import { type RecordSummary, recordsQuery } from '../../api/records.ts';
import { isNarrowed, type RequestsFilter } from '../../app/addresses.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { NextPage } from '../../app/next-page.tsx';
import { Screen } from '../../app/screen.tsx';
import { Status } from '../../app/status.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayCount, sayMoment } from '../../app/words.ts';
import { ExportMenu } from './export-menu.tsx';
import { Filters } from './filters.tsx';
import { type PathWords, usePaths } from './paths.ts';
import { Tags } from './tags.tsx';

const route = getRouteApi('/requests');

/** The latest requests, narrowed by the filter of the address. */
export function RequestList() {
  const filter = route.useSearch();
  const pages = useInfiniteQuery(recordsQuery(filter));
  const records = pages.data?.pages.flatMap((page) => page.records) ?? [];
  const mayExport = useMay()('export record');
  const aside = (
    <Group gap="sm">
      {mayExport ? <ExportMenu filter={filter} /> : null}
      <Button
        variant="default"
        size="sm"
        leftSection={<IconRefresh size={16} aria-hidden />}
        loading={pages.isRefetching && !pages.isFetchingNextPage}
        onClick={() => pages.refetch()}
      >
        Refresh
      </Button>
    </Group>
  );
  return (
    <Screen title="Requests" aside={aside}>
      <Filters />
      {pages.error && !pages.isFetchNextPageError ? (
        <Failure title="The requests could not be loaded" error={pages.error} onRetry={() => pages.refetch()} />
      ) : null}
      {pages.data === undefined ? (
        pages.error ? null : (
          <Waiting what="the requests" />
        )
      ) : records.length === 0 ? (
        <Nothing filter={filter} />
      ) : (
        <Box aria-busy={pages.isPlaceholderData} className={pages.isPlaceholderData ? 'old-records' : ''}>
          <Records records={records} />
        </Box>
      )}
      <NextPage pages={pages} />
    </Screen>
  );
}

function Nothing({ filter }: { readonly filter: RequestsFilter }) {
  if (isNarrowed(filter)) {
    return <Empty title="No request fits">Take one of the filters away, or show all.</Empty>;
  }
  return (
    <Empty title="No request yet">
      As soon as an app asks something, it shows up here.{' '}
      <TextLink underline="always" to="/">
        Send a first request
      </TextLink>
    </Empty>
  );
}

function Records({ records }: { readonly records: readonly RecordSummary[] }) {
  const pathOf = usePaths(records);
  return (
    <Table.ScrollContainer minWidth={1200} tabIndex={0} aria-label="Requests">
      <Table highlightOnHover verticalSpacing="sm" className="records">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Time</Table.Th>
            <Table.Th>Policy and path</Table.Th>
            <Table.Th>Model</Table.Th>
            <Table.Th>Status</Table.Th>
            <Table.Th ta="right">Tokens</Table.Th>
            <Table.Th ta="right">Cost</Table.Th>
            <Table.Th>Tags</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {records.map((record) => (
            <Row key={record.id} record={record} words={pathOf(record)} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ record, words }: { readonly record: RecordSummary; readonly words: PathWords | null }) {
  const { id, at, model, requestedModel, policy, version, status, usage, cost, tags } = record;
  return (
    <Table.Tr>
      <Table.Td className="nowrap">
        <TextLink to="/requests/$record" params={{ record: id }} size="sm">
          {sayMoment(at)}
        </TextLink>
      </Table.Td>
      <Table.Td>
        {policy === null || version === null ? (
          <Text size="sm" c="dimmed">
            no policy decided
          </Text>
        ) : (
          <>
            <TextLink to="/policies/$policy" params={{ policy }} search={{ version }} size="sm">
              {words?.policy}, version {version}
            </TextLink>
            <Text size="sm" c="dimmed">
              {words?.path}
            </Text>
          </>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{model ?? 'none'}</Text>
        {model === requestedModel ? null : (
          <Text size="xs" c="dimmed">
            asked for {requestedModel}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Status status={status} />
      </Table.Td>
      <Table.Td ta="right">{sayCount(usage.inputTokens + usage.outputTokens)}</Table.Td>
      <Table.Td ta="right">{dollars(cost)}</Table.Td>
      <Table.Td>
        <Tags tags={tags} />
      </Table.Td>
    </Table.Tr>
  );
}
