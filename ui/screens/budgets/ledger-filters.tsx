import { Button, Group, NativeSelect, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { PERIOD_MS, PERIODS } from '../../api/periods.ts';
import { fromField, midnight, toField } from '../../app/local-time.ts';
import { PERIOD_WORDS } from '../../app/period-words.ts';
import { DROPDOWN } from '../../form/dropdown.ts';

const ALL = 'all of them';
const WINDOW = 'window';
const EVER = 'ever';
const OWN = 'own';

/** The time that a ledger is of, in milliseconds since 1970: from the first to before the last; undefined where it is open. */
export interface LedgerTime {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

interface Props {
  /** Scopes to choose among, with their words; one alone is no choice. */
  readonly scopes: readonly { readonly value: string; readonly label: string }[];
  readonly scope: string | undefined;
  readonly onScope: (scope: string | undefined) => void;
  /** When the open window began; null for a budget that never resets. */
  readonly windowStart: number | null;
  readonly time: LedgerTime;
  readonly onTime: (time: LedgerTime) => void;
}

/** What a ledger is narrowed to: one part, and a time. */
export function LedgerFilters({ scopes, scope, onScope, windowStart, time, onTime }: Props) {
  const [choice, setChoice] = useState(windowStart === null ? EVER : WINDOW);
  const choose = (value: string): void => {
    setChoice(value);
    const period = PERIODS.find((one) => one === value);
    if (period) onTime({ from: Date.now() - PERIOD_MS[period], to: undefined });
    else if (value === WINDOW) onTime({ from: windowStart ?? undefined, to: undefined });
    else onTime({ from: value === OWN ? midnight() : undefined, to: undefined });
  };
  return (
    <Group align="flex-start" gap="md">
      {scopes.length > 1 ? (
        <Select
          {...DROPDOWN}
          label="Part"
          searchable
          limit={60}
          allowDeselect={false}
          nothingFoundMessage="No part has that in its name."
          data={[{ value: ALL, label: ALL }, ...scopes.map(({ value, label }) => ({ value: `=${value}`, label }))]}
          value={scope === undefined ? ALL : `=${scope}`}
          onChange={(value) => onScope(value === null || value === ALL ? undefined : value.slice(1))}
        />
      ) : null}
      <NativeSelect
        label="Time"
        value={choice}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
        data={[
          ...(windowStart === null ? [] : [{ value: WINDOW, label: 'since it last reset' }]),
          ...PERIODS.map((value) => ({ value, label: PERIOD_WORDS[value] })),
          { value: EVER, label: 'from the beginning' },
          { value: OWN, label: 'between two moments' },
        ]}
      />
      {choice === OWN ? <OwnTime time={time} onTime={onTime} /> : null}
    </Group>
  );
}

function OwnTime({ time, onTime }: Pick<Props, 'time' | 'onTime'>) {
  const [from, setFrom] = useState(() => toField(time.from));
  const [to, setTo] = useState(() => toField(time.to));
  const [start, end] = [fromField(from), fromField(to)];
  const wrong = start !== undefined && end !== undefined && start >= end ? 'It has to be after the start.' : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (wrong === null) onTime({ from: start, to: end });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Group align="flex-start" gap="md">
        <TextInput
          type="datetime-local"
          label="From"
          value={from}
          onChange={({ currentTarget }) => setFrom(currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label="Until"
          value={to}
          error={wrong}
          onChange={({ currentTarget }) => setTo(currentTarget.value)}
        />
        <Button type="submit" variant="default" mt={25}>
          Show this time
        </Button>
      </Group>
    </form>
  );
}
