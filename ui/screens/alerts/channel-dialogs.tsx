import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type Channel, deleteChannel, refreshAlerts, rotateSecret } from '../../api/alerts.ts';
import { DeleteDialog } from '../../app/delete-dialog.tsx';
import { FormDialog } from '../../app/form-dialog.tsx';

/** Asks before a channel is deleted. */
export function DeleteChannel({ channel, onClose }: { readonly channel: Channel; readonly onClose: () => void }) {
  return (
    <DeleteDialog
      what="channel"
      name={channel.name}
      remove={() => deleteChannel(channel.id)}
      refresh={refreshAlerts}
      onClose={onClose}
    >
      <Text size="sm">
        Nothing is sent to it any more, and messages that still wait for it are not sent. Its address is forgotten; what
        was sent stays in the log below.
      </Text>
    </DeleteDialog>
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
