import { Badge, Button, Table, Text, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../api/may.ts';
import { type ServiceToken, serviceTokensQuery } from '../../api/service-tokens.ts';
import { useAuthors } from '../../app/authors.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { sayGrants, useSayPlace } from '../../app/grant-words.ts';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { sayAgo, sayMoment } from '../../app/words.ts';
import { NewServiceToken, RevokeServiceToken } from './service-token-dialogs.tsx';

/** Tokens by which programs use this gateway as people use its pages. */
export function ServiceTokens() {
  const tokens = useQuery(serviceTokensQuery);
  const mayChange = useMay()('change people');
  const [making, setMaking] = useState(false);
  const make = (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setMaking(true)}>
      New token
    </Button>
  );
  return (
    <Screen title="Service tokens" aside={mayChange && tokens.data?.length ? make : undefined}>
      <Text c="dimmed" maw={760}>
        A program that does what people do on these pages shows a token: one that publishes policies from a repository,
        or reads what was spent. Apps that send requests to models use keys instead.
      </Text>
      {tokens.data ? (
        tokens.data.length === 0 ? (
          <Empty title="There is no service token yet">
            {mayChange ? (
              <>
                <Text mb="md">Make one for each program, so that each can be told apart and stopped alone.</Text>
                {make}
              </>
            ) : (
              'Ask an admin to make one.'
            )}
          </Empty>
        ) : (
          <TokenTable tokens={tokens.data} mayChange={mayChange} />
        )
      ) : tokens.error ? (
        <Failure title="The tokens could not be loaded" error={tokens.error} onRetry={() => tokens.refetch()} />
      ) : (
        <Waiting what="the tokens" />
      )}
      {making ? <NewServiceToken onClose={() => setMaking(false)} /> : null}
    </Screen>
  );
}

const holds = (token: ServiceToken): boolean => token.revokedAt === null && token.expiresAt > Date.now();

interface TableProps {
  readonly tokens: readonly ServiceToken[];
  readonly mayChange: boolean;
}

function TokenTable({ tokens, mayChange }: TableProps) {
  const author = useAuthors();
  const sayPlace = useSayPlace();
  const [revoking, setRevoking] = useState<ServiceToken | null>(null);
  const sorted = [...tokens].sort((a, b) => Number(holds(b)) - Number(holds(a)) || b.createdAt - a.createdAt);
  return (
    <>
      <WideTable minWidth={880} label="Service tokens">
        <Table highlightOnHover verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>What it may do</Table.Th>
              <Table.Th>Made by</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th>State</Table.Th>
              {mayChange ? (
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              ) : null}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sorted.map((token) => (
              <Table.Tr key={token.id}>
                <Table.Td>
                  <Text size="sm" fw={600}>
                    {token.name}
                  </Text>
                  <Text size="xs" c="dimmed" ff="monospace">
                    {token.prefix}…
                  </Text>
                </Table.Td>
                <Table.Td>
                  {sayGrants(token.grants, sayPlace)}
                  {token.scope === 'read' ? (
                    <Text size="xs" c="dimmed">
                      looks only, and changes nothing
                    </Text>
                  ) : null}
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{author(token.createdBy)}</Text>
                  <Text size="xs" c="dimmed" className="unbroken">
                    {sayMoment(token.createdAt)}
                  </Text>
                </Table.Td>
                <Table.Td className="unbroken">
                  {token.lastUsedAt === null ? 'never' : sayAgo(token.lastUsedAt, Date.now())}
                </Table.Td>
                <Table.Td>
                  <State token={token} />
                </Table.Td>
                {mayChange ? (
                  <Table.Td ta="right">
                    {holds(token) ? (
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Revoke ${token.name}`}
                        onClick={() => setRevoking(token)}
                      >
                        Revoke
                      </Button>
                    ) : null}
                  </Table.Td>
                ) : null}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
      {revoking ? <RevokeServiceToken token={revoking} onClose={() => setRevoking(null)} /> : null}
    </>
  );
}

function State({ token }: { readonly token: ServiceToken }) {
  const { revokedAt, expiresAt } = token;
  const word = holds(token) ? 'in use' : revokedAt === null ? 'ended' : 'revoked';
  return (
    <>
      <Badge variant="dot" color={word === 'in use' ? 'teal' : 'gray'} tt="none">
        {word}
      </Badge>
      <Text size="xs" c="dimmed" className="unbroken">
        {revokedAt === null ? `until ${sayMoment(expiresAt)}` : sayMoment(revokedAt)}
      </Text>
    </>
  );
}
