import { Alert, Badge, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconHistory, IconInfoCircle, IconPencil, IconRocket } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Permission } from '../../../policies/access/permissions.ts';
import { checkGraph } from '../../../policies/check.ts';
import { type HouseAnswer, houseQuery } from '../../api/house.ts';
import { useMayIn } from '../../api/may.ts';
import { type Drawing as DrawingOf, drawingQuery, policyQuery } from '../../api/policies.ts';
import type { Policy as PolicyWords } from '../../api/policy.ts';
import type { Shown } from '../../app/addresses.ts';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { beforeOf } from '../../canvas/before.ts';
import { Drawing } from '../../canvas/drawing.tsx';
import { useHouseFor } from '../../editing/house-for.ts';
import { PolicyRule } from '../approvals/policy-rule.tsx';
import { defaultsOf } from './defaults.ts';
import { DrawnTraffic } from './drawn-traffic.tsx';
import { Feedback } from './feedback.tsx';
import { InWords } from './in-words.tsx';
import { Problems } from './problems.tsx';
import { RunsBefore } from './runs-before.tsx';
import { Tests, useTestRunsOf } from './tests.tsx';
import { UsedBy } from './used-by.tsx';
import { Versions } from './versions.tsx';

const route = getRouteApi('/policies/$policy');

/** One policy: its drawing with its traffic, what it does in words, its problems, tests and versions. */
export function Policy() {
  const { policy: id } = route.useParams();
  const search = route.useSearch();
  const policy = useQuery(policyQuery(id));
  const house = useQuery(houseQuery);
  const error = policy.error ?? house.error;
  if (!policy.data || !house.data) {
    return (
      <Screen title="Policy">
        {error ? (
          <Failure
            title="The policy could not be loaded"
            error={error}
            onRetry={() => Promise.all([policy.refetch(), house.refetch()])}
          >
            <TextLink to="/policies">All policies</TextLink>
          </Failure>
        ) : (
          <Waiting what="the policy" />
        )}
      </Screen>
    );
  }
  const shown = search.version ?? policy.data.liveVersion ?? 'draft';
  return (
    <Screen title={policy.data.title} aside={<Links policy={policy.data} />}>
      <Stack gap="xs">
        <State policy={policy.data} shown={shown} defaults={defaultsOf(house.data).get(id) ?? []} />
        <Text c="dimmed" maw={900}>
          {policy.data.description}
        </Text>
      </Stack>
      <Older policy={policy.data} shown={shown} />
      <Drawn policy={policy.data} shown={shown} answer={house.data} search={search} />
    </Screen>
  );
}

function Links({ policy: { id, project, liveVersion, archived } }: { readonly policy: PolicyWords }) {
  const mayIn = useMayIn();
  const may = (permission: Permission) => !archived && mayIn(permission, { project, policy: id });
  const to = { params: { policy: id } } as const;
  return (
    <Group gap="sm">
      {may('draft policy') ? (
        <LinkButton to="/policies/$policy/edit" {...to} leftSection={<IconPencil size={18} aria-hidden />}>
          Edit
        </LinkButton>
      ) : null}
      {may('publish policy') ? (
        <LinkButton
          to="/policies/$policy/publish"
          {...to}
          variant="default"
          leftSection={<IconRocket size={18} aria-hidden />}
        >
          Publish
        </LinkButton>
      ) : null}
      {liveVersion === null ? null : (
        <LinkButton
          to="/policies/$policy/history"
          {...to}
          variant="default"
          leftSection={<IconHistory size={18} aria-hidden />}
        >
          History
        </LinkButton>
      )}
    </Group>
  );
}

interface ShownProps {
  readonly policy: PolicyWords;
  readonly shown: number | 'draft';
}

