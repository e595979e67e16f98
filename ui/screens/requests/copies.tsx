import { Alert, Button, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconCopy, IconEye } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { dollars } from '../../../policies/price.ts';
import { contentQuery, type RequestRecord, recordQuery } from '../../api/records.ts';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayDuration } from '../../app/words.ts';
import { Message, useMayRead } from './content.tsx';
import { readAnswers } from './conversation.ts';
import { Part } from './part.tsx';

/** What other models said to a copy of the request, beside the answer that the app got. */
export function Copies({ record }: { readonly record: RequestRecord }) {
  const results = record.trace.flatMap((step) => step.results ?? []);
  const copies = results.flatMap((one) => ('shadow' in one && one.record !== null ? one.record : []));
  const mayRead = useMayRead(record);
  const [asked, setAsked] = useState<string | null>(null);
  if (copies.length === 0) return null;
  const isShown = asked === record.id;
  return (
    <Part title="The same to other models">
      <Text size="sm" c="dimmed" mb="sm">
        Copies of this request were sent to other models to compare. Their answers reached nobody.
        {mayRead && !isShown ? ' That you looked at them is written to the history.' : ''}
      </Text>
      {mayRead && !isShown ? (
        <Button
          variant="default"
          mb="sm"
          leftSection={<IconEye size={16} aria-hidden />}
          onClick={() => setAsked(record.id)}
        >
          Show the answers
        </Button>
      ) : null}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Said title={`The answer, by ${record.model ?? 'nobody'}`} record={record} isShown={isShown} />
        {copies.map((id) => (
          <Copy key={id} id={id} isShown={isShown} />
        ))}
      </SimpleGrid>
    </Part>
  );
}

function Copy({ id, isShown }: { readonly id: string; readonly isShown: boolean }) {
  const copy = useQuery({ ...recordQuery(id), retry: false });
  if (copy.data) {
    const [attempt] = copy.data.attempts;
    return (
      <Said title={`A copy, to ${attempt?.model ?? 'another model'}`} record={copy.data} isShown={isShown} isCopy />
    );
  }
  if (!copy.error) {
    return (
      <Text size="sm" c="dimmed" className="waiting">
        Loading the copy …
      </Text>
    );
  }
  return (
    <Failure title="The copy is not there yet, or not any more" error={copy.error} onRetry={() => copy.refetch()} />
  );
}

function Said({
  title,
  record,
  isShown,
  isCopy = false,
}: {
  readonly title: string;
  readonly record: RequestRecord;
  /** Whether what was answered is shown too. */
  readonly isShown: boolean;
  readonly isCopy?: boolean;
}) {
  const { cost, durationMs, attempts, id, isContentKept } = record;
  const content = useQuery({ ...contentQuery(id), enabled: isShown && isContentKept });
  const answers = isShown && content.data?.answer ? readAnswers(content.data.answer) : [];
  const isKnown = !isContentKept || content.isSuccess;
  const failed = isCopy ? attempts.find(({ ok }) => !ok) : undefined;
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Title order={3} size="sm">
        {title}
      </Title>
      <Text size="sm" c="dimmed">
        {dollars(cost)}, {sayDuration(durationMs)}
        {failed ? '; it failed' : ''}
      </Text>
      {answers.map((said, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a record never changes, and the same can be said twice
        <Message key={i} said={said} />
      ))}
      {failed ? <Text size="sm">{failed.message}</Text> : null}
      {isShown && isKnown && answers.length === 0 && !failed ? <Text size="sm">No answer was stored.</Text> : null}
      {isShown && !isKnown && !content.error ? <Waiting what="the answer" /> : null}
      {content.error ? (
        <Failure title="The answer could not be shown" error={content.error} onRetry={() => content.refetch()} />
      ) : null}
      {isCopy ? (
        <TextLink size="sm" to="/requests/$record" params={{ record: id }}>
          The record of the copy
        </TextLink>
      ) : null}
    </Stack>
  );
}

/** Says that a record is a copy, and of what. */
export function CopyOf({ record: { shadowOf } }: { readonly record: RequestRecord }) {
  if (shadowOf === undefined) return null;
  return (
    <Alert variant="light" color="blue" icon={<IconCopy aria-hidden />} title="This is a copy of another request">
      <Text size="sm" mb="xs">
        It went to another model to compare, and its answer reached nobody. It is no request by itself; its cost is
        counted.
      </Text>
      <TextLink size="sm" to="/requests/$record" params={{ record: shadowOf }}>
        The request that it is a copy of
      </TextLink>
    </Alert>
  );
}
