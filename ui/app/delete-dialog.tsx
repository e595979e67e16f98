import { notifications } from '@mantine/notifications';
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { FormDialog } from './form-dialog.tsx';

interface Props {
  /** What it is, such as "channel". */
  readonly what: string;
  readonly name: string;
  readonly remove: () => Promise<unknown>;
  /** Asks anew for what showed it. */
  readonly refresh: (client: QueryClient) => Promise<unknown>;
  readonly onClose: () => void;
  /** What comes of it, in words. */
  readonly children: ReactNode;
}

/** Asks before something is deleted, and says when it is. */
export function DeleteDialog({ what, name, remove, refresh, onClose, children }: Props) {
  const client = useQueryClient();
  const deleting = useMutation({
    mutationFn: remove,
    onSuccess: async () => {
      await refresh(client);
      onClose();
      notifications.show({ message: `The ${what} “${name}” is deleted.` });
    },
  });
  return (
    <FormDialog
      title={`Delete “${name}”`}
      act={`Delete the ${what}`}
      dangerous
      error={deleting.error}
      pending={deleting.isPending}
      onSubmit={() => deleting.mutate()}
      onClose={onClose}
    >
      {children}
    </FormDialog>
  );
}
