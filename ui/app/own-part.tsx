import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Grant } from '../../policies/access/grants.ts';
import { houseQuery } from '../api/house.ts';
import { sessionQuery } from '../api/session.ts';
import { sayGrants, useSayPlace } from './grant-words.ts';

const NONE: readonly Grant[] = [];

function useOwnGrants(): readonly Grant[] {
  const { data } = useQuery(sessionQuery);
  return data === undefined || data.state === 'out' ? NONE : data.session.grants;
}

/** The names of the teams in which one has a role. */
export function useOwnTeams(): readonly string[] {
  const house = useQuery(houseQuery);
  const own = useOwnGrants().flatMap(({ within }) => (within !== null && 'team' in within ? [within.team] : []));
  return house.data?.teams.filter(({ id }) => own.includes(id)).map(({ name }) => name) ?? [];
}

/** Tells somebody whose roles count in some places only as what they are here, and what that means for what is shown. */
export function OwnPart({ children }: { readonly children: ReactNode }) {
  const grants = useOwnGrants();
  const sayPlace = useSayPlace();
  return (
    <Text c="dimmed" maw={760} mt={-8}>
      {`You are here as ${sayGrants(grants, sayPlace)}.`} {children}
    </Text>
  );
}
