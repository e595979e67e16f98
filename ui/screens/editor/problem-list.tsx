import './try-it/try-it.css';
import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import { useRef } from 'react';
import type { Problem } from '../../../policies/check.ts';
import type { Act, Mend } from '../../../policies/editing/mend.ts';
import { plural } from '../../app/words.ts';
import { useEditor } from '../../editing/editing-context.tsx';
import { useProblems } from '../../editing/problems.ts';
import { useTrying } from '../../trying/trying-context.tsx';
import { useMends } from '../../trying/use-mends.ts';
import { useCanvas } from './canvas/canvas-context.tsx';
import { writeKeys } from './canvas/keyboard.ts';

/** What is wrong with the drawing, each with its fix as a button. */
export function ProblemList() {
  const problems = useProblems();
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const room = useRef<HTMLDivElement>(null);
  return (
    <Stack gap="sm" ref={room} tabIndex={-1} className="quiet-focus">
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
        <Found problems={problems} onMended={() => room.current?.focus()} />
      )}
    </Stack>
  );
}

function sayCounts(errors: number, warnings: number): string {
  const mended = errors === 0 ? '' : `${plural(errors, 'problem')} to be mended before it can be published.`;
  const looked = warnings === 0 ? '' : `${plural(warnings, 'thing')} worth a look.`;
  return [mended, looked].filter(Boolean).join(' ');
}

interface FoundProps {
  readonly problems: readonly Problem[];
  /** The button that was pressed is gone then. */
  readonly onMended: () => void;
}

function Found({ problems, onMended }: FoundProps) {
  const isShown = useTrying(({ panel }) => panel === 'problems');
  const mends = useMends(problems, isShown);
  return (
    <Stack component="ul" aria-label="Problems" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
      {problems.map((problem) => (
        <li key={`${problem.code} ${problem.node} ${problem.field} ${problem.message}`}>
          <OneProblem problem={problem} mend={mends.get(problem) ?? null} onMended={onMended} />
        </li>
      ))}
    </Stack>
  );
}

interface ProblemProps {
  readonly problem: Problem;
  readonly mend: Mend | null;
  readonly onMended: () => void;
}

function OneProblem({ problem, mend, onMended }: ProblemProps) {
  const { editing } = useEditor();
  const { actions } = useCanvas();
  const { severity, node, message, fix } = problem;
  const isError = severity === 'error';
  const mendIt = ({ label, apply }: Act): void => {
    editing.getState().change(label, apply);
    onMended();
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
