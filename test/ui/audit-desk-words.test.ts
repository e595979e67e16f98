/** What the auditor's desk adds up and says in words, without a browser. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addLeft, keyOfLeft, type LeftGroup } from '../../ui/api/audit-desk.ts';
import { sayReach } from '../../ui/screens/audit/access/access-words.ts';
import { placesOf, sayCounts, sayLookedFor, sayRedacted } from '../../ui/screens/audit/left/places.ts';
import { sayRolesIn } from '../../ui/screens/audit/roles-said.ts';

const left: fc.Arbitrary<LeftGroup> = fc.record({
  model: fc.constantFrom('a/one', 'b/two'),
  provider: fc.constantFrom('a', 'b'),
  region: fc.constantFrom('eu-central-1', null),
  leavesHouse: fc.constantFrom(true, false, null),
  policy: fc.constantFrom('pol_1', null),
  version: fc.constantFrom(1, 2),
  asSetToday: fc.boolean(),
  protection: fc.constantFrom('taken_out', 'left_in', 'not_found', 'not_looked_for', 'not_known'),
  requests: fc.nat(1000),
  counts: fc.nat(1000),
  calls: fc.nat(1000),
  inputTokens: fc.nat(1000),
  outputTokens: fc.nat(1000),
  found: fc.dictionary(fc.constantFrom('email', 'phone'), fc.nat(9)),
});

const sum = (groups: readonly LeftGroup[]): number => groups.reduce((total, { requests }) => total + requests, 0);
const countsOf = (groups: readonly LeftGroup[]): number => groups.reduce((total, { counts }) => total + counts, 0);
const emails = (groups: readonly LeftGroup[]): number =>
  groups.reduce((total, { found }) => total + (found.email ?? 0), 0);

describe('what left the house', () => {
  it('is the same sum however it came in pages', () => {
    fc.assert(
      fc.property(fc.array(left), fc.nat(20), (groups, at) => {
        const pages = addLeft(addLeft([], groups.slice(0, at)), groups.slice(at));
        expect([sum(pages), countsOf(pages), emails(pages)]).toEqual([sum(groups), countsOf(groups), emails(groups)]);
        expect(new Set(pages.map(keyOfLeft)).size).toBe(pages.length);
        expect(new Set(pages.map(keyOfLeft))).toEqual(new Set(groups.map(keyOfLeft)));
      }),
    );
  });

  it('loses nothing when it is put in order, and shows what is outside first', () => {
    fc.assert(
      fc.property(fc.array(left), (groups) => {
        const places = placesOf(groups);
        expect(places.reduce((total, { requests }) => total + requests, 0)).toBe(sum(groups));
        const older = groups.filter(({ asSetToday }) => asSetToday);
        expect(places.reduce((total, { asSetToday }) => total + asSetToday, 0)).toBe(sum(older));
        expect(places.reduce((total, { counts }) => total + counts, 0)).toBe(countsOf(groups));
        const taken = groups.filter(({ protection }) => protection === 'taken_out');
        expect(places.reduce((total, { redacted }) => total + redacted, 0)).toBe(sum(taken));
        const inside = places.map(({ leavesHouse }) => leavesHouse === false);
        expect([...inside].sort((a, b) => Number(a) - Number(b))).toEqual(inside);
      }),
    );
  });

  it('says how many asked only for a count of their tokens', () => {
    expect(sayCounts({ requests: 3, counts: 0 })).toBe('');
    expect(sayCounts({ requests: 3, counts: 2 })).toBe('2 of them only to count tokens');
    expect(sayCounts({ requests: 3, counts: 3 })).toBe('only to count tokens');
  });

  it('says whether private data was taken out', () => {
    const found = { email: 2, credit_card: 1 };
    expect(sayRedacted({ protection: 'taken_out', found })).toBe('yes: 2 × E-mail address, 1 × credit_card');
    expect(sayRedacted({ protection: 'in_part', found: { email: 2 } })).toBe(
      'in part; some was only reported: 2 × E-mail address',
    );
    expect(sayRedacted({ protection: 'left_in', found: { email: 2 } })).toBe('no, only reported: 2 × E-mail address');
    expect(sayRedacted({ protection: 'not_looked_for', found: {} })).toBe('not looked for');
    const place = {
      provider: 'a',
      region: null,
      leavesHouse: true,
      requests: 9,
      counts: 0,
      inputTokens: 1,
      outputTokens: 1,
      asSetToday: 0,
      unlooked: 0,
      unknown: 0,
      redacted: 1,
      found: { email: 2 },
      groups: [],
    };
    expect(sayLookedFor(place)).toBe(
      'Private data was looked for in all of them. Found were: 2 × E-mail address; 1 request went redacted.',
    );
    expect(sayLookedFor({ ...place, unlooked: 2, unknown: 3, found: {} })).toBe(
      'In 2 of them private data was not looked for. Of 3 of them it is not known whether private data was looked for.',
    );
  });
});

describe('who could do what', () => {
  it('is said with places by their names', () => {
    const nameOf = (id: unknown) => `“${String(id)}”`;
    expect(sayReach({ everywhere: true, places: [] }, nameOf)).toBe('everywhere');
    expect(sayReach({ everywhere: false, places: [] }, nameOf)).toBe('no');
    expect(
      sayReach(
        {
          everywhere: false,
          places: [
            { of: 'team', id: 'Search' },
            { of: 'own keys', id: null },
          ],
        },
        nameOf,
      ),
    ).toBe('the team “Search”, requests of own keys');
  });

  it('is said of entries from before there were several roles too', () => {
    const grants = [{ role: 'author', within: { project: 'Search' }, content: false }];
    expect(sayRolesIn({ grants }, String)).toBe('Author in the project Search');
    expect(sayRolesIn({ role: 'viewer' }, String)).toBe('viewer');
    expect(sayRolesIn({}, String)).toBe('nothing');
  });
});
