import { List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { diffGraphs } from '../../../policies/diff.ts';
import { type Approved, approvedQuery } from '../../api/approved.ts';
import type { ReviewedChange } from '../../api/audit-desk.ts';
import { budgetNamesQuery } from '../../api/house.ts';
import { type Drawing as Drawn, drawingQuery } from '../../api/policies.ts';
import { Failure } from '../../app/failure.tsx';
import { Section } from '../../app/section.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { plural } from '../../app/words.ts';
import type { ComparedSide } from '../../canvas/compared-drawings.tsx';
import { Drawing } from '../../canvas/drawing.tsx';
import { Changes } from '../history/changes.tsx';
import { Decided } from './decided.tsx';
import { membersOf } from './members.ts';

interface Props {
  readonly change: ReviewedChange;
  readonly version: number;
}

/** What publishing a version changed: in words, in both drawings, its tests, and the requests that it has decided since. */
export function Published({ change, version }: Props) {
  const policy = change.objectId;
  const before = membersOf(change.before).liveVersion;
  const from = typeof before === 'number' ? before : null;
  const request = change.judgement?.approvals.find((one) => one.request !== null)?.request ?? null;
  const approved = useQuery({ ...approvedQuery(request ?? ''), enabled: request !== null });
  const old = useQuery({ ...drawingQuery(policy, from ?? 'draft'), enabled: from !== null });
  const now = useQuery(drawingQuery(policy, version));
  const budgets = useQuery(budgetNamesQuery);
  const error = old.error ?? now.error ?? budgets.error;
  if (error) {
    const retry = () => Promise.all([old.refetch(), now.refetch(), budgets.refetch()]);
    return <Failure title="The drawings could not be loaded" error={error} onRetry={retry} />;
  }
  const isWaiting = (from !== null && !old.data) || (request !== null && approved.isPending);
  if (!now.data || !budgets.data || isWaiting) return <Waiting what="the drawings" />;
  return (
    <>
      <Section title="What it changed">
        <Difference
          before={from === null || !old.data ? null : { title: `Version ${from}`, ...old.data }}
          after={{ title: `Version ${version}`, ...now.data }}
          budgets={budgets.data}
        />
      </Section>
      <Tests tests={now.data.tests} approved={approved.data ?? null} isAgain={change.action === 'version.restore'} />
      <Decided policy={policy} version={version} since={change.at} />
    </>
  );
}

interface DifferenceProps {
  readonly before: (ComparedSide & Drawn) | null;
  readonly after: ComparedSide & Drawn;
  readonly budgets: ReadonlyMap<string, string>;
}

function Difference({ before, after, budgets }: DifferenceProps) {
  const diff = useMemo(
    () => (before === null ? null : diffGraphs(before.graph, after.graph, budgets)),
    [before, after, budgets],
  );
  if (before === null || diff === null) {
    return (
      <Stack gap="sm">
        <Text>It was the first version: there was nothing before it.</Text>
        <Drawing
          label={`Drawing: ${after.title}`}
          graph={after.graph}
          layout={after.layout}
          budgets={budgets}
          way={null}
          height="max(360px, 46vh)"
        />
      </Stack>
    );
  }
  if (diff.changes.length === 0) {
    return (
      <Text>{`${before.title} and ${after.title.toLowerCase()} do the same: no node, setting or way differs.`}</Text>
    );
  }
  return (
    <div className="audit-drawings">
      <Changes before={before} after={after} diff={diff} budgets={budgets} />
    </div>
  );
}

interface TestsProps {
  readonly tests: readonly { readonly id: string; readonly name: string }[];
  /** What those who approved it were shown; null where nobody approved it. */
  readonly approved: Approved | null;
  /** Whether an old version was published again. */
  readonly isAgain: boolean;
}

/** The tests that were kept with the version, and how they came out when it was approved and published. */
function Tests({ tests, approved, isAgain }: TestsProps) {
  const shown = approved?.shown.tests ?? tests;
  const came = isAgain
    ? 'They came with the version that was published again, and were not run then.'
    : approved
      ? 'All of them came out as expected when approval was asked for, and again when it was published.'
      : 'All of them came out as expected when it was published: it would have been refused otherwise.';
  const warnings = approved?.shown.problems ?? [];
  return (
    <Section title="Tests">
      {shown.length === 0 ? (
        <Text c="dimmed">No tests were kept with it.</Text>
      ) : (
        <>
          <Text>
            {plural(shown.length, 'test')}. {came}
          </Text>
          <List>
            {shown.map(({ id, name }) => (
              <List.Item key={id}>{name}</List.Item>
            ))}
          </List>
        </>
      )}
      {warnings.length === 0 ? null : (
        <>
          <Text>Those who approved it were shown these warnings:</Text>
          <List>
            {warnings.map(({ message }) => (
              <List.Item key={message}>{message}</List.Item>
            ))}
          </List>
        </>
      )}
    </Section>
  );
}
