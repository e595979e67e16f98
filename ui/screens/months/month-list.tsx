import './months.css';
import { Button, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { IconWorld } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../api/may.ts';
import { type MonthSummary, monthsQuery } from '../../api/months.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayMoment } from '../../app/words.ts';
import { sayMoney, sayMonth, sayWhole, stateOf } from './month-words.ts';
import { StateBadge } from './state-badge.tsx';
import { TeamBar, teamColors } from './team-bar.tsx';
import { TimeZoneDialog } from './time-zone-dialog.tsx';

/** Every month with anything in it: what it cost, who spent it, and whether it is closed. */
export function MonthList() {
  const months = useQuery(monthsQuery);
  const mayChange = useMay()('change ledger');
  const [choosing, setChoosing] = useState(false);
  const { data } = months;
  return (
    <Screen title="Months">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Text c="dimmed" maw={760}>
          What each team and project was charged, month by month, for those who pay. A month that is over can be closed:
          then its figures never change again.
        </Text>
        {data ? (
          <Group gap="xs">
            <Text size="sm">
              Months begin and end in <strong>{data.timeZone}</strong>.
            </Text>
            {mayChange ? (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconWorld size={15} aria-hidden />}
                onClick={() => setChoosing(true)}
              >
                Change the time zone
              </Button>
            ) : null}
          </Group>
        ) : null}
      </Group>
      {data ? (
        data.months.every(({ requests, nanoDollars, closed }) => requests === 0n && nanoDollars === 0n && !closed) ? (
          <Empty title="No month has anything in it yet">
            As soon as an app asks something, its month shows up here.{' '}
            <TextLink underline="always" to="/">
              Send a first request
            </TextLink>
          </Empty>
        ) : (
          <Months months={data.months} />
        )
      ) : months.error ? (
        <Failure title="The months could not be loaded" error={months.error} onRetry={() => months.refetch()} />
      ) : (
        <Waiting what="the months" />
      )}
      {choosing && data ? <TimeZoneDialog now={data.timeZone} onClose={() => setChoosing(false)} /> : null}
    </Screen>
  );
}

function Months({ months }: { readonly months: readonly MonthSummary[] }) {
  const colorOf = teamColors(months);
  const most = months.reduce((max, { teams }) => {
    const spent = teams.reduce((sum, { nanoDollars }) => (nanoDollars > 0n ? sum + nanoDollars : sum), 0n);
    return spent > max ? spent : max;
  }, 0n);
  return (
    <Table.ScrollContainer minWidth={860} tabIndex={0} aria-label="Months">
      <Table verticalSpacing="sm" className="months-table">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={170}>Month</Table.Th>
            <Table.Th w={210}>State</Table.Th>
            <Table.Th w={110} className="month-number">
              Requests
            </Table.Th>
            <Table.Th w={140} className="month-number">
              Cost
            </Table.Th>
            <Table.Th>By team</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {months.map((month) => (
            <Table.Tr key={month.month}>
              <Table.Td>
                <TextLink to="/months/$month" params={{ month: month.month }} fw={600}>
                  {sayMonth(month.month)}
                </TextLink>
              </Table.Td>
              <Table.Td>
                <StateBadge month={month} />
                {month.closed ? (
                  <Text size="xs" c="dimmed" mt={4}>
                    on {sayMoment(month.closed.at)}
                  </Text>
                ) : null}
              </Table.Td>
              <Table.Td className="month-number">{sayWhole(month.requests)}</Table.Td>
              <Table.Td className="month-number" fw={600}>
                {sayMoney(month.nanoDollars)}
                {stateOf(month) === 'running' ? <VisuallyHidden> so far</VisuallyHidden> : null}
              </Table.Td>
              <Table.Td>
                <TeamBar teams={month.teams} most={most} colorOf={colorOf} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
