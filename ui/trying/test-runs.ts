/** Runs the tests of a policy in the browser, a moment after each change. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type PolicyTest, type PolicyTestResult, runPolicyTest } from '../../policies/policy-test.ts';
import type { Editing } from '../editing/document.ts';
import type { House } from '../editing/house.ts';
import { compiledOf, type InTheWay } from './compiled.ts';

/** What came of a test; the message is that of a node that could not do its work. */
export type TestRun = PolicyTestResult | { readonly passed: false; readonly message: string };

export interface TestRunsState {
  /** By the test itself: one that was changed since has none yet. */
  readonly runs: ReadonlyMap<PolicyTest, TestRun>;
  /** Why none can run. */
  readonly inTheWay: InTheWay | null;
  /** From a change until all have run again. */
  readonly isRunning: boolean;
}

export interface TestRuns {
  readonly state: StoreApi<TestRunsState>;
  /** Starts to run them after each change; gives what stops it. */
  open(house: House): () => void;
}

const QUIET_MS = 300;
/** What else waits goes first after so long. */
const SLICE_MS = 12;

/** The runs of an editor's tests; nothing runs until they are opened. */
export function createTestRuns(editing: Editing): TestRuns {
  const state = createStore<TestRunsState>(() => ({ runs: new Map(), inTheWay: null, isRunning: false }));

  async function runAll(house: House, isCancelled: () => boolean): Promise<void> {
    const { graph, tests } = editing.getState().document;
    const compiled = compiledOf(graph, house.check);
    if (!compiled.ok) {
      state.setState({ runs: new Map(), inTheWay: compiled.inTheWay, isRunning: false });
      return;
    }
    const world = house.world(null);
    const runs = new Map<PolicyTest, TestRun>();
    let paused = performance.now();
    for (const test of tests) {
      runs.set(test, await runPolicyTest(compiled.graph, test, world).catch(failed));
      if (performance.now() - paused > SLICE_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        paused = performance.now();
      }
      if (isCancelled()) return;
    }
    state.setState({ runs, inTheWay: null, isRunning: false });
  }

  return {
    state,
    open(house) {
      let generation = 0;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const schedule = (ms: number): void => {
        const mine = ++generation;
        clearTimeout(timer);
        state.setState({ isRunning: true });
        timer = setTimeout(() => void runAll(house, () => mine !== generation), ms);
      };
      const stop = editing.subscribe(({ document: now }, { document: before }) => {
        if (now.graph !== before.graph || now.tests !== before.tests) schedule(QUIET_MS);
      });
      schedule(0);
      return () => {
        stop();
        generation++;
        clearTimeout(timer);
      };
    },
  };
}

const failed = (error: unknown): TestRun => ({
  passed: false,
  message: error instanceof Error ? error.message : String(error),
});
