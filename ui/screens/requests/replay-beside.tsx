import { SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { budgetNamesQuery } from '../../api/house.ts';
import { type Drawing as DrawingDocument, drawingQuery } from '../../api/policies.ts';
import type { DecidedRecord, ExplainedStep } from '../../api/records.ts';
import type { Replayed } from '../../api/replay.ts';
import { Drawing } from '../../canvas/drawing.tsx';
import { sayEnd, sayRecordedEnd } from './end-words.ts';
import { namesOf } from './node-names.ts';
import { Steps } from './steps.tsx';

interface Props {
  readonly record: DecidedRecord;
  readonly version: number;
  /** Of that version. */
  readonly drawing: DrawingDocument;
  readonly replayed: Replayed;
}

/** The way as it is decided again, and how it ends; where that cannot be told, as far as it can. */
function wayOf(replayed: Replayed): { readonly trace: readonly ExplainedStep[]; readonly end: string } {
  if (replayed.result !== 'cannot tell') {
    const { trace, outcome } = replayed.decision;
    return { trace, end: sayEnd(outcome) };
  }
  const reason = `From here on it cannot be told: ${replayed.why}.`;
  const last = { node: replayed.node, kind: '', port: null, reason };
  return { trace: [...replayed.trace, last], end: 'The end cannot be told' };
}

/** The way that was recorded and the one that another version takes, side by side. */
export function ReplayBeside({ record, version, drawing, replayed }: Props) {
  const own = useQuery(drawingQuery(record.policy, record.version));
  const partingAt = replayed.result === 'same' ? null : (replayed.difference?.node ?? null);
  const { trace, end } = useMemo(() => wayOf(replayed), [replayed]);
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      {own.data ? (
        <Side
          title={`Recorded, by version ${record.version}`}
          end={sayRecordedEnd(record)}
          drawing={own.data}
          trace={record.trace}
          partingAt={partingAt}
        />
      ) : null}
      <Side
        title={`Decided again, by version ${version}`}
        end={end}
        drawing={drawing}
        trace={trace}
        partingAt={partingAt}
      />
    </SimpleGrid>
  );
}

interface SideProps {
  readonly title: string;
  /** How it ends. */
  readonly end: string;
  readonly drawing: DrawingDocument;
  readonly trace: readonly ExplainedStep[];
  readonly partingAt: string | null;
}

function Side({ title, end, drawing: { graph, layout }, trace, partingAt }: SideProps) {
  const budgets = useQuery(budgetNamesQuery);
  return (
    <Stack component="section" gap="sm" aria-label={title}>
      <div>
        <Title order={3} size="sm">
          {title}
        </Title>
        <Text size="sm">{end}</Text>
      </div>
      {budgets.data ? (
        <Drawing label={`Path: ${title}`} graph={graph} layout={layout} budgets={budgets.data} way={trace} />
      ) : null}
      <Steps trace={trace} names={namesOf(graph)} partingAt={partingAt} />
    </Stack>
  );
}
