import { Alert, Button, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { UnpricedModel } from '../../api/prices.ts';
import { WideTable } from '../../app/wide-table.tsx';
import { plural, sayCount } from '../../app/words.ts';

interface Props {
  readonly models: readonly UnpricedModel[];
  readonly mayChange: boolean;
  readonly onPrice: (model: string) => void;
}

/** Models whose cost nobody knows. */
export function Unpriced({ models, mayChange, onPrice }: Props) {
  return (
    <Alert
      variant="light"
      color="orange"
      role="region"
      title={`${plural(models.length, 'model')} without a price`}
      icon={<IconAlertTriangle aria-hidden />}
    >
      <Stack gap="sm">
        <Text size="sm" maw={760}>
          What requests to them cost is not known, and a budget in dollars refuses them.
          {mayChange ? ' Set their prices; 0 means free.' : ' Ask an admin to set their prices.'}
        </Text>
        <WideTable minWidth={560} label="Models without a price, and their requests">
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Model</Table.Th>
                <Table.Th ta="right">Answered in 30 days</Table.Th>
                <Table.Th ta="right">Refused in 30 days</Table.Th>
                {mayChange ? (
                  <Table.Th>
                    <VisuallyHidden>Actions</VisuallyHidden>
                  </Table.Th>
                ) : null}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {models.map(({ id, offered, requests, refused }) => (
                <Table.Tr key={id}>
                  <Table.Td>
                    <Text size="sm" ff="monospace">
                      {id}
                    </Text>
                    {offered ? null : <Text size="xs">not listed; apps ask for it by its name</Text>}
                  </Table.Td>
                  <Table.Td ta="right">{sayCount(requests)}</Table.Td>
                  <Table.Td ta="right">{sayCount(refused)}</Table.Td>
                  {mayChange ? (
                    <Table.Td ta="right">
                      <Button size="xs" aria-label={`Give ${id} a price`} onClick={() => onPrice(id)}>
                        Set price
                      </Button>
                    </Table.Td>
                  ) : null}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      </Stack>
    </Alert>
  );
}
