import { Badge, Card, Group, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Policy, policiesQuery } from '../../api/policies.ts';
import { sessionQuery } from '../../api/session.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';

/** All policies of the organisation. */
export function PolicyList() {
  const policies = useQuery(policiesQuery);
  const session = useQuery(sessionQuery);
  const signedIn = session.data && session.data.state !== 'out' ? session.data.session : null;
  return (
    <Screen title="Policies">
      <Text c="dimmed" maw={720}>
        A policy decides what happens to a request: which data is taken out, who pays, and which model answers. An app
        chooses one by its name, as the model <code>policy/name</code>; all other requests follow the default policy.
      </Text>
      {policies.data ? (
        <Cards policies={policies.data} byDefault={signedIn?.organisation.defaultPolicy ?? null} />
      ) : policies.error ? (
        <Failure title="The policies could not be loaded" error={policies.error} onRetry={() => policies.refetch()} />
      ) : (
        <Waiting what="the policies" />
      )}
    </Screen>
  );
}

function Cards({ policies, byDefault }: { readonly policies: readonly Policy[]; readonly byDefault: string | null }) {
  if (policies.length === 0) {
    return (
      <Empty title="There is no policy yet">
        Create one through the control API: <code>POST /api/policies</code> in{' '}
        <a href="/api/openapi.json">its description</a>.
      </Empty>
    );
  }
  const first = [...policies].sort((a, b) => Number(b.id === byDefault) - Number(a.id === byDefault));
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {first.map((policy) => (
        <Card key={policy.id} component="li" withBorder padding="lg">
          <Group justify="space-between" align="flex-start" wrap="nowrap" mb={6}>
            <TextLink to="/policies/$policy" params={{ policy: policy.id }} fw={650}>
              {policy.title}
            </TextLink>
            {policy.id === byDefault ? (
              <Badge color="teal" variant="dot" tt="none">
                default
              </Badge>
            ) : null}
          </Group>
          <Text size="sm" c="dimmed" mb="md">
            {policy.description}
          </Text>
          <Group gap="sm" mt="auto">
            <Text size="sm" fw={600}>
              {policy.liveVersion === null ? 'Not published' : `Version ${policy.liveVersion} is live`}
            </Text>
            <Text size="sm" c="dimmed" ff="monospace">
              policy/{policy.name}
            </Text>
          </Group>
        </Card>
      ))}
    </SimpleGrid>
  );
}
