import { Group, NativeSelect, Select } from '@mantine/core';
import { useState } from 'react';
import { PERIOD_MS, PERIODS } from '../../api/periods.ts';
import { midnight } from '../../app/local-time.ts';
import { type Between, OwnTime } from '../../app/own-time.tsx';
import { PERIOD_WORDS } from '../../app/period-words.ts';
import { DROPDOWN } from '../../form/dropdown.ts';

const ALL = 'all of them';
const WINDOW = 'window';
const EVER = 'ever';
const OWN = 'own';

interface Props {
  /** Scopes to choose among, with their words; one alone is no choice. */
  readonly scopes: readonly { readonly value: string; readonly label: string }[];
  readonly scope: string | undefined;
  readonly onScope: (scope: string | undefined) => void;
  /** When the open window began; null for a budget that never resets. */
  readonly windowStart: number | null;
  readonly time: Between;
  readonly onTime: (time: Between) => void;
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
