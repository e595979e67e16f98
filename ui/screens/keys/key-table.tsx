import { Badge, Button, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { HouseAnswer } from '../../api/house.ts';
import { type Key, keysQuery, type ListedKey } from '../../api/keys.ts';
import { useMayIn } from '../../api/may.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import { useAuthors } from '../../app/authors.ts';
import { TextLink } from '../../app/text-link.tsx';
import { sayMoment } from '../../app/words.ts';
import { ChangeLimits } from './change-limits.tsx';
import { LimitsOfKey } from './key-limits.tsx';
import { sayEnd, sayLastUsed, stateOf } from './key-state.ts';
import { ReplaceKey } from './replace-key.tsx';
import { RevokeKey } from './revoke-key.tsx';

interface Props {
  readonly keys: readonly ListedKey[];
  readonly house: HouseAnswer;
  readonly policies: readonly ListedPolicy[];
}

/** Keys with what they say and allow; those in use first. */
export function KeyTable({ keys, house, policies }: Props) {
  const [doing, setDoing] = useState<{ readonly what: 'limit' | 'replace' | 'revoke'; readonly key: Key } | null>(null);
  const close = (): void => setDoing(null);
  const now = useQuery(keysQuery).dataUpdatedAt;
  const mayIn = useMayIn();
  const mayChange = (key: Key): boolean =>
    key.revokedAt === null && mayIn('change key', { project: key.project, maker: key.createdBy });
  const projects = new Map(house.projects.map((project) => [project.id, project]));
  const teams = new Map(house.teams.map(({ id, name }) => [id, name]));
  const titles = new Map(policies.map(({ id, title }) => [id, title]));
  const author = useAuthors();
  const sorted = [...keys].sort(
    (a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null) || b.createdAt - a.createdAt,
  );
  return (
    <>
      <Table.ScrollContainer minWidth={1260} tabIndex={0} aria-label="Keys">
        <Table highlightOnHover verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Project and team</Table.Th>
              <Table.Th>Tags</Table.Th>
              <Table.Th>Limits</Table.Th>
              <Table.Th>Made by</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th>State</Table.Th>
              {keys.some(mayChange) ? (
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
                  <Table.Td maw={280}>
                    <LimitsOfKey of={key} titles={titles} />
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm">{author(key.createdBy)}</Text>
                    <Text size="xs" c="dimmed" className="unbroken">
                      {sayMoment(key.createdAt)}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm" className="unbroken" {...(key.lastUsedAt === null && { c: 'dimmed' })}>
                      {sayLastUsed(key.lastUsedAt, now)}
                    </Text>
                    {mayIn('read record', { project: key.project, maker: key.createdBy }) ? (
                      <TextLink
                        to="/requests"
                        search={{ key: key.id }}
                        size="xs"
                        aria-label={`Requests of the key ${key.name}`}
                      >
                        Requests
                      </TextLink>
                    ) : null}
                  </Table.Td>
                  <Table.Td>
                    <State of={key} now={now} />
                  </Table.Td>
                  {keys.some(mayChange) ? (
                    <Table.Td>
                      {mayChange(key) ? (
                        <Group gap="xs" wrap="nowrap" justify="flex-end">
                          {ACTIONS.map(({ what, label, name }) => (
                            <Button
                              key={what}
                              size="xs"
                              variant="default"
                              aria-label={name(key.name)}
                              onClick={() => setDoing({ what, key })}
                            >
                              {label}
                            </Button>
                          ))}
                        </Group>
                      ) : null}
                    </Table.Td>
                  ) : null}
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {doing?.what === 'limit' ? (
        <ChangeLimits of={doing.key} models={house.models} policies={policies} onClose={close} />
      ) : null}
      {doing?.what === 'replace' ? <ReplaceKey of={doing.key} onClose={close} /> : null}
      {doing?.what === 'revoke' ? <RevokeKey of={doing.key} onClose={close} /> : null}
    </>
  );
}

/** What can be done with a key that is not revoked; `name` is for people who do not see its row. */
const ACTIONS = [
  { what: 'limit', label: 'Limits', name: (key: string) => `Change the limits of ${key}` },
  { what: 'replace', label: 'Replace', name: (key: string) => `Replace ${key}` },
  { what: 'revoke', label: 'Revoke', name: (key: string) => `Revoke ${key}` },
] as const;

const STATE_COLOURS = { 'in use': 'teal', 'ends soon': 'orange' } as const;

function State({ of: { revokedAt, expiresAt }, now }: { readonly of: Key; readonly now: number }) {
  const state = stateOf({ revokedAt, expiresAt }, now);
  const over = revokedAt ?? expiresAt;
  if (state === 'revoked' || state === 'expired') {
    return (
      <>
        <Badge variant="default" tt="none">
          {state}
        </Badge>
        <Text size="xs" c="dimmed" className="unbroken">
          {over === null ? '' : sayMoment(over)}
        </Text>
      </>
    );
  }
  return (
    <>
      <Badge variant="dot" color={STATE_COLOURS[state]} tt="none">
        {expiresAt === null ? 'in use' : sayEnd(expiresAt, now)}
      </Badge>
      {expiresAt === null ? null : (
        <Text size="xs" c="dimmed" className="unbroken">
          {sayMoment(expiresAt)}
        </Text>
      )}
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
