import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { IconEye, IconMinus, IconThumbDown, IconThumbUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { houseQuery } from '../../api/house.ts';
import { commentsQuery, type RequestRecord } from '../../api/records.ts';
import { Failure } from '../../app/failure.tsx';
import { meaningOf, sayScore } from '../../app/score-words.ts';
import { sayMoment } from '../../app/words.ts';
import { focusOnce, useMayRead } from './content.tsx';
import { Part } from './part.tsx';

type Said = RequestRecord['feedback'];

/** What apps said of the answer; what they wrote about it is shown to those who may read it once they ask for it. */
export function Feedback({ record }: { readonly record: RequestRecord }) {
  const { id, feedback } = record;
  const [asked, setAsked] = useState<string | null>(null);
  const comments = useQuery({ ...commentsQuery(id), enabled: asked === id });
  return (
    <Part title="What apps said of the answer">
      {feedback.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing yet. An app can say how good an answer was, with the id of the request that each answer carries.
        </Text>
      ) : (
        <Stack
          component="ul"
          gap="md"
          p={0}
          m={0}
          style={{ listStyle: 'none' }}
          tabIndex={-1}
          ref={comments.data ? focusOnce : null}
        >
          {feedback.map((one) => (
            <One key={one.key} said={one} comment={comments.data?.get(one.key) ?? null} />
          ))}
        </Stack>
      )}
      {!feedback.some(({ isCommentKept }) => isCommentKept) || comments.data ? null : comments.error ? (
        <Failure title="The comments could not be shown" error={comments.error} onRetry={() => comments.refetch()} />
      ) : (
        <AskForComments record={record} pending={asked === id} onAsk={() => setAsked(id)} />
      )}
    </Part>
  );
}

interface AskProps {
  readonly record: RequestRecord;
  readonly pending: boolean;
  readonly onAsk: () => void;
}

function AskForComments({ record, pending, onAsk }: AskProps) {
  const mayRead = useMayRead(record);
  return (
    <Stack gap="sm" align="flex-start" mt="md">
      <Text size="sm" c="dimmed">
        {mayRead
          ? 'What was written about it is sealed. That you looked is written to the history.'
          : 'What was written about it is sealed, and your role does not let you read it. Ask an admin.'}
      </Text>
      {mayRead ? (
        <Button variant="default" leftSection={<IconEye size={16} aria-hidden />} loading={pending} onClick={onAsk}>
          Show the comments
        </Button>
      ) : null}
    </Stack>
  );
}

interface OneProps {
  readonly said: Said[number];
  /** Null where there is none, or nobody has asked for it. */
  readonly comment: string | null;
}

function One({ said: { key, at, score, label }, comment }: OneProps) {
  const house = useQuery(houseQuery);
  const name = house.data?.keys.find(({ id }) => id === key)?.name;
  const by = name === undefined ? 'By a key that is not in use any more' : `By the key “${name}”`;
  const meaning = meaningOf(score);
  const Icon = score > 0 ? IconThumbUp : score < 0 ? IconThumbDown : IconMinus;
  return (
    <li>
      <Group gap="xs">
        <Icon size={16} aria-hidden />
        <Text size="sm" fw={600}>
          {meaning[0]?.toUpperCase()}
          {meaning.slice(1)} ({sayScore(score)})
        </Text>
        {label === null ? null : (
          <Badge variant="default" tt="none">
            {label}
          </Badge>
        )}
      </Group>
      {comment === null ? null : (
        <Text size="sm" className="wrapped">
          {comment}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {house.data ? by : 'By a key'}, {sayMoment(at)}
      </Text>
    </li>
  );
}
