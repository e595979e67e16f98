/** What the person who is signed in may do, by the same definition as the server's. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { z } from 'zod';
import { type Ability, abilityOf, may, mayIn, type Place, placesOf } from '../../policies/access/ability.ts';
import type { Permission } from '../../policies/access/permissions.ts';
import { ask } from './client.ts';
import { type SessionState, sessionQuery } from './session.ts';

const NOTHING = abilityOf([], { person: '', onlyReads: true });

function ofSession(session: SessionState | undefined): Ability {
  if (session === undefined || session.state === 'out') return NOTHING;
  const { grants, onlyReads, person } = session.session;
  return abilityOf(grants, { person: person?.id ?? '', onlyReads });
}

function useAbility(): Ability {
  const { data } = useQuery(sessionQuery);
  return useMemo(() => ofSession(data), [data]);
}

/** Whether one may do something at all: everywhere, or in some place. Screens show no means to do what one may not. */
export function useMay(): (permission: Permission) => boolean {
  const ability = useAbility();
  return useCallback((permission) => may(ability, permission), [ability]);
}

/** Whether one may do something in the whole organisation. */
export function useMayEverywhere(): (permission: Permission) => boolean {
  const ability = useAbility();
  return useCallback((permission) => placesOf(ability, permission) === 'everywhere', [ability]);
}

const teamsOfProjectsQuery = queryOptions({
  queryKey: ['projects', 'teams'],
  staleTime: 60_000,
  queryFn: async ({ signal }) => {
    const answer = z.object({ projects: z.array(z.object({ id: z.string(), team: z.string() })) });
    const { projects } = await ask(answer, '/projects', { signal });
    return new Map(projects.map(({ id, team }) => [id, team]));
  },
});

/** A thing as it says itself where it belongs. */
interface Placed {
  readonly project: string | null;
  /** The id of the policy that it is, or came by. */
  readonly policy?: string | null;
  /** The id of whoever made it. */
  readonly maker?: string | null;
}

/** Whether one may do something with a thing of a project or of the organisation. */
export function useMayIn(): (permission: Permission, thing: Placed) => boolean {
  const ability = useAbility();
  const { data: teams } = useQuery(teamsOfProjectsQuery);
  return useCallback(
    (permission, { project, policy = null, maker = null }) => {
      const team = project === null ? null : (teams?.get(project) ?? null);
      const place: Place = { team, project, policy, maker };
      return mayIn(ability, permission, place);
    },
    [ability, teams],
  );
}
