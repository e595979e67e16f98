import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { approvalStateQuery } from '../../../api/approvals.ts';
import { houseQuery } from '../../../api/house.ts';
import { drawingQuery, policyQuery } from '../../../api/policies.ts';
import { draftToPublishQuery, type VersionSummary } from '../../../api/versions.ts';
import { Failure } from '../../../app/failure.tsx';
import { Screen } from '../../../app/screen.tsx';
import { TextLink } from '../../../app/text-link.tsx';
import { Waiting } from '../../../app/waiting.tsx';
import { PublishDone } from './publish-done.tsx';
import { PublishReview } from './publish-review.tsx';

const route = getRouteApi('/policies/$policy/publish');

/** What publishing the draft would change, and doing it. */
export function PublishPage() {
  const { policy: id } = route.useParams();
  const [published, setPublished] = useState<{ version: VersionSummary; before: number | null } | null>(null);
  const policy = useQuery({ ...policyQuery(id), refetchOnMount: 'always' });
  const draft = useQuery(draftToPublishQuery(id));
  const house = useQuery({ ...houseQuery, refetchOnMount: 'always' });
  const liveVersion = policy.data?.liveVersion ?? null;
  const live = useQuery({ ...drawingQuery(id, liveVersion ?? 'draft'), enabled: liveVersion !== null });
  const approval = useQuery({ ...approvalStateQuery(id), refetchOnMount: 'always', refetchInterval: 30_000 });
  const title = policy.data ? `Publish ${policy.data.title}` : 'Publish';
  const aside = (
    <TextLink to="/policies/$policy/edit" params={{ policy: id }}>
      Back to the draft
    </TextLink>
  );
  if (published) {
    return (
      <Screen title={title}>
        <PublishDone policy={id} version={published.version.number} before={published.before} />
      </Screen>
    );
  }
  if (policy.data && draft.data && house.data && approval.data && (live.data || liveVersion === null)) {
    return (
      <Screen title={title} aside={aside}>
        <PublishReview
          policy={policy.data}
          draft={draft.data}
          live={live.data ?? null}
          answer={house.data}
          approval={approval.data}
          onPublished={(version) => setPublished({ version, before: liveVersion })}
          onLookAgain={() => void Promise.all([policy, draft, house, approval].map((query) => query.refetch()))}
        />
      </Screen>
    );
  }
  const error = policy.error ?? draft.error ?? house.error ?? live.error ?? approval.error;
  const retry = () => Promise.all([policy, draft, house, live, approval].map((query) => query.refetch()));
  return (
    <Screen title={title} aside={aside}>
      {error ? (
        <Failure title="The draft could not be loaded" error={error} onRetry={retry}>
          <TextLink to="/policies">All policies</TextLink>
        </Failure>
      ) : (
        <Waiting what="the draft" />
      )}
    </Screen>
  );
}
