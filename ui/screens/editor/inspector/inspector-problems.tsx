import { Alert, Anchor, Button, Stack, Text } from '@mantine/core';
import { useDeferredValue, useMemo } from 'react';
import { type Act, mendFor } from '../../../../policies/editing/mend.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { useProblems } from '../../../editing/problems.ts';
import { useEdit } from './inspector-edit.ts';

/** What is wrong with one node, each with its fix as a button. */
export function NodeProblems({ node }: { readonly node: string }) {
  const { house, mayChange } = useEditor();
  const edit = useEdit();
  const problems = useProblems();
  const document = useDeferredValue(useEditing((state) => state.document));
  const found = useMemo(() => {
    const context = { ...house.check, offered: house.models };
    // What does not fit stands at its field.
    const own = problems.filter(({ node: at, code }) => at === node && code !== 'settings' && code !== 'condition');
    return own.map((problem) => ({ problem, mend: mayChange ? mendFor(problem, document, context) : null }));
  }, [problems, node, document, house, mayChange]);
  if (found.length === 0) return null;
  const mendIt = (mend: Act): void => edit(mend.label, (now) => mend.apply(now));
  return (
    <Stack component="ul" aria-label="Problems of this node" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
      {found.map(({ problem, mend }) => (
        <li key={`${problem.code} ${problem.field} ${problem.message}`}>
          <Alert
            variant="light"
            color={problem.severity === 'error' ? 'red' : 'yellow'}
            title={problem.severity === 'error' ? 'Has to be mended' : 'Worth a look'}
          >
            <Text size="sm">
              {problem.message} {problem.fix}
            </Text>
            {mend === null ? null : 'go' in mend ? (
              <Anchor size="sm" href={`/${mend.go}`} target="_blank">
                {mend.label} (opens in a new tab)
              </Anchor>
            ) : (
              <Button size="compact-sm" variant="default" mt="xs" onClick={() => mendIt(mend)}>
                {mend.label}
              </Button>
            )}
          </Alert>
        </li>
      ))}
    </Stack>
  );
}
