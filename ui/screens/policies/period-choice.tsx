import { Group, SegmentedControl } from '@mantine/core';
import { useId } from 'react';
import { PERIODS } from '../../api/periods.ts';
import type { Stretch } from '../../api/traffic.ts';
import { type Between, OwnTime } from '../../app/own-time.tsx';

const WORDS = { hour: 'Last hour', day: '24 hours', week: '7 days', month: '30 days' } as const;
const OWN = 'own';
const DAY_MS = 86_400_000;

interface Props {
  readonly stretch: Stretch;
  readonly onChange: (stretch: Stretch) => void;
}

/** Chooses the time of which the traffic is shown. */
export function PeriodChoice({ stretch, onChange }: Props) {
  const label = useId();
  const choose = (value: string): void => {
    const last = PERIODS.find((one) => one === value);
    const now = Date.now();
    onChange(last ? { last } : { from: now - DAY_MS, to: now });
  };
  // Where one end is left open, the other says which day.
  const between = ({ from, to = Date.now() }: Between): void => onChange({ from: from ?? to - DAY_MS, to });
  return (
    <Group gap="md" align="flex-end">
      <div className="traffic-period">
        <div className="traffic-label" id={label}>
          Traffic
        </div>
        <SegmentedControl
          aria-labelledby={label}
          value={'last' in stretch ? stretch.last : OWN}
          onChange={choose}
          data={[...PERIODS.map((value) => ({ value, label: WORDS[value] })), { value: OWN, label: 'Own range' }]}
        />
      </div>
      {'last' in stretch ? null : <OwnTime key={`${stretch.from} ${stretch.to}`} time={stretch} onTime={between} />}
    </Group>
  );
}
