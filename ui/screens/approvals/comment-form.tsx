import { Button, Group, Stack, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Refused } from '../../app/form-dialog.tsx';
import { focusAtOnce } from '../../form/focus-at-once.ts';

const LONGEST = 4000;

interface Props {
  readonly label: string;
  readonly act: string;
  readonly add: (text: string) => Promise<unknown>;
  /** Once it is said. */
  readonly onAdded?: () => void;
  /** Goes away again, and loses what was typed; null for a form that stays. */
  readonly onCancel: (() => void) | null;
}

/** A place to say something. What is typed stays when it cannot be sent. */
export function CommentForm({ label, act, add, onAdded, onCancel }: Props) {
  const [text, setText] = useState('');
  const adding = useMutation({
    mutationFn: add,
    onSuccess: () => {
      setText('');
      onAdded?.();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') adding.mutate(text.trim());
  };
  return (
    <form onSubmit={submit} noValidate aria-label={act}>
      <Stack gap="xs">
        <Textarea
          label={label}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={LONGEST}
          // A form that was asked for is where one goes on.
          ref={onCancel ? focusAtOnce : undefined}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Refused error={adding.error} />
        <Group gap="xs">
          <Button type="submit" size="xs" variant="default" loading={adding.isPending} disabled={text.trim() === ''}>
            {act}
          </Button>
          {onCancel ? (
            <Button size="xs" variant="subtle" onClick={onCancel}>
              Cancel
            </Button>
          ) : null}
        </Group>
      </Stack>
    </form>
  );
}
