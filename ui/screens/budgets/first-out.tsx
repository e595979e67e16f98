import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { TextLink } from '../../app/text-link.tsx';
import { sayShare } from '../../app/words.ts';
import type { Branch } from '../../budgets/budget-tree.ts';
import { OPEN_WINDOW_WORDS, sayScope } from '../../budgets/budget-words.ts';
import { shareOf, standingOf } from '../../budgets/scope-state.ts';
import type { Outlooks } from './use-outlooks.ts';

/** How many are named. */
const MOST = 4;

interface Props {
  readonly branches: readonly Branch[];
  readonly keyNames: ReadonlyMap<string, string>;
  readonly outlooks: Outlooks;
}

/** What is spent already or will be next; nothing where all will last. */
export function FirstOut({ branches, keyNames, outlooks }: Props) {
  const pressed = branches
    .map((branch) => {
      const { budget, state } = branch;
      const outlook = outlooks.of(budget, state.scope);
      const standing = standingOf(state);
      return { budget, state, standing, outlook, share: shareOf(state) };
    })
    .filter(({ standing, outlook }) => standing !== 'fine' || outlook !== null)
    .map((one) => ({
      ...one,
      // Those that are spent come first, then by when they will be, then those of which that is not known.
      at: one.standing === 'spent' ? 0 : (one.outlook?.runsOutAt ?? Number.MAX_SAFE_INTEGER),
    }))
    .sort((a, b) => a.at - b.at || b.share - a.share);
  if (pressed.length === 0) return null;
  return (
    <Card component="section" withBorder padding="md" aria-labelledby="first-out">
      <Title order={2} id="first-out" mb="xs">
        Runs out first
      </Title>
      <Stack component="ul" gap={6} m={0} p={0} style={{ listStyle: 'none' }}>
        {pressed.slice(0, MOST).map(({ budget, state, standing, outlook, share }) => (
          <Group component="li" key={`${budget.id} ${state.scope}`} gap={6}>
            <TextLink
              to="/budgets/$budget"
              params={{ budget: budget.id }}
              search={state.scope === '' ? {} : { scope: state.scope }}
              size="sm"
              fw={600}
            >
              {budget.name}: {sayScope(budget.scope, state.scope, keyNames)}
            </TextLink>
            <Text size="sm">
              {standing === 'spent'
                ? `is spent ${OPEN_WINDOW_WORDS[budget.window]}.`
                : `has used ${sayShare(share)} ${OPEN_WINDOW_WORDS[budget.window]}. ${outlook?.words ?? ''}`}
            </Text>
          </Group>
        ))}
      </Stack>
      {pressed.length > MOST ? (
        <Text size="sm" c="dimmed" mt={6}>
          And {pressed.length - MOST} more below.
        </Text>
      ) : null}
    </Card>
  );
}
