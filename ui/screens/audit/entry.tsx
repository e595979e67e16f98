import './audit.css';
import { Alert, Group, Stack, Text } from '@mantine/core';
import { IconShieldX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { auditStateQuery, entryQuery, type HistoryEntry } from '../../api/audit.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { Section } from '../../app/section.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayAgo, sayCount, sayMoment } from '../../app/words.ts';
import { Difference } from './difference.tsx';
import { InLog } from './in-log.tsx';
import { useNames } from './names.ts';
import { ObjectLink } from './object-link.tsx';
import { PrintButton } from './print-button.tsx';

const route = getRouteApi('/audit/$sequence');

/** One entry of the history: who, when, why, what it changed, and that it is where it says it is. */
export function EntryPage() {
  const { sequence: asked } = route.useParams();
  const sequence = /^[1-9]\d{0,14}$/.test(asked) ? Number(asked) : 0;
  const entry = useQuery({ ...entryQuery(sequence), enabled: sequence > 0 });
  const back = <TextLink to="/audit">All entries</TextLink>;
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
  if (!entry.data) {
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
    <Screen title={`Entry ${sayCount(sequence)}`} aside={<PrintButton />}>
      <Found entry={entry.data} />
    </Screen>
  );
}

function Found({ entry }: { readonly entry: HistoryEntry }) {
  const names = useNames();
  const state = useQuery(auditStateQuery);
  const { sequence, at, actor, reason, hash } = entry;
  const history = state.data?.logs.find(({ kind }) => kind === 'history');
  const last = history?.entries ?? sequence;
  return (
    <Stack gap="lg" className="audit-page">
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
      <Section title="What it changed">
        <Difference entry={entry} names={names} />
      </Section>
      <Section title="Proof">
        <Text maw={760}>
          The fingerprint is made of everything in this entry and of the fingerprint of the entry before it, so no entry
          can be altered or taken away without changing all that follow.
        </Text>
        {history ? <InLog key={sequence} log={history.log} entry={entry} /> : null}
      </Section>
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
        <TextLink to="/audit">All entries</TextLink>
      </Group>
    </Stack>
  );
}
