import { Anchor, Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { drawingQuery, policyQuery } from '../../../api/policies.ts';
import { Failure } from '../../../app/failure.tsx';
import { Waiting } from '../../../app/waiting.tsx';
import { useEditor } from '../../../editing/editing-context.tsx';
import { compareSides } from '../../../trying/compare.ts';
import { sayMost, sayOutcome } from '../../../trying/outcome-words.ts';
import type { Tried } from '../../../trying/try-out.ts';
import { useTrying } from '../../../trying/trying-context.tsx';
import { useTriedOn } from '../../../trying/use-trial-runner.ts';

/** The same request on the live version too, once somebody asks for it, and what differs. */
export function TryCompare() {
  const { policy } = useEditor();
  const { data } = useQuery(policyQuery(policy.id));
  const live = (data ?? policy).liveVersion;
  const result = useTrying((state) => state.result);
  const [isAsked, setAsked] = useState(false);
  if (live === null) {
    return (
      <Text size="sm" c="dimmed">
        Nothing of this policy is live yet. Publish it, and later drafts can be compared with it here.
      </Text>
    );
  }
  if (result?.kind !== 'tried') {
    return (
      <Text size="sm" c="dimmed">
        The draft has to run first.
      </Text>
    );
  }
  return isAsked ? (
    <Comparison tried={result} version={live} />
  ) : (
    <Button size="xs" variant="default" onClick={() => setAsked(true)}>
      Compare with the live version
    </Button>
  );
}

function Comparison({ tried, version }: { readonly tried: Tried; readonly version: number }) {
  const { policy } = useEditor();
  const drawing = useQuery(drawingQuery(policy.id, version));
  const live = useTriedOn(drawing.data?.graph ?? null, tried.trial, tried.at);
  if (drawing.error) {
    return <Failure title="The live version could not be loaded" error={drawing.error} onRetry={drawing.refetch} />;
  }
  if (!drawing.data || live === null) return <Waiting what="the live version" />;
  if (live.kind !== 'tried') {
    const why = live.kind === 'in the way' ? live.inTheWay.message : live.kind === 'failed' ? live.message : '';
    return (
      <Text size="sm">
        The live version, {version}, cannot run here. {why}
      </Text>
    );
  }
  const differences = compareSides(tried, live);
  const { title } = sayOutcome(live.simulation, live.graph);
  const most = sayMost(live.simulation);
  return (
    <Stack gap="xs" role="status">
      <Text size="sm">
        Version {version} is live. With it: {title}
        {most === null ? '' : `, ${most}`}.
      </Text>
      {differences.length === 0 ? (
        <Text size="sm" fw={600}>
          The draft does the same: the same end, the same cost, the same way.
        </Text>
      ) : (
        <ul className="try-differences">
          {differences.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
      <Anchor size="sm" href={`/policies/${policy.id}?version=${version}`} target="_blank">
        Look at the live version (opens in a new tab)
      </Anchor>
    </Stack>
  );
}
