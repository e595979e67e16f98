import { Button, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { comeFromProvider } from '../../api/session.ts';
import { Waiting } from '../../app/waiting.tsx';
import { NotIn } from './not-in.tsx';
import { takePlace } from './place.ts';

/** The end of a sign-in by a provider: what the browser has come back with is sent on, once. */
export default function FromProvider() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { mutate, error } = useMutation({
    mutationFn: () => comeFromProvider(client, window.location.search),
    onSuccess: () => navigate({ href: takePlace(), replace: true }),
  });
  const sent = useRef(false);
  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    mutate();
  }, [mutate]);
  if (!error) return <Waiting what="who you are" />;
  return (
    <Stack gap="md">
      <NotIn error={error} />
      <Button onClick={() => void navigate({ to: '/', replace: true })}>Back to the sign-in</Button>
    </Stack>
  );
}
