/** Who did something, in words. */
import { useQuery } from '@tanstack/react-query';
import { peopleQuery } from '../api/house.ts';
import { useMay } from '../api/may.ts';
import { serviceTokensQuery } from '../api/service-tokens.ts';

/** Authors that are no people. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['system', 'Signalbox itself'],
  ['admin-token', 'a program with the admin token'],
]);

const PROGRAM = /^svc_/;

/** Gives what says the name of an author by id; while the names are being loaded, it says "…" for people. */
export function useAuthors(): (id: string) => string {
  const people = useQuery(peopleQuery);
  // Who may not see programs’ tokens is told no more than that it was a program.
  const tokens = useQuery({ ...serviceTokensQuery, enabled: useMay()('read people') });
  const program = (id: string): string | undefined => {
    const token = tokens.data?.find((one) => one.id === id);
    return token ? `the program “${token.name}”` : PROGRAM.test(id) ? 'a program' : undefined;
  };
  const isPending = people.isPending || tokens.isLoading;
  return (id) => PROGRAMS.get(id) ?? people.data?.get(id) ?? (isPending ? '…' : (program(id) ?? id));
}
