/** The acts that mend the problems of a drawing. Each is tried out on it first, so that they come one after the other. */
import { useEffect, useState } from 'react';
import type { Problem } from '../../policies/check.ts';
import { type Mend, mendFor } from '../../policies/editing/mend.ts';
import { useEditing, useEditor } from '../editing/editing-context.tsx';

/** Beyond so many problems, the first ones come first. */
const MOST_MENDED = 30;
/** What else waits goes first after so long. */
const SLICE_MS = 12;

const NONE: ReadonlyMap<Problem, Mend | null> = new Map();

/** What mends each of the problems, as far as it is known yet; nothing for who may not change the drawing. */
export function useMends(problems: readonly Problem[], isShown: boolean): ReadonlyMap<Problem, Mend | null> {
  const { editing, house, mayChange } = useEditor();
  const graph = useEditing(({ document }) => document.graph);
  const [mends, setMends] = useState(NONE);
  useEffect(() => {
    if (!mayChange || !isShown) return;
    const context = { ...house.check, offered: house.models };
    const { layout } = editing.getState().document;
    let isLatest = true;
    const find = async (): Promise<void> => {
      const found = new Map<Problem, Mend | null>();
      let paused = performance.now();
      for (const problem of problems.slice(0, MOST_MENDED)) {
        found.set(problem, mendFor(problem, { graph, layout }, context));
        if (performance.now() - paused < SLICE_MS) continue;
        setMends(new Map(found));
        await new Promise((resolve) => setTimeout(resolve));
        if (!isLatest) return;
        paused = performance.now();
      }
      setMends(found);
    };
    void find();
    return () => {
      isLatest = false;
    };
  }, [editing, house, mayChange, isShown, graph, problems]);
  return mends;
}
