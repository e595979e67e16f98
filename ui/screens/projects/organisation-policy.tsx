import { Button, Card, Group, NativeSelect, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type HouseAnswer, refreshHouse } from '../../api/house.ts';
import { useMayEverywhere } from '../../api/may.ts';
import { setOrganisationPolicy } from '../../api/organisation-policy.ts';
import { type ListedPolicy, refreshPolicies } from '../../api/policies.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { TextLink } from '../../app/text-link.tsx';

interface Props {
  readonly house: HouseAnswer;
  readonly policies: readonly ListedPolicy[];
}

/** The policy that runs before every other one, and choosing it. */
export function OrganisationPolicy({ house, policies }: Props) {
  const mayRule = useMayEverywhere()('rule policy');
  const [isOpen, setOpen] = useState(false);
  const { organisationPolicy: now } = house;
  return (
    <Card withBorder padding="lg" component="section" aria-label="Policy before every other one">
      <Group justify="space-between" gap="md">
        <div>
          <Title order={2}>Policy before every other one</Title>
          <Text size="sm" c="dimmed" maw={640}>
            Every request goes through it first, and then through the policy that it asks for or that its project has.
            What holds for everybody belongs here, such as redaction and the budget of the organisation.
          </Text>
          <Text mt="xs" fw={600}>
            {now ? (
              <TextLink to="/policies/$policy" params={{ policy: now.id }}>
                {now.title}, version {now.version}
              </TextLink>
            ) : (
              'None: requests go to their own policies at once'
            )}
          </Text>
        </div>
        {mayRule ? (
          <Button variant="default" onClick={() => setOpen(true)}>
            {now ? 'Change what runs first' : 'Choose what runs first'}
          </Button>
        ) : null}
      </Group>
      {isOpen ? <Choice house={house} policies={policies} onClose={() => setOpen(false)} /> : null}
    </Card>
  );
}

function Choice({ house, policies, onClose }: Props & { readonly onClose: () => void }) {
  const client = useQueryClient();
  const now = house.organisationPolicy?.id ?? '';
  const [policy, setPolicy] = useState(now);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const defaults = new Set([house.defaultPolicy, ...house.projects.map(({ defaultPolicy }) => defaultPolicy)]);
  const usable = policies.filter(
    ({ id, archived, liveVersion, project }) =>
      !archived && liveVersion !== null && project === null && !defaults.has(id),
  );
  const setting = useMutation({
    mutationFn: () => setOrganisationPolicy(policy === '' ? null : policy, reason.trim()),
    onSuccess: async () => {
      await Promise.all([refreshHouse(client), refreshPolicies(client)]);
      onClose();
    },
  });
  const same = policy === now ? 'This is how it is now. Choose another, or cancel.' : null;
  const noReason = reasonError(reason);
  const submit = (): void => {
    setTried(true);
    if (same === null && noReason === null) setting.mutate();
  };
  return (
    <FormDialog
      title="Policy before every other one"
      act={policy === '' && now !== '' ? 'End it' : 'Let it run first'}
      dangerous={policy === '' && now !== ''}
      error={setting.error}
      pending={setting.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        {policy === '' && now !== ''
          ? 'It acts at once: the next request of everybody goes to its own policy, and nothing of what ran before it holds any more.'
          : 'It acts at once, and for everybody: the next request goes through it. It is looked at first whether a policy that is live would get problems behind it.'}
      </Text>
      <NativeSelect
        label="Policy"
        description="Published, of the whole organisation, nobody’s default, and with ways that end at “Project’s own policy”."
        data-autofocus
        value={policy}
        error={tried ? same : null}
        onChange={({ currentTarget }) => setPolicy(currentTarget.value)}
        data={[
          { value: '', label: 'none: requests go to their own policies at once' },
          ...usable.map(({ id, title }) => ({ value: id, label: title })),
        ]}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? noReason : null} />
      <Text size="sm" c="dimmed">
        There is none that fits? Begin{' '}
        <TextLink to="/policies/new" inherit underline="always">
          a new policy
        </TextLink>{' '}
        from the template “Organisation’s rules”, and publish it.
      </Text>
    </FormDialog>
  );
}
