/** Values that a fact has had, or can have, in this house: to be offered while one is typed. */
import type { House } from '../editing/house.ts';

/** Texts to offer for a fact; none where nothing is known of it. */
export function seenValues(fact: string, { answer, models }: House): string[] {
  const tag = fact.startsWith('tags.') ? fact.slice(5) : fact;
  const seen = Object.hasOwn(answer.tags, tag) ? (answer.tags[tag] ?? []) : [];
  const known: Readonly<Record<string, () => string[]>> = {
    team: () => answer.teams.map(({ name }) => name),
    project: () => answer.projects.map(({ name }) => name),
    'key.name': () => answer.keys.map(({ name }) => name),
    'key.id': () => answer.keys.map(({ id }) => id),
    'request.model': () => models.map(({ id }) => id),
  };
  return [...new Set([...seen, ...(Object.hasOwn(known, fact) ? (known[fact]?.() ?? []) : [])])];
}
