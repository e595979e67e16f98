import { List, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { policyUsesQuery } from '../../api/pinned.ts';
import { TextLink } from '../../app/text-link.tsx';

/** Other policies that go on in this one, by their live versions and drafts; nothing where there are none. */
export function UsedBy({ policy }: { readonly policy: string }) {
  const { data } = useQuery(policyUsesQuery(policy));
  const shown = data?.filter(({ live, version }) => live || version === null) ?? [];
  if (!data || data.length === 0) return null;
  const older = data.length - shown.length;
  return (
    <section aria-label="Used by other policies">
      <Title order={2} mb="sm">
        Used by other policies
      </Title>
      <List size="sm">
        {shown.map((use) => (
          <List.Item key={`${use.policy} ${use.version} ${use.uses}`}>
            <TextLink
              size="sm"
              to="/policies/$policy"
              params={{ policy: use.policy }}
              search={{ version: use.version ?? 'draft' }}
            >
              {use.name}, {use.version === null ? 'its draft' : `version ${use.version}, live`}
            </TextLink>{' '}
            goes on in version {use.uses}.
          </List.Item>
        ))}
      </List>
      <Text size="sm" c="dimmed" mt="xs">
        {older === 0 ? '' : `Besides, ${older === 1 ? 'one older version did' : `${older} older versions did`}. `}
        They stay with their version when you publish a newer one here.
      </Text>
    </section>
  );
}
