import { Button, Group, SegmentedControl, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { PERIODS } from '../../api/periods.ts';
import type { Stretch } from '../../api/traffic.ts';

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
      {'last' in stretch ? null : <OwnRange key={`${stretch.from} ${stretch.to}`} {...stretch} onChange={onChange} />}
    </Group>
  );
}

/** A moment as the browser's field for date and time has it, in its own time zone. */
function written(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

function OwnRange({ from, to, onChange }: { from: number; to: number; onChange: Props['onChange'] }) {
  const [start, setStart] = useState(() => written(from));
  const [end, setEnd] = useState(() => written(to));
  const [wrong, setWrong] = useState<string | null>(null);
  const show = (): void => {
    const range = { from: new Date(start).getTime(), to: new Date(end).getTime() };
    if (Number.isNaN(range.from) || Number.isNaN(range.to)) setWrong('Give both a day and a time.');
    else if (range.from >= range.to) setWrong('It has to end after it begins.');
    else {
      setWrong(null);
      onChange(range);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        show();
      }}
      noValidate
    >
      <Group gap="xs" align="flex-start">
        <TextInput
          type="datetime-local"
          label="From"
          value={start}
          onChange={({ currentTarget }) => setStart(currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label="To"
          value={end}
          error={wrong}
          onChange={({ currentTarget }) => setEnd(currentTarget.value)}
        />
        <Button type="submit" variant="default" mt={25}>
          Show
        </Button>
      </Group>
    </form>
  );
}
