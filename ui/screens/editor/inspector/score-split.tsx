import './score-split.css';
import { Box, Button, Group, Loader, Text, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { Level } from '../../../../policies/kinds/classify/classify.ts';
import { type RecordedScore, splitByThresholds } from '../../../../policies/thresholds.ts';
import { type RecordedScores, recordedScoresQuery } from '../../../api/recorded-scores.ts';
import { TextLink } from '../../../app/text-link.tsx';
import { plural, sayCount, sayMoment } from '../../../app/words.ts';
import { useEditor } from '../../../editing/editing-context.tsx';

const LEVELS: readonly Level[] = ['simple', 'standard', 'complex'];

/** Not every step of a slider is read out, only where it stops. */
const SETTLED_MS = 500;

interface Thresholds {
  /** Shares from 0 to 1. */
  readonly simpleBelow: number;
  readonly complexFrom: number;
}

/** How many of last week's requests go each way at two thresholds, while they are moved. */
export function ScoreSplit(thresholds: Thresholds) {
  const { policy } = useEditor();
  const recorded = useQuery(recordedScoresQuery(policy.id));
  if (recorded.data) return <Split recorded={recorded.data} thresholds={thresholds} />;
  if (recorded.error) {
    return (
      <Group gap="sm" mt="sm">
        <Text size="sm">Last week’s requests could not be counted. {recorded.error.message}</Text>
        <Button size="compact-xs" variant="default" onClick={() => recorded.refetch()}>
          Try again
        </Button>
      </Group>
    );
  }
  return (
    <Group gap="xs" mt="sm" role="status" className="waiting">
      <Loader size="xs" aria-hidden />
      <Text size="sm" c="dimmed">
        Counting last week’s requests …
      </Text>
    </Group>
  );
}

function Split({ recorded, thresholds }: { readonly recorded: RecordedScores; readonly thresholds: Thresholds }) {
  const { scores, times, requests, areNewestOnly } = recorded;
  const split = splitByThresholds(scores, thresholds.simpleBelow, thresholds.complexFrom);
  const share = (level: Level): number => Math.round((split[level] / scores.length) * 100);
  const said = LEVELS.map((level) => `${sayCount(split[level])} ${level}`).join(', ');
  const [settled] = useDebouncedValue(said, SETTLED_MS);
  if (scores.length === 0) {
    return (
      <Text size="sm" c="dimmed" mt="sm">
        {requests === 0
          ? 'No request came to this policy in the last week.'
          : `None of the ${plural(requests, 'request')} of the last week was classified.`}{' '}
        As soon as some are, you see here how many of them go each way.
      </Text>
    );
  }
  return (
    <Box mt="sm">
      <Text size="sm" fw={600}>
        {areNewestOnly ? 'The newest' : 'Last week’s'} {plural(scores.length, 'classified request')}
      </Text>
      <ul className="score-split">
        {LEVELS.map((level) => (
          <li key={level}>
            <div className="score-level">
              <span>{level}</span>
              <span className="score-bar" aria-hidden>
                <span style={{ width: `${share(level)}%` }} />
              </span>
              <span>
                {sayCount(split[level])} ({share(level)} %)
              </span>
            </div>
            <Examples level={level} examples={split.examples[level]} times={times} />
          </li>
        ))}
      </ul>
      <VisuallyHidden role="status">Of last week’s requests: {settled}.</VisuallyHidden>
    </Box>
  );
}

interface ExamplesProps {
  readonly level: Level;
  readonly examples: readonly RecordedScore[];
  readonly times: ReadonlyMap<string, number>;
}

/** Those nearest to a threshold, to be opened beside the editor. */
function Examples({ level, examples, times }: ExamplesProps) {
  if (examples.length === 0) return null;
  return (
    <details>
      <summary>
        Examples<VisuallyHidden> of {level} ones</VisuallyHidden>
      </summary>
      <ul className="score-examples">
        {examples.map(({ id, score }) => (
          <li key={id}>
            <TextLink to="/requests/$record" params={{ record: id }} target="_blank" size="sm">
              {sayMoment(times.get(id) ?? 0)}
              <VisuallyHidden> (opens in another tab)</VisuallyHidden>
            </TextLink>{' '}
            <span>scored {(score * 100).toFixed(1)} %</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
