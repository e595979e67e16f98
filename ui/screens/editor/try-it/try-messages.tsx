import { ActionIcon, Button, Group, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useFocusAfter } from '../../../form/focus-after.ts';
import { besidesText, ROLE_WORDS, type TrialMessage, textOf, withText } from '../../../trying/trial.ts';
import { useTrying } from '../../../trying/trying-context.tsx';

/** Two of the roles are older names of others; they are only offered where a message has them. */
const OFFERED = ['user', 'system', 'assistant', 'tool'] as const;

/** What was said so far, message by message. */
export function TryMessages() {
  const count = useTrying(({ trial }) => trial.messages.length);
  const edit = useTrying((state) => state.edit);
  const { list, focusEntry } = useFocusAfter<HTMLDivElement>();
  const remove = (at: number): void => {
    edit(({ messages }) => ({ messages: messages.filter((_, i) => i !== at) }));
    focusEntry(Math.min(at, count - 2));
  };
  return (
    <div>
      <Stack gap="sm" ref={list}>
        {Array.from({ length: count }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a message is what stands in its place
          <Message key={at} at={at} onRemove={count > 1 ? () => remove(at) : null} />
        ))}
      </Stack>
      <Button
        data-add
        mt="xs"
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => {
          edit(({ messages }) => ({ messages: [...messages, { role: 'user', content: '' }] }));
          focusEntry(count);
        }}
      >
        Add a message
      </Button>
    </div>
  );
}

interface Props {
  readonly at: number;
  readonly onRemove: (() => void) | null;
}

function Message({ at, onRemove }: Props) {
  const message = useTrying(({ trial }) => trial.messages[at]);
  const edit = useTrying((state) => state.edit);
  if (!message) return null;
  const replace = (next: TrialMessage): void =>
    edit(({ messages }) => ({ messages: messages.map((one, i) => (i === at ? next : one)) }));
  const roles = OFFERED.some((role) => role === message.role) ? OFFERED : [...OFFERED, message.role];
  const besides = besidesText(message);
  return (
    <div data-entry className="try-message">
      <Group gap={4} wrap="nowrap" mb={4}>
        <NativeSelect
          flex={1}
          size="xs"
          aria-label={`Who speaks in message ${at + 1}`}
          data={roles.map((role) => ({ value: role, label: ROLE_WORDS[role] }))}
          value={message.role}
          onChange={({ currentTarget: { value } }) => {
            const role = roles.find((one) => one === value);
            if (role) replace({ ...message, role });
          }}
        />
        {onRemove ? (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={30}
            aria-label={`Remove message ${at + 1}`}
            onClick={onRemove}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        ) : null}
      </Group>
      <Textarea
        aria-label={`Text of message ${at + 1}`}
        placeholder="What is said"
        autosize
        minRows={2}
        maxRows={8}
        value={textOf(message)}
        onChange={({ currentTarget: { value } }) => replace(withText(message, value))}
      />
      {besides.length > 0 ? (
        <Text size="xs" c="dimmed" mt={4}>
          With {besides.join(', ')}.
        </Text>
      ) : null}
    </div>
  );
}
