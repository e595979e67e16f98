import { Badge, Box, Button, Table, Text, Title, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import type { RateCard } from '../../api/prices.ts';
import { useAuthors } from '../../app/authors.ts';
import { WideTable } from '../../app/wide-table.tsx';
import { sayMoment } from '../../app/words.ts';
import { EndRateCard } from './end-rate-card.tsx';
import { type CardState, sayCard, sayModels, sayPeriod, stateOf } from './price-words.ts';

interface Props {
  readonly cards: readonly RateCard[];
  readonly mayChange: boolean;
}

/** What is agreed with providers on their list prices. */
export function RateCards({ cards, mayChange }: Props) {
  const [ending, setEnding] = useState<RateCard | null>(null);
  return (
    <Box component="section">
      <Title order={2} mb={4}>
        Rate cards
      </Title>
      <Text size="sm" c="dimmed" mb="sm" maw={720}>
        A discount that you have agreed with a provider, or a surcharge, from one moment to another. It counts for list
        prices; a price that was set by hand stays as it is. What was spent before keeps the price of its time.
      </Text>
      {cards.length === 0 ? (
        <Text size="sm">
          None yet: all models cost what the price list says.
          {mayChange ? ' If your contract gives you a discount, add it as a rate card, above.' : ''}
        </Text>
      ) : (
        <CardTable cards={cards} mayChange={mayChange} onEnd={setEnding} />
      )}
      {ending ? <EndRateCard card={ending} onClose={() => setEnding(null)} /> : null}
    </Box>
  );
}

interface TableProps {
  readonly cards: readonly RateCard[];
  readonly mayChange: boolean;
  readonly onEnd: (card: RateCard) => void;
}

function CardTable({ cards, mayChange, onEnd }: TableProps) {
  const author = useAuthors();
  const now = Date.now();
  return (
    <WideTable minWidth={960} label="Rate cards">
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Provider</Table.Th>
            <Table.Th>Models</Table.Th>
            <Table.Th>Off the list</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>From and until</Table.Th>
            <Table.Th>Note and reason</Table.Th>
            <Table.Th>Made by</Table.Th>
            {mayChange ? (
              <Table.Th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            ) : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {cards.map((card) => {
            const state = stateOf(card, now);
            const period = sayPeriod(card);
            return (
              <Table.Tr key={card.id}>
                <Table.Td>{card.provider}</Table.Td>
                <Table.Td maw={200}>
                  <Text size="sm" {...(card.models ? { ff: 'monospace' } : {})}>
                    {sayModels(card)}
                  </Text>
                </Table.Td>
                <Table.Td className="unbroken">{sayCard(card.discountBasisPoints)}</Table.Td>
                <Table.Td>
                  <State state={state} />
                </Table.Td>
                <Table.Td className="unbroken">
                  <Text size="sm">{period.from}</Text>
                  <Text size="xs" c="dimmed">
                    {card.until === null ? period.until : `until ${period.until}`}
                  </Text>
                </Table.Td>
                <Table.Td maw={240}>
                  {card.note === '' ? null : <Text size="sm">{card.note}</Text>}
                  <Text size={card.note === '' ? 'sm' : 'xs'} {...(card.note === '' ? {} : { c: 'dimmed' })}>
                    {card.reason}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{author(card.author)}</Text>
                  <Text size="xs" c="dimmed" className="unbroken">
                    {sayMoment(card.at)}
                  </Text>
                </Table.Td>
                {mayChange ? (
                  <Table.Td ta="right">
                    {state === 'in force' || state === 'to come' ? (
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`End the rate card of ${card.provider}: ${sayCard(card.discountBasisPoints)}, ${sayModels(card)}`}
                        onClick={() => onEnd(card)}
                      >
                        End
                      </Button>
                    ) : null}
                  </Table.Td>
                ) : null}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}

function State({ state }: { readonly state: CardState }) {
  return (
    <Badge tt="none" {...(state === 'in force' ? { variant: 'dot', color: 'teal' } : { variant: 'default' })}>
      {state}
    </Badge>
  );
}
