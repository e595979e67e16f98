/** What can be done with the tests that a policy keeps. Each gives the very same document back where nothing changes. */
import { sayPath } from '../../policies/evaluate.ts';
import { type PolicyTest, testFromSimulation } from '../../policies/policy-test.ts';
import type { Simulation } from '../../policies/simulate.ts';
import type { PolicyDocument } from '../editing/document.ts';

/** As many tests as a policy can keep. */
export const MOST_TESTS = 100;
export const LONGEST_TEST_NAME = 120;

/** An id that no test has. */
export function freeTestId(tests: readonly PolicyTest[]): string {
  const taken = new Set(tests.map(({ id }) => id));
  for (let n = tests.length + 1; ; n++) if (!taken.has(`test-${n}`)) return `test-${n}`;
}

/** Which parts of what happens are expected besides who answers, and with which status. */
export interface Expected {
  readonly path: boolean;
  readonly redactions: boolean;
}

export const expectedIn = ({ expect }: PolicyTest): Expected => ({
  path: expect.path !== undefined,
  redactions: expect.redactions !== undefined,
});

/** The test with what has just come of it as what is expected. */
export function expecting(test: PolicyTest, simulation: Simulation, { path, redactions }: Expected): PolicyTest {
  const { id, name, request, tags, at, outside } = test;
  const { expect } = testFromSimulation(name, id, request, tags, Date.parse(at), outside, simulation);
  return {
    ...test,
    expect: {
      ...expect,
      ...(path && { path: sayPath(simulation.decision.trace) }),
      ...(redactions && { redactions: { ...simulation.redactions } }),
    },
  };
}

/** The test with parts of what it expects left out. */
export function expectingLess(test: PolicyTest, { path, redactions }: Expected): PolicyTest {
  const { path: way, redactions: found, ...end } = test.expect;
  return {
    ...test,
    expect: {
      ...end,
      ...(path && way !== undefined && { path: way }),
      ...(redactions && found !== undefined && { redactions: found }),
    },
  };
}

export function addTest(document: PolicyDocument, test: PolicyTest): PolicyDocument {
  return document.tests.length >= MOST_TESTS ? document : { ...document, tests: [...document.tests, test] };
}

export function replaceTest(document: PolicyDocument, test: PolicyTest): PolicyDocument {
  const { tests } = document;
  if (!tests.some(({ id }) => id === test.id)) return document;
  return { ...document, tests: tests.map((one) => (one.id === test.id ? test : one)) };
}

export function removeTest(document: PolicyDocument, id: string): PolicyDocument {
  const tests = document.tests.filter((one) => one.id !== id);
  return tests.length === document.tests.length ? document : { ...document, tests };
}

/** Moves a test to another place; beyond the ends there is none. */
export function moveTest(document: PolicyDocument, id: string, to: number): PolicyDocument {
  const at = document.tests.findIndex((one) => one.id === id);
  const test = document.tests[at];
  if (!test || to < 0 || to >= document.tests.length || to === at) return document;
  const tests = document.tests.toSpliced(at, 1).toSpliced(to, 0, test);
  return { ...document, tests };
}
