import { Mark, Stack, Text } from '@mantine/core';
import { Fragment } from 'react';
import { lookalikes } from '../../../policies/text/placeholders.ts';
import type { RequestRecord } from '../../api/records.ts';
import { readAnswers, readMessages, type Said } from './conversation.ts';
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

/** What was sent and answered, as it is stored: after everything that the policy took out. */
export function Content({ record: { content } }: { readonly record: RequestRecord }) {
  return (
    <Part title="What was sent and answered">
      {content === null || (content.request === '' && content.answer === null) ? (
        <Text size="sm" c="dimmed">
          None of it is kept.
        </Text>
      ) : (
        <>
          <Text size="sm" c="dimmed" mb="sm">
            As it is stored: what a policy took out is not in it. Marked is what stands in its place.
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
            {content.answer === null ? null : (
              <Stored text={content.answer} title="The stored answer, letter by letter" />
            )}
          </Stack>
        </>
      )}
    </Part>
  );
}

const conversation = (request: string, answer: string | null): readonly Said[] => [
  ...(readMessages(request) ?? []),
  ...(answer === null ? [] : readAnswers(answer)),
];

/** One message, with placeholders marked. */
export function Message({ said: { role, text } }: { readonly said: Said }) {
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
