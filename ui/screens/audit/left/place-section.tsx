import { Group, Table, Text } from '@mantine/core';
import { keyOfLeft, type LeftGroup } from '../../../api/audit-desk.ts';
import { Section } from '../../../app/section.tsx';
import { TextLink } from '../../../app/text-link.tsx';
import { WideTable } from '../../../app/wide-table.tsx';
import { plural, sayCount } from '../../../app/words.ts';
import { FlagMark } from '../flag-mark.tsx';
import type { FlagColor } from '../flag-words.ts';
import type { Names } from '../names.ts';
import { type LeftPlace, sayCounts, sayLookedFor, sayRedacted } from './places.ts';

interface Props {
  readonly place: LeftPlace;
  readonly span: { readonly from: number; readonly to: number | undefined };
  readonly names: Names;
}

const sayWhere = ({ provider, region }: LeftPlace): string =>
  `${provider === '' ? 'A provider that is not known' : provider}, ${region === null ? 'region not said' : `region ${region}`}`;

function sayLeaves(leavesHouse: boolean | null): { readonly title: string; readonly color: FlagColor } {
  if (leavesHouse === null) return { title: 'Not known any more', color: 'gray' };
  return leavesHouse ? { title: 'Outside the house', color: 'orange' } : { title: 'In the house', color: 'gray' };
}

/** What went to one provider in one region, by the path by which it went. */
export function PlaceSection({ place, span, names }: Props) {
  const { requests, inputTokens, outputTokens, asSetToday, groups } = place;
  const { title, color } = sayLeaves(place.leavesHouse);
  return (
    <Section title={sayWhere(place)} aside={<FlagMark color={color}>{title}</FlagMark>}>
      <Group gap="lg">
        <Text>
          {plural(requests, 'request')}
          {place.counts === 0 ? '' : ` (${sayCounts(place)})`}, {sayCount(inputTokens)} tokens sent and{' '}
          {sayCount(outputTokens)} answered. {sayLookedFor(place)}
        </Text>
      </Group>
      {asSetToday === 0 ? null : (
        <Text size="sm" c="dimmed">
          {asSetToday === requests ? 'These requests are' : `${sayCount(asSetToday)} of these requests are`} of a time
          before this was kept with them: where the provider stood is shown as set today.
        </Text>
      )}
      <WideTable minWidth={760} label={`What went to ${sayWhere(place)}`}>
        <Table verticalSpacing="sm" withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Model</Table.Th>
              <Table.Th>By which path</Table.Th>
              <Table.Th>Redacted</Table.Th>
              <Table.Th ta="right">Requests</Table.Th>
              <Table.Th ta="right">Tokens sent</Table.Th>
              <Table.Th>The requests</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {groups.map((group) => (
              <Row key={keyOfLeft(group)} {...{ group, span, names }} />
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
    </Section>
  );
}

function Row({ group, span, names: { nameOf } }: { readonly group: LeftGroup } & Pick<Props, 'span' | 'names'>) {
  const { model, policy, version, requests, inputTokens, asSetToday } = group;
  const path = policy === null ? 'no policy decided' : `${nameOf(policy)}, version ${version}`;
  const of = policy === null ? {} : { policy, ...(version === null ? {} : { version }) };
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500} className="audit-value">
        {model}
        {asSetToday ? (
          <Text size="xs" c="dimmed" fw={400}>
            place as set today
          </Text>
        ) : null}
      </Table.Th>
      <Table.Td>{path}</Table.Td>
      <Table.Td>{sayRedacted(group)}</Table.Td>
      <Table.Td ta="right">
        {sayCount(requests)}
        {group.counts === 0 ? null : (
          <Text size="xs" c="dimmed">
            {sayCounts(group)}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">{sayCount(inputTokens)}</Table.Td>
      <Table.Td>
        <TextLink
          to="/requests"
          search={{ ...of, model, from: span.from, to: span.to }}
          aria-label={`Requests to ${model}, ${path}`}
        >
          See them
        </TextLink>
      </Table.Td>
    </Table.Tr>
  );
}
