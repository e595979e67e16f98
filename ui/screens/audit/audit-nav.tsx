import { Group } from '@mantine/core';
import { useMayEverywhere } from '../../api/may.ts';
import { TextLink } from '../../app/text-link.tsx';

const PLACES = [
  { to: '/audit', title: 'Changes', may: 'read history' },
  { to: '/audit/live', title: 'What was live', may: 'read history' },
  { to: '/audit/left-house', title: 'What left the house', may: 'read record' },
  { to: '/audit/access', title: 'Who could do what', may: 'read people' },
  { to: '/audit/deeds', title: 'What somebody did', may: 'read history' },
  { to: '/audit/entries', title: 'All entries', may: 'read history' },
] as const;

/** The questions that a reviewer asks, each on a page of its own; those that one may ask. */
export function AuditNav() {
  const may = useMayEverywhere();
  return (
    <Group component="nav" aria-label="Audit" gap={4} className="audit-nav audit-screen-only">
      {PLACES.filter((place) => may(place.may)).map(({ to, title }) => (
        <TextLink key={to} to={to} className="nav-link" activeOptions={{ exact: true, includeSearch: false }}>
          {title}
        </TextLink>
      ))}
    </Group>
  );
}
