import { Alert, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconArrowsSplit, IconCircleCheck, IconHelpCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { draftQuery } from '../../api/drafts.ts';
import { drawingQuery } from '../../api/policies.ts';
import type { DecidedRecord } from '../../api/records.ts';
import type { Decider, Replayed } from '../../api/replay.ts';
import { Failure } from '../../app/failure.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { type NodeNames, namesOf } from './node-names.ts';
import { ReplayBeside } from './replay-beside.tsx';
import { ReplayCompared } from './replay-compared.tsx';
import { useBefore } from './use-before.ts';

interface Props {
  readonly record: DecidedRecord;
  /** The version that decided again, or the draft. */
  readonly version: Decider;
  readonly replayed: Replayed;
}

/** What came of deciding a request again. */
export function ReplayResult({ record, version, replayed }: Props) {
  const isDraft = version === 'draft';
  const published = useQuery({ ...drawingQuery(record.policy, isDraft ? 0 : version), enabled: !isDraft });
  const draft = useQuery({ ...draftQuery(record.policy), enabled: isDraft });
  const drawing = isDraft ? draft : published;
  const before = useBefore(record);
  const by = isDraft ? 'the draft' : `version ${version}`;
  if (!drawing.data) {
    const title = 'What was drawn could not be loaded';
    if (drawing.error) return <Failure title={title} error={drawing.error} onRetry={() => drawing.refetch()} />;
    return <Waiting what={by} />;
  }
  const isOwn = version === record.version;
  const disagrees = replayed.result !== 'cannot tell' && replayed.explanations.some(({ agree }) => !agree);
  return (
    <Stack gap="md">
      {disagrees ? <Disagreement /> : null}
      <Verdict replayed={replayed} isOwn={isOwn} by={by} names={namesOf(drawing.data.graph, before.graph)} />
      {isOwn && replayed.result === 'same' ? null : (
        <>
          <ReplayCompared record={record} by={by} replayed={replayed} />
          <ReplayBeside record={record} by={by} drawing={drawing.data} replayed={replayed} />
        </>
      )}
    </Stack>
  );
}

interface VerdictProps {
  /** What decided again, such as "version 3" or "the draft". */
  readonly by: string;
  readonly replayed: Replayed;
  /** Whether it is the version that decided the request itself. */
  readonly isOwn: boolean;
  /** Of the version that decided again. */
  readonly names: NodeNames;
}

function Verdict({ replayed, isOwn, by, names }: VerdictProps) {
  if (replayed.result === 'same') {
    return (
      <Alert variant="light" color="teal" icon={<IconCircleCheck aria-hidden />} title="Same path">
        {isOwn ? 'The same version' : capitalised(by)} decides the same way, step by step.
      </Alert>
    );
  }
  const { difference } = replayed;
  const untold =
    replayed.result === 'cannot tell' ? (
      <Text size="sm">
        What comes of it cannot be told. At “{names.title(replayed.node)}”: {replayed.why}.
      </Text>
    ) : null;
  if (difference === null) {
    return (
      <Alert variant="light" color="yellow" icon={<IconHelpCircle aria-hidden />} title="Cannot tell">
        {untold}
      </Alert>
    );
  }
  const { node, recorded, now, why } = difference;
  return (
    <Alert
      variant="light"
      color={isOwn ? 'red' : 'blue'}
      icon={<IconArrowsSplit aria-hidden />}
      title={`The ways part at “${names.title(node)}”`}
    >
      {why === now?.reason ? null : <Text size="sm">{why}</Text>}
      <Text size="sm">Recorded: {recorded?.reason ?? 'the request did not come here.'}</Text>
      <Text size="sm">
        {isOwn ? 'Now' : `By ${by}`}: {now?.reason ?? 'the request does not come here.'}
      </Text>
      {untold}
    </Alert>
  );
}

const capitalised = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

function Disagreement() {
  return (
    <Alert variant="light" color="red" icon={<IconAlertTriangle aria-hidden />} title="This is a fault of Signalbox">
      The rules library sees a condition of this version in another way than what decides. Please report it.
    </Alert>
  );
}
