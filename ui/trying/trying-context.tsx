/** What the panels of an editor share: the request that is tried, the tests as they ran, and which panel is shown. */
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { useEditor } from '../editing/editing-context.tsx';
import { asksOf } from './asks.ts';
import { firstTrial } from './first-trial.ts';
import { createTestRuns, type TestRuns, type TestRunsState } from './test-runs.ts';
import type { Trial } from './trial.ts';
import type { TrialResult } from './try-out.ts';

export const PANELS = ['settings', 'try', 'tests', 'problems', 'outline'] as const;
export type Panel = (typeof PANELS)[number];

export interface TryingState {
  readonly panel: Panel;
  readonly trial: Trial;
  /** What came of the trial; of the one before while it is typed. */
  readonly result: TrialResult | null;
  /** Shows another panel, unless something in the settings is not finished. */
  show(panel: Panel): void;
  /** Keeps people at the settings until there is nothing more to finish; `tried` hears of each attempt to leave. */
  hold(tried: (() => void) | null): void;
  /** Begins with another request. */
  begin(trial: Trial): void;
  /** Changes parts of the request. */
  edit(change: (trial: Trial) => Partial<Trial>): void;
  finish(result: TrialResult): void;
}

const createTrying = (trial: Trial): StoreApi<TryingState> => {
  let held: (() => void) | null = null;
  return createStore<TryingState>((set) => ({
    panel: 'settings',
    trial,
    result: null,
    show(panel) {
      if (held && panel !== 'settings') held();
      else set({ panel });
    },
    hold(tried) {
      held = tried;
    },
    begin: (next) => set({ trial: next }),
    edit: (change) => set((state) => ({ trial: { ...state.trial, ...change(state.trial), isChanged: true } })),
    finish: (result) => set({ result }),
  }));
};

interface Shared {
  readonly trying: StoreApi<TryingState>;
  readonly testRuns: TestRuns;
}

const TryingContext = createContext<Shared | null>(null);

export function TryingProvider({ children }: { readonly children: ReactNode }) {
  const { editing, policy, house } = useEditor();
  const [shared] = useState((): Shared => {
    const { graph, tests } = editing.getState().document;
    return {
      trying: createTrying(firstTrial(policy, tests, asksOf(graph).budgets, house)),
      testRuns: createTestRuns(editing),
    };
  });
  useEffect(() => shared.testRuns.open(house), [shared, house]);
  return <TryingContext value={shared}>{children}</TryingContext>;
}

function useShared(): Shared {
  const shared = useContext(TryingContext);
  if (!shared) throw new Error('There is nothing to try around this.');
  return shared;
}

/** A part of what is tried; what uses it is drawn again only when that part is another. */
export function useTrying<T>(part: (state: TryingState) => T): T {
  return useStore(useShared().trying, part);
}

/** A part of how the tests ran. */
export function useTestRuns<T>(part: (state: TestRunsState) => T): T {
  return useStore(useShared().testRuns.state, part);
}
