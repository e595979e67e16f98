import './try-it.css';
import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import { useDeferredValue, useMemo } from 'react';
import type { Problem } from '../../../policies/check.ts';
import { type Act, type Mend, mendFor } from '../../../policies/editing/mend.ts';
import { plural } from '../../app/words.ts';
import { useEditing, useEditor } from '../../editing/editing-context.tsx';
import { useProblems } from '../../editing/problems.ts';
import { useTrying } from '../../trying/trying-context.tsx';
import { useCanvas } from './canvas-context.tsx';
import { writeKeys } from './keyboard.ts';

/** Fixes are tried out on the drawing one after the other; beyond so many problems the first ones come first. */
const MOST_MENDED = 30;

/** What is wrong with the drawing, each with its fix as a button. */
export function ProblemList() {
  const problems = useProblems();
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {problems.length === 0 ? '' : sayCounts(errors, warnings)}
      </Text>
      {problems.length === 0 ? (
        <Alert
          variant="light"
          color="teal"
          icon={<IconCircleCheck aria-hidden />}
          title="Nothing is wrong: every way leads somewhere"
          role="status"
        />
      ) : (
        <Found problems={problems} />
      )}
    </Stack>
  );
}

function sayCounts(errors: number, warnings: number): string {
  const mended = errors === 0 ? '' : `${plural(errors, 'problem')} to be mended before it can be published.`;
  const looked = warnings === 0 ? '' : `${plural(warnings, 'thing')} worth a look.`;
  return [mended, looked].filter(Boolean).join(' ');
}

function Found({ problems }: { readonly problems: readonly Problem[] }) {
  const { house, mayChange } = useEditor();
  const isShown = useTrying(({ panel }) => panel === 'problems');
  const graph = useDeferredValue(useEditing(({ document }) => document.graph));
  const layout = useDeferredValue(useEditing(({ document }) => document.layout));
  const mends = useMemo(() => {
    const context = { ...house.check, offered: house.models };
    const found = new Map<Problem, Mend | null>();
    if (!mayChange || !isShown) return found;
    for (const one of problems.slice(0, MOST_MENDED)) found.set(one, mendFor(one, { graph, layout }, context));
    return found;
  }, [problems, graph, layout, house, mayChange, isShown]);
  return (
    <Stack component="ul" aria-label="Problems" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
      {problems.map((problem) => (
        <li key={`${problem.code} ${problem.node} ${problem.field} ${problem.message}`}>
          <OneProblem problem={problem} mend={mends.get(problem) ?? null} />
        </li>
      ))}
    </Stack>
  );
}

function OneProblem({ problem, mend }: { readonly problem: Problem; readonly mend: Mend | null }) {
  const { editing } = useEditor();
  const { actions } = useCanvas();
  const { severity, node, message, fix } = problem;
  const isError = severity === 'error';
  const mendIt = ({ label, apply }: Act): void => {
    editing.getState().change(label, apply);
    actions.say(`Done: ${label}. Undo with ${writeKeys('mod+z')}.`);
  };
  return (
    <Alert
      variant="light"
      color={isError ? 'red' : 'yellow'}
      icon={isError ? <IconAlertTriangle aria-hidden /> : <IconInfoCircle aria-hidden />}
      title={isError ? 'Has to be mended' : 'Worth a look'}
    >
      <Text size="sm">{message}</Text>
      <Text size="sm" mt={4}>
        {fix}
      </Text>
      <Group gap="xs" mt="xs">
        {mend === null ? null : 'go' in mend ? (
          <Anchor size="sm" href={`/${mend.go}`} target="_blank">
            {mend.label} (opens in a new tab)
          </Anchor>
        ) : (
          <Button size="compact-sm" className="long-button" onClick={() => mendIt(mend)}>
            {mend.label}
          </Button>
        )}
        {node === null ? null : (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Show on the drawing: ${message}`}
            onClick={() => actions.go([node])}
          >
            Show it
          </Button>
        )}
      </Group>
    </Alert>
  );
}
