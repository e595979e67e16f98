import { Alert, Button, Group, Loader, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconMessage,
  IconPencil,
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { dollars } from '../../../../policies/price.ts';
import { usageQuery } from '../../../api/records.ts';
import { sayFound } from '../../../app/found-words.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { MOST_TESTS } from '../../../trying/kept-tests.ts';
import { likelyCost } from '../../../trying/likely-cost.ts';
import { type OutcomeWords, sayMost, sayOutcome, saySteps } from '../../../trying/outcome-words.ts';
import type { Tried } from '../../../trying/try-out.ts';
import { useTrying } from '../../../trying/trying-context.tsx';
import { KeepTest } from '../tests/test-keep.tsx';
import { NothingRuns } from './try-in-the-way.tsx';

/** What comes of the request, in one card that is read out when it changes. */
export function TryOutcome() {
  const { mayChange } = useEditor();
  const result = useTrying((state) => state.result);
  return (
    <>
      <div role="status" aria-label="What comes of it" className="try-outcome">
        <Result />
      </div>
      {result?.kind === 'tried' && mayChange ? <Keep tried={result} /> : null}
    </>
  );
}

function Result() {
  const result = useTrying((state) => state.result);
  const isBehind = useTrying((state) => state.result?.kind === 'tried' && state.result.trial !== state.trial);
  if (result === null) {
    return (
      <Group gap="sm" className="waiting">
        <Loader size="sm" aria-hidden />
        <Text c="dimmed">Trying it …</Text>
      </Group>
    );
  }
  switch (result.kind) {
    case 'tried':
      return <Outcome tried={result} isBehind={isBehind} />;
    case 'in the way':
      return <NothingRuns inTheWay={result.inTheWay} />;
    case 'unfinished':
      return (
        <Alert variant="light" color="yellow" icon={<IconPencil aria-hidden />} title="Not sent yet" role="group">
          {result.why.map((one) => (
            <Text key={one} size="sm">
              {one}
            </Text>
          ))}
        </Alert>
      );
    case 'failed':
      return (
        <Alert variant="light" color="red" icon={<IconAlertTriangle aria-hidden />} title="It failed" role="group">
          <Text size="sm">
            A node could not do its work: {result.message} Change its settings, or the request, and it is tried again.
          </Text>
        </Alert>
      );
  }
}

const LOOKS: Readonly<Record<OutcomeWords['kind'], { readonly color: string; readonly Icon: TablerIcon }>> = {
  answered: { color: 'teal', Icon: IconCircleCheck },
  fixed: { color: 'teal', Icon: IconMessage },
  refused: { color: 'orange', Icon: IconBan },
};

function Outcome({ tried, isBehind }: { readonly tried: Tried; readonly isBehind: boolean }) {
  const { simulation, graph, body } = tried;
  const { kind, title, text } = sayOutcome(simulation, graph);
  const { color, Icon } = LOOKS[kind];
  const most = sayMost(simulation);
  const found = sayFound(simulation.redactions);
  const asked = kind === 'answered' && !title.startsWith(`${body.model} `) ? `The app asked for ${body.model}.` : '';
  return (
    <>
      <Alert variant="light" color={color} icon={<Icon aria-hidden />} title={title} aria-busy={isBehind} role="group">
        {text === '' ? null : <Text size="sm">{text}</Text>}
        {asked === '' ? null : <Text size="sm">{asked}</Text>}
        <Text size="sm">
          {kind !== 'answered'
            ? 'It costs nothing.'
            : most === null
              ? 'What it costs is not known: the model has no price.'
              : `It costs ${most}.`}{' '}
          <Likely tried={tried} /> {saySteps(simulation)}
          {found === '' ? '' : `. Found: ${found}`}.
        </Text>
      </Alert>
      <Agreement tried={tried} />
    </>
  );
}

function Keep({ tried }: { readonly tried: Tried }) {
  const isFull = useEditing(({ document }) => document.tests.length >= MOST_TESTS);
  const [kept, setKept] = useState<Tried | null>(null);
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" disabled={isFull} onClick={() => setKept(tried)}>
        Keep as a test
      </Button>
      {isFull ? (
        <Text size="xs" c="dimmed">
          A policy keeps {MOST_TESTS} tests. Delete one to keep another.
        </Text>
      ) : null}
      {kept ? <KeepTest tried={kept} onClose={() => setKept(null)} /> : null}
    </Group>
  );
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

/** What it is likely to cost, where answers of that model are known. */
function Likely({ tried: { simulation, body } }: { readonly tried: Tried }) {
  const { house } = useEditor();
  const [from] = useState(() => Math.floor(Date.now() / HOUR_MS) * HOUR_MS - WEEK_MS);
  const usage = useQuery(usageQuery(from));
  const { decision, costAtMost } = simulation;
  const model = decision.outcome.type === 'model' ? house.check.models(decision.outcome.model) : undefined;
  if (!model?.price || costAtMost === null) return null;
  const total = usage.data?.find(({ group }) => group === model.id);
  const answers = total ? total.requests - total.errors : 0;
  if (!total || answers < 1) return null;
  const likely = likelyCost(body, model.price, total.outputTokens / answers, costAtMost);
  return `Likely about ${dollars(likely)}, going by its answers of the last week.`;
}

/** Whether the rules library comes to the same end at each node with conditions. */
function Agreement({ tried: { simulation, graph } }: { readonly tried: Tried }) {
  const faults = simulation.explanations.filter(({ agree }) => !agree);
  if (faults.length === 0) return null;
  const names = faults.map(({ node }) => `“${graph.nodes.get(node)?.title ?? node}”`).join(', ');
  return (
    <Alert
      color="red"
      variant="filled"
      icon={<IconAlertTriangle aria-hidden />}
      title="A fault of Signalbox"
      role="alert"
    >
      <Text size="sm">
        At {names} what decides and the rules library come to different ends. Do not publish this policy, and report the
        fault with this request.
      </Text>
    </Alert>
  );
}
