import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { diffGraphs } from '../../../policies/diff.ts';
import { budgetNamesQuery } from '../../api/house.ts';
import { drawingQuery } from '../../api/policies.ts';
import type { Policy } from '../../api/policy.ts';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { ChangeList } from './change-list.tsx';

interface Props {
  readonly policy: Policy;
  readonly version: number;
}

/** What changes for requests once an old version is live again. */
export function RestoreEffect({ policy: { id, liveVersion }, version }: Props) {
  const old = useQuery(drawingQuery(id, version));
  const live = useQuery(drawingQuery(id, liveVersion ?? version));
  const budgets = useQuery(budgetNamesQuery);
  const error = old.error ?? live.error ?? budgets.error;
  if (!old.data || !live.data || !budgets.data) {
    if (!error) return <Waiting what="what it changes" />;
    const retry = () => Promise.all([old.refetch(), live.refetch(), budgets.refetch()]);
    return <Failure title="What it changes could not be loaded" error={error} onRetry={retry} />;
  }
  const { changes } = diffGraphs(live.data.graph, old.data.graph, budgets.data);
  if (changes.length === 0) {
    return (
      <Text size="sm">
        Version {version} does the same as version {liveVersion}, which is live: restoring it changes nothing for
        requests.
      </Text>
    );
  }
  return (
    <div>
      <Text size="sm" mb="xs">
        Compared with version {liveVersion}, which is live, this changes:{' '}
        <TextLink
          size="sm"
          to="/policies/$policy/compare"
          params={{ policy: id }}
          search={{ from: liveVersion ?? undefined, to: version, view: 'drawings' }}
          target="_blank"
          underline="always"
        >
          See the drawings side by side (opens in a new tab)
        </TextLink>
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <div className="changes-scrolled" tabIndex={0}>
        <ChangeList changes={changes} />
      </div>
    </div>
  );
}
