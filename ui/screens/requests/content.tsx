import { Button, Mark, Stack, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { lookalikes } from '../../../policies/text/placeholders.ts';
import { keysQuery } from '../../api/keys.ts';
import { useMay, useMayIn } from '../../api/may.ts';
import { contentQuery, type Content as Kept, type RequestRecord } from '../../api/records.ts';
import { Failure } from '../../app/failure.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { readAnswers, readMessages, type Said as SaidBy } from './conversation.ts';
import { Part } from './part.tsx';

const ROLES: ReadonlyMap<string, string> = new Map([
  ['system', 'Instructions'],
  ['developer', 'Instructions'],
  ['user', 'Asked'],
  ['assistant', 'Answered'],
  ['thinking', 'Thought'],
  ['tool', 'Result of a tool'],
  ['function', 'Result of a tool'],
  ['text', 'A text of the request'],
]);

/** What was sent and answered, shown to those who may read it once they ask for it. */
export function Content({ record }: { readonly record: RequestRecord }) {
  const { id, isContentKept } = record;
  const mayRead = useMayRead(record);
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <Part title="What was sent and answered">
      {!isContentKept ? (
        <Text size="sm" c="dimmed">
          None of it is kept.
        </Text>
      ) : asked === id ? (
        <Asked record={id} />
      ) : (
        <Stack gap="sm" align="flex-start">
          <Text size="sm" c="dimmed">
            {mayRead
              ? 'It is sealed. That you looked is written to the history.'
              : 'It is sealed, and your role does not let you read it. Ask an admin.'}
          </Text>
          {mayRead ? (
            <Button variant="default" leftSection={<IconEye size={16} aria-hidden />} onClick={() => setAsked(id)}>
              Show the messages
            </Button>
          ) : null}
        </Stack>
      )}
    </Part>
  );
}

/** Whether one may read what was said in a request: by one's role there, or because one has made its key. */
export function useMayRead({ project, policy, key }: RequestRecord): boolean {
  const mayIn = useMayIn();
  const keys = useQuery({ ...keysQuery, enabled: useMay()('read key') });
  const maker = keys.data?.find(({ id }) => id === key)?.createdBy ?? null;
  return mayIn('read content', { project, policy, maker });
}

function Asked({ record }: { readonly record: string }) {
  const content = useQuery(contentQuery(record));
  if (content.isPending) return <Waiting what="the messages" />;
  if (content.error) {
    return <Failure title="The messages could not be shown" error={content.error} onRetry={() => content.refetch()} />;
  }
  return <Said content={content.data} />;
}

/** A content as it is kept. */
function Said({ content }: { readonly content: Kept | null }) {
  if (content === null || (content.request === '' && content.answer === null)) {
    return (
      <Text size="sm" c="dimmed">
        None of it is kept.
      </Text>
    );
  }
  return (
    <div tabIndex={-1} ref={focusOnce}>
      <Text size="sm" c="dimmed" mb="sm">
        As it was kept. Marked is what stands in place of what a policy took out.
      </Text>
      <Stack gap="sm">
        {conversation(content.request, content.answer).map((said, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a record never changes, and the same can be said twice
          <Message key={i} said={said} />
        ))}
        {content.answer === null ? (
          <Text size="sm" c="dimmed">
            No answer was stored.
          </Text>
        ) : null}
        <Stored text={content.request} title="The stored request, letter by letter" />
        {content.answer === null ? null : <Stored text={content.answer} title="The stored answer, letter by letter" />}
      </Stack>
    </div>
  );
}

/** The button that was pressed is gone: what it gave gets the focus. */
export const focusOnce = (element: HTMLElement | null): void => element?.focus({ preventScroll: true });

const conversation = (request: string, answer: string | null): readonly SaidBy[] => [
  ...(readMessages(request) ?? []),
  ...(answer === null ? [] : readAnswers(answer)),
];

/** One message, with placeholders marked. */
export function Message({ said: { role, text } }: { readonly said: SaidBy }) {
  return (
    <div className={`said said-${role}`}>
      <Text size="xs" c="dimmed" fw={600}>
        {ROLES.get(role) ?? role}
      </Text>
      <Text size="sm">
        <Marked text={text} />
      </Text>
    </div>
  );
}

/** A text in which the placeholders for what was taken out can be seen. */
function Marked({ text }: { readonly text: string }) {
  const found = lookalikes(text);
  return (
    <>
      {found.map(({ start, text: placeholder }, i) => (
        <Fragment key={start}>
          {text.slice(found[i - 1]?.end ?? 0, start)}
          <Mark className="placeholder">{placeholder}</Mark>
        </Fragment>
      ))}
      {text.slice(found.at(-1)?.end ?? 0)}
    </>
  );
}

function Stored({ text, title }: { readonly text: string; readonly title: string }) {
  return (
    <details>
      <Text component="summary" size="sm">
        {title}
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre className="code wrapped" tabIndex={0}>
        {text}
      </pre>
    </details>
  );
}
