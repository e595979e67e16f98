import { Badge, Box, Table, Text, Title } from '@mantine/core';
import { sayRate, sayTokens } from '../../../policies/price-words.ts';
import type { SetPrice } from '../../api/prices.ts';
import { useAuthors } from '../../app/authors.ts';
import { WideTable } from '../../app/wide-table.tsx';
import { sayMoment } from '../../app/words.ts';

/** Every price that was set here, the latest first. */
export function PriceHistory({ prices }: { readonly prices: readonly SetPrice[] }) {
  const author = useAuthors();
  const now = Date.now();
  // They come by model, the latest first: the first of a model that has begun is the one in force.
  const inForce = new Set<string>();
  const models = new Set<string>();
  for (const { id, model, effectiveFrom } of prices) {
    if (effectiveFrom > now || models.has(model)) continue;
    models.add(model);
    inForce.add(id);
  }
  const state = ({ id, effectiveFrom }: SetPrice): string =>
    effectiveFrom > now ? 'to come' : inForce.has(id) ? 'in force' : 'before';
  return (
    <Box component="section">
      <Title order={2} mb={4}>
        Prices set here
      </Title>
      <Text size="sm" c="dimmed" mb="sm" maw={720}>
        They stand over the price list and over rate cards, each from its moment on. What was spent before keeps the
        price of its time.
      </Text>
      {prices.length === 0 ? (
        <Text size="sm">None yet: all prices are those of the list.</Text>
      ) : (
        <WideTable minWidth={900} label="Prices set here">
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Model</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>From</Table.Th>
                <Table.Th>For a million tokens</Table.Th>
                <Table.Th>Set by</Table.Th>
                <Table.Th>Reason</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {[...prices]
                .sort((a, b) => b.at - a.at)
                .map((one) => (
                  <Table.Tr key={one.id}>
                    <Table.Td>
                      <Text size="sm" ff="monospace">
                        {one.model}
                      </Text>
                    </Table.Td>
                    <Table.Td>
                      <Badge
                        tt="none"
                        {...(state(one) === 'in force' ? { variant: 'dot', color: 'teal' } : { variant: 'default' })}
                      >
                        {state(one)}
                      </Badge>
                    </Table.Td>
                    <Table.Td className="unbroken">{sayMoment(one.effectiveFrom)}</Table.Td>
                    <Table.Td>
                      {one.price.map((rate) => (
                        <Text size="sm" key={rate.aboveInputTokens}>
                          {rate.aboveInputTokens === 0 ? '' : `above ${sayTokens(rate.aboveInputTokens)}: `}
                          {sayRate(rate.input)} in, {sayRate(rate.cachedInput)} cached, {sayRate(rate.output)} out
                        </Text>
                      ))}
                    </Table.Td>
                    <Table.Td>
                      <Text size="sm">{author(one.author)}</Text>
                      <Text size="xs" c="dimmed" className="unbroken">
                        {sayMoment(one.at)}
                      </Text>
                    </Table.Td>
                    <Table.Td>{one.reason}</Table.Td>
                  </Table.Tr>
                ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
    </Box>
  );
}
