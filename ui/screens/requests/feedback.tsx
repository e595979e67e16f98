import { Badge, Group, Stack, Text } from '@mantine/core';
import { IconMinus, IconThumbDown, IconThumbUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { houseQuery } from '../../api/house.ts';
import type { RequestRecord } from '../../api/records.ts';
import { meaningOf, sayScore } from '../../app/score-words.ts';
import { sayMoment } from '../../app/words.ts';
import { Part } from './part.tsx';

type Said = RequestRecord['feedback'];

/** What apps said of the answer. */
export function Feedback({ feedback }: { readonly feedback: Said }) {
  return (
    <Part title="What apps said of the answer">
      {feedback.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing yet. An app can say how good an answer was, with the id of the request that each answer carries.
        </Text>
      ) : (
        <Stack component="ul" gap="md" p={0} m={0} style={{ listStyle: 'none' }}>
          {feedback.map((one) => (
            <One key={one.key} said={one} />
          ))}
        </Stack>
      )}
    </Part>
  );
}

function One({ said: { key, at, score, label, comment } }: { readonly said: Said[number] }) {
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
