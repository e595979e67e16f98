import { Box, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { feedbackQuery } from '../../api/feedback.ts';
import { Failure } from '../../app/failure.tsx';
import { meaningOf, sayScore } from '../../app/score-words.ts';
import { TextLink } from '../../app/text-link.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { plural, sayCount } from '../../app/words.ts';
import { rowsOf, sumOf } from './feedback-sums.ts';

/** The newest ones; all of them are in the sum. */
const MOST_SHOWN = 10;

/** What apps said of a policy's answers, by version and model; nothing where they said nothing. */
export function Feedback({ policy }: { readonly policy: string }) {
  const { data, error, refetch } = useQuery(feedbackQuery(policy));
  if (!data) {
    return error ? <Failure title="The feedback could not be loaded" error={error} onRetry={() => refetch()} /> : null;
  }
  if (data.length === 0) return null;
  const { count, mean } = sumOf(data);
  const rows = rowsOf(data);
  return (
    <Box component="section">
      <Title order={2} mb="sm">
        Feedback
      </Title>
      <Text size="sm" mb="xs">
        <b>
          {sayScore(mean)} on average, {meaningOf(mean)}.
        </b>{' '}
        So far apps said {plural(count, 'time')} how good an answer was, from -1 (bad) to +1 (good).
      </Text>
      <WideTable minWidth={340} label="Feedback by version and model">
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Version</Table.Th>
              <Table.Th>Model</Table.Th>
              <Table.Th ta="right">Times</Table.Th>
              <Table.Th ta="right">Average</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, MOST_SHOWN).map((row) => (
              <Table.Tr key={`${row.version} ${row.model}`}>
                <Table.Td>
                  {row.version === null ? (
                    'none'
                  ) : (
                    <TextLink to="/policies/$policy" params={{ policy }} search={{ version: row.version }} size="sm">
                      Version {row.version}
                    </TextLink>
                  )}
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{row.model ?? 'none answered'}</Table.Td>
                <Table.Td ta="right">{sayCount(row.count)}</Table.Td>
                <Table.Td ta="right">{sayScore(row.mean)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
      {rows.length > MOST_SHOWN ? (
        <Text size="sm" c="dimmed">
          {plural(rows.length - MOST_SHOWN, 'older line')} not shown here, but in the average above.
        </Text>
      ) : null}
    </Box>
  );
}
