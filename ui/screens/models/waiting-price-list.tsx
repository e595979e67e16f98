import { Alert, Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import { IconReceipt2 } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { acceptPriceList, refreshPrices, type WaitingPriceList } from '../../api/prices.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { plural } from '../../app/words.ts';

const KIND_WORDS = { changed: 'another price', new: 'added', gone: 'left out' } as const;
/** Rows that are shown before the others are asked for. */
const FIRST_ROWS = 8;

/** Amounts in nano-dollars that stand beside each other: with so many digits that the smallest shows two. */
function sayTogether(...amounts: readonly number[]): string[] {
  const least = Math.min(...amounts.filter((amount) => amount > 0));
  const digits = Math.min(9, Math.max(2, Number.isFinite(least) ? 1 - Math.floor(Math.log10(least / 1e9)) : 2));
  return amounts.map((amount) => `$${(amount / 1e9).toFixed(digits)}`);
}

/** What last month's requests would have cost, in a sentence. */
function sayTraffic({ requests, before, after, complete }: WaitingPriceList['traffic']): string {
  if (requests === 0) return 'No request of the last 30 days has used one of these models.';
  const difference = after - before;
  const [was, is, by] = sayTogether(before, after, Math.abs(difference));
  const change = difference === 0 ? 'the same' : `${by} ${difference < 0 ? 'less' : 'more'}`;
  const which = complete
    ? `${plural(requests, 'request')} of the last 30 days`
    : `The newest ${plural(requests, 'request')}`;
  return `${which} to these models cost ${was}, and would have cost ${is} with the list that waits: ${change}.`;
}

interface Props {
  readonly waiting: WaitingPriceList;
  readonly mayChange: boolean;
}

/** A price list that came with a newer Signalbox, and holds once somebody has accepted it. */
export function WaitingList({ waiting, mayChange }: Props) {
  const [accepting, setAccepting] = useState(false);
  const [all, setAll] = useState(false);
  const { changes } = waiting;
  const shown = all ? changes : changes.slice(0, FIRST_ROWS);
  return (
    <Alert
      variant="light"
      color="blue"
      role="region"
      title="A newer price list waits to be accepted"
      icon={<IconReceipt2 aria-hidden />}
    >
      <Stack gap="sm">
        <Text size="sm" maw={760}>
          It came with this version of Signalbox and differs for {plural(changes.length, 'model')}. Until somebody
          accepts it, prices stay as they are, and models that it adds have no price. {sayTraffic(waiting.traffic)}
        </Text>
        <WideTable minWidth={640} label="What the list that waits would change">
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Model</Table.Th>
                <Table.Th>What happens to it</Table.Th>
                <Table.Th>For a million tokens</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map(({ model, label, kind, words }) => (
                <Table.Tr key={model}>
                  <Table.Td>
                    <Text size="sm" fw={600}>
                      {label}
                    </Text>
                    <Text size="xs" ff="monospace">
                      {model}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Badge variant="default" tt="none">
                      {KIND_WORDS[kind]}
                    </Badge>
                  </Table.Td>
                  <Table.Td>
                    {words.map((word) => (
                      <Text size="sm" key={word}>
                        {word}
                      </Text>
                    ))}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
        <Group gap="sm">
          {mayChange ? <Button onClick={() => setAccepting(true)}>Accept the list</Button> : null}
          {shown.length < changes.length ? (
            <Button variant="default" onClick={() => setAll(true)}>
              Show all {changes.length} models
            </Button>
          ) : null}
        </Group>
      </Stack>
      {accepting ? <Accept waiting={waiting} onClose={() => setAccepting(false)} /> : null}
    </Alert>
  );
}

function Accept({ waiting, onClose }: { readonly waiting: WaitingPriceList; readonly onClose: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const accept = useMutation({
    mutationFn: () => acceptPriceList(waiting.digest, reason.trim()),
    onSuccess: async () => {
      await refreshPrices(client);
      onClose();
    },
  });
  const submit = (): void => {
    setTried(true);
    if (reasonError(reason) === null) accept.mutate();
  };
  return (
    <FormDialog
      title="Accept the price list"
      act="Accept the list"
      error={accept.error}
      pending={accept.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        From now on, {plural(waiting.changes.length, 'model')} cost what the new list says; rate cards and prices set by
        hand still count. Requests that were made before keep the price of their time.
      </Text>
      <Text size="sm">The list cannot be taken back, but any single price can be set by hand over it.</Text>
      <ReasonInput value={reason} onChange={setReason} error={tried ? reasonError(reason) : null} first />
    </FormDialog>
  );
}
