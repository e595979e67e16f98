import { Button, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { beginSetUp, enter, type Session, sendCode } from '../../api/session.ts';
import { Waiting } from '../../app/waiting.tsx';
import { CodeSetUp } from '../account/code-set-up.tsx';
import { RecoveryCodes } from '../account/recovery-codes.tsx';
import { NotIn } from './not-in.tsx';

/** Codes that have to be set up before somebody is in. */
export default function SetUpFirst({ onBack }: { readonly onBack: () => void }) {
  const client = useQueryClient();
  const [done, setDone] = useState<{ readonly session: Session; readonly codes: readonly string[] } | null>(null);
  const beginning = useMutation({ mutationFn: beginSetUp });
  const asked = useRef(false);
  const { mutate } = beginning;
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    mutate();
  }, [mutate]);
  const sending = useMutation({
    mutationFn: sendCode,
    onSuccess: ({ session, recoveryCodes }) => setDone({ session, codes: recoveryCodes ?? [] }),
  });
  if (done) return <RecoveryCodes codes={done.codes} onDone={() => void enter(client, done.session)} />;
  return (
    <Stack gap="md">
      <Text size="sm">
        Your password is right. Your role also has to show a one-time code, so set up an app for that now: it takes a
        minute.
      </Text>
      <NotIn error={beginning.error ?? sending.error} />
      {beginning.data ? (
        <CodeSetUp
          secret={beginning.data}
          pending={sending.isPending}
          act="Set up and sign in"
          onCode={(code) => sending.mutate(code)}
        />
      ) : beginning.error ? null : (
        <Waiting what="the secret" />
      )}
      <Button variant="subtle" onClick={onBack}>
        Begin again
      </Button>
    </Stack>
  );
}
