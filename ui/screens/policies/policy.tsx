import { Badge, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { budgetNamesQuery } from '../../api/house.ts';
import { drawingQuery, type Policy as PolicyWords, policyQuery } from '../../api/policies.ts';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { Drawing } from '../../canvas/drawing.tsx';
import { InWords } from './in-words.tsx';
import { Problems } from './problems.tsx';
import { Versions } from './versions.tsx';

const route = getRouteApi('/policies/$policy');

/** One policy: its drawing, what it does in words, its problems and its versions. */
export function Policy() {
  const { policy: id } = route.useParams();
  const { version } = route.useSearch();
  const policy = useQuery(policyQuery(id));
  if (!policy.data) {
    return (
      <Screen title="Policy">
        {policy.error ? (
          <Failure title="The policy could not be loaded" error={policy.error} onRetry={() => policy.refetch()}>
            <TextLink to="/policies">All policies</TextLink>
          </Failure>
        ) : (
          <Waiting what="the policy" />
        )}
      </Screen>
    );
  }
  const shown = version ?? policy.data.liveVersion ?? 'draft';
  return (
    <Screen title={policy.data.title} aside={<State policy={policy.data} shown={shown} />}>
      <Text c="dimmed" maw={900}>
        {policy.data.description}
      </Text>
      <Drawn policy={policy.data} shown={shown} />
    </Screen>
  );
}

function State({ policy, shown }: { readonly policy: PolicyWords; readonly shown: number | 'draft' }) {
  const live = shown === policy.liveVersion;
  return (
    <Group gap="sm">
      <Text size="sm" c="dimmed" ff="monospace">
        policy/{policy.name}
      </Text>
      <Badge size="lg" tt="none" variant={live ? 'filled' : 'default'}>
        {shown === 'draft' ? 'Draft' : `Version ${shown}`}
        {live ? ', live' : ''}
      </Badge>
    </Group>
  );
}

function Drawn({ policy, shown }: { readonly policy: PolicyWords; readonly shown: number | 'draft' }) {
  const drawing = useQuery(drawingQuery(policy.id, shown));
  const budgets = useQuery(budgetNamesQuery);
  const error = drawing.error ?? budgets.error;
  if (!drawing.data || !budgets.data) {
    if (!error) return <Waiting what="the drawing" />;
    const retry = () => Promise.all([drawing.refetch(), budgets.refetch()]);
    return (
      <Failure title="The drawing could not be loaded" error={error} onRetry={retry}>
        <TextLink to="/policies/$policy" params={{ policy: policy.id }}>
          The live version
        </TextLink>
      </Failure>
    );
  }
  const { graph, layout } = drawing.data;
  return (
    <>
      <Drawing
        key={shown}
        label={`Drawing of ${policy.title}`}
        graph={graph}
        layout={layout}
        budgets={budgets.data}
        way={null}
      />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <InWords graph={graph} budgets={budgets.data} />
        <Stack gap="xl">
          <Problems policy={policy.id} graph={graph} />
          <Versions policy={policy} shown={shown} />
        </Stack>
      </SimpleGrid>
    </>
  );
}
