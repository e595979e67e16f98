import { useState } from 'react';
import { type PolicyTest, policyTestSchema } from '../../../../policies/policy-test.ts';
import { FormDialog } from '../../../app/form-dialog.tsx';
import { useEditor } from '../../../editing/editing-context.tsx';
import { expectedIn, expecting, expectingLess, replaceTest } from '../../../trying/kept-tests.ts';
import { sayStatus } from '../../../trying/outcome-words.ts';
import type { TestRun } from '../../../trying/test-runs.ts';
import { TestFields } from './test-expected.tsx';

interface Props {
  readonly test: PolicyTest;
  /** How it ran last; undefined where it did not. */
  readonly run: TestRun | undefined;
  readonly onClose: () => void;
}

/** Changes the name of a test, and which parts of what happens it expects. */
export function ChangeTest({ test, run, onClose }: Props) {
  const { editing } = useEditor();
  const [name, setName] = useState(test.name);
  const [expected, setExpected] = useState(() => expectedIn(test));
  const isNamed = policyTestSchema.shape.name.safeParse(name).success;
  const simulation = run && 'simulation' in run ? run.simulation : null;
  const before = expectedIn(test);
  const { model, status } = test.expect;
  const submit = (): void => {
    if (!isNamed) return;
    const less = expectingLess(test, expected);
    const now = simulation ? expecting(test, simulation, expected).expect : null;
    const { path, redactions } = {
      path: before.path ? less.expect.path : now?.path,
      redactions: before.redactions ? less.expect.redactions : now?.redactions,
    };
    const changed: PolicyTest = {
      ...test,
      name: name.trim(),
      expect: { model, status, ...(path !== undefined && { path }), ...(redactions !== undefined && { redactions }) },
    };
    editing.getState().change(`Change the test “${changed.name}”`, (document) => replaceTest(document, changed));
    onClose();
  };
  return (
    <FormDialog
      title="Change the test"
      act="Change it"
      error={null}
      pending={false}
      onSubmit={submit}
      onClose={onClose}
    >
      <TestFields
        name={name}
        expected={expected}
        end={model !== null ? `${model} answers` : status < 300 ? 'A fixed text answers' : sayStatus(status)}
        isKnown={{ path: before.path || simulation !== null, redactions: before.redactions || simulation !== null }}
        error={isNamed ? null : 'Give the test a name.'}
        onName={setName}
        onExpected={setExpected}
      />
    </FormDialog>
  );
}
