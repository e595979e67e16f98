import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';

interface Props {
  readonly title: string;
  /** What the button says that does it. */
  readonly act: string;
  /** True where it cannot be undone. */
  readonly dangerous?: boolean;
  /** Why it could not be done; what was typed stays. */
  readonly error: Error | null;
  /** True while it is done, and while what is to be shown first is on its way: until then it cannot be asked for. */
  readonly pending: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  /** `70rem` is for wide tables. */
  readonly size?: 'md' | 'lg' | 'xl' | '70rem';
  readonly children: ReactNode;
}

/** A form before the screen. It closes by its buttons and Escape only, so that a click beside it loses nothing. */
export function FormDialog({ title, act, dangerous, error, pending, onSubmit, onClose, size, children }: Props) {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // The dialog goes away as a whole, so that it cannot give the focus back itself.
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    },
    [opener],
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={size ?? 'md'}
      centered
      closeOnClickOutside={false}
      styles={{ title: { fontWeight: 650, fontSize: '1.05rem' } }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {children}
          <Refused error={error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={pending} {...(dangerous ? { color: 'red.9' } : {})}>
              {act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Why the gateway did not take what a form has; nothing while there is no error. */
export function Refused({ error }: { readonly error: Error | null }) {
  if (!error) return null;
  return (
    <Alert variant="light" color="red" role="alert" title="Not done yet">
      {error.message} What you entered is still here.
    </Alert>
  );
}
