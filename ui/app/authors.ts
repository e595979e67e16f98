/** Who did something, in words. */
import { useQuery } from '@tanstack/react-query';
import { peopleQuery } from '../api/house.ts';
import { serviceTokensQuery } from '../api/service-tokens.ts';

/** Authors that are no people. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['system', 'Signalbox itself'],
  ['admin-token', 'a program with the admin token'],
]);

/** Gives what says the name of an author by id; while the names are being loaded, it says "…" for people. */
export function useAuthors(): (id: string) => string {
  const people = useQuery(peopleQuery);
  const tokens = useQuery(serviceTokensQuery);
  const program = (id: string): string | undefined => {
    const token = tokens.data?.find((one) => one.id === id);
    return token && `the program “${token.name}”`;
  };
  const isPending = people.isPending || tokens.isPending;
  return (id) => PROGRAMS.get(id) ?? people.data?.get(id) ?? program(id) ?? (isPending ? '…' : id);
}
