import { Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCloudOff, IconPencil } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { useStore } from 'zustand';
import { markSignedOut, sessionQuery } from '../../api/session.ts';
import { sayTime } from '../../app/words.ts';
import { useEditor } from '../../editing/editing-context.tsx';
import { Conflict } from './conflict.tsx';

/** Where the draft stands: saved by itself, on its way, or why not. `restored` says that it is from an earlier visit. */
export function Saving({ restored }: { readonly restored: boolean }) {
  const { saver } = useEditor();
  const phase = useStore(saver.phase);
  const session = useQuery(sessionQuery);
  const signedIn = session.data?.state === 'in';

  const client = useQueryClient();
  useEffect(() => {
    if (phase.name === 'signed out') markSignedOut(client);
  }, [phase, client]);
  useEffect(() => {
    if (signedIn && saver.phase.getState().name === 'signed out') saver.retry();
  }, [signedIn, saver]);
  useEffect(() => {
    const retry = (): void => {
      if (saver.phase.getState().name === 'offline') saver.retry();
    };
    window.addEventListener('online', retry);
    return () => window.removeEventListener('online', retry);
  }, [saver]);

  const again = (
    <Button size="compact-sm" variant="default" onClick={() => saver.retry()}>
      Try again
    </Button>
  );
  switch (phase.name) {
    case 'saved':
      return (
        <State icon={<IconCheck size={16} aria-hidden />}>
          {phase.at === null ? 'Draft saved' : `Draft saved at ${sayTime(phase.at)}`}
        </State>
      );
    case 'unsaved':
      return (
        <State icon={<IconPencil size={16} aria-hidden />}>
          {restored ? 'What you drew last time was restored' : 'Changed'}
        </State>
      );
    case 'saving':
      return <State icon={<IconPencil size={16} aria-hidden />}>Saving…</State>;
    case 'offline':
      return (
        <State icon={<IconCloudOff size={16} aria-hidden />} more={again}>
          The gateway does not answer. Your changes are kept in this browser and saved when it is back.
        </State>
      );
    case 'signed out':
      return (
        <State icon={<IconCloudOff size={16} aria-hidden />}>
          Your changes are kept in this browser and saved when you have signed in.
        </State>
      );
    case 'failed':
      return (
        <State icon={<IconAlertTriangle size={16} aria-hidden />} more={again}>
          {phase.message} Your changes are kept in this browser.
        </State>
      );
    case 'conflict':
      return (
        <>
          <State icon={<IconAlertTriangle size={16} aria-hidden />}>Someone else has saved this draft</State>
          <Conflict theirs={phase.theirs} />
        </>
      );
  }
}

interface StateProps {
  readonly icon: ReactNode;
  readonly children: ReactNode;
  readonly more?: ReactNode;
}

function State({ icon, children, more }: StateProps) {
  return (
    <Group gap={6} wrap="nowrap" maw={420}>
      {icon}
      <Text size="sm" c="dimmed" role="status">
        {children}
      </Text>
      {more}
    </Group>
  );
}
