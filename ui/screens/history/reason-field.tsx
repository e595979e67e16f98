import { Textarea } from '@mantine/core';

const SHORTEST = 3;
const LONGEST = 1000;

/** Whether it says enough to stand in the history. */
export const isReason = (text: string): boolean => text.trim().length >= SHORTEST;

interface Props {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Whether somebody has tried to go on, so that a missing reason is told of. */
  readonly isAsked: boolean;
  readonly description?: string;
}

const FOR_LATER = 'Why this is published, for those who read the history later.';

/** Why something is published. */
export function ReasonField({ value, onChange, isAsked, description = FOR_LATER }: Props) {
  return (
    <Textarea
      label="Reason"
      description={description}
      required
      autosize
      minRows={1}
      maxRows={8}
      maxLength={LONGEST}
      data-autofocus
      value={value}
      error={isAsked && !isReason(value) ? 'Say why, in a few words.' : null}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
