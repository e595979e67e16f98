import {
  Checkbox,
  Group,
  Input,
  NativeSelect,
  SegmentedControl,
  Select,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { BUDGET_WINDOWS } from '../../policies/budget.ts';
import { TAG_NAME } from '../../policies/facts.ts';
import { createBudget } from '../api/budgets.ts';
import type { HouseAnswer } from '../api/house.ts';
import { refreshBudgets } from '../api/refresh-budgets.ts';
import { AmountInput, amountError, readAmount } from '../app/amount-input.tsx';
import { FormDialog } from '../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../app/reason-input.tsx';
import { sayLimit, WINDOW_WORDS } from './budget-words.ts';

const PARTS = [
  { value: 'project', label: 'project' },
  { value: 'team', label: 'team' },
  { value: 'key', label: 'key' },
  { value: 'user', label: 'user' },
  { value: 'usage', label: 'kind of usage' },
];
/** The most parts that a budget counts by. */
const MOST_PARTS = 5;

/** Every time zone that the browser knows; UTC, which it leaves out, first. */
const zones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

interface Props {
  readonly house: HouseAnswer;
  /** Called with the id of the budget, once the house knows it. */
  readonly onMade?: (id: string) => void;
  readonly onClose: () => void;
}

/** Makes a budget. */
export function NewBudget({ house, onMade, onClose }: Props) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [unit, setUnit] = useState<'usd' | 'tokens'>('usd');
  const [limit, setLimit] = useState('');
  const [window, setWindow] = useState<(typeof BUDGET_WINDOWS)[number]>('month');
  const [timeZone, setTimeZone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [parts, setParts] = useState<string[]>([]);
  const [tags, setTags] = useState<string[]>([]);
  const [owner, setOwner] = useState('');
  const [project, setProject] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);

  const amount = readAmount(limit, unit);
  const scope = [...parts, ...tags.map((tag) => `tags.${tag}`)];
  const budget = {
    name: name.trim(),
    scope,
    window,
    timeZone,
    unit,
    limit: amount ?? 0,
    owner: owner.trim() || null,
    project: project || null,
  };
  const wrongTag = tags.find((tag) => !TAG_NAME.test(tag));
  const errors = {
    name: name.trim() === '' ? 'Give it a name, such as “Monthly budget”.' : null,
    limit: amountError(limit, unit),
    tags:
      wrongTag !== undefined
        ? `“${wrongTag}” cannot be the name of a tag: begin with a letter, then use letters, digits, “_”, “-” and “.”.`
        : scope.length > MOST_PARTS
          ? `Count by at most ${MOST_PARTS} things.`
          : null,
    reason: reasonError(reason),
  };
  const making = useMutation({
    mutationFn: () => createBudget(budget, reason.trim()),
    onSuccess: async ({ id }) => {
      await refreshBudgets(client);
      onMade?.(id);
      onClose();
    },
  });
  const submit = (): void => {
    setTried(true);
    if (Object.values(errors).every((error) => error === null)) making.mutate();
  };
  return (
    <FormDialog
      title="New budget"
      act="Make the budget"
      size="lg"
      error={making.error}
      pending={making.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        required
        data-autofocus
        maxLength={120}
        value={name}
        error={tried ? errors.name : null}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <Group grow align="flex-start">
        <Input.Wrapper label="Counted in" labelElement="div">
          <SegmentedControl
            fullWidth
            aria-label="Counted in"
            value={unit}
            onChange={(value) => setUnit(value === 'tokens' ? 'tokens' : 'usd')}
            data={[
              { value: 'usd', label: 'Dollars' },
              { value: 'tokens', label: 'Tokens' },
            ]}
          />
        </Input.Wrapper>
        <AmountInput what="Limit" unit={unit} value={limit} onChange={setLimit} error={tried ? errors.limit : null} />
      </Group>
      <Group grow align="flex-start">
        <NativeSelect
          label="For"
          value={window}
          onChange={({ currentTarget }) =>
            setWindow(BUDGET_WINDOWS.find((one) => one === currentTarget.value) ?? 'month')
          }
          data={BUDGET_WINDOWS.map((value) => ({
            value,
            label: value === 'total' ? 'all time, never reset' : WINDOW_WORDS[value],
          }))}
        />
        <Select
          label="Time zone"
          description="By whose clocks it resets."
          searchable
          allowDeselect={false}
          nothingFoundMessage="No such time zone"
          limit={60}
          data={zones()}
          value={timeZone}
          onChange={(zone) => setTimeZone(zone ?? timeZone)}
        />
      </Group>
      <Checkbox.Group
        label="Counted apart for each"
        description="Choose none to count the whole organisation together."
        value={parts}
        onChange={setParts}
      >
        <Group mt="xs" gap="md">
          {PARTS.map(({ value, label }) => (
            <Checkbox key={value} value={value} label={label} />
          ))}
        </Group>
      </Checkbox.Group>
      <TagsInput
        label="And for each value of these tags"
        description="Press Enter after each name."
        placeholder={tags.length === 0 ? 'feature' : ''}
        data={Object.keys(house.tags)}
        value={tags}
        onChange={setTags}
        error={tried || wrongTag !== undefined ? errors.tags : null}
      />
      {amount === null ? null : (
        <Text size="sm" role="status">
          It allows {sayLimit(budget)}.
        </Text>
      )}
      <Group grow align="flex-start">
        <TextInput
          label="Owner"
          description="Whom people ask for more."
          maxLength={200}
          value={owner}
          onChange={({ currentTarget }) => setOwner(currentTarget.value)}
        />
        <NativeSelect
          label="For policies of"
          description="Who may spend from it."
          value={project}
          onChange={({ currentTarget }) => setProject(currentTarget.value)}
          data={[
            { value: '', label: 'everyone' },
            ...house.projects.map(({ id, name: words }) => ({ value: id, label: `the project ${words}` })),
          ]}
        />
      </Group>
      <ReasonInput value={reason} onChange={setReason} error={tried ? errors.reason : null} />
    </FormDialog>
  );
}
