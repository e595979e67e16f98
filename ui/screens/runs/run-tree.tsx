import './run-tree.css';
import { ActionIcon, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconPoint, IconRobot, IconStack2 } from '@tabler/icons-react';
import { useState } from 'react';
import { dollars } from '../../../policies/price.ts';
import type { RunBranch, RunTotal } from '../../api/sessions.ts';
import { MoreButton } from '../../app/more-button.tsx';
import { Status } from '../../app/status.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { plural, sayCount } from '../../app/words.ts';
import { sayLength } from './length-words.ts';

const INDENT = 22;
/** Deeper branches are drawn no further to the right: there would be no room for their names. */
const DEEPEST = 12;
const FEW = 200;

interface Props {
  /** Each before those under it. */
  readonly branches: readonly RunBranch[];
  /** What all of them come to. */
  readonly whole: RunTotal;
}

/** A run as a tree in the rows of a table; what is under a branch can be folded away, and the branch has its sum. */
export function RunTree({ branches, whole }: Props) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [most, setMost] = useState(FEW);
  const parents = new Set(branches.map(({ parent }) => parent));
  const hidden = new Set<string>();
  for (const { id, parent } of branches) {
    if (parent !== null && (hidden.has(parent) || folded.has(parent))) hidden.add(id);
  }
  const shown = branches.filter(({ id }) => !hidden.has(id));
  const fold = (id: string): void => {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    setFolded(next);
  };
  return (
    <>
      <WideTable minWidth={860} label="The run as a tree">
        <Table verticalSpacing={6} className="run-tree">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What was done</Table.Th>
              <Table.Th>When in the run</Table.Th>
              <Table.Th ta="right">Took</Table.Th>
              <Table.Th ta="right">Tokens</Table.Th>
              <Table.Th ta="right">Cost</Table.Th>
              <Table.Th>Outcome</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.slice(0, most).map((branch) => (
              <Row
                key={branch.id}
                branch={branch}
                whole={whole}
                isParent={parents.has(branch.id)}
                isFolded={folded.has(branch.id)}
                onFold={() => fold(branch.id)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
      <MoreButton left={shown.length - most} onMore={() => setMost(shown.length)} />
    </>
  );
}

interface RowProps {
  readonly branch: RunBranch;
  readonly whole: RunTotal;
  readonly isParent: boolean;
  readonly isFolded: boolean;
  readonly onFold: () => void;
}

const KIND_WORDS = { request: 'request', step: 'step', agent: 'agent' } as const;
const ICONS = { request: IconPoint, step: IconStack2, agent: IconRobot } as const;

function Row({ branch, whole, isParent, isFolded, onFold }: RowProps) {
  const { depth, kind, name, request, total } = branch;
  const words = name ?? 'a request that no model answered';
  const Icon = ICONS[kind];
  const { left, width } = placeOf(total, whole);
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} style={{ paddingLeft: 8 + INDENT * Math.min(depth, DEEPEST) }}>
        <VisuallyHidden>Level {depth + 1}: </VisuallyHidden>
        <Group gap={6} wrap="nowrap">
          {isParent ? (
            <ActionIcon
              variant="subtle"
              size="sm"
              color="gray"
              aria-expanded={!isFolded}
              aria-label={`What is under ${words}`}
              onClick={onFold}
            >
              {isFolded ? <IconChevronRight size={16} aria-hidden /> : <IconChevronDown size={16} aria-hidden />}
            </ActionIcon>
          ) : (
            <span className="run-tree-gap" />
          )}
          <Icon size={16} aria-hidden />
          <div className="wrapped">
            {request ? (
              <TextLink to="/requests/$record" params={{ record: request.id }} inherit>
                {words}
              </TextLink>
            ) : (
              <Text span fw={600}>
                {words}
              </Text>
            )}
            <Text size="xs" c="dimmed">
              {kind === 'request' ? (request?.model ?? 'no model answered') : KIND_WORDS[kind]}
              {isParent ? `, ${plural(total.requests, 'request')} in all` : ''}
            </Text>
          </div>
        </Group>
      </Table.Th>
      <Table.Td className="run-tree-when">
        <div className="run-tree-bar" aria-hidden>
          <span style={{ left: `${left}%`, width: `${width}%` }} />
        </div>
        <VisuallyHidden>{sayLength(total.from - whole.from)} after its beginning</VisuallyHidden>
      </Table.Td>
      <Table.Td ta="right" className="unbroken">
        {sayLength(total.to - total.from)}
      </Table.Td>
      <Table.Td ta="right">{sayCount(total.inputTokens + total.outputTokens)}</Table.Td>
      <Table.Td ta="right">{dollars(total.cost)}</Table.Td>
      <Table.Td>
        {request ? <Status status={request.status} /> : total.errors > 0 ? `${sayCount(total.errors)} failed` : ''}
      </Table.Td>
    </Table.Tr>
  );
}

/** Where a branch lies in the time of its run, in percent. */
function placeOf(total: RunTotal, whole: RunTotal): { readonly left: number; readonly width: number } {
  const length = Math.max(1, whole.to - whole.from);
  const left = (100 * (total.from - whole.from)) / length;
  return { left, width: Math.max(1, Math.min(100 - left, (100 * (total.to - total.from)) / length)) };
}
