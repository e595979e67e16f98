import { Badge, Button, Group, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Alias } from '../../api/aliases.ts';
import { Empty } from '../../app/empty.tsx';
import { Section } from '../../app/section.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { DeleteAlias } from './aliases-delete.tsx';
import { AliasForm } from './aliases-form.tsx';

interface Props {
  readonly aliases: readonly Alias[];
  /** Ids of all models that are offered. */
  readonly offered: readonly string[];
  readonly mayChange: boolean;
}

/** Names of the organisation's own for models, which policies and apps use in place of theirs. */
export function Aliases({ aliases, offered, mayChange }: Props) {
  const [doing, setDoing] = useState<{ readonly what: 'set' | 'delete'; readonly name: string } | null>(null);
  const close = () => setDoing(null);
  const chosen = aliases.find(({ name }) => name === doing?.name);
  return (
    <Section
      title="Aliases"
      aside={
        mayChange ? (
          <Button
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setDoing({ what: 'set', name: '' })}
          >
            Add an alias
          </Button>
        ) : undefined
      }
    >
      {aliases.length === 0 ? (
        <Empty title="No alias yet">
          An alias is a name of your own for a model, such as “cheap”. Policies and apps use it, and when a better model
          comes, you change it here once.
        </Empty>
      ) : (
        <WideTable minWidth={860} label="Aliases">
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Alias</Table.Th>
                <Table.Th>Leads to</Table.Th>
                <Table.Th>Policies that name it</Table.Th>
                <Table.Th>Keys limited to it</Table.Th>
                {mayChange ? <Table.Th aria-label="Actions" /> : null}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {aliases.map(({ name, model, label, policies, keys }) => (
                <Table.Tr key={name}>
                  <Table.Td fw={600}>{name}</Table.Td>
                  <Table.Td>
                    <Text size="sm">{label ?? 'a model that nobody serves any more'}</Text>
                    <Text size="xs" c="dimmed" ff="monospace">
                      {model}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <PoliciesNaming policies={policies} />
                  </Table.Td>
                  <Table.Td>
                    <KeysNaming keys={keys} />
                  </Table.Td>
                  {mayChange ? (
                    <Table.Td>
                      <Group gap="xs" justify="flex-end" wrap="nowrap">
                        <Button
                          size="xs"
                          variant="default"
                          aria-label={`Change ${name}`}
                          onClick={() => setDoing({ what: 'set', name })}
                        >
                          Change
                        </Button>
                        <Button
                          size="xs"
                          variant="default"
                          aria-label={`Delete ${name}`}
                          onClick={() => setDoing({ what: 'delete', name })}
                        >
                          Delete
                        </Button>
                      </Group>
                    </Table.Td>
                  ) : null}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
      {doing?.what === 'set' ? <AliasForm alias={chosen ?? null} offered={offered} onClose={close} /> : null}
      {doing?.what === 'delete' && chosen ? <DeleteAlias alias={chosen} onClose={close} /> : null}
    </Section>
  );
}

/** Policies, each with whether its live version or only its draft names the alias. */
export function PoliciesNaming({ policies }: Pick<Alias, 'policies'>) {
  if (policies.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        none
      </Text>
    );
  }
  return (
    <Group gap="sm">
      {policies.map(({ id, title, live }) => (
        <Group key={id} gap={6} wrap="nowrap">
          <TextLink to="/policies/$policy" params={{ policy: id }} size="sm">
            {title}
          </TextLink>
          <Badge variant="default" size="sm" tt="none">
            {live ? 'live' : 'draft'}
          </Badge>
        </Group>
      ))}
    </Group>
  );
}

/** Names of keys. */
export const KeysNaming = ({ keys }: Pick<Alias, 'keys'>) => (
  <Text size="sm" className="wrapped" {...(keys.length === 0 && { c: 'dimmed' })}>
    {keys.map(({ name }) => name).join(', ') || 'none'}
  </Text>
);
