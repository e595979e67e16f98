import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { fromField, toField } from '../../app/local-time.ts';

const DAY_MS = 86_400_000;
const EARLIER = [
  { title: 'Yesterday', ms: DAY_MS },
  { title: 'A week ago', ms: 7 * DAY_MS },
  { title: 'A month ago', ms: 30 * DAY_MS },
] as const;

interface Props {
  /** The moment that is shown, in milliseconds since 1970. */
  readonly at: number;
  /** Undefined for now. */
  readonly onMoment: (at: number | undefined) => void;
}

/** Chooses the moment that is asked about: to be made anew for each moment. */
export function MomentChoice({ at, onMoment }: Props) {
  const [text, setText] = useState(() => toField(at));
  const chosen = fromField(text);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (chosen !== undefined) onMoment(chosen);
  };
  return (
    <form onSubmit={submit} className="audit-screen-only" aria-label="Moment" noValidate>
      <Group gap="sm" align="flex-end">
        <TextInput
          type="datetime-local"
          label="At this moment"
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Button type="submit" disabled={chosen === undefined}>
          Show
        </Button>
        <Button variant="default" onClick={() => onMoment(undefined)}>
          Now
        </Button>
        {EARLIER.map(({ title, ms }) => (
          <Button key={title} variant="default" onClick={() => onMoment(Date.now() - ms)}>
            {title}
          </Button>
        ))}
      </Group>
    </form>
  );
}
