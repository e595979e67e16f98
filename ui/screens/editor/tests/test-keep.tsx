import { Alert, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import {
  type PolicyTest,
  type PolicyTestResult,
  runPolicyTest,
  testFromSimulation,
} from '../../../../policies/policy-test.ts';
import { FormDialog } from '../../../app/form-dialog.tsx';
import { useEditor } from '../../../editing/editing-context.tsx';
import { compiledOf } from '../../../trying/compiled.ts';
import { addTest, type Expected, expecting, freeTestId, LONGEST_TEST_NAME } from '../../../trying/kept-tests.ts';
import { sayOutcome } from '../../../trying/outcome-words.ts';
import type { Tried } from '../../../trying/try-out.ts';
import { useCanvas } from '../canvas/canvas-context.tsx';
import { writeKeys } from '../canvas/keyboard.ts';
import { TestFields } from './test-expected.tsx';

interface Props {
  readonly tried: Tried;
  readonly onClose: () => void;
}

/** Keeps a request that was tried as a test, with what came of it as what is expected. */
export function KeepTest({ tried, onClose }: Props) {
  const { editing, house } = useEditor();
  const { actions } = useCanvas();
  const [name, setName] = useState(() => tried.trial.name.slice(0, LONGEST_TEST_NAME));
  const [expected, setExpected] = useState<Expected>({ path: true, redactions: false });
  const [asTest, setAsTest] = useState<{ test: PolicyTest; result: PolicyTestResult } | null>(null);
  const [wasRefused, setRefused] = useState(false);
  const isNamed = name.trim() !== '';

  // A test is sent by no key, so that it may come out otherwise than what was tried with one.
  useEffect(() => {
    const { body, tags, at, simulation, drawn, trial } = tried;
    const alone = compiledOf(drawn, house.check);
    if (!alone.ok) return;
    const id = freeTestId(editing.getState().document.tests);
    const test = testFromSimulation(trial.name, id, body, { ...tags }, at, trial.outside, simulation);
    let isLatest = true;
    // What runs before it has a part of the way, and of what is found, that a test does not have.
    const expectation = house.before ? test : expecting(test, simulation, { path: true, redactions: true });
    void runPolicyTest(alone.graph, expectation, house.world(null)).then((result) => {
      if (isLatest) setAsTest({ test, result });
    });
    return () => {
      isLatest = false;
    };
  }, [tried, editing, house]);

  const submit = (): void => {
    setRefused(!isNamed);
    if (!isNamed || asTest === null) return;
    const { test, result } = asTest;
    const kept = { ...expecting(test, result.simulation, expected), name: name.trim() };
    editing.getState().change(`Keep the test “${kept.name}”`, (document) => addTest(document, kept));
    actions.say(`Kept the test “${kept.name}”. Undo with ${writeKeys('mod+z')}.`);
    onClose();
  };
  const simulation = asTest?.result.simulation ?? tried.simulation;
  return (
    <FormDialog
      title="Keep as a test"
      act="Keep the test"
      error={null}
      pending={asTest === null}
      onSubmit={submit}
      onClose={onClose}
    >
      <TestFields
        name={name}
        expected={expected}
        end={sayOutcome(simulation, tried.graph).title}
        isKnown={{ path: true, redactions: true }}
        error={wasRefused && !isNamed ? 'Give the test a name.' : null}
        onName={setName}
        onExpected={setExpected}
      />
      {house.before ? (
        <Text size="sm" c="dimmed">
          A test runs this policy alone, without “{house.before.title}”, which runs before it and has tests of its own.
        </Text>
      ) : null}
      {asTest && !asTest.result.passed ? (
        <Alert variant="light" color="yellow" title="As a test it comes out otherwise">
          <Text size="sm">
            Tests are sent with no key and for no project; the tags are the same. So this is what the test will expect:
          </Text>
          <ul className="test-differences">
            {asTest.result.differences.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </Alert>
      ) : null}
    </FormDialog>
  );
}
