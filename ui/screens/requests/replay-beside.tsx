import { SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { TraceStep } from '../../../policies/decision.ts';
import { budgetNamesQuery } from '../../api/house.ts';
import { type Drawing as DrawingDocument, drawingQuery } from '../../api/policies.ts';
import type { DecidedRecord } from '../../api/records.ts';
import type { Replayed } from '../../api/replay.ts';
import { Drawing } from '../../canvas/drawing.tsx';
import type { Extras } from '../../canvas/elements.ts';
import { sayEnd, sayRecordedEnd } from './end-words.ts';
import { namesOf } from './node-names.ts';
import { Steps } from './steps.tsx';
import { useBefore } from './use-before.ts';
import { stepDifferences } from './way-differences.ts';

interface Props {
  readonly record: DecidedRecord;
  /** What decided again, such as "version 3" or "the draft". */
  readonly by: string;
  /** Of that. */
  readonly drawing: Pick<DrawingDocument, 'graph' | 'layout'>;
  readonly replayed: Replayed;
}

/** The way as it is decided again, and how it ends; where that cannot be told, as far as it can. */
function wayOf(replayed: Replayed): { readonly trace: readonly TraceStep[]; readonly end: string } {
  if (replayed.result !== 'cannot tell') {
    const { trace, outcome } = replayed.decision;
    return { trace, end: sayEnd(outcome) };
  }
  const reason = `From here on it cannot be told: ${replayed.why}.`;
  const last = { node: replayed.node, kind: '', port: null, reason };
  return { trace: [...replayed.trace, last], end: 'The end cannot be told' };
}

/** The way that was recorded and the one that another version or the draft takes, side by side. */
export function ReplayBeside({ record, by, drawing, replayed }: Props) {
  const own = useQuery(drawingQuery(record.policy, record.version));
  const before = useBefore(record);
  const partingAt = replayed.result === 'same' ? null : (replayed.difference?.node ?? null);
  const { trace, end } = useMemo(() => wayOf(replayed), [replayed]);
  const untold = replayed.result === 'cannot tell' ? replayed.node : null;
  const common = { partingAt, extras: before.extras, beforeGraph: before.graph, untold };
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      {own.data ? (
        <Side
          {...common}
          title={`Recorded, by version ${record.version}`}
          end={sayRecordedEnd(record)}
          drawing={own.data}
          trace={record.trace}
          other={trace}
        />
      ) : null}
      <Side
        {...common}
        title={`Decided again, by ${by}`}
        end={end}
        drawing={drawing}
        trace={trace}
        other={record.trace}
      />
    </SimpleGrid>
  );
}

interface SideProps {
  readonly title: string;
  /** How it ends. */
  readonly end: string;
  readonly drawing: Pick<DrawingDocument, 'graph' | 'layout'>;
  readonly trace: readonly TraceStep[];
  /** The way of the other side. */
  readonly other: readonly TraceStep[];
  readonly partingAt: string | null;
  /** The node behind which the way of one side cannot be told. */
  readonly untold: string | null;
  readonly extras: Extras;
  readonly beforeGraph: DrawingDocument['graph'] | null;
}

function Side({ title, end, drawing, trace, other, partingAt, untold, extras, beforeGraph }: SideProps) {
  const { graph, layout } = drawing;
  const budgets = useQuery(budgetNamesQuery);
  const differences = useMemo(
    () => stepDifferences(trace, other, partingAt, untold),
    [trace, other, partingAt, untold],
  );
  return (
    <Stack component="section" gap="sm" aria-label={title}>
      <div>
        <Title order={3} size="sm">
          {title}
        </Title>
        <Text size="sm">{end}</Text>
      </div>
      {budgets.data ? (
        <Drawing
          label={`Path: ${title}`}
          graph={graph}
          layout={layout}
          budgets={budgets.data}
          way={trace}
          chosen={partingAt}
          extras={extras}
        />
      ) : null}
      <Steps trace={trace} names={namesOf(graph, beforeGraph)} differences={differences} />
    </Stack>
  );
}
