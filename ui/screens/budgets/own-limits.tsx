import { Button, Group, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import type { HouseAnswer } from '../../api/house.ts';
import { MoreButton } from '../../app/more-button.tsx';
import { Section } from '../../app/section.tsx';
import { sayScope, sayScopeName, WINDOW_WORDS } from '../../budgets/budget-words.ts';
import { OwnLimitForm, RemoveOwnLimit } from './own-limit-form.tsx';

const PAGE = 20;

interface Props {
  readonly budget: StoredBudget;
  readonly house: HouseAnswer;
  readonly keyNames: ReadonlyMap<string, string>;
  readonly mayChange: boolean;
}

/** The parts of a budget that have another limit than the rest. */
export function OwnLimits({ budget, house, keyNames, mayChange }: Props) {
  const [form, setForm] = useState<{ readonly scope: string | null } | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);
  const [shown, setShown] = useState(PAGE);
  const { scope: names, limits, limit, unit, window } = budget;
  const own = Object.entries(limits).sort((a, b) => b[1] - a[1]);
  return (
    <Section
      title="Parts with a limit of their own"
      aside={
        mayChange ? (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setForm({ scope: null })}
          >
            Limit for one part
          </Button>
        ) : undefined
      }
    >
      {own.length === 0 ? (
        <Text size="sm" c="dimmed">
          Each {names.map(sayScopeName).join(' and ')} has the same {sayAmount(limit, unit)} {WINDOW_WORDS[window]}.
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={420} tabIndex={0} aria-label="Parts with a limit of their own">
          <Table verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Part</Table.Th>
                <Table.Th ta="right">Limit {WINDOW_WORDS[window]}</Table.Th>
                {mayChange ? <Table.Th aria-label="What can be done" /> : null}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {own.slice(0, shown).map(([scope, amount]) => {
                const words = sayScope(names, scope, keyNames);
                return (
                  <Table.Tr key={scope}>
                    <Table.Td>{words}</Table.Td>
                    <Table.Td ta="right">{sayAmount(amount, unit)}</Table.Td>
                    {mayChange ? (
                      <Table.Td>
                        <Group gap="xs" justify="flex-end" wrap="nowrap">
                          <Button
                            size="compact-sm"
                            variant="default"
                            aria-label={`Change the limit of ${words}`}
                            onClick={() => setForm({ scope })}
                          >
                            Change
                          </Button>
                          <Button
                            size="compact-sm"
                            variant="default"
                            aria-label={`Take away the limit of ${words}`}
                            onClick={() => setRemoving(scope)}
                          >
                            Take away
                          </Button>
                        </Group>
                      </Table.Td>
                    ) : null}
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <MoreButton left={own.length - shown} onMore={() => setShown(shown + PAGE)} />
      {form ? (
        <OwnLimitForm
          budget={budget}
          house={house}
          keyNames={keyNames}
          scope={form.scope}
          onClose={() => setForm(null)}
        />
      ) : null}
      {removing === null ? null : (
        <RemoveOwnLimit
          budget={budget}
          scope={removing}
          words={sayScope(names, removing, keyNames)}
          onClose={() => setRemoving(null)}
        />
      )}
    </Section>
  );
}
