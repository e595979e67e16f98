import { Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refreshHouse } from '../../api/house.ts';
import { refreshMonths } from '../../api/months.ts';
import { setCostCentre } from '../../api/projects.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';

interface Props {
  readonly whose: 'teams' | 'projects';
  readonly of: { readonly id: string; readonly name: string; readonly costCentre: string | null };
  readonly onClose: () => void;
}

/** Sets who pays for a team or a project, with a reason. */
export function CostCentre({ whose, of: { id, name, costCentre: now }, onClose }: Props) {
  const client = useQueryClient();
  const [costCentre, setCentre] = useState(now ?? '');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const next = costCentre.trim() || null;
  const setting = useMutation({
    mutationFn: () => setCostCentre(whose, id, next, reason.trim()),
    onSuccess: async () => {
      await Promise.all([refreshHouse(client), refreshMonths(client)]);
      onClose();
    },
  });
  const same = next === now ? 'This is what it has. Change it, or cancel.' : null;
  const noReason = reasonError(reason);
  const submit = (): void => {
    setTried(true);
    if (same === null && noReason === null) setting.mutate();
  };
  return (
    <FormDialog
      title={`Cost centre of the ${whose === 'teams' ? 'team' : 'project'} “${name}”`}
      act="Change the cost centre"
      error={setting.error}
      pending={setting.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        {whose === 'teams'
          ? 'It stands in the files of the months, for the projects of the team that have none of their own.'
          : 'It stands in the files of the months. A project without one has that of its team.'}{' '}
        Closed months stay as they are.
      </Text>
      <TextInput
        label="Cost centre"
        description="Such as 4711 or Marketing; leave it empty for none."
        data-autofocus
        maxLength={120}
        value={costCentre}
        error={tried ? same : null}
        onChange={({ currentTarget }) => setCentre(currentTarget.value)}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? noReason : null} />
    </FormDialog>
  );
}
