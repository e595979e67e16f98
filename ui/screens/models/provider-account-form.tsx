import {
  Autocomplete,
  Button,
  Group,
  NativeSelect,
  Radio,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type Account,
  type AccountInput,
  type AccountKind,
  changeAccount,
  createAccount,
  refreshAccounts,
  tryInput,
} from '../../api/providers.ts';
import { FormDialog, Refused } from '../../app/form-dialog.tsx';
import { AccountFields, fieldErrors } from './provider-account-fields.tsx';
import { TrialResult } from './provider-trial.tsx';

interface Props {
  /** The one that is changed; null for a new one. */
  readonly account: Account | null;
  /** Those to choose from; the account's own where it is changed. */
  readonly kinds: readonly AccountKind[];
  /** Names that others have. */
  readonly taken: readonly string[];
  readonly onClose: () => void;
}

/** The name of a kind, or that with a number behind it. */
function freeName(kind: string, taken: readonly string[]): string {
  if (!taken.includes(kind)) return kind;
  let number = 2;
  while (taken.includes(`${kind}-${number}`)) number += 1;
  return `${kind}-${number}`;
}

/** Makes an account of a provider, or changes one; both can be tried before. */
export function AccountForm({ account, kinds, taken, onClose }: Props) {
  const client = useQueryClient();
  const [kindName, setKindName] = useState(account?.kind ?? kinds[0]?.kind ?? '');
  const kind = kinds.find((one) => one.kind === kindName);
  // What was not chosen yet follows the kind.
  const [typedName, setTypedName] = useState<string | null>(null);
  const [values, setValues] = useState<Readonly<Record<string, string>>>(account?.values ?? {});
  const [region, setRegion] = useState(account?.region ?? '');
  const [leaves, setLeaves] = useState<boolean | null>(account?.leavesHouse ?? null);
  const [allowPrivate, setAllowPrivate] = useState(account?.allowPrivate ?? false);
  const [models, setModels] = useState<string[]>([]);
  const [asked, setAsked] = useState('');
  const [submitted, setSubmitted] = useState(false);

  const name = account?.name ?? typedName ?? freeName(kindName, taken);
  const leavesHouse = leaves ?? !kind?.ownMachines;
  const errors = {
    ...(kind ? fieldErrors(kind, values, account?.secrets ?? []) : {}),
    name: nameError(name, taken),
    region: kind?.region && region.trim() === '' ? `Enter the region, such as ${kind.region}.` : null,
  };
  const input: AccountInput = {
    kind: kindName,
    name,
    values,
    region: region.trim(),
    leavesHouse,
    allowPrivate: leavesHouse && allowPrivate,
    models: account?.models ?? models.map((model) => ({ name: model })),
  };
  const trying = useMutation({
    mutationFn: () => tryInput(input, { account: account?.id ?? null, model: asked.trim() }),
  });
  const saving = useMutation({
    mutationFn: () => {
      const { kind: _, name: __, models: ___, ...changed } = input;
      return account ? changeAccount(account.id, changed) : createAccount(input);
    },
    onSuccess: async () => {
      await refreshAccounts(client);
      onClose();
      notifications.show({ message: account ? `“${name}” is changed.` : `The models of “${name}” are served now.` });
    },
  });
  const ifRight = (act: () => void): void => {
    setSubmitted(true);
    if (Object.values(errors).every((error) => error === null)) act();
  };
  if (!kind) return null;
  const shown: Readonly<Record<string, string | null>> = submitted ? errors : {};
  return (
    <FormDialog
      title={account ? `Change “${account.name}”` : 'Add an account'}
      act={account ? 'Change the account' : 'Add the account'}
      size="lg"
      error={saving.error}
      pending={saving.isPending}
      onSubmit={() => ifRight(() => saving.mutate())}
      onClose={onClose}
    >
      {account ? null : (
        <NativeSelect
          label="Provider"
          data-autofocus
          value={kindName}
          onChange={({ currentTarget }) => {
            setKindName(currentTarget.value);
            setValues({});
            trying.reset();
          }}
          data={[
            { group: 'Providers', items: choices(kinds.filter(({ ownMachines }) => !ownMachines)) },
            { group: 'On machines of your own', items: choices(kinds.filter(({ ownMachines }) => ownMachines)) },
          ]}
        />
      )}
      <Text size="sm" c="dimmed">
        {kind.help}
      </Text>
      {account ? null : (
        <TextInput
          label="Name"
          description={`Its models are called ${name || 'name'}/… in policies and by apps. It cannot be changed later.`}
          required
          maxLength={40}
          spellCheck={false}
          value={name}
          error={shown.name}
          onChange={({ currentTarget }) => setTypedName(currentTarget.value)}
        />
      )}
      <AccountFields
        kind={kind}
        values={values}
        filled={account?.secrets ?? []}
        errors={shown}
        onChange={(field, value) => setValues({ ...values, [field]: value })}
      />
      <TextInput
        label="Region"
        description={
          kind.region
            ? `As ${kind.title} writes it, such as ${kind.region}.`
            : 'Where its machines stand, for the people who choose models. You may leave it empty.'
        }
        required={kind.region !== null}
        maxLength={60}
        spellCheck={false}
        value={region}
        error={shown.region}
        onChange={({ currentTarget }) => setRegion(currentTarget.value)}
      />
      <Radio.Group
        label="Requests to it"
        value={leavesHouse ? 'leave' : 'stay'}
        onChange={(value) => setLeaves(value === 'leave')}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="leave" label="leave the house" description="They go to somebody else’s machines." />
          <Radio
            value="stay"
            label="stay in the house"
            description="It is on machines of your own. Policies that keep personal data in the house may use it."
          />
        </Stack>
      </Radio.Group>
      {leavesHouse ? (
        <Switch
          label="It is reached by an address of our own network"
          description="Such as a private link to a provider. Otherwise such an address is refused."
          checked={allowPrivate}
          onChange={({ currentTarget }) => setAllowPrivate(currentTarget.checked)}
        />
      ) : null}
      {account || kind.offersListed ? null : (
        <TagsInput
          label="Models"
          description={
            kind.canAsk
              ? 'By the names that the server knows them by. Press Enter after each. You can also ask the server later.'
              : 'By the names of your deployments. Press Enter after each.'
          }
          value={models}
          onChange={setModels}
          splitChars={[',', ' ', ';']}
        />
      )}
      <Stack gap={4}>
        <Group gap="sm" align="flex-end">
          <Autocomplete
            label="Model to try"
            description="One that costs little, where you leave it empty."
            style={{ flexGrow: 1 }}
            data={input.models.map((model) => model.name)}
            limit={20}
            value={asked}
            onChange={setAsked}
          />
          <Button variant="default" loading={trying.isPending} onClick={() => ifRight(() => trying.mutate())}>
            Try it
          </Button>
        </Group>
        <Text size="xs" c="dimmed">
          It sends one short question, as an app would. Nothing is saved by it.
        </Text>
        {trying.data ? <TrialResult tried={trying.data} /> : null}
        <Refused error={trying.error} />
      </Stack>
    </FormDialog>
  );
}

const choices = (kinds: readonly AccountKind[]) => kinds.map(({ kind, title }) => ({ value: kind, label: title }));

function nameError(name: string, taken: readonly string[]): string | null {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) return 'Use small letters, digits and hyphens, such as openai-research.';
  return taken.includes(name) ? 'Another provider has that name. Choose another.' : null;
}
