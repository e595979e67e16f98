/** What entries of the history name by ids, in words. */
import { useQuery } from '@tanstack/react-query';
import type { HistoryEntry } from '../../api/audit.ts';
import { houseQuery, peopleQuery } from '../../api/house.ts';
import { keysQuery } from '../../api/keys.ts';
import { useMay } from '../../api/may.ts';
import { serviceTokensQuery } from '../../api/service-tokens.ts';
import { useAuthors } from '../../app/authors.ts';
import { sayAction } from './action-words.ts';
import { membersOf } from './members.ts';
import type { Unit } from './value-words.ts';

export interface Names {
  /** The name of something, in quotation marks; people as they are; the id of what is not there any more. */
  readonly nameOf: (id: unknown) => string;
  readonly authorOf: (id: string) => string;
  /** What somebody did, as a sentence without its end: “Ada published version 4 of “Support””. */
  readonly sentenceOf: (entry: HistoryEntry) => string;
  /** What the sums of an entry are counted in. */
  readonly unitOf: (entry: HistoryEntry) => Unit;
}

const quoted = (name: string): string => `“${name}”`;

/** Names are as they are today, since the history itself keeps as few as it can. */
export function useNames(): Names {
  const house = useQuery(houseQuery).data;
  const may = useMay();
  const keys = useQuery({ ...keysQuery, enabled: may('read key') }).data;
  const people = useQuery(peopleQuery).data;
  const tokens = useQuery({ ...serviceTokensQuery, enabled: may('read people') }).data;
  const author = useAuthors();

  const titles = new Map<unknown, string>([
    ...(house?.policies.map(({ id, title }) => [id, title] as const) ?? []),
    ...(house?.budgets.map(({ budget: { id, name } }) => [id, name] as const) ?? []),
    ...[house?.projects, house?.teams, house?.channels, keys, tokens].flatMap(
      (list) => list?.map(({ id, name }) => [id, name] as const) ?? [],
    ),
  ]);
  const findName = (id: unknown): string | undefined => {
    const title = titles.get(id);
    return title === undefined ? people?.get(String(id)) : quoted(title);
  };
  const authorOf = (id: string): string => {
    const said = author(id);
    return said === id && people ? `Somebody who is not here any more (${id})` : said;
  };
  // What was deleted has its name in the entry itself; names of models, months and the like are their ids.
  const objectOf = ({ objectId, before, after }: HistoryEntry): string => {
    const kept = [after, before].map((side) => membersOf(side).name).find((name) => typeof name === 'string');
    return findName(objectId) ?? quoted(kept ?? objectId);
  };
  return {
    nameOf: (id) => findName(id) ?? String(id),
    authorOf,
    sentenceOf: (entry) => {
      const words = `${authorOf(entry.actor)} ${sayAction(entry, objectOf(entry), (id) => findName(id) ?? String(id))}`;
      return words.charAt(0).toUpperCase() + words.slice(1);
    },
    unitOf: ({ objectType, objectId, after }) => {
      if (objectType !== 'budget' && objectType !== 'budget_request') return 'usd';
      const wanted = objectType === 'budget' ? objectId : membersOf(after).budget;
      return house?.budgets.find(({ budget: { id } }) => id === wanted)?.budget.unit ?? null;
    },
  };
}
