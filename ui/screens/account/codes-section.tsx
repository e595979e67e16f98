import { Alert, Badge, Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { Account } from '../../api/account.ts';
import { Section } from '../../app/section.tsx';
import { plural, sayMoment } from '../../app/words.ts';
import { NewRecoveryCodes, TurnOffCodes } from './code-dialogs.tsx';
import { SetUpDialog } from './set-up-dialog.tsx';

const FEW = 3;

interface Props {
  readonly codes: Account['codes'];
  /** Whether the role has to have them. */
  readonly required: boolean;
}

/** One-time codes after the password: set up, renewed, turned off. */
export function CodesSection({ codes, required }: Props) {
  const [open, setOpen] = useState<'set up' | 'renew' | 'turn off' | null>(null);
  const close = (): void => setOpen(null);
  return (
    <Section
      title="One-time codes"
      aside={
        <Badge variant="dot" color={codes ? 'teal' : 'gray'} tt="none">
          {codes ? 'On' : 'Off'}
        </Badge>
      }
    >
      <Text size="sm" c="dimmed">
        With codes, your password alone lets nobody in: an app on your phone shows six digits that are asked for as
        well.
        {required ? ' Your role has to have them.' : ''}
      </Text>
      {codes ? (
        <>
          <Text size="sm">
            {`Set up on ${sayMoment(codes.setUpAt)}. ${plural(codes.recoveryLeft, 'recovery code')} left.`}
          </Text>
          {codes.recoveryLeft < FEW ? (
            <Alert variant="light" color="orange" title="Few recovery codes are left">
              Make new ones now, so that you still come in if you lose your phone.
            </Alert>
          ) : null}
          <Group gap="sm">
            <Button size="xs" variant="default" onClick={() => setOpen('renew')}>
              New recovery codes
            </Button>
            <Button size="xs" variant="default" onClick={() => setOpen('turn off')}>
              Turn codes off
            </Button>
          </Group>
        </>
      ) : (
        <Group>
          <Button variant="default" onClick={() => setOpen('set up')}>
            Set up codes
          </Button>
        </Group>
      )}
      {open === 'set up' ? <SetUpDialog onClose={close} /> : null}
      {open === 'renew' ? <NewRecoveryCodes onClose={close} /> : null}
      {open === 'turn off' ? <TurnOffCodes required={required} onClose={close} /> : null}
    </Section>
  );
}
