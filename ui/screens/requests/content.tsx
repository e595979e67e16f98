import { Box, Stack, Text, Title } from '@mantine/core';
import type { RequestRecord } from '../../api/records.ts';
import { readAnswers, readMessages, type Said } from './conversation.ts';

const ROLES: ReadonlyMap<string, string> = new Map([
  ['system', 'Instructions'],
  ['developer', 'Instructions'],
  ['user', 'Asked'],
  ['assistant', 'Answered'],
  ['tool', 'Result of a tool'],
]);

/** What was sent and answered, as it is stored: after everything that the policy took out. */
export function Content({ record: { content } }: { readonly record: RequestRecord }) {
  return (
    <Box component="section">
      <Title order={2} mb={4}>
        What was sent and answered
      </Title>
      {content === null || (content.request === '' && content.answer === null) ? (
        <Text size="sm" c="dimmed">
          None of it is kept.
        </Text>
      ) : (
        <>
          <Text size="sm" c="dimmed" mb="sm">
            As it is stored: what a policy took out of it is not in it.
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
    </Box>
  );
}

const conversation = (request: string, answer: string | null): readonly Said[] => [
  ...(readMessages(request) ?? []),
  ...(answer === null ? [] : readAnswers(answer)),
];

function Message({ said: { role, text } }: { readonly said: Said }) {
  return (
    <div className={`said said-${role}`}>
      <Text size="xs" c="dimmed" fw={600}>
        {ROLES.get(role) ?? role}
      </Text>
      <Text size="sm">{text}</Text>
    </div>
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
