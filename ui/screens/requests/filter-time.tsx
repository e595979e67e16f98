import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { PERIODS } from '../../api/periods.ts';
import { fromField, midnight, toField } from '../../app/local-time.ts';
import { PERIOD_WORDS } from '../../app/period-words.ts';
import { useFilter } from './use-filter.ts';

const OWN = 'own';

/** When the requests were sent: up to now, or between two moments. */
export function TimeFilter() {
  const {
    filter: { last, from, to },
    narrow,
  } = useFilter();
  const isOwn = last === undefined && (from !== undefined || to !== undefined);
  const choose = (value: string): void => {
    if (value === OWN) narrow({ last: undefined, from: midnight(), to: undefined });
    else narrow({ last: PERIODS.find((one) => one === value), from: undefined, to: undefined });
  };
  return (
    <>
      <NativeSelect
        label="Time"
        value={last ?? (isOwn ? OWN : '')}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
        data={[
          { value: '', label: 'any' },
          ...PERIODS.map((value) => ({ value, label: PERIOD_WORDS[value] })),
          { value: OWN, label: 'between two moments' },
        ]}
      />
      {isOwn ? (
        <>
          <Moment label="From" value={from} onChange={(at) => narrow({ from: at })} />
          <Moment
            label="Until"
            value={to}
            onChange={(at) => narrow({ to: at })}
            error={from !== undefined && to !== undefined && to <= from ? 'This is not after the start.' : null}
          />
        </>
      ) : null}
    </>
  );
}

interface MomentProps {
  readonly label: string;
  readonly value: number | undefined;
  readonly onChange: (at: number | undefined) => void;
  readonly error?: string | null;
}

/** A date and a time of day. It counts when it is left, or with Enter: while a year is typed, it is another year. */
function Moment({ label, value, onChange, error = null }: MomentProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const commit = (): void => {
    if (typed === null) return;
    setTyped(null);
    if (typed !== toField(value)) onChange(fromField(typed));
  };
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={typed ?? toField(value)}
      error={error}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      onBlur={commit}
      onKeyDown={({ key }) => {
        if (key === 'Enter') commit();
      }}
    />
  );
}
