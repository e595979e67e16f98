import './audit.css';
import { Alert, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconShieldX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { auditStateQuery } from '../../api/audit.ts';
import { changeQuery, type ReviewedChange } from '../../api/audit-desk.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { Section } from '../../app/section.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayAgo, sayCount, sayMoment } from '../../app/words.ts';
import { ApprovalsOf } from './approvals-of.tsx';
import { AuditNav } from './audit-nav.tsx';
import { ChangeEvidence } from './change-evidence.tsx';
import { Difference } from './difference.tsx';
import { FLAG_WORDS } from './flag-words.ts';
import { InLog } from './in-log.tsx';
import { membersOf } from './members.ts';
import { useNames } from './names.ts';
import { ObjectLink } from './object-link.tsx';

const route = getRouteApi('/audit/$sequence');
// Drawings are a large part of the program, and most entries have none.
const Published = lazy(async () => ({ default: (await import('./published.tsx')).Published }));

/** One entry of the history: who, when, why, what it changed, and that it is where it says it is. */
export function EntryPage() {
  const { sequence: asked } = route.useParams();
  const sequence = /^[1-9]\d{0,14}$/.test(asked) ? Number(asked) : 0;
  const entry = useQuery({ ...changeQuery(sequence), enabled: sequence > 0 });
  const back = <TextLink to="/audit/entries">All entries</TextLink>;
  if (sequence > 0 && entry.data === undefined) {
    return (
      <Screen title={`Entry ${asked}`}>
        {entry.error ? (
          <Failure title="The entry could not be loaded" error={entry.error} onRetry={() => entry.refetch()}>
            {back}
          </Failure>
        ) : (
          <Waiting what="the entry" />
        )}
      </Screen>
    );
  }
  if (!entry.data?.change) {
    return (
      <Screen title="Audit">
        <Empty title="There is no such entry">
          <Text mb="md">
            The history has no entry “{asked}”. Where it had one before, the page of the audit says that it is missing.
          </Text>
          {back}
        </Empty>
      </Screen>
    );
  }
  return (
    <Screen title={`Entry ${sayCount(sequence)}`}>
      <Found entry={entry.data.change} evidence={entry.data.evidence} />
    </Screen>
  );
}

/** The version that an entry made live; null where it made none. */
function versionOf({ action, after }: ReviewedChange): number | null {
  const version = membersOf(after).liveVersion;
  return (action === 'version.publish' || action === 'version.restore') && typeof version === 'number' ? version : null;
}

interface FoundProps {
  readonly entry: ReviewedChange;
  readonly evidence: readonly number[];
}

function Found({ entry, evidence }: FoundProps) {
  const names = useNames();
  const state = useQuery(auditStateQuery);
  const { sequence, at, actor, reason, hash } = entry;
  const history = state.data?.logs.find(({ kind }) => kind === 'history');
  const last = history?.entries ?? sequence;
  const version = versionOf(entry);
  return (
    <Stack gap="lg" className="audit-page">
      <AuditNav />
      {history?.verified?.fault && sequence > history.verified.to ? (
        <Alert
          variant="light"
          color="red"
          icon={<IconShieldX aria-hidden />}
          title={`The history is broken at entry ${sayCount(history.verified.to + 1)}`}
        >
          {history.verified.fault} From there on nothing is proved, so what stands here may have been altered.
        </Alert>
      ) : null}
      <Text size="lg" fw={600}>
        {names.sentenceOf(entry)}.
      </Text>
      {entry.flags.length === 0 ? null : (
        <Alert
          variant="light"
          color={FLAG_WORDS[entry.flags[0] ?? 'no_reason'].color}
          icon={<IconAlertTriangle aria-hidden />}
          title={entry.flags.map((flag) => FLAG_WORDS[flag].title).join('; ')}
        >
          {entry.judgement?.flag ? entry.judgement.words : 'Nobody has said why this was done.'}
        </Alert>
      )}
      <dl className="audit-facts">
        <dt>Who</dt>
        <dd>{names.authorOf(actor)}</dd>
        <dt>When</dt>
        <dd>
          {sayMoment(at)} ({sayAgo(at, Date.now())})
        </dd>
        <dt>Why</dt>
        <dd className="audit-reason">{reason ?? 'No reason given.'}</dd>
        <dt>Place</dt>
        <dd>
          Entry {sayCount(sequence)} of {sayCount(Math.max(last, sequence))}
        </dd>
        <dt>Fingerprint</dt>
        <dd>
          <Text span size="sm" ff="monospace">
            {hash}
          </Text>
        </dd>
      </dl>
      <div className="audit-screen-only">
        <ObjectLink entry={entry} />
      </div>
      {entry.judgement === null ? null : (
        <Section title="Who approved it">
          <ApprovalsOf judgement={entry.judgement} names={names} />
        </Section>
      )}
      {version === null ? null : (
        <Suspense fallback={<Waiting what="the drawings" />}>
          <Published change={entry} version={version} />
        </Suspense>
      )}
      <Section title={version === null ? 'What it changed' : 'What the entry keeps'}>
        <Difference entry={entry} names={names} />
      </Section>
      <Section title="Proof">
        <Text maw={760}>
          The fingerprint is made of everything in this entry and of the fingerprint of the entry before it, so no entry
          can be altered or taken away without changing all that follow.
        </Text>
        {history ? <InLog key={sequence} log={history.log} entry={entry} /> : null}
      </Section>
      <ChangeEvidence
        sequence={sequence}
        evidence={evidence}
        isPublished={version !== null}
        isApproved={entry.judgement?.approvals.some(({ request }) => request !== null) ?? false}
      />
      <Group component="nav" aria-label="Entries beside this one" gap="lg" className="audit-screen-only">
        {sequence > 1 ? (
          <TextLink to="/audit/$sequence" params={{ sequence: String(sequence - 1) }}>
            Entry before
          </TextLink>
        ) : null}
        {sequence < last ? (
          <TextLink to="/audit/$sequence" params={{ sequence: String(sequence + 1) }}>
            Entry after
          </TextLink>
        ) : null}
        <TextLink to="/audit">All changes</TextLink>
        <TextLink to="/audit/entries">All entries</TextLink>
      </Group>
    </Stack>
  );
}
