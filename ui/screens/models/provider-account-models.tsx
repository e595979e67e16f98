import { ActionIcon, Button, Group, NativeSelect, Table, Text, TextInput } from '@mantine/core';
import { IconPlus, IconRefresh, IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type Account,
  type AccountKind,
  type AccountModel,
  askModels,
  changeAccount,
  refreshAccounts,
} from '../../api/providers.ts';
import { FormDialog, Refused } from '../../app/form-dialog.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { plural } from '../../app/words.ts';

interface Props {
  readonly account: Account;
  readonly kind: AccountKind;
  readonly onClose: () => void;
}

/** A model as it is typed. */
interface Row {
  readonly key: number;
  readonly name: string;
  readonly standsFor: string;
  readonly context: string;
  readonly tools: Choice;
  readonly images: Choice;
  readonly leavesHouse: Choice;
}
type Choice = '' | 'yes' | 'no';

const CHOICES = [
  { value: '', label: 'as known' },
  { value: 'yes', label: 'yes' },
  { value: 'no', label: 'no' },
];
const choiceOf = (value: boolean | undefined): Choice => (value === undefined ? '' : value ? 'yes' : 'no');
const readChoice = (value: string): Choice => (value === 'yes' || value === 'no' ? value : '');

let keys = 0;
const rowOf = (model: AccountModel): Row => ({
  key: ++keys,
  name: model.name,
  standsFor: model.standsFor ?? '',
  context: model.contextTokens === undefined ? '' : String(model.contextTokens),
  tools: choiceOf(model.tools),
  images: choiceOf(model.images),
  leavesHouse: choiceOf(model.leavesHouse),
});

const modelOf = (row: Row): AccountModel => ({
  name: row.name.trim(),
  ...(row.standsFor.trim() !== '' && { standsFor: row.standsFor.trim() }),
  ...(row.context.trim() !== '' && { contextTokens: Number(row.context) }),
  ...(row.tools !== '' && { tools: row.tools === 'yes' }),
  ...(row.images !== '' && { images: row.images === 'yes' }),
  ...(row.leavesHouse !== '' && { leavesHouse: row.leavesHouse === 'yes' }),
});

function problemOf(rows: readonly Row[]): string | null {
  const names = rows.map(({ name }) => name.trim());
  if (names.some((name) => name === '' || /\s/.test(name))) return 'Each model needs a name without spaces.';
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `“${twice}” is named twice.`;
  const wrong = rows.find(({ context }) => !/^\d{0,9}$/.test(context.trim()));
  return wrong ? `The context of “${wrong.name}” is a whole number of tokens, or empty.` : null;
}

/** Rows that are shown at once: of long lists, those that the search leaves. */
const MOST_SHOWN = 50;

/** The models of an account: named by people, asked of its server, and what people know better of them. */
export function AccountModels({ account, kind, onClose }: Props) {
  const client = useQueryClient();
  const [rows, setRows] = useState<readonly Row[]>(() => account.models.map(rowOf));
  const [search, setSearch] = useState('');
  const [submitted, setSubmitted] = useState(false);
  const problem = problemOf(rows);
  const asking = useMutation({
    mutationFn: () => askModels(account.id),
    onSuccess: async ({ models }) => {
      const known = new Set(rows.map(({ name }) => name));
      setRows([...rows, ...models.filter(({ name }) => !known.has(name)).map(rowOf)]);
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
  const change = (key: number, part: Partial<Row>) =>
    setRows(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const words = search.trim().toLowerCase();
  const found = rows.filter(({ name }) => words === '' || name.toLowerCase().includes(words));
  return (
    <FormDialog
      title={`Models of “${account.name}”`}
      act="Save the models"
      size="xl"
      error={saving.error}
      pending={saving.isPending}
      onSubmit={() => {
        setSubmitted(true);
        if (problem === null) saving.mutate();
      }}
      onClose={onClose}
    >
      <Text size="sm">
        {kind.offersListed
          ? 'The models of the price list are offered already. Name others here, or say what you know better of one.'
          : 'These are offered in policies. Apps can also ask for others by their full name.'}{' '}
        What is left “as known” is as the provider or the price list has it.
      </Text>
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
            setRows([rowOf({ name: '' }), ...rows]);
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
        <WideTable minWidth={760} label="Models of the account">
          <Table verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                {kind.isListed ? <Table.Th>Stands for</Table.Th> : null}
                <Table.Th>Context, tokens</Table.Th>
                <Table.Th>Tools</Table.Th>
                <Table.Th>Images</Table.Th>
                <Table.Th>Leaves the house</Table.Th>
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.slice(0, MOST_SHOWN).map((row) => (
                <ModelRow
                  key={row.key}
                  row={row}
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

interface RowProps {
  readonly row: Row;
  readonly isListed: boolean;
  readonly onChange: (part: Partial<Row>) => void;
  readonly onRemove: () => void;
}

function ModelRow({ row, isListed, onChange, onRemove }: RowProps) {
  const of = row.name || 'the new model';
  const choice = (label: string, field: 'tools' | 'images' | 'leavesHouse') => (
    <Table.Td>
      <NativeSelect
        size="xs"
        miw={108}
        aria-label={`${label}, ${of}`}
        data={CHOICES}
        value={row[field]}
        onChange={({ currentTarget }) => onChange({ [field]: readChoice(currentTarget.value) })}
      />
    </Table.Td>
  );
  const text = (label: string, field: 'name' | 'standsFor' | 'context') => (
    <Table.Td>
      <TextInput
        size="xs"
        aria-label={field === 'name' ? label : `${label}, ${of}`}
        spellCheck={false}
        value={row[field]}
        placeholder={field === 'name' ? '' : 'as known'}
        onChange={({ currentTarget }) => onChange({ [field]: currentTarget.value })}
      />
    </Table.Td>
  );
  return (
    <Table.Tr>
      {text('Name of a model', 'name')}
      {isListed ? text('Stands for', 'standsFor') : null}
      {text('Context', 'context')}
      {choice('Tools', 'tools')}
      {choice('Images', 'images')}
      {choice('Leaves the house', 'leavesHouse')}
      <Table.Td>
        <ActionIcon variant="subtle" color="gray" aria-label={`Take ${of} off the list`} onClick={onRemove}>
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </Table.Td>
    </Table.Tr>
  );
}
