import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { dollars } from '../../../policies/price.ts';
import { usageToldQuery } from '../../api/usage.ts';
import { Failure } from '../../app/failure.tsx';
import { Section } from '../../app/section.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { plural } from '../../app/words.ts';

interface Props {
  readonly policy: string;
  readonly version: number;
  /** When it became live, in milliseconds since 1970. */
  readonly since: number;
}

const HOUR_MS = 3_600_000;

/** How many requests a version has decided and what they cost, with the way to them. */
export function Decided({ policy, version, since }: Props) {
  const conditions = [{ by: 'version', is: `${policy}@${version}` }];
  // Sums are kept by whole hours.
  const from = since - (since % HOUR_MS);
  const told = useQuery(usageToldQuery({ by: 'version', timeZone: 'UTC', from, conditions, limit: 1 }));
  const [sum] = told.data?.totals ?? [];
  return (
    <Section title="Requests that it decided">
      {told.error ? (
        <Failure title="They could not be counted" error={told.error} onRetry={() => told.refetch()} />
      ) : told.data === undefined ? (
        <Waiting what="how many there are" />
      ) : sum === undefined || sum.requests === 0 ? (
        <Text c="dimmed">None so far.</Text>
      ) : (
        <>
          <Text>
            {plural(sum.requests, 'request')}, which cost {dollars(sum.cost)}
            {sum.refused === 0 ? '' : `; ${plural(sum.refused, 'was', 'were')} refused by it`}.
          </Text>
          <div className="audit-screen-only">
            <TextLink to="/requests" search={{ policy, version }}>
              See the requests
            </TextLink>
          </div>
        </>
      )}
    </Section>
  );
}
