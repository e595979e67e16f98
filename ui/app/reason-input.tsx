import { TextInput } from '@mantine/core';

/** Why a text says too little to stand in the history; null where it says enough. */
export const reasonError = (text: string): string | null => (text.trim() === '' ? 'Say why, in a few words.' : null);

interface Props {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly error: string | null;
  readonly description?: string;
  /** Whether it has the focus when its dialog opens. */
  readonly first?: boolean;
}

/** Why something is done. */
export function ReasonInput({ value, onChange, error, description = 'It stands in the history.', first }: Props) {
  return (
    <TextInput
      label="Reason"
      description={description}
      required
      maxLength={1000}
      value={value}
      error={error}
      data-autofocus={first || undefined}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
