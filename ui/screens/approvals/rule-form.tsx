import { Checkbox, MultiSelect, NumberInput, Radio, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { definitionOf, ROLES, type Role, roleSchema } from '../../../policies/access/roles.ts';
import type { ApprovalRule } from '../../api/approval-rules.ts';
import { refreshApprovals } from '../../api/approvals.ts';
import { peopleQuery } from '../../api/house.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';

const MOST_APPROVALS = 10;

/** Roles that may publish at all, so that an emergency can be left to them. */
const PUBLISHING = roleSchema.options.filter((role) => definitionOf(role).may.includes('publish policy'));

interface Props {
  readonly title: string;
  /** What counts now. */
  readonly rule: ApprovalRule;
  /** What counts where the policy has no rule of its own; null for the rule of the organisation itself. */
  readonly fallback: ApprovalRule | null;
  /** Whether the policy has a rule of its own. */
  readonly isOwn: boolean;
  readonly change: (rule: ApprovalRule | null, reason: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** Says who has to approve a policy, or all of them. */
export function RuleForm({ title, rule, fallback, isOwn, change, onClose }: Props) {
  const client = useQueryClient();
  const people = useQuery(peopleQuery);
  const [kind, setKind] = useState<'own' | 'organisation'>(isOwn || fallback === null ? 'own' : 'organisation');
  const [approvals, setApprovals] = useState<number | string>(rule.approvals);
  const [named, setNamed] = useState(rule.by !== null);
  const [by, setBy] = useState<string[]>([...(rule.by ?? [])]);
  const [emergency, setEmergency] = useState<readonly Role[]>(rule.emergency);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const count = typeof approvals === 'number' ? approvals : Number.NaN;
  const countError =
    Number.isInteger(count) && count >= 0 && count <= MOST_APPROVALS ? null : `0 to ${MOST_APPROVALS}.`;
  const byError =
    named && by.length < Math.max(1, count)
      ? by.length === 0
        ? 'Name at least one person.'
        : `${count} approvals need at least ${count} people.`
      : null;
  const changing = useMutation({
    mutationFn: () => {
      const own = { approvals: count, by: named ? by : null, emergency: [...emergency] };
      return change(kind === 'own' ? own : null, reason.trim());
    },
    onSuccess: async () => {
      await refreshApprovals(client);
      onClose();
      notifications.show({ message: 'The rule for approval is changed. Nothing was published by that.' });
    },
  });
  const submit = (): void => {
    setTried(true);
    const isRight = kind === 'organisation' || (countError === null && byError === null);
    if (isRight && reasonError(reason) === null) changing.mutate();
  };
  const names = [...(people.data ?? [])].map(([value, label]) => ({ value, label }));
  return (
    <FormDialog
      title={title}
      act="Change the rule"
      size="lg"
      error={changing.error}
      pending={changing.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {fallback === null ? null : (
        <Radio.Group
          label="Whose rule counts"
          value={kind}
          onChange={(value) => setKind(value === 'own' ? 'own' : 'organisation')}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="organisation" label="That of the organisation" />
            <Radio value="own" label="One of its own" />
          </Stack>
        </Radio.Group>
      )}
      {kind === 'own' ? (
        <>
          <NumberInput
            label="How many people have to approve"
            description="Those who drew the draft, or asked, never count. 0: whoever may publish does so alone."
            min={0}
            max={MOST_APPROVALS}
            allowDecimal={false}
            value={approvals}
            error={tried ? countError : null}
            onChange={setApprovals}
          />
          <Radio.Group
            label="Who can approve"
            value={named ? 'named' : 'anybody'}
            onChange={(value) => setNamed(value === 'named')}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="anybody" label="Anybody whose role lets them approve" />
              <Radio value="named" label="Only these people" />
            </Stack>
          </Radio.Group>
          {named ? (
            <MultiSelect
              label="People"
              description="Each of them needs a role that lets them approve."
              data={names}
              value={by}
              searchable
              clearable
              clearButtonProps={{ 'aria-label': 'Name nobody' }}
              nothingFoundMessage="Nobody of that name"
              error={tried ? byError : null}
              onChange={setBy}
            />
          ) : null}
          <Checkbox.Group
            label="Who can publish without approvals in an emergency"
            description="They have to say why, and somebody else has to follow it up."
            value={[...emergency]}
            onChange={(values) => setEmergency(PUBLISHING.filter((role) => values.includes(role)))}
          >
            <Stack gap="xs" mt="xs">
              {PUBLISHING.map((role) => (
                <Checkbox key={role} value={role} label={`${ROLES[role].title}: ${ROLES[role].says}`} />
              ))}
            </Stack>
          </Checkbox.Group>
        </>
      ) : null}
      <Text size="sm" c="dimmed">
        Requests that are open go by the new rule from now on. Nothing is published by changing it.
      </Text>
      <ReasonInput value={reason} onChange={setReason} error={tried ? reasonError(reason) : null} />
    </FormDialog>
  );
}
