import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconRocket } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LinkButton } from '../../../app/link-button.tsx';
import { useEditor } from '../../../editing/editing-context.tsx';

/** The way from the draft to a version that is live: saves what is not saved yet, then shows what would be published. */
export function Publish() {
  const { policy, saver, mayChange } = useEditor();
  const navigate = useNavigate();
  const to = { to: '/policies/$policy/publish', params: { policy: policy.id } } as const;
  const going = useMutation({
    mutationFn: () => saver.flush(),
    onSuccess: () => navigate(to),
    onError: ({ message }) => {
      notifications.show({ color: 'red', title: 'It cannot be published yet', message });
    },
  });
  if (!mayChange) {
    return (
      <LinkButton {...to} variant="default">
        What would be published
      </LinkButton>
    );
  }
  return (
    <Button leftSection={<IconRocket size={18} aria-hidden />} loading={going.isPending} onClick={() => going.mutate()}>
      Publish
    </Button>
  );
}