function State({ policy, shown, defaults }: ShownProps & { readonly defaults: readonly string[] }) {
  const live = shown === policy.liveVersion;
  return (
    <Group gap="sm">
      <Badge size="lg" tt="none" variant={live ? 'filled' : 'default'}>
        {shown === 'draft' ? 'Draft' : `Version ${shown}`}
        {live ? ', live' : ''}
      </Badge>
      {defaults.map((words) => (
        <Badge key={words} size="lg" color="teal" variant="dot" tt="none">
          {words}
        </Badge>
      ))}
      {policy.archived ? (
        <Badge size="lg" variant="default" tt="none">
          in the archive: it serves no request
        </Badge>
      ) : null}
      <Text size="sm" c="dimmed" ff="monospace">
        policy/{policy.name}
      </Text>
    </Group>
  );
}

/** Says that it is not the live version that is shown. */
function Older({ policy: { id, liveVersion }, shown }: ShownProps) {
  if (shown === liveVersion || liveVersion === null) return null;
  const what = shown === 'draft' ? 'the draft, which no request follows' : `version ${shown}, not the live one`;
  return (
    <Alert variant="light" color="blue" icon={<IconInfoCircle aria-hidden />} title={`This is ${what}`}>
      <Group gap="lg">
        <TextLink size="sm" to="/policies/$policy" params={{ policy: id }}>
          Show version {liveVersion}, which is live
        </TextLink>
        <TextLink
          size="sm"
          to="/policies/$policy/compare"
          params={{ policy: id }}
          search={shown === 'draft' ? { from: liveVersion, to: shown } : { from: shown, to: liveVersion }}
        >
          Compare them
        </TextLink>
      </Group>
    </Alert>
  );
}

interface DrawnProps extends ShownProps {
  readonly answer: HouseAnswer;
  readonly search: Shown;
}

function Drawn({ policy, shown, answer, search }: DrawnProps) {
  const drawing = useQuery(drawingQuery(policy.id, shown));
  if (drawing.data) {
    return (
      <Contents key={shown} policy={policy} shown={shown} answer={answer} search={search} drawing={drawing.data} />
    );
  }
  if (!drawing.error) return <Waiting what="the drawing" />;
  return (
    <Failure title="The drawing could not be loaded" error={drawing.error} onRetry={() => drawing.refetch()}>
      <TextLink to="/policies/$policy" params={{ policy: policy.id }}>
        The live version
      </TextLink>
    </Failure>
  );
}

function Contents({ policy, shown, answer, search, drawing }: DrawnProps & { readonly drawing: DrawingOf }) {
  const { graph, layout, tests } = drawing;
  const house = useHouseFor(graph, answer, policy);
  const problems = useMemo(() => checkGraph(graph, house.check), [graph, house]);
  const runs = useTestRunsOf(drawing, house);
  const splits = graph.nodes.some(({ kind }) => kind === 'split');
  const mayChange = useMayIn()('draft policy', { project: policy.project, policy: policy.id });
  const label = `Drawing of ${policy.title}`;
  const extras = useMemo(() => ({ before: house.before && beforeOf(house.before, house.budgetNames) }), [house]);
  return (
    <>
      <RunsBefore before={house.before} />
      {shown === 'draft' ? (
        <Drawing label={label} graph={graph} layout={layout} budgets={house.budgetNames} way={null} extras={extras} />
      ) : (
        <DrawnTraffic
          policy={policy.id}
          version={shown}
          isLive={shown === policy.liveVersion && !policy.archived}
          label={label}
          drawing={drawing}
          budgets={house.budgetNames}
          before={extras.before}
          search={search}
        />
      )}
      {splits ? (
        <TextLink to="/policies/$policy/variants" params={{ policy: policy.id }}>
          Compare the variants of its split
        </TextLink>
      ) : null}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <InWords graph={graph} budgets={house.budgetNames} />
        <Stack gap="xl">
          <Problems
            problems={problems}
            where={({ node }) =>
              mayChange && shown === 'draft' && node !== null ? (
                <TextLink size="sm" to="/policies/$policy/edit" params={{ policy: policy.id }} search={{ node }}>
                  Mend it in the editor
                </TextLink>
              ) : null
            }
          />
          <Tests tests={tests} state={runs} />
          <Feedback policy={policy.id} />
          <Versions policy={policy} shown={shown} />
          <PolicyRule policy={policy} />
          <UsedBy policy={policy.id} />
        </Stack>
      </SimpleGrid>
    </>
  );
}
