import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Grant, Within } from '../../policies/access/grants.ts';
import { ROLES } from '../../policies/access/roles.ts';
import { houseQuery } from '../api/house.ts';

const joined = new Intl.ListFormat('en');

/** Says where a role counts. */
type SayPlace = (within: Within | null) => string;

/** Grants in words, such as “Team lead in the team Search, and Viewer everywhere”. */
export const sayGrants = (grants: readonly Grant[], sayPlace: SayPlace): string =>
  joined.format(
    grants.map(
      ({ role, within, content }) =>
        `${ROLES[role].title} ${sayPlace(within)}${content ? ' (reads what was said)' : ''}`,
    ),
  );

/** Says where roles count, by the names of teams, projects and policies; in ids for what is not to be seen. */
export function useSayPlace(): SayPlace {
  const { data } = useQuery(houseQuery);
  return useCallback(
    (within) => {
      if (within === null) return 'everywhere';
      const called = (list: readonly { readonly id: string; readonly name: string }[] | undefined, id: string) =>
        list?.find((one) => one.id === id)?.name ?? id;
      if ('team' in within) return `in the team ${called(data?.teams, within.team)}`;
      if ('project' in within) return `in the project ${called(data?.projects, within.project)}`;
      return `for the policy ${called(data?.policies, within.policy)}`;
    },
    [data],
  );
}
