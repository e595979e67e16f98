import { Group, NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { AUDIT_PERIODS, type AuditShown } from '../../app/addresses.ts';
import { midnight } from '../../app/local-time.ts';
import { OwnTime } from '../../app/own-time.tsx';
import { AUDIT_PERIOD_WORDS, isOwnTime } from './shown-time.ts';

const OWN = 'own';

type Time = Pick<AuditShown, 'last' | 'from' | 'to'>;

interface Props {
  readonly shown: Time;
  readonly onTime: (time: Time) => void;
  /** What else narrows, beside it. */
  readonly children?: ReactNode;
}

/** Chooses the time that is looked at: one up to now, or one between two moments. */
export function TimeChoice({ shown: { last, from, to }, onTime, children }: Props) {
  const isOwn = isOwnTime({ from, to });
  const choose = (value: string): void => {
    if (value === OWN) onTime({ last: undefined, from: midnight(), to: undefined });
    else onTime({ last: AUDIT_PERIODS.find((one) => one === value), from: undefined, to: undefined });
  };
  return (
    <>
      <Group gap="md" align="flex-end">
        <NativeSelect
          label="Time"
          value={isOwn ? OWN : (last ?? 'month')}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
          data={[
            ...AUDIT_PERIODS.map((value) => ({ value, label: AUDIT_PERIOD_WORDS[value] })),
            { value: OWN, label: 'between two moments' },
          ]}
        />
        {children}
      </Group>
      {isOwn ? (
        <OwnTime
          key={`${from} ${to}`}
          time={{ from, to }}
          onTime={(time) =>
            onTime({ last: time.from === undefined && time.to === undefined ? 'any' : undefined, ...time })
          }
        />
      ) : null}
    </>
  );
}
