import { Alert, Stack, Tabs, Text } from '@mantine/core';
import { IconEqual } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { diffGraphs } from '../../../policies/diff.ts';
import { budgetNamesQuery } from '../../api/house.ts';
import { type Drawing, drawingQuery, policyQuery } from '../../api/policies.ts';
import { type VersionSummary, versionsQuery } from '../../api/versions.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { ChangeList } from './change-list.tsx';
import { Changes } from './changes.tsx';
import { ComparePicker, type Side } from './compare-picker.tsx';
import { sameTests } from './same-tests.ts';

const route = getRouteApi('/policies/$policy/compare');
const JsonDiff = lazy(async () => ({ default: (await import('../../monaco/json-diff.tsx')).JsonDiff }));

/** Two versions of a policy, or one and the draft: what differs in words, in the drawings and in the definition. */
export function Compare() {
  const { policy: id } = route.useParams();
  const search = route.useSearch();
  const policy = useQuery(policyQuery(id));
  const versions = useQuery(versionsQuery(id));
  const error = policy.error ?? versions.error;
  if (!policy.data || !versions.data) {
    return (
      <Screen title="Compare">
        {error ? (
          <Failure
            title="The versions could not be loaded"
            error={error}
            onRetry={() => Promise.all([policy.refetch(), versions.refetch()])}
          >
            <TextLink to="/policies">All policies</TextLink>
          </Failure>
        ) : (
          <Waiting what="the versions" />
        )}
      </Screen>
    );
  }
  const from = search.from ?? policy.data.liveVersion ?? 'draft';
  const to = search.to ?? 'draft';
  return (
    <Screen
      title={`Compare: ${policy.data.title}`}
      aside={
        <TextLink to="/policies/$policy/history" params={{ policy: id }}>
          History
        </TextLink>
      }
    >
      {versions.data.length === 0 ? (
        <Empty title="Nothing was published yet">
          <Text mb="md">There is only the draft, and nothing to compare it with.</Text>
          <TextLink to="/policies/$policy" params={{ policy: id }}>
            Look at the draft
          </TextLink>
        </Empty>
      ) : (
        <>
          <ComparePicker key={`${from} ${to}`} policy={id} versions={versions.data} from={from} to={to} />
          <Loaded policy={id} versions={versions.data} from={from} to={to} />
        </>
      )}
    </Screen>
  );
}

interface LoadedProps {
  readonly policy: string;
  readonly versions: readonly VersionSummary[];
  readonly from: Side;
  readonly to: Side;
}

function Loaded({ policy, versions, from, to }: LoadedProps) {
  const before = useQuery(drawingQuery(policy, from));
  const after = useQuery(drawingQuery(policy, to));
  const budgets = useQuery(budgetNamesQuery);
  const error = before.error ?? after.error ?? budgets.error;
  const title = (side: Side): string => {
    if (side === 'draft') return 'The draft';
    return `Version ${side}${versions.some(({ number, live }) => live && number === side) ? ', live' : ''}`;
  };
  if (before.data && after.data && budgets.data) {
    return (
      <Differences
        before={{ title: title(from), ...before.data }}
        after={{ title: title(to), ...after.data }}
        budgets={budgets.data}
      />
    );
  }
  if (!error) return <Waiting what="the drawings" />;
  const retry = () => Promise.all([before.refetch(), after.refetch(), budgets.refetch()]);
  return <Failure title="The two could not be loaded" error={error} onRetry={retry} />;
}

type Compared = Drawing & { readonly title: string };

interface DifferencesProps {
  readonly before: Compared;
  readonly after: Compared;
  readonly budgets: ReadonlyMap<string, string>;
}

const VIEWS = ['words', 'drawings', 'definition'] as const;

function Differences({ before, after, budgets }: DifferencesProps) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/policies/$policy/compare' });
  const diff = useMemo(() => diffGraphs(before.graph, after.graph, budgets), [before, after, budgets]);
  const choose = (value: string | null): void => {
    const next = VIEWS.find((one) => one === value);
    void navigate({ to: '/policies/$policy/compare', search: { ...search, view: next }, replace: true });
  };
  const isSame = diff.changes.length === 0;
  return (
    <Stack gap="md">
      {sameTests(before.tests, after.tests) ? null : (
        <Text size="sm">
          The tests that are kept with them differ: {before.title.toLowerCase()} has {before.tests.length},{' '}
          {after.title.toLowerCase()} has {after.tests.length}.
        </Text>
      )}
      <Tabs value={search.view ?? 'words'} onChange={choose} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="words">In words</Tabs.Tab>
          <Tabs.Tab value="drawings">Side by side</Tabs.Tab>
          <Tabs.Tab value="definition">Definition</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="words">
          {isSame ? (
            <Same before={before.title} after={after.title} />
          ) : (
            <>
              <Text size="sm" c="dimmed" mb="xs">
                From {before.title.toLowerCase()} to {after.title.toLowerCase()}:
              </Text>
              <ChangeList changes={diff.changes} />
            </>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="drawings">
          {isSame ? (
            <Same before={before.title} after={after.title} />
          ) : (
            <Changes before={before} after={after} diff={diff} budgets={budgets} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="definition">
          <Suspense fallback={<Waiting what="the definitions" />}>
            <JsonDiff
              before={JSON.stringify(before.graph, null, 2)}
              after={JSON.stringify(after.graph, null, 2)}
              label={`${before.title} and ${after.title}`}
            />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Same({ before, after }: { readonly before: string; readonly after: string }) {
  return (
    <Alert variant="light" color="teal" icon={<IconEqual aria-hidden />} title="They do the same">
      <Text size="sm">
        {before} and {after} have the same nodes, settings and ways. Where things stand on the drawing makes no
        difference.
      </Text>
    </Alert>
  );
}
