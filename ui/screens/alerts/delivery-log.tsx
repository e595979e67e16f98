import { Box, Button, Group, NativeSelect, Table, Text, Title, VisuallyHidden } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import {
  ALERT_ABOUT,
  ALERT_STATES,
  type AlertFilter,
  alertsQuery,
  type Channel,
  type LoggedAlert,
  refreshAlerts,
  retryAlert,
} from '../../api/alerts.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Refused } from '../../app/form-dialog.tsx';
import { NextPage } from '../../app/next-page.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayMoment } from '../../app/words.ts';
import { AlertBadge } from './alert-badge.tsx';
import { ABOUT_WORDS, STATE_WORDS, sayState } from './alert-words.ts';

const route = getRouteApi('/alerts');

/** How often what is shown is looked at again: a message that waits may have arrived. */
const REFRESH_MS = 10_000;

interface Props {
  readonly channels: readonly Channel[];
  readonly mayChange: boolean;
}

/** What people were told, with what became of each message. */
export function DeliveryLog({ channels, mayChange }: Props) {
  const filter = route.useSearch();
  const pages = useInfiniteQuery({ ...alertsQuery(filter), refetchInterval: REFRESH_MS });
  const alerts = pages.data?.pages.flatMap((page) => page.alerts) ?? [];
  const isNarrowed = Object.values(filter).some((value) => value !== undefined);
  return (
    <Box component="section" aria-labelledby="messages">
      <Title order={2} id="messages" mb="sm">
        Messages
      </Title>
      <Filters filter={filter} channels={channels} />
      {pages.error && !pages.isFetchNextPageError ? (
        <Failure title="The messages could not be loaded" error={pages.error} onRetry={() => pages.refetch()} />
      ) : null}
      {pages.data === undefined ? (
        pages.error ? null : (
          <Waiting what="the messages" />
        )
      ) : alerts.length === 0 ? (
        <Empty title={isNarrowed ? 'No message fits' : 'Nobody was told anything yet'}>
          {isNarrowed
            ? 'Choose “any” channel, state and subject to see all.'
            : 'As soon as there is something to tell, it shows up here with what became of it.'}
        </Empty>
      ) : (
        <Messages alerts={alerts} mayRetry={mayChange ? channels : null} />
      )}
      <NextPage pages={pages} />
    </Box>
  );
}

function Filters({ filter, channels }: { readonly filter: AlertFilter; readonly channels: readonly Channel[] }) {
  const navigate = useNavigate({ from: '/alerts' });
  const narrow = (by: AlertFilter): void => {
    void navigate({ to: '/alerts', search: { ...filter, ...by }, replace: true });
  };
  const any = { value: '', label: 'any' };
  return (
    <Group gap="md" align="flex-end" role="search" aria-label="Messages" mb="md">
      <NativeSelect
        label="Channel"
        value={filter.channel ?? ''}
        onChange={({ currentTarget }) => narrow({ channel: currentTarget.value || undefined })}
        data={[any, ...channels.map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <NativeSelect
        label="State"
        value={filter.state ?? ''}
        onChange={({ currentTarget }) => narrow({ state: ALERT_STATES.find((one) => one === currentTarget.value) })}
        data={[any, ...ALERT_STATES.map((value) => ({ value, label: STATE_WORDS[value] }))]}
      />
      <NativeSelect
        label="About"
        value={filter.about ?? ''}
        onChange={({ currentTarget }) => narrow({ about: ALERT_ABOUT.find((one) => one === currentTarget.value) })}
        data={[any, ...ALERT_ABOUT.map((value) => ({ value, label: ABOUT_WORDS[value] }))]}
      />
    </Group>
  );
}

interface MessagesProps {
  readonly alerts: readonly LoggedAlert[];
  /** Channels whose messages may be tried again; null for people who may change nothing. */
  readonly mayRetry: readonly Channel[] | null;
}

function Messages({ alerts, mayRetry }: MessagesProps) {
  const client = useQueryClient();
  const retrying = useMutation({ mutationFn: retryAlert, onSuccess: () => refreshAlerts(client) });
  return (
    <>
      <Refused error={retrying.error} />
      <Table.ScrollContainer minWidth={1000} tabIndex={0} aria-label="Messages">
        <Table highlightOnHover verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Time</Table.Th>
              <Table.Th>Channel</Table.Th>
              <Table.Th>Message</Table.Th>
              <Table.Th>What became of it</Table.Th>
              {mayRetry ? (
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              ) : null}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {alerts.map((alert) => (
              <Table.Tr key={alert.id}>
                <Table.Td className="unbroken" style={{ verticalAlign: 'top' }}>
                  <Text size="sm">{sayMoment(alert.at)}</Text>
                </Table.Td>
                <Table.Td style={{ verticalAlign: 'top' }}>
                  <Text size="sm" fw={600}>
                    {alert.channelName}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {ABOUT_WORDS[alert.about]}
                  </Text>
                </Table.Td>
                <Table.Td style={{ verticalAlign: 'top' }} maw={460}>
                  <Subject alert={alert} />
                  <Text size="sm" c="dimmed" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
                    {alert.text}
                  </Text>
                </Table.Td>
                <Table.Td style={{ verticalAlign: 'top' }} maw={320}>
                  <AlertBadge state={alert.state} />
                  <Text size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
                    {sayState(alert)}
                  </Text>
                </Table.Td>
                {mayRetry ? (
                  <Table.Td ta="right" style={{ verticalAlign: 'top' }}>
                    {canRetry(alert, mayRetry) ? (
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Try “${alert.title}” again now`}
                        loading={retrying.isPending && retrying.variables === alert.id}
                        onClick={() => retrying.mutate(alert.id)}
                      >
                        Try now
                      </Button>
                    ) : null}
                  </Table.Td>
                ) : null}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

/** A test is sent anew on its channel's card. */
function canRetry({ state, about, answer, channel }: LoggedAlert, channels: readonly Channel[]): boolean {
  const isStuck = state === 'failed' || (state === 'waiting' && answer !== null);
  return isStuck && about !== 'test' && channels.some(({ id }) => id === channel);
}

/** The title of a message, with the way to what it is about. */
function Subject({ alert: { title, path } }: { readonly alert: LoggedAlert }) {
  const [, screen, id = ''] = /^\/(requests|budgets|approvals)(?:\/(.+))?$/.exec(path ?? '') ?? [];
  const words = { size: 'sm', fw: 600, children: title };
  if (screen === 'approvals' && id === '') return <TextLink to="/approvals" {...words} />;
  if (screen === 'approvals') return <TextLink to="/approvals/$request" params={{ request: id }} {...words} />;
  if (screen === 'requests' && id !== '') return <TextLink to="/requests/$record" params={{ record: id }} {...words} />;
  if (screen === 'budgets' && id !== '') return <TextLink to="/budgets/$budget" params={{ budget: id }} {...words} />;
  return <Text {...words} />;
}
