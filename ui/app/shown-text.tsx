import { TextInput } from '@mantine/core';
import { CopyButton } from './copy-button.tsx';

interface Props {
  readonly label: string;
  readonly text: string;
  /** What the button says that copies it. */
  readonly copy: string;
}

/** A text that is shown this once, to be copied. */
export function ShownText({ label, text, copy }: Props) {
  return (
    <div>
      <TextInput
        label={label}
        readOnly
        data-autofocus
        value={text}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <CopyButton text={text} label={copy} />
    </div>
  );
}
