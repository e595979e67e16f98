import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { fromField, toField } from './local-time.ts';

/** A time in milliseconds since 1970: from the first to before the last; undefined where it is open. */
export interface Between {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

interface Props {
  readonly time: Between;
  /** Called with a time whose start is before its end. */
  readonly onTime: (time: Between) => void;
}

/** A time between two moments, either of which may be left open. */
export function OwnTime({ time, onTime }: Props) {
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
