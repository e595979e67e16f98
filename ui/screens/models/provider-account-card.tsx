import { Alert, Badge, Button, Card, Group, Text, Title } from '@mantine/core';
import { IconHome, IconMapPin, IconWorld } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { type Account, type AccountKind, changeAccount, refreshAccounts, tryAccount } from '../../api/providers.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { plural, sayAgo } from '../../app/words.ts';
import { TrialResult } from './provider-trial.tsx';

interface Props {
  readonly account: Account;
  /** Not there where this version does not know it. */
  readonly kind: AccountKind | undefined;
  /** How many of its models are offered. */
  readonly models: number;
  readonly mayChange: boolean;
  readonly onDo: (what: 'change' | 'models' | 'delete') => void;
}

/** One account: where it leads, what it serves, and whether it works. */
export function AccountCard({ account, kind, models, mayChange, onDo }: Props) {
  const title = useId();
  const client = useQueryClient();
  const { id, name, values, region, leavesHouse, enabled, problem, modelsAskedAt } = account;
  const trying = useMutation({ mutationFn: () => tryAccount(id) });
  const switching = useMutation({
    mutationFn: () => changeAccount(id, { enabled: !enabled }),
    onSuccess: () => refreshAccounts(client),
  });
  const address = values.address || kind?.fields.find((field) => field.name === 'address')?.standard;
  return (
    <Card component="li" withBorder padding="lg" aria-labelledby={title}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb={4}>
        <Title order={3} size="1rem" id={title}>
          {name}
        </Title>
        <Badge variant="dot" color={enabled && problem === null ? 'teal' : 'gray'} tt="none">
          {enabled ? (problem === null ? 'on' : 'does not work') : 'switched off'}
        </Badge>
      </Group>
      <Text size="sm">{kind?.title ?? account.kind}</Text>
      {address ? (
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {address}
        </Text>
      ) : null}
      <Group gap="xs" mt="sm">
        <Badge
          variant="default"
          tt="none"
          leftSection={leavesHouse ? <IconWorld size={13} aria-hidden /> : <IconHome size={13} aria-hidden />}
        >
          {leavesHouse ? 'requests leave the house' : 'requests stay in the house'}
        </Badge>
        {region === '' ? null : (
          <Badge variant="default" tt="none" leftSection={<IconMapPin size={13} aria-hidden />}>
            {region}
          </Badge>
        )}
        <Text size="sm" c="dimmed">
          {models === 0
            ? enabled
              ? 'no models are offered yet'
              : 'its models are not offered'
            : plural(models, 'model')}
          {modelsAskedAt === null ? '' : `, asked for ${sayAgo(modelsAskedAt, Date.now())}`}
        </Text>
      </Group>
      {problem === null ? null : (
        <Alert mt="md" variant="light" color="orange" title="It serves nothing now">
          {problem}
        </Alert>
      )}
      {trying.data ? <TrialResult tried={trying.data} /> : null}
      <Refused error={trying.error ?? switching.error} />
      {mayChange ? (
        <Group gap="xs" mt="md">
          <Button size="xs" loading={trying.isPending} aria-label={`Try ${name}`} onClick={() => trying.mutate()}>
            Try it
          </Button>
          {kind ? (
            <>
              <Button size="xs" variant="default" aria-label={`Models of ${name}`} onClick={() => onDo('models')}>
                Models
              </Button>
              <Button size="xs" variant="default" aria-label={`Change ${name}`} onClick={() => onDo('change')}>
                Change
              </Button>
            </>
          ) : null}
          <Button
            size="xs"
            variant="default"
            loading={switching.isPending}
            aria-label={enabled ? `Switch ${name} off` : `Switch ${name} on`}
            onClick={() => switching.mutate()}
          >
            {enabled ? 'Switch off' : 'Switch on'}
          </Button>
          <Button size="xs" variant="default" aria-label={`Delete ${name}`} onClick={() => onDo('delete')}>
            Delete
          </Button>
        </Group>
      ) : null}
    </Card>
  );
}
