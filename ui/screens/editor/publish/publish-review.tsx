import { Alert, Box, SimpleGrid, Text, Title } from '@mantine/core';
import { IconEqual } from '@tabler/icons-react';
import { useMemo } from 'react';
import { checkGraph } from '../../../../policies/check.ts';
import { diffGraphs } from '../../../../policies/diff.ts';
import type { Draft } from '../../../api/drafts.ts';
import type { HouseAnswer } from '../../../api/house.ts';
import type { Drawing as DrawingOf } from '../../../api/policies.ts';
import type { Policy } from '../../../api/policy.ts';
import { useMayChange } from '../../../api/session.ts';
import type { VersionSummary } from '../../../api/versions.ts';
import { TextLink } from '../../../app/text-link.tsx';
import { Drawing } from '../../../canvas/drawing.tsx';
import type { House } from '../../../editing/house.ts';
import { useHouseFor } from '../../../editing/house-for.ts';
import { Changes } from '../../history/changes.tsx';
import { sameTests } from '../../history/same-tests.ts';
import { Problems } from '../../policies/problems.tsx';
import { Tests, useTestRunsOf } from '../../policies/tests.tsx';
import { PublishForm } from './publish-form.tsx';
import { PublishImpact } from './publish-impact.tsx';

interface Props {
  readonly policy: Policy;
  readonly draft: Draft;
  /** Null where no version is live yet. */
  readonly live: DrawingOf | null;
  readonly answer: HouseAnswer;
  readonly onPublished: (version: VersionSummary) => void;
  /** Loads everything again: it is not what it was. */
  readonly onLookAgain: () => void;
}

/** Everything that is worth knowing before the draft becomes a version. */
export function PublishReview({ policy, draft, live, answer, onPublished, onLookAgain }: Props) {
  const mayChange = useMayChange() && !policy.archived;
  const house = useHouseFor(draft.graph, answer);
  const problems = useMemo(() => checkGraph(draft.graph, house.check), [draft, house]);
  const runs = useTestRunsOf(draft, house);
  const diff = useMemo(
    () => (live ? diffGraphs(live.graph, draft.graph, house.budgetNames) : null),
    [live, draft, house],
  );
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const failedTests = draft.tests.filter((test) => runs.runs.get(test)?.passed === false).length;
  const changesNothing = diff?.changes.length === 0;
  if (live && changesNothing && sameTests(live.tests, draft.tests)) {
    return (
      <Alert variant="light" color="teal" icon={<IconEqual aria-hidden />} title="There is nothing to publish">
        <Text size="sm" mb="xs">
          The draft does the same as version {policy.liveVersion}, which is live. At most things stand elsewhere on the
          drawing, and that is no change for any request.
        </Text>
        <TextLink size="sm" to="/policies/$policy/edit" params={{ policy: policy.id }}>
          Go on with the draft
        </TextLink>
      </Alert>
    );
  }
  return (
    <>
      <Box component="section">
        <Title order={2} mb="sm">
          What changes
        </Title>
        {!live || !diff ? (
          <FirstVersion draft={draft} house={house} title={policy.title} />
        ) : changesNothing ? (
          <Text size="sm">
            Nothing for requests: the drawing does the same as version {policy.liveVersion}. Only the tests that are
            kept with it are others.
          </Text>
        ) : (
          <Changes
            before={{ title: `Version ${policy.liveVersion}, live`, ...live }}
            after={{ title: 'The draft', ...draft }}
            diff={diff}
            budgets={house.budgetNames}
          />
        )}
      </Box>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Problems
          problems={problems}
          where={({ node }) =>
            mayChange ? (
              <TextLink
                size="sm"
                to="/policies/$policy/edit"
                params={{ policy: policy.id }}
                search={node === null ? {} : { node }}
              >
                Mend it in the editor
              </TextLink>
            ) : null
          }
        />
        <Tests tests={draft.tests} state={runs} />
      </SimpleGrid>
      {changesNothing ? null : (
        <PublishImpact
          key={draft.revision}
          policy={policy.id}
          graph={errors === 0 ? draft.graph : null}
          house={house}
        />
      )}
      {mayChange ? (
        <PublishForm
          policy={policy}
          revision={draft.revision}
          errors={errors}
          failedTests={failedTests}
          onPublished={onPublished}
          onLookAgain={onLookAgain}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {policy.archived
            ? 'This policy is in the archive. Bring it back first, then it can be published.'
            : 'You may look at everything here. Ask an admin to publish it.'}
        </Text>
      )}
    </>
  );
}

function FirstVersion({ draft, house, title }: { draft: Draft; house: House; title: string }) {
  return (
    <>
      <Text size="sm" mb="sm">
        This is the first version: nothing is live yet, and no request follows this policy before it is published.
      </Text>
      <Drawing
        label={`Draft of ${title}`}
        graph={draft.graph}
        layout={draft.layout}
        budgets={house.budgetNames}
        way={null}
      />
    </>
  );
}
