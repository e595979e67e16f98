import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import { refusalsQuery } from '../../api/budget-refusals.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { plural, sayMoment } from '../../app/words.ts';

interface Props {
  readonly budget: StoredBudget;
  readonly scope: string;
  readonly keyNames: ReadonlyMap<string, string>;
}

/** The newest requests that one part of a budget has refused. */
export function Refusals({ budget: { id, unit }, scope, keyNames }: Props) {
  const answer = useQuery(refusalsQuery(id, scope));
  if (!answer.data) {
    return answer.error ? (
      <Failure title="What it refused could not be loaded" error={answer.error} onRetry={() => answer.refetch()} />
    ) : (
      <Waiting what="what it refused" />
    );
  }
  const { refusals, looked, since, more } = answer.data;
  const reach =
    more && since !== null ? `Among the newest ${plural(looked, 'refused request')}, since ${sayMoment(since)}.` : null;
  if (refusals.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        It has refused nothing of late. {reach}
      </Text>
    );
  }
  return (
    <>
      <Table.ScrollContainer minWidth={640} tabIndex={0} aria-label="What it refused lately">
        <Table verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Request</Table.Th>
              <Table.Th>Whose</Table.Th>
              <Table.Th ta="right">Could have cost</Table.Th>
              <Table.Th>Why it was refused</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {refusals.map(({ id: request, at, tags, key, amount, words }) => (
              <Table.Tr key={request}>
                <Table.Td className="unbroken">
                  <TextLink to="/requests/$record" params={{ record: request }} size="sm">
                    {sayMoment(at)}
                  </TextLink>
                </Table.Td>
                <Table.Td>
                  {[
                    `key ${keyNames.get(key) ?? 'that is gone'}`,
                    ...Object.entries(tags).map(([name, { value }]) => `${name} ${value}`),
                  ].join(', ')}
                </Table.Td>
                <Table.Td ta="right">{sayAmount(amount, unit)}</Table.Td>
                <Table.Td>{words}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {reach === null ? null : (
        <Text size="sm" c="dimmed">
          {reach}
        </Text>
      )}
    </>
  );
}
