import './months.css';
import { Button, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { houseQuery } from '../../api/house.ts';
import { useMay } from '../../api/may.ts';
import { type Correction, type MonthDetail, monthsQuery } from '../../api/months.ts';
import { useAuthors } from '../../app/authors.ts';
import { Failure } from '../../app/failure.tsx';
import { Section } from '../../app/section.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { sayMoment } from '../../app/words.ts';
import { sayMoney, sayMonth } from './month-words.ts';
import { NewCorrection } from './new-correction.tsx';

/** The corrections that count in a month, and a way to make one. */
export function Corrections({ month }: { readonly month: MonthDetail }) {
  const house = useQuery(houseQuery);
  const months = useQuery(monthsQuery);
  const mayChange = useMay()('change ledger');
  const [making, setMaking] = useState(false);
  const error = house.error ?? months.error;
  const aside = mayChange ? (
    <Button
      size="sm"
      variant="default"
      leftSection={<IconPlus size={16} aria-hidden />}
      disabled={!house.data || !months.data}
      onClick={() => setMaking(true)}
    >
      New correction
    </Button>
  ) : undefined;
  return (
    <Section title="Corrections" aside={aside}>
      {error ? (
        <Failure
          title="Corrections cannot be made now"
          error={error}
          onRetry={() => Promise.all([house.refetch(), months.refetch()])}
        />
      ) : null}
      {month.corrections.length === 0 ? (
        <Text size="sm" c="dimmed">
          None counts in this month.{' '}
          {months.data && months.data.countsIn !== month.month
            ? `What is corrected now counts in ${sayMonth(months.data.countsIn)}.`
            : mayChange
              ? 'Make one to give something back, or to charge something more.'
              : ''}
        </Text>
      ) : (
        <Corrected
          corrections={month.corrections}
          nameOf={(id) => house.data?.projects.find((project) => project.id === id)?.name ?? id}
        />
      )}
      {making && house.data && months.data ? (
        <NewCorrection
          projects={house.data.projects}
          countsIn={months.data.countsIn}
          closed={months.data.months.filter(({ closed }) => closed !== null).map((one) => one.month)}
          month={month.closed ? month.month : null}
          onClose={() => setMaking(false)}
        />
      ) : null}
    </Section>
  );
}

interface CorrectedProps {
  readonly corrections: readonly Correction[];
  /** Gives the name of a project. */
  readonly nameOf: (project: string) => string;
}

function Corrected({ corrections, nameOf }: CorrectedProps) {
  const authorOf = useAuthors();
  return (
    <Table.ScrollContainer minWidth={860} tabIndex={0} aria-label="What was corrected">
      <Table verticalSpacing="sm" className="months-table">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Made</Table.Th>
            <Table.Th>Project</Table.Th>
            <Table.Th className="month-number">Amount</Table.Th>
            <Table.Th>Of</Table.Th>
            <Table.Th>Reason</Table.Th>
            <Table.Th>By</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {corrections.map(({ id, at, project, amount, month, request, reason, author }) => (
            <Table.Tr key={id}>
              <Table.Td>{sayMoment(at)}</Table.Td>
              <Table.Td fw={600}>{nameOf(project)}</Table.Td>
              <Table.Td className="month-number">
                {sayMoney(BigInt(amount))}
                <Text size="xs" c="dimmed">
                  {amount < 0 ? 'given back' : 'charged'}
                </Text>
              </Table.Td>
              <Table.Td>
                {request !== null ? (
                  <TextLink to="/requests/$record" params={{ record: request }} size="sm" underline="always">
                    a request
                  </TextLink>
                ) : month !== null ? (
                  <TextLink to="/months/$month" params={{ month }} size="sm" underline="always">
                    {sayMonth(month)}
                  </TextLink>
                ) : (
                  <Text size="sm" c="dimmed">
                    nothing else
                  </Text>
                )}
              </Table.Td>
              <Table.Td className="reason-cell">{reason}</Table.Td>
              <Table.Td>{authorOf(author)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
