import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useId, useState } from 'react';
import { windowAt } from '../../../policies/budget.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import { TextLink } from '../../app/text-link.tsx';
import { BudgetBar } from '../../budgets/budget-bar.tsx';
import type { Tree } from '../../budgets/budget-tree.ts';
import { sayLimit, sayScope, saySpan } from '../../budgets/budget-words.ts';
import { stateOf } from '../../budgets/scope-state.ts';
import { BranchRows, type RowsContext } from './branch-rows.tsx';
import { ChangeBudget } from './change-budget.tsx';
import { SpentBy } from './spent-by.tsx';

interface Props {
  readonly tree: Tree;
  /** The name of the project whose policies alone may use it. */
  readonly project: string | null;
  /** Those that spend from it. */
  readonly policies: readonly ListedPolicy[];
  readonly context: RowsContext;
}

/** One budget that is a part of no other, with what is below it: what it allows, what was spent, and who spends from it. */
export function BudgetCard({ tree: { budget, branches, stray, resting }, project, policies, context }: Props) {
  const title = useId();
  const [changing, setChanging] = useState(false);
  const { id, name, owner, window, timeZone, scope, unit } = budget;
  const isTree = branches.some(({ parts }) => parts.length > 0) || stray.length > 0 || resting.length > 0;
  const { end } = windowAt(window, timeZone, Date.now());
  return (
    <Card
      component="li"
      withBorder
      padding="lg"
      aria-labelledby={title}
      {...(isTree ? { className: 'budget-tree' } : {})}
    >
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb={4}>
        <Title order={2} id={title} style={{ overflowWrap: 'anywhere' }}>
          <TextLink to="/budgets/$budget" params={{ budget: id }} inherit className="card-link">
            {name}
          </TextLink>
        </Title>
        {context.mayChange ? (
          <Button
            size="xs"
            variant="default"
            flex="none"
            aria-label={`Change ${name}`}
            onClick={() => setChanging(true)}
          >
            Change
          </Button>
        ) : null}
      </Group>
      <Text fw={600}>{sayLimit(budget, !context.seesAll && budget.project === null)}</Text>
      <Text size="sm" c="dimmed" mb="md">
        {saySpan(end, timeZone)} {owner === null ? 'Nobody is named as its owner.' : `Ask ${owner} for more.`}
        {project === null ? '' : ` Only policies of the project ${project} may use it.`}
      </Text>
      <Stack gap="md">
        {branches.length > 0 ? (
          <BranchRows branches={branches} context={context} known={id} depth={0} />
        ) : scope.length === 0 ? (
          <BudgetBar words={sayScope(scope, '', context.keyNames)} unit={unit} state={stateOf(budget, '', undefined)} />
        ) : (
          <Text size="sm" c="dimmed">
            {context.seesAll ? 'Nobody has spent' : 'Nobody of yours has spent'} from it in this time.
          </Text>
        )}
        {stray.length === 0 ? null : (
          <>
            <Text size="sm" c="dimmed">
              Below it, and nobody can tell which part of it these belong to:
            </Text>
            <BranchRows branches={stray} context={context} known={id} depth={1} />
          </>
        )}
        {resting.length === 0 ? null : (
          <Text size="sm" c="dimmed">
            Below it, and not spent from in this time:{' '}
            {resting.map((below, i) => (
              <span key={below.id}>
                {i === 0 ? '' : ', '}
                <TextLink to="/budgets/$budget" params={{ budget: below.id }} size="sm" underline="always">
                  {below.name}
                </TextLink>
              </span>
            ))}
          </Text>
        )}
      </Stack>
      <SpentBy policies={policies} isTree={isTree} />
      {changing ? <ChangeBudget budget={budget} onClose={() => setChanging(false)} /> : null}
    </Card>
  );
}
