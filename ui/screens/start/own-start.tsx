import { Card, List, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PERMISSIONS, permissions } from '../../../policies/access/permissions.ts';
import { useMay } from '../../api/may.ts';
import { sessionQuery } from '../../api/session.ts';
import { useEntries } from '../../app/entries.ts';
import { sayGrants, useSayPlace } from '../../app/grant-words.ts';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { FirstRequest } from './first-request.tsx';

/** Where somebody can go, and what they may do there, whose roles count in some places only. */
export function OwnStart() {
  const { data } = useQuery(sessionQuery);
  const { daily, others } = useEntries();
  const may = useMay();
  const sayPlace = useSayPlace();
  const grants = data === undefined || data.state === 'out' ? [] : data.session.grants;
  return (
    <Screen title="Your part of Signalbox">
      <Text c="dimmed" maw={760} mt={-8}>
        {`You are here as ${sayGrants(grants, sayPlace)}. Ask an admin if you need more.`}
      </Text>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Card withBorder padding="lg" component="section" aria-label="Where you can go">
          <Text fw={650} mb="xs">
            Where you can go
          </Text>
          <List listStyleType="none" spacing={6}>
            {[...daily, ...others]
              .filter(({ to }) => to !== '/')
              .map(({ title, to }) => (
                <List.Item key={to}>
                  <TextLink to={to}>{title}</TextLink>
                </List.Item>
              ))}
          </List>
        </Card>
        <Card withBorder padding="lg" component="section" aria-label="What you may do">
          <Text fw={650} mb="xs">
            What you may do
          </Text>
          <List spacing={6} size="sm">
            {permissions.filter(may).map((permission) => (
              <List.Item key={permission}>{PERMISSIONS[permission]}</List.Item>
            ))}
          </List>
        </Card>
      </SimpleGrid>
      {may('change key') ? <FirstRequest /> : null}
    </Screen>
  );
}
