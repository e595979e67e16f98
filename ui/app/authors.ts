/** Who did something, in words. */
import { useQuery } from '@tanstack/react-query';
import { peopleQuery } from '../api/house.ts';

/** Authors that are no people. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['system', 'Signalbox itself'],
  ['admin-token', 'a program with the admin token'],
]);

/** Gives what says the name of an author by id; while the names are being loaded, it says "…" for people. */
export function useAuthors(): (id: string) => string {
  const people = useQuery(peopleQuery);
  return (id) => PROGRAMS.get(id) ?? people.data?.get(id) ?? (people.isPending ? '…' : id);
}
