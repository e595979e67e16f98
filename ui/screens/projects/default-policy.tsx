import { NativeSelect, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type HouseAnswer, refreshHouse } from '../../api/house.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import { setDefaultPolicy } from '../../api/projects.ts';
import { sessionQuery } from '../../api/session.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';

interface Props {
  /** Null for the organisation. */
  readonly project: HouseAnswer['projects'][number] | null;
  readonly house: HouseAnswer;
  readonly policies: readonly ListedPolicy[];
  readonly onClose: () => void;
}

/** Chooses the policy that requests follow when they ask for none by name, with a reason. */
export function DefaultPolicy({ project, house, policies, onClose }: Props) {
  const client = useQueryClient();
  const now = (project ? project.defaultPolicy : house.defaultPolicy) ?? '';
  const [policy, setPolicy] = useState(now);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const usable = policies.filter(
    ({ archived, liveVersion, project: owner }) =>
      !archived && liveVersion !== null && (owner === null || owner === project?.id),
  );
  const whole = policies.find(({ id }) => id === house.defaultPolicy);
  const none = project
    ? `the one of the organisation${whole ? ` (${whole.title})` : ', which has none'}`
    : 'none: such requests are refused';
  const setting = useMutation({
    mutationFn: () => setDefaultPolicy(project?.id ?? null, policy === '' ? null : policy, reason.trim()),
    onSuccess: async () => {
      await Promise.all([refreshHouse(client), client.invalidateQueries(sessionQuery)]);
      onClose();
    },
  });
  const same = policy === now ? 'This is the one that it has. Choose another, or cancel.' : null;
  const noReason = reasonError(reason);
  const submit = (): void => {
    setTried(true);
    if (same === null && noReason === null) setting.mutate();
  };
  return (
    <FormDialog
      title={project ? `Policy of the project “${project.name}”` : 'Policy of the organisation'}
      act="Change the policy"
      error={setting.error}
      pending={setting.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        It acts at once: the next request that asks for no policy by name follows it. Only published policies can be
        chosen.
      </Text>
      <NativeSelect
        label="Policy"
        data-autofocus
        value={policy}
        error={tried ? same : null}
        onChange={({ currentTarget }) => setPolicy(currentTarget.value)}
        data={[{ value: '', label: none }, ...usable.map(({ id, title }) => ({ value: id, label: title }))]}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? noReason : null} />
    </FormDialog>
  );
}
