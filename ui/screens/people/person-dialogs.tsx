import { Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Grant } from '../../../policies/access/grants.ts';
import { changeGrants, type ListedPerson, refreshPeople, removePerson, resetCodes } from '../../api/people.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { sayGrants, useSayPlace } from '../../app/grant-words.ts';
import { GrantsInput } from '../../app/grants-input.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';

interface Props {
  readonly person: ListedPerson;
  readonly onClose: () => void;
}

/** Does something about a person for a reason, once all is `ready`, and says so afterwards. */
function useAct(act: (reason: string) => Promise<unknown>, done: string, onClose: () => void, ready = true) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const acting = useMutation({
    mutationFn: () => act(reason.trim()),
    onSuccess: async () => {
      await refreshPeople(client);
      onClose();
      notifications.show({ message: done });
    },
  });
  const submit = (): void => {
    setTried(true);
    if (ready && reasonError(reason) === null) acting.mutate();
  };
  const input = { value: reason, onChange: setReason, error: tried ? reasonError(reason) : null };
  return { input, tried, form: { error: acting.error, pending: acting.isPending, onSubmit: submit, onClose } };
}

/** Gives somebody other roles. */
export function ChangeRoles({ person, onClose }: Props) {
  const [grants, setGrants] = useState<readonly Grant[]>(person.grants);
  const done = `${person.name} is now ${sayGrants(grants, useSayPlace())}.`;
  const { input, form } = useAct((reason) => changeGrants(person.id, grants, reason), done, onClose);
  return (
    <FormDialog title={`The roles of ${person.name}`} act="Change the roles" size="lg" {...form}>
      <GrantsInput label="Roles" value={grants} onChange={setGrants} />
      <Text size="sm" c="dimmed">
        They count from their next click on, without signing in again.
      </Text>
      <ReasonInput {...input} />
    </FormDialog>
  );
}

/** Takes the one-time codes of somebody away who has lost them. */
export function ResetCodes({ person, onClose }: Props) {
  const done = `${person.name} signs in without a code until new ones are set up.`;
  const { input, form } = useAct((reason) => resetCodes(person.id, reason), done, onClose);
  return (
    <FormDialog title={`Reset the codes of ${person.name}`} act="Reset the codes" dangerous {...form}>
      <Text size="sm">
        For somebody who has lost both phone and recovery codes. Be sure that it is really them who asks: their password
        alone lets them in afterwards. They are signed out everywhere.
      </Text>
      <ReasonInput {...input} first />
    </FormDialog>
  );
}

/** Removes somebody for good, once their address was typed and a reason given. */
export function RemovePerson({ person, onClose }: Props) {
  const [typed, setTyped] = useState('');
  const fits = typed.trim().toLowerCase() === person.email;
  const { input, tried, form } = useAct(
    (reason) => removePerson(person.id, reason),
    `${person.name} is removed.`,
    onClose,
    fits,
  );
  return (
    <FormDialog title={`Remove ${person.name}`} act="Remove for good" dangerous {...form}>
      <Text size="sm">
        Name and e-mail address are erased, and all sessions end at once. What {person.name} has done stays in the
        history under an id. This cannot be undone, but you can invite them again.
      </Text>
      <ReasonInput {...input} first />
      <TextInput
        label="E-mail address"
        description={`Type ${person.email} to be sure that it is the right person.`}
        required
        autoComplete="off"
        value={typed}
        error={tried && !fits ? `Type the e-mail address: ${person.email}` : null}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
    </FormDialog>
  );
}
