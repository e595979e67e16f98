import { Alert, List, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { diffGraphs } from '../../../policies/diff.ts';
import { takeVariant } from '../../../policies/editing/take-variant.ts';
import { type Draft, saveDraft } from '../../api/drafts.ts';
import { budgetNamesQuery } from '../../api/house.ts';
import { refreshPolicies } from '../../api/policies.ts';
import { draftToPublishQuery } from '../../api/versions.ts';
import { Failure } from '../../app/failure.tsx';
import { FormDialog } from '../../app/form-dialog.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { ChangeList } from '../history/change-list.tsx';

interface Props {
  readonly policy: string;
  /** Id of the split, and the port of the variant with its name. */
  readonly node: string;
  readonly port: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** Puts a variant in the place of its split, in the draft: shows first what that changes, and goes on to publishing it. */
export function TakeVariant({ policy, node, port, name, onClose }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const draft = useQuery(draftToPublishQuery(policy));
  const names = useQuery(budgetNamesQuery);
  const taken = useMemo(() => (draft.data ? takeVariant(draft.data, node, port) : null), [draft.data, node, port]);
  const saving = useMutation({
    mutationFn: (next: Draft) => saveDraft(policy, next),
    onSuccess: async () => {
      await refreshPolicies(client);
      notifications.show({
        title: `“${name}” stands in the place of the split`,
        message: 'Nothing has changed for requests yet. Look at it, say why, and publish it.',
      });
      await navigate({ to: '/policies/$policy/publish', params: { policy } });
    },
  });
  const isPossible = taken !== null && taken.drawing !== draft.data;
  const isLoading = draft.isPending || names.isPending;
  const error = draft.error ?? names.error;
  return (
    <FormDialog
      title={`Make “${name}” the policy`}
      act={isPossible || isLoading ? 'Change the draft and look at it' : 'Close'}
      size="xl"
      error={saving.error}
      pending={saving.isPending || isLoading}
      onSubmit={() => (isPossible ? saving.mutate(taken.drawing) : onClose())}
      onClose={onClose}
    >
      {taken && draft.data && names.data ? (
        isPossible ? (
          <>
            <Text size="sm">In the draft, all requests go the way of “{name}”, and the split is taken out:</Text>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
            <div className="changes-scrolled" tabIndex={0}>
              <ChangeList changes={diffGraphs(draft.data.graph, taken.drawing.graph, names.data).changes} />
            </div>
            <Said said={taken.said} />
            <Text size="sm" c="dimmed">
              Requests go on as before until you publish it. The version with the split stays in the history.
            </Text>
          </>
        ) : (
          <Alert variant="light" color="orange" title="The draft is another by now">
            {taken.said.join(' ')} Nothing is changed. Open the draft in the editor to see how it stands.
          </Alert>
        )
      ) : error ? (
        <Failure
          title="The draft could not be loaded"
          error={error}
          onRetry={() => Promise.all([draft.refetch(), names.refetch()])}
        />
      ) : (
        <Waiting what="what it changes" />
      )}
    </FormDialog>
  );
}

function Said({ said }: { readonly said: readonly string[] }) {
  if (said.length === 0) return null;
  return (
    <List size="sm">
      {said.map((words) => (
        <List.Item key={words}>{words}</List.Item>
      ))}
    </List>
  );
}
