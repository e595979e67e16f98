import { Group, Table, Text } from '@mantine/core';
import type { LeftGroup } from '../../../api/audit-desk.ts';
import { Section } from '../../../app/section.tsx';
import { TextLink } from '../../../app/text-link.tsx';
import { WideTable } from '../../../app/wide-table.tsx';
import { plural, sayCount } from '../../../app/words.ts';
import { FlagMark } from '../flag-mark.tsx';
import type { FlagColor } from '../flag-words.ts';
import type { Names } from '../names.ts';
import { type LeftPlace, sayFound, sayProtection } from './places.ts';

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
  const { requests, inputTokens, outputTokens, unlooked, found, groups } = place;
  const { title, color } = sayLeaves(place.leavesHouse);
  const kinds = sayFound(found);
  return (
    <Section title={sayWhere(place)} aside={<FlagMark color={color}>{title}</FlagMark>}>
      <Group gap="lg">
        <Text>
          {plural(requests, 'request')}, {sayCount(inputTokens)} tokens sent and {sayCount(outputTokens)} answered.{' '}
          {unlooked === 0
            ? 'Private data was looked for in all of them.'
            : `In ${sayCount(unlooked)} of them private data was not looked for.`}
          {kinds === '' ? '' : ` Found were: ${kinds}.`}
        </Text>
      </Group>
      <WideTable minWidth={760} label={`What went to ${sayWhere(place)}`}>
        <Table verticalSpacing="sm" withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Model</Table.Th>
              <Table.Th>By which path</Table.Th>
              <Table.Th>Private data</Table.Th>
              <Table.Th ta="right">Requests</Table.Th>
              <Table.Th ta="right">Tokens sent</Table.Th>
              <Table.Th>The requests</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {groups.map((group) => (
              <Row
                key={`${group.model} ${group.policy} ${group.version} ${group.lookedFor}`}
                {...{ group, span, names }}
              />
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
    </Section>
  );
}

function Row({ group, span, names: { nameOf } }: { readonly group: LeftGroup } & Pick<Props, 'span' | 'names'>) {
  const { model, policy, version, requests, inputTokens } = group;
  const path = policy === null ? 'no policy decided' : `${nameOf(policy)}, version ${version}`;
  const of = policy === null ? {} : { policy, ...(version === null ? {} : { version }) };
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500} className="audit-value">
        {model}
      </Table.Th>
      <Table.Td>{path}</Table.Td>
      <Table.Td>{sayProtection(group)}</Table.Td>
      <Table.Td ta="right">{sayCount(requests)}</Table.Td>
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
