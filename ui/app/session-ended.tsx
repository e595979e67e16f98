import { Modal, Text } from '@mantine/core';
import { SignInForm } from '../screens/sign-in/sign-in-form.tsx';

/** Stands before the screen of somebody whose session is over, until they are in again. */
export function SessionEnded({ email }: { readonly email: string }) {
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title="Your session has ended"
      centered
    >
      <Text size="sm" mb="md">
        Sign in again to go on where you are.
      </Text>
      <SignInForm email={email} />
    </Modal>
  );
}
