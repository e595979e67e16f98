import '../try-it/try-it.css';
import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { PolicyTest } from '../../../../policies/policy-test.ts';
import { Empty } from '../../../app/empty.tsx';
import type { PolicyDocument } from '../../../editing/document.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { useFocusAfter } from '../../../form/focus-after.ts';
import { MoveButtons } from '../../../form/move-buttons.tsx';
import { asksOf } from '../../../trying/asks.ts';
import { expectedIn, expecting, moveTest, removeTest, replaceTest } from '../../../trying/kept-tests.ts';
import { trialOfTest } from '../../../trying/trial.ts';
import { useTestRuns, useTrying } from '../../../trying/trying-context.tsx';
import { useCanvas } from '../canvas/canvas-context.tsx';
import { writeKeys } from '../canvas/keyboard.ts';
import { NothingRuns } from '../try-it/try-in-the-way.tsx';
import { ChangeTest } from './test-change.tsx';

/** The tests that are kept with the policy, and how each of them runs on the drawing as it stands. */
export function TestList() {
  const { mayChange } = useEditor();
  const tests = useEditing(({ document }) => document.tests);
  const inTheWay = useTestRuns((state) => state.inTheWay);
  const show = useTrying((state) => state.show);
  const { list, focusEntry, focusButton } = useFocusAfter<HTMLDivElement>();
  const room = useRef<HTMLDivElement>(null);
  return (
    <div ref={room} tabIndex={-1} className="quiet-focus">
      {tests.length === 0 ? (
        <Empty title="No tests yet">
          A test is a request with what has to come of it. It runs after each change, and a policy whose tests fail is
          not published.
          <div>
            <Button mt="sm" data-add variant="default" onClick={() => show('try')}>
              {mayChange ? 'Try a request, and keep it as a test' : 'Try a request'}
            </Button>
          </div>
        </Empty>
      ) : (
        <Stack gap="sm">
          <Summary tests={tests} />
          {inTheWay ? <NothingRuns inTheWay={inTheWay} /> : null}
          <Stack component="ul" ref={list} gap="xs" p={0} m={0} style={{ listStyle: 'none' }} aria-label="Tests">
            {tests.map((test, at) => (
              <Test
                key={test.id}
                test={test}
                at={at}
                count={tests.length}
                onMoved={(direction) => focusButton(`Move the test “${test.name}” ${direction}`)}
                onRemoved={() =>
                  tests.length > 1 ? focusEntry(Math.min(at, tests.length - 2)) : room.current?.focus()
                }
              />
            ))}
          </Stack>
          <Button data-add variant="default" size="xs" onClick={() => show('try')} style={{ alignSelf: 'flex-start' }}>
            {mayChange ? 'Try another request, and keep it' : 'Try a request'}
          </Button>
        </Stack>
      )}
    </div>
  );
}

function Summary({ tests }: { readonly tests: readonly PolicyTest[] }) {
  const passed = useTestRuns(({ runs }) => tests.filter((test) => runs.get(test)?.passed).length);
  const isRunning = useTestRuns((state) => state.isRunning);
  const cannotRun = useTestRuns((state) => state.inTheWay !== null);
  const words = cannotRun
    ? 'No test can run.'
    : passed === tests.length
      ? `All ${tests.length === 1 ? 'is' : 'are'} as expected: ${passed} of ${tests.length}.`
      : `${passed} of ${tests.length} are as expected.`;
  return (
    <Group gap="xs" mih={24}>
      <Text size="sm" role="status">
        {isRunning ? '' : words}
      </Text>
      {isRunning ? (
        <Group gap="xs" className="waiting">
          <Loader size="xs" aria-hidden />
          <Text size="sm" c="dimmed">
            Running …
          </Text>
        </Group>
      ) : null}
    </Group>
  );
}

interface TestProps {
  readonly test: PolicyTest;
  readonly at: number;
  readonly count: number;
  readonly onMoved: (direction: 'up' | 'down') => void;
  readonly onRemoved: () => void;
}

function Test({ test, at, count, onMoved, onRemoved }: TestProps) {
  const { editing, mayChange } = useEditor();
  const { actions } = useCanvas();
  const run = useTestRuns(({ runs }) => runs.get(test));
  const begin = useTrying((state) => state.begin);
  const show = useTrying((state) => state.show);
  const [isChanging, setChanging] = useState(false);
  const first = useRef<HTMLButtonElement>(null);
  const { id, name } = test;
  const what = `the test “${name}”`;
  const change = (words: string, edit: (document: PolicyDocument) => PolicyDocument): void =>
    editing.getState().change(words, edit);
  const open = (): void => {
    begin(trialOfTest(test, asksOf(editing.getState().document.graph).budgets));
    show('try');
  };
  const expectThis = (): void => {
    if (!run || !('simulation' in run)) return;
    change(`Expect what comes of ${what}`, (document) =>
      replaceTest(document, expecting(test, run.simulation, expectedIn(test))),
    );
    // The button that was pressed goes away.
    first.current?.focus();
    actions.say(`${name}: expects what comes of it from now on. Undo with ${writeKeys('mod+z')}.`);
  };
  const remove = (): void => {
    change(`Delete ${what}`, (document) => removeTest(document, id));
    actions.say(`Deleted ${what}. Undo with ${writeKeys('mod+z')}.`);
    onRemoved();
  };
  const move = (to: number): void => {
    change(`Move ${what}`, (document) => moveTest(document, id, to));
    onMoved(to < at ? 'up' : 'down');
  };
  const isFailed = run !== undefined && !run.passed;
  return (
    <li className="test-row" data-entry>
      <div className="test-head">
        {run === undefined ? (
          <IconCircleDashed size={20} aria-label="Has not run" />
        ) : run.passed ? (
          <IconCircleCheck size={20} className="test-passed" aria-label="As expected" />
        ) : (
          <IconCircleX size={20} className="test-failed" aria-label="Not as expected" />
        )}
        <Text size="sm" fw={600} className="try-reason">
          {name}
        </Text>
        {mayChange ? <MoveButtons what={what} at={at} count={count} onMove={move} onRemove={remove} /> : null}
      </div>
      {isFailed ? (
        <ul className="test-differences">
          {('simulation' in run ? run.differences : [`It could not run: ${run.message}`]).map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      ) : null}
      <Group gap="xs" mt="xs">
        <Button ref={first} size="compact-xs" variant="default" onClick={open} aria-label={`Open in Try it: ${name}`}>
          Open in Try it
        </Button>
        {mayChange && isFailed && 'simulation' in run ? (
          <Button
            size="compact-xs"
            variant="default"
            onClick={expectThis}
            aria-label={`Expect this from now on: ${name}`}
          >
            Expect this from now on
          </Button>
        ) : null}
        {mayChange ? (
          <Button size="compact-xs" variant="default" onClick={() => setChanging(true)} aria-label={`Change: ${name}`}>
            Change
          </Button>
        ) : null}
      </Group>
      {isChanging ? <ChangeTest test={test} run={run} onClose={() => setChanging(false)} /> : null}
    </li>
  );
}
