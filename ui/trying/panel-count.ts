/** What stands behind the titles of panels: how many tests pass, how many problems there are. */
import { useEditing } from '../editing/editing-context.tsx';
import { useProblems } from '../editing/problems.ts';
import { type Panel, useTestRuns } from './trying-context.tsx';

/** "3 of 4" for tests, "2" for problems; null where there is nothing to count. */
export function usePanelCount(panel: Panel): string | null {
  const problems = useProblems().length;
  const tests = useEditing(({ document }) => document.tests);
  const passed = useTestRuns(({ runs }) => tests.filter((test) => runs.get(test)?.passed).length);
  const isKnown = useTestRuns(({ runs, inTheWay }) => inTheWay !== null || tests.every((test) => runs.has(test)));
  if (panel === 'problems') return problems === 0 ? null : String(problems);
  if (panel !== 'tests' || tests.length === 0) return null;
  return isKnown ? `${passed} of ${tests.length}` : `${tests.length}`;
}
