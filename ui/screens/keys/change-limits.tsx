import { Alert, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { currentIn } from '../../api/conflict.ts';
import type { HouseAnswer } from '../../api/house.ts';
import { changeKeyLimits, type Key, keySchema, refreshKeys } from '../../api/keys.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { sayMoment } from '../../app/words.ts';
import { AllowedPolicies, policiesError } from './allowed-policies.tsx';
import { LimitsOfKey } from './key-limits.tsx';
import { LimitFields } from './limit-fields.tsx';
import { limitErrors, NO_ERRORS, readLimits, typedLimitsOf } from './typed-limits.ts';

interface Props {
  readonly of: Key;
  readonly models: HouseAnswer['models'];
  readonly policies: readonly ListedPolicy[];
  readonly onClose: () => void;
}

/** Changes what a key is limited to, with a reason. */
export function ChangeLimits({ of: key, models, policies, onClose }: Props) {
  const client = useQueryClient();
  const [typed, setTyped] = useState(() => typedLimitsOf(key));
  const [allowed, setAllowed] = useState<readonly string[] | null>(key.policies);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  // Another person's change is first shown, then written over only when this form is sent again.
  const [theirs, setTheirs] = useState<Key | null>(null);
  const errors = limitErrors(typed, key.expiresAt, Date.now());
  const changing = useMutation({
    mutationFn: () =>
      changeKeyLimits(
        theirs ?? key,
        { ...readLimits(typed, key.expiresAt), policies: allowed && [...allowed] },
        reason.trim(),
      ),
    onSuccess: async () => {
      await refreshKeys(client);
      onClose();
      notifications.show({ message: `The limits of “${key.name}” are changed.` });
    },
    onError: (error) => setTheirs(currentIn(error, keySchema)),
  });
  const submit = (): void => {
    setTried(true);
    const all = [...Object.values(errors), policiesError(allowed), reasonError(reason)];
    if (all.every((error) => error === null)) changing.mutate();
  };
  return (
    <FormDialog
      title={`Limits of “${key.name}”`}
      act="Change the limits"
      size="lg"
      error={theirs ? null : changing.error}
      pending={changing.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        They count for every request that starts from now on; those that are under way finish. The key itself stays as
        it is.
      </Text>
      <LimitFields value={typed} errors={tried ? errors : NO_ERRORS} models={models} onChange={setTyped} />
      <div>
        <AllowedPolicies
          policies={policies}
          value={allowed}
          error={tried ? policiesError(allowed) : null}
          onChange={setAllowed}
        />
      </div>
      <ReasonInput value={reason} onChange={setReason} error={tried ? reasonError(reason) : null} />
      {theirs ? (
        <Alert variant="light" color="yellow" role="alert" title="Somebody has changed these limits in the meantime">
          <Text size="sm">Now they are:</Text>
          <LimitsOfKey of={theirs} titles={new Map(policies.map(({ id, title }) => [id, title]))} />
          <Text size="sm">
            {theirs.expiresAt === null ? 'It has no end.' : `It ends on ${sayMoment(theirs.expiresAt)}.`} What you
            entered is still here: send it again to put it in place of theirs.
          </Text>
        </Alert>
      ) : null}
    </FormDialog>
  );
}
