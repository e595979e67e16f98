import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Channel, deleteChannel, refreshAlerts, rotateSecret } from '../../api/alerts.ts';
import { FormDialog } from '../../app/form-dialog.tsx';

/** Asks before a channel is deleted. */
export function DeleteChannel({ channel, onClose }: { readonly channel: Channel; readonly onClose: () => void }) {
  const client = useQueryClient();
  const deleting = useMutation({
    mutationFn: () => deleteChannel(channel.id),
    onSuccess: async () => {
      await refreshAlerts(client);
      onClose();
      notifications.show({ message: `The channel “${channel.name}” is deleted.` });
    },
  });
  return (
    <FormDialog
      title={`Delete “${channel.name}”`}
      act="Delete the channel"
      dangerous
      error={deleting.error}
      pending={deleting.isPending}
      onSubmit={() => deleting.mutate()}
      onClose={onClose}
    >
      <Text size="sm">
        Nothing is sent to it any more, and messages that still wait for it are not sent. Its address is forgotten; what
        was sent stays in the log below.
      </Text>
    </FormDialog>
  );
}

interface RotateProps {
  readonly channel: Channel;
  readonly onDone: (secret: string) => void;
  readonly onClose: () => void;
}

/** Asks before another secret takes the place of the one that signs messages. */
export function RotateSecret({ channel, onDone, onClose }: RotateProps) {
  const rotating = useMutation({ mutationFn: () => rotateSecret(channel.id), onSuccess: onDone });
  return (
    <FormDialog
      title={`A new secret for “${channel.name}”`}
      act="Make a new secret"
      dangerous
      error={rotating.error}
      pending={rotating.isPending}
      onSubmit={() => rotating.mutate()}
      onClose={onClose}
    >
      <Text size="sm">
        From the next message on, the new secret signs. A receiver that still has the old one refuses messages until you
        have entered the new one there; what it refuses is tried again for a day.
      </Text>
    </FormDialog>
  );
}
