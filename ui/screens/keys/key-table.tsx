import { Badge, Button, Table, Text, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import type { HouseAnswer } from '../../api/house.ts';
import type { Key } from '../../api/keys.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import { useAuthors } from '../../app/authors.ts';
import { sayMoment } from '../../app/words.ts';
import { RevokeKey } from './revoke-key.tsx';

interface Props {
  readonly keys: readonly Key[];
  readonly house: HouseAnswer;
  readonly policies: readonly ListedPolicy[];
  readonly mayChange: boolean;
}

/** Keys with what they say and allow; those in use first. */
export function KeyTable({ keys, house, policies, mayChange }: Props) {
  const [revoking, setRevoking] = useState<Key | null>(null);
  const projects = new Map(house.projects.map((project) => [project.id, project]));
  const teams = new Map(house.teams.map(({ id, name }) => [id, name]));
  const titles = new Map(policies.map(({ id, title }) => [id, title]));
  const author = useAuthors();
  const sorted = [...keys].sort(
    (a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null) || b.createdAt - a.createdAt,
  );
  return (
    <>
      <Table.ScrollContainer minWidth={1080} tabIndex={0} aria-label="Keys">
        <Table highlightOnHover verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Project and team</Table.Th>
              <Table.Th>Tags</Table.Th>
              <Table.Th>Policies</Table.Th>
              <Table.Th>Made by</Table.Th>
              <Table.Th>State</Table.Th>
              {mayChange ? (
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              ) : null}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sorted.map((key) => {
              const project = projects.get(key.project);
              return (
                <Table.Tr key={key.id}>
                  <Table.Td>
                    <Text size="sm" fw={600}>
                      {key.name}
                    </Text>
                    <Text size="xs" c="dimmed" ff="monospace">
                      {key.prefix}…
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm">{project?.name ?? 'unknown'}</Text>
                    <Text size="xs" c="dimmed">
                      {teams.get(project?.team ?? '') ?? ''}
                    </Text>
                  </Table.Td>
                  <Table.Td maw={300}>
                    <KeyTags of={key} />
                  </Table.Td>
                  <Table.Td maw={240}>
                    <Text size="sm">
                      {key.policies === null
                        ? 'those of its project and of the organisation'
                        : key.policies.map((id) => titles.get(id) ?? 'one that is gone').join(', ') || 'none'}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm">{author(key.createdBy)}</Text>
                    <Text size="xs" c="dimmed" className="unbroken">
                      {sayMoment(key.createdAt)}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <State revokedAt={key.revokedAt} />
                  </Table.Td>
                  {mayChange ? (
                    <Table.Td ta="right">
                      {key.revokedAt === null ? (
                        <Button
                          size="xs"
                          variant="default"
                          aria-label={`Revoke ${key.name}`}
                          onClick={() => setRevoking(key)}
                        >
                          Revoke
                        </Button>
                      ) : null}
                    </Table.Td>
                  ) : null}
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {revoking ? <RevokeKey of={revoking} onClose={() => setRevoking(null)} /> : null}
    </>
  );
}

function State({ revokedAt }: { readonly revokedAt: number | null }) {
  if (revokedAt === null) {
    return (
      <Badge variant="dot" color="teal" tt="none">
        in use
      </Badge>
    );
  }
  return (
    <>
      <Badge variant="default" tt="none">
        revoked
      </Badge>
      <Text size="xs" c="dimmed" className="unbroken">
        {sayMoment(revokedAt)}
      </Text>
    </>
  );
}

function KeyTags({ of: { fixedTags, requiredTags, tagChoices } }: { readonly of: Key }) {
  const lines = [
    ...Object.entries(fixedTags).map(([name, value]) => ({ tag: `${name}=${value}`, words: 'always' })),
    ...Object.entries(tagChoices).map(([name, values]) => ({ tag: name, words: `one of ${values.join(', ')}` })),
    ...requiredTags.map((name) => ({ tag: name, words: 'required' })),
  ];
  if (lines.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        the app chooses
      </Text>
    );
  }
  return lines.map(({ tag, words }) => (
    <Text size="sm" key={`${tag} ${words}`} className="wrapped">
      {tag}{' '}
      <Text span inherit c="dimmed">
        {words}
      </Text>
    </Text>
  ));
}
