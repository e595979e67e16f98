import { List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { keysQuery } from '../../../api/keys.ts';
import { useMay } from '../../../api/may.ts';
import { Section } from '../../../app/section.tsx';
import { TextLink } from '../../../app/text-link.tsx';

/** The API keys that somebody made, each with the way to what was done with it; nothing where they made none. */
export function KeysOf({ who }: { readonly who: string }) {
  const may = useMay();
  const keys =
    useQuery({ ...keysQuery, enabled: may('read key') }).data?.filter(({ createdBy }) => createdBy === who) ?? [];
  const mayRead = may('read record');
  if (keys.length === 0) return null;
  return (
    <Section title="Requests that their keys made">
      <Text c="dimmed">Apps send requests with the keys that somebody made; these are shown for each.</Text>
      <List>
        {keys.map(({ id, name, revokedAt }) => (
          <List.Item key={id}>
            {mayRead ? (
              <>
                <TextLink to="/requests" search={{ key: id }}>
                  Requests of the key “{name}”
                </TextLink>
                {', and '}
              </>
            ) : null}
            <TextLink to="/usage" search={{ by: 'model', where: `key=${id}` }}>
              what the key “{name}” was used for
            </TextLink>
            {revokedAt === null ? '' : ' (revoked since)'}
          </List.Item>
        ))}
      </List>
    </Section>
  );
}
