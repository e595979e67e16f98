import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { IconPlus, IconRefresh } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Account, type AccountKind, askModels, changeAccount, refreshAccounts } from '../../api/providers.ts';
import { FormDialog, Refused } from '../../app/form-dialog.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { plural } from '../../app/words.ts';
import { ModelRow } from './provider-account-model-row.tsx';
import { modelOf, problemOf, type TypedModel, typedModel } from './typed-model.ts';

interface Props {
  readonly account: Account;
  readonly kind: AccountKind;
  readonly onClose: () => void;
}

/** Rows that are shown at once: of long lists, those that the search leaves. */
const MOST_SHOWN = 50;

/** The models of an account: named by people, asked of its server, and what people know better of them. */
export function AccountModels({ account, kind, onClose }: Props) {
  const client = useQueryClient();
  const [rows, setRows] = useState<readonly TypedModel[]>(() => account.models.map(typedModel));
  const [search, setSearch] = useState('');
  const [submitted, setSubmitted] = useState(false);
  const problem = problemOf(rows);
  const asking = useMutation({
    mutationFn: () => askModels(account.id),
    onSuccess: async ({ models }) => {
      const known = new Set(rows.map(({ name }) => name));
      setRows([...rows, ...models.filter(({ name }) => !known.has(name)).map(typedModel)]);
      await refreshAccounts(client);
    },
  });
  const saving = useMutation({
    mutationFn: () => changeAccount(account.id, { models: rows.map(modelOf) }),
    onSuccess: async () => {
      await refreshAccounts(client);
      onClose();
    },
  });
  const change = (key: number, part: Partial<TypedModel>) =>
    setRows(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const words = search.trim().toLowerCase();
  const found = rows.filter(({ name }) => words === '' || name.toLowerCase().includes(words));
  return (
    <FormDialog
      title={`Models of “${account.name}”`}
      act="Save the models"
      size="70rem"
      error={saving.error}
      pending={saving.isPending}
      onSubmit={() => {
        setSubmitted(true);
        if (problem === null) saving.mutate();
      }}
      onClose={onClose}
    >
      <Stack gap={6}>
        <Text size="sm">
          {kind.offersListed
            ? 'The models of the price list are offered already. Name others here, or say what you know better of one.'
            : 'These are offered in policies. Apps can also ask for others by their full name.'}{' '}
          What is left “as known” is as the provider or the price list has it.
        </Text>
        <Text size="sm">
          A limit of your own is for this model of this account, in any stretch of a minute. What goes beyond it waits
          for room where the policy allows it to wait, and else goes to the next model, or fails where there is none.
          Tokens are those of input and output together.
        </Text>
      </Stack>
      <Group gap="sm" align="flex-end">
        {rows.length > 10 ? (
          <TextInput
            type="search"
            label="Search"
            value={search}
            onChange={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        ) : null}
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => {
            setSearch('');
            setRows([typedModel({ name: '' }), ...rows]);
          }}
        >
          Name a model
        </Button>
        {kind.canAsk ? (
          <Button
            variant="default"
            loading={asking.isPending}
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={() => asking.mutate()}
          >
            Ask the server
          </Button>
        ) : null}
        <Text size="sm" c="dimmed" role="status">
          {asking.data ? `The server has answered: ${plural(asking.data.models.length, 'model')} in all.` : ''}
        </Text>
      </Group>
      <Refused error={asking.error} />
      {found.length === 0 ? (
        <Text size="sm" c="dimmed">
          {rows.length === 0 ? 'No model is named yet. Name one, or ask the server.' : 'No model fits the search.'}
        </Text>
      ) : (
        <WideTable minWidth={1020} label="Models of the account">
          <Table verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                {kind.isListed ? <Table.Th>Stands for</Table.Th> : null}
                <Table.Th>Context, tokens</Table.Th>
                <Table.Th>Tools</Table.Th>
                <Table.Th>Images</Table.Th>
                <Table.Th>Leaves the house</Table.Th>
                <Table.Th>Requests a minute</Table.Th>
                <Table.Th>Tokens a minute</Table.Th>
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.slice(0, MOST_SHOWN).map((row) => (
                <ModelRow
                  key={row.key}
                  model={row}
                  isListed={kind.isListed}
                  onChange={(part) => change(row.key, part)}
                  onRemove={() => setRows(rows.filter(({ key }) => key !== row.key))}
                />
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
      {found.length > MOST_SHOWN ? (
        <Text size="sm" c="dimmed">
          {found.length - MOST_SHOWN} more: search for the one that you mean.
        </Text>
      ) : null}
      {submitted && problem !== null ? (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {problem}
        </Text>
      ) : null}
    </FormDialog>
  );
}
