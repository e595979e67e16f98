import { Alert, Box, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import type { PolicyTest } from '../../../policies/policy-test.ts';
import type { Drawing } from '../../api/policies.ts';
import { Waiting } from '../../app/waiting.tsx';
import { plural } from '../../app/words.ts';
import { createEditing } from '../../editing/document.ts';
import type { House } from '../../editing/house.ts';
import { createTestRuns, type TestRun, type TestRunsState } from '../../trying/test-runs.ts';

/** Runs the tests of a drawing that does not change; gives how they stand. */
export function useTestRunsOf(drawing: Drawing, house: House): TestRunsState {
  const runs = useMemo(() => createTestRuns(createEditing(drawing)), [drawing]);
  useEffect(() => runs.open(house), [runs, house]);
  return useStore(runs.state);
}

interface Props {
  readonly tests: readonly PolicyTest[];
  readonly state: TestRunsState;
}

/** The tests that are kept with a drawing, and how each of them ran on it. */
export function Tests({ tests, state }: Props) {
  return (
    <Box component="section">
      <Title order={2} mb="sm">
        Tests
      </Title>
      <Ran tests={tests} state={state} />
    </Box>
  );
}

function Ran({ tests, state: { runs, inTheWay } }: Props) {
  if (tests.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        None are kept with it. A test is a request with what has to come of it: try a request in the editor, and keep
        it.
      </Text>
    );
  }
  if (inTheWay) {
    return (
      <Alert variant="light" color="yellow" title={`${plural(tests.length, 'test')} cannot run`}>
        <Text size="sm">They run once the problems are mended.</Text>
      </Alert>
    );
  }
  if (runs.size === 0) return <Waiting what="the results of the tests" />;
  const passed = tests.filter((test) => runs.get(test)?.passed).length;
  return (
    <>
      <Text size="sm" mb="xs" role="status">
        {passed === tests.length
          ? `All as expected: ${passed} of ${tests.length}.`
          : `${passed} of ${tests.length} as expected.`}
      </Text>
      <Stack component="ul" gap={6} p={0} m={0} style={{ listStyle: 'none' }} aria-label="Tests">
        {tests.map((test) => (
          <Test key={test.id} test={test} run={runs.get(test)} />
        ))}
      </Stack>
    </>
  );
}

const ICON = { size: 20, style: { flex: 'none', marginTop: 1 } } as const;

function Test({ test: { name }, run }: { readonly test: PolicyTest; readonly run: TestRun | undefined }) {
  const differences =
    !run || run.passed ? [] : 'differences' in run ? run.differences : [`It could not run: ${run.message}`];
  return (
    <Box component="li" style={{ display: 'flex', gap: 8 }}>
      {run === undefined ? (
        <IconCircleDashed {...ICON} aria-label="Has not run" />
      ) : run.passed ? (
        <IconCircleCheck {...ICON} color="var(--mantine-color-teal-text)" aria-label="As expected" />
      ) : (
        <IconCircleX {...ICON} color="var(--mantine-color-red-text)" aria-label="Not as expected" />
      )}
      <div>
        <Text size="sm" fw={differences.length > 0 ? 600 : 400}>
          {name}
        </Text>
        {differences.map((one) => (
          <Text size="sm" key={one}>
            {one}
          </Text>
        ))}
      </div>
    </Box>
  );
}
