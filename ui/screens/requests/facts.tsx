import { Box, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { dollars } from '../../../policies/price.ts';
import { policiesQuery } from '../../api/policies.ts';
import type { RequestRecord } from '../../api/records.ts';
import { TextLink } from '../../app/text-link.tsx';
import { plural, sayDuration } from '../../app/words.ts';
import { sayCostSource, sayUsage } from './usage-words.ts';

const asText = (fact: unknown): string | null => (typeof fact === 'string' && fact !== '' ? fact : null);

/** The request at a glance. */
export function Facts({ record }: { readonly record: RequestRecord }) {
  const { model, requestedModel, policy, version, usage, cost, durationMs, overheadMs, app, facts } = record;
  const policies = useQuery(policiesQuery);
  const title = policies.data?.find(({ id }) => id === policy)?.title ?? 'Policy';
  const project = asText(facts.project);
  const before = record.mandatory;
  const beforeTitle = policies.data?.find(({ id }) => id === before?.policy)?.title ?? 'Policy of the organisation';
  return (
    <SimpleGrid component="dl" cols={{ base: 2, sm: 3, lg: 4 }} spacing="md" m={0}>
      <Fact name="Policy">
        {policy === null || version === null ? (
          'none decided'
        ) : (
          <TextLink to="/policies/$policy" params={{ policy }} search={{ version }} inherit>
            {title}, version {version}
          </TextLink>
        )}
      </Fact>
      {before ? (
        <Fact name="Before it, set by the organisation">
          <TextLink
            to="/policies/$policy"
            params={{ policy: before.policy }}
            search={{ version: before.version }}
            inherit
          >
            {beforeTitle}, version {before.version}
          </TextLink>
        </Fact>
      ) : null}
      <Fact name="Model" more={model === requestedModel ? null : `asked for ${requestedModel}`}>
        {model ?? 'none answered'}
      </Fact>
      <Fact name="Cost" more={sayCostSource(record)}>
        {dollars(cost)}
      </Fact>
      <Fact name="Tokens" more={record.status === 'counted' ? null : sayUsage(usage)}>
        {record.status === 'counted' ? 'none paid for' : plural(usage.inputTokens + usage.outputTokens, 'token')}
      </Fact>
      <Fact name="Time" more={`${sayDuration(overheadMs)} of it in the gateway`}>
        {sayDuration(durationMs)}
      </Fact>
      <Fact name="Key" more={project === null ? null : `of the project ${project}`}>
        {asText(facts['key.name']) ?? 'not kept'}
      </Fact>
      <Fact name="App" more={record.stream ? 'answer streamed' : null}>
        {app ?? 'did not say'}
      </Fact>
      <Fact name="Id of the request">
        <span className="record-id">{record.id}</span>
      </Fact>
    </SimpleGrid>
  );
}

function Fact({
  name,
  more = null,
  children,
}: {
  readonly name: string;
  readonly more?: string | null;
  readonly children: ReactNode;
}) {
  return (
    <Box>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} fw={600} size="sm" style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
      {more === null ? null : (
        <Text component="dd" m={0} size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {more}
        </Text>
      )}
    </Box>
  );
}
