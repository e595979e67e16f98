import { Card, List, SimpleGrid, Text } from '@mantine/core';
import { PERMISSIONS, permissions } from '../../../policies/access/permissions.ts';
import { useMay } from '../../api/may.ts';
import { useEntries } from '../../app/entries.ts';
import { OwnPart } from '../../app/own-part.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { FirstRequest } from './first-request.tsx';

/** Where somebody can go, and what they may do there, whose roles count in some places only. */
export function OwnStart() {
  const { daily, others } = useEntries();
  const may = useMay();
  return (
    <Screen title="Your part of Signalbox">
      <OwnPart>Ask an admin if you need more.</OwnPart>
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
