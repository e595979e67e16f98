import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { InTheWay } from '../../../trying/compiled.ts';
import { useTrying } from '../../../trying/trying-context.tsx';
import { useCanvas } from '../canvas/canvas-context.tsx';

const MOST_SHOWN = 3;

/** Says which problems keep the drawing from running; each leads to its node. */
export function NothingRuns({ inTheWay: { problems, message } }: { readonly inTheWay: InTheWay }) {
  const { actions } = useCanvas();
  const show = useTrying((state) => state.show);
  return (
    <Alert
      variant="light"
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title="The drawing cannot run yet"
      role="group"
    >
      {problems.length === 0 ? <Text size="sm">{message}</Text> : null}
      <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
        {problems.slice(0, MOST_SHOWN).map(({ code, node, field, message: words, fix }) => (
          <li key={`${code} ${node} ${field}`}>
            <Text size="sm">
              {words} {fix}
            </Text>
            {node === null ? null : (
              <Anchor component="button" type="button" size="sm" onClick={() => actions.go([node])}>
                Show it on the drawing
              </Anchor>
            )}
          </li>
        ))}
      </Stack>
      <Anchor component="button" type="button" size="sm" mt="xs" onClick={() => show('problems')}>
        Mend it in “Problems”
      </Anchor>
    </Alert>
  );
}
