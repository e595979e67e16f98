/** What the auditor's desk adds up and says in words, without a browser. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addLeft, type LeftGroup } from '../../ui/api/audit-desk.ts';
import { sayReach } from '../../ui/screens/audit/access/access-words.ts';
import { placesOf, sayProtection } from '../../ui/screens/audit/left/places.ts';
import { sayRolesIn } from '../../ui/screens/audit/roles-said.ts';

const left: fc.Arbitrary<LeftGroup> = fc.record({
  model: fc.constantFrom('a/one', 'b/two'),
  provider: fc.constantFrom('a', 'b'),
  region: fc.constantFrom('eu-central-1', null),
  leavesHouse: fc.constantFrom(true, false, null),
  policy: fc.constantFrom('pol_1', null),
  version: fc.constantFrom(1, 2),
  lookedFor: fc.constantFrom('found', 'not found', 'not looked for'),
  reportsOnly: fc.constant(false),
  ...{ requests: fc.nat(1000), calls: fc.nat(1000), inputTokens: fc.nat(1000), outputTokens: fc.nat(1000) },
  found: fc.dictionary(fc.constantFrom('email', 'phone'), fc.nat(9)),
});

const sum = (groups: readonly LeftGroup[]): number => groups.reduce((total, { requests }) => total + requests, 0);
const emails = (groups: readonly LeftGroup[]): number =>
  groups.reduce((total, { found }) => total + (found.email ?? 0), 0);

describe('what left the house', () => {
  it('is the same sum however it came in pages', () => {
    fc.assert(
      fc.property(fc.array(left), fc.nat(20), (groups, at) => {
        const pages = addLeft(addLeft([], groups.slice(0, at)), groups.slice(at));
        expect([sum(pages), emails(pages)]).toEqual([sum(groups), emails(groups)]);
        expect(
          new Set(pages.map(({ model, policy, version, lookedFor }) => `${model} ${policy} ${version} ${lookedFor}`))
            .size,
        ).toBe(pages.length);
      }),
    );
  });

  it('loses nothing when it is put in order, and shows what is outside first', () => {
    fc.assert(
      fc.property(fc.array(left), (groups) => {
        const places = placesOf(groups);
        expect(places.reduce((total, { requests }) => total + requests, 0)).toBe(sum(groups));
        const inside = places.map(({ leavesHouse }) => leavesHouse === false);
        expect([...inside].sort((a, b) => Number(a) - Number(b))).toEqual(inside);
      }),
    );
  });

  it('says what became of private data', () => {
    const group: LeftGroup = {
      ...{ model: 'a/one', provider: 'a', region: null, leavesHouse: true, policy: null, version: null },
      ...{
        lookedFor: 'found',
        reportsOnly: true,
        requests: 1,
        calls: 1,
        inputTokens: 1,
        outputTokens: 1,
        found: { email: 2 },
      },
    };
    expect(sayProtection(group)).toBe('found; the drawing leaves some of it as it was: 2 email');
    expect(sayProtection({ ...group, reportsOnly: false })).toBe('found and taken out: 2 email');
    expect(sayProtection({ ...group, lookedFor: 'not looked for' })).toBe('not looked for');
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
