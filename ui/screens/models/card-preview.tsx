import { Box, Table, Text } from '@mantine/core';
import { fitsPattern } from '../../../policies/name-pattern.ts';
import { discounted } from '../../../policies/price.ts';
import { sayRate } from '../../../policies/price-words.ts';
import type { PriceInForce } from '../../api/prices.ts';
import { plural } from '../../app/words.ts';

interface Props {
  readonly provider: string;
  readonly models: readonly string[] | null;
  readonly basisPoints: number;
  readonly prices: ReadonlyMap<string, PriceInForce>;
}

/** The dearest, the cheapest and the one in the middle. */
function three(prices: readonly PriceInForce[]): readonly PriceInForce[] {
  const sorted = [...prices].sort((a, b) => b.base[0].output - a.base[0].output || (a.model < b.model ? -1 : 1));
  const places = new Set([0, Math.floor((sorted.length - 1) / 2), sorted.length - 1]);
  return sorted.filter((_, i) => places.has(i));
}

/** What three models would cost with a rate card. */
export function CardPreview({ provider, models, basisPoints, prices }: Props) {
  const fits = (name: string): boolean => models?.some((pattern) => fitsPattern(pattern, name)) ?? true;
  const all = [...prices.values()].filter(
    ({ model }) => model.startsWith(`${provider}/`) && fits(model.slice(provider.length + 1)),
  );
  const listed = all.filter(({ source }) => source !== 'set');
  const byHand = all.length - listed.length;
  if (listed.length === 0) {
    return (
      <Text size="sm" role="status">
        {byHand > 0
          ? 'The prices of these models were set by hand, and stay as they are.'
          : 'None of the models that are offered now has such a name and a list price.'}
      </Text>
    );
  }
  return (
    <Box role="status">
      <Table captionSide="top" verticalSpacing={4}>
        <Table.Caption ta="left" mt={0} mb={4}>
          What {plural(listed.length, 'model')} would cost for a million tokens
          {listed.length > 3 ? ', by three examples' : ''}
          {byHand > 0 ? `; ${plural(byHand, 'price')} set by hand stay as they are` : ''}
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Model</Table.Th>
            <Table.Th ta="right">Input</Table.Th>
            <Table.Th ta="right">Output</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {three(listed).map(({ model, base }) => {
            const [after] = discounted(base, basisPoints);
            return (
              <Table.Tr key={model}>
                <Table.Td ff="monospace">{model.slice(provider.length + 1)}</Table.Td>
                <Table.Td ta="right">
                  {sayRate(base[0].input)} → {sayRate(after.input)}
                </Table.Td>
                <Table.Td ta="right">
                  {sayRate(base[0].output)} → {sayRate(after.output)}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Box>
  );
}
