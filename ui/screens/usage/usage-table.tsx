import { ActionIcon, Group, Progress, Table, Text } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useState } from 'react';
import { dollars } from '../../../policies/price.ts';
import type { UsageCondition, UsageSum } from '../../api/usage.ts';
import { MoreButton } from '../../app/more-button.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { sayCount, sayDuration, sayShare } from '../../app/words.ts';
import { headOf, sayDimension, sayGroup } from '../../usage/dimension-words.ts';
import { requestsBehind } from '../../usage/requests-behind.ts';
import { sumOf } from '../../usage/usage-plot.ts';

const FEW = 25;

interface Props {
  readonly by: string;
  readonly totals: readonly UsageSum[];
  /** What all of them are narrowed to. */
  readonly conditions: readonly UsageCondition[];
  readonly time: { readonly from: number; readonly to?: number | undefined };
  /** Narrows by the value of a row; rows cannot be narrowed by where it is left out. */
  readonly onOnly?: (condition: UsageCondition) => void;
}

/** What was used, a row for each value; each leads to the requests behind it where their list can be narrowed so. */
export function UsageTable({ by, totals, conditions, time, onOnly }: Props) {
  const [shown, setShown] = useState(FEW);
  const all = sumOf(totals);
  const hasTimes = totals.some(({ p50Ms }) => p50Ms !== null);
  const saved = all.savedByRouting + all.savedByCaching > 0;
  return (
    <>
      <WideTable minWidth={1040} label={`Usage by ${sayDimension(by)}`}>
        <Table highlightOnHover verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{headOf(by)}</Table.Th>
              <Table.Th ta="right">Spend</Table.Th>
              <Table.Th>Share of spend</Table.Th>
              <Table.Th ta="right">Requests</Table.Th>
              <Table.Th ta="right">Failed</Table.Th>
              <Table.Th ta="right">Refused</Table.Th>
              <Table.Th ta="right">Tokens</Table.Th>
              {saved ? <Table.Th ta="right">Saved</Table.Th> : null}
              {hasTimes ? <Table.Th ta="right">Half took up to</Table.Th> : null}
              {hasTimes ? <Table.Th ta="right">95 % took up to</Table.Th> : null}
              <Table.Th>Behind it</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {totals.slice(0, shown).map((sum) => (
              <Row
                key={`${sum.others === true} ${sum.group === null} ${sum.group}`}
                {...{ by, sum, conditions, time, saved, hasTimes }}
                share={all.cost > 0 ? sum.cost / all.cost : 0}
                {...(onOnly ? { onOnly } : {})}
              />
            ))}
          </Table.Tbody>
          <Table.Tfoot>
            <Table.Tr>
              <Table.Th>All</Table.Th>
              <Table.Th ta="right">{dollars(all.cost)}</Table.Th>
              <Table.Th />
              <Table.Th ta="right">{sayCount(all.requests)}</Table.Th>
              <Table.Th ta="right">{sayCount(all.errors)}</Table.Th>
              <Table.Th ta="right">{sayCount(all.refused)}</Table.Th>
              <Table.Th ta="right">{sayCount(all.inputTokens + all.outputTokens)}</Table.Th>
              {saved ? <Table.Th ta="right">{dollars(all.savedByRouting + all.savedByCaching)}</Table.Th> : null}
              {hasTimes ? <Table.Th /> : null}
              {hasTimes ? <Table.Th /> : null}
              <Table.Th />
            </Table.Tr>
          </Table.Tfoot>
        </Table>
      </WideTable>
      <MoreButton left={totals.length - shown} onMore={() => setShown(totals.length)} />
    </>
  );
}

interface RowProps extends Omit<Props, 'totals'> {
  readonly sum: UsageSum;
  readonly share: number;
  readonly saved: boolean;
  readonly hasTimes: boolean;
}

function Row({ by, sum, share, conditions, time, saved, hasTimes, onOnly }: RowProps) {
  const words = sayGroup(by, sum);
  const isTold = !sum.others;
  const condition = { by, is: sum.group ?? '' };
  const behind = isTold ? requestsBehind([...conditions, condition], time) : null;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        <Named by={by} sum={sum} words={words} />
      </Table.Th>
      <Table.Td ta="right">{dollars(sum.cost)}</Table.Td>
      <Table.Td>
        <Group gap={8} wrap="nowrap">
          <Progress value={share * 100} w={70} size="sm" aria-hidden />
          <Text size="sm" className="unbroken">
            {sayShare(share)}
          </Text>
        </Group>
      </Table.Td>
      <Table.Td ta="right">{sayCount(sum.requests)}</Table.Td>
      <Table.Td ta="right">{sayCount(sum.errors)}</Table.Td>
      <Table.Td ta="right">{sayCount(sum.refused)}</Table.Td>
      <Table.Td ta="right">{sayCount(sum.inputTokens + sum.outputTokens)}</Table.Td>
      {saved ? <Table.Td ta="right">{dollars(sum.savedByRouting + sum.savedByCaching)}</Table.Td> : null}
      {hasTimes ? <Table.Td ta="right">{sum.p50Ms === null ? '' : sayDuration(sum.p50Ms)}</Table.Td> : null}
      {hasTimes ? <Table.Td ta="right">{sum.p95Ms === null ? '' : sayDuration(sum.p95Ms)}</Table.Td> : null}
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          {behind ? (
            <TextLink to="/requests" search={behind} size="sm" aria-label={`Requests of ${words}`}>
              Requests
            </TextLink>
          ) : null}
          {onOnly && isTold ? (
            <ActionIcon
              variant="subtle"
              size="sm"
              aria-label={`Only ${sayDimension(by)}: ${words}`}
              title={`Only ${words}`}
              onClick={() => onOnly(condition)}
            >
              <IconFilter size={15} aria-hidden />
            </ActionIcon>
          ) : null}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** The name of a value, which leads to its own page where it has one. */
function Named({ by, sum, words }: { readonly by: string; readonly sum: UsageSum; readonly words: string }) {
  if (by === 'team' && sum.group !== null) {
    return (
      <TextLink to="/teams/$team" params={{ team: sum.group }} inherit>
        {words}
      </TextLink>
    );
  }
  if (by === 'policy' && sum.group !== null) {
    return (
      <TextLink to="/policies/$policy" params={{ policy: sum.group }} inherit>
        {words}
      </TextLink>
    );
  }
  return <span className="wrapped">{words}</span>;
}
