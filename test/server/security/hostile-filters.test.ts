import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../../../server/control/route.ts';
import { ADMIN_TOKEN, dialects, type House, openHouse } from '../control/house.ts';
import { addressOf, fillHouse, MARK, type Owned, reading } from './full-house.ts';

/** What programs that put texts together to questions of a database, patterns or objects would fall for. */
const HOSTILE = [
  `' OR '1'='1`,
  `x'); DROP TABLE records; --`,
  `" UNION SELECT token_hash FROM keys --`,
  '%',
  `${MARK.slice(0, -1)}_`,
  '__proto__',
  '$ne',
  '../../etc/passwd',
  '{{7*7}}',
];
/** Any other word that nothing is called. */
const HARMLESS = 'nothing-is-called-so';

/** Values that go on by themselves: moments, and what was measured meanwhile. */
const passing = (text: string): string => text.replace(/\d+(\.\d+)?/g, '0');

describe.each(dialects)('on %s', (dialect) => {
  let house: House;
  let own: Owned;
  beforeAll(async () => {
    house = await openHouse(dialect);
    own = await fillHouse(house);
  });
  afterAll(async () => {
    expect(house.faults).toEqual([]);
    await house.close();
  });

  async function ask(path: string, question: URLSearchParams): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${house.url}${path}?${question}`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    return { status: answer.status, text: await answer.text() };
  }

  const filtersOf = (route: Route): string[] => {
    const byTag = route.path === '/records' || route.path === '/usage';
    return [...Object.keys(route.query.shape), ...(byTag ? ['tag:team', `tag:' OR 1=1 --`] : [])];
  };
  const filtered = reading.flatMap((route) => filtersOf(route).map((filter) => [route.path, filter, route] as const));

  it.each(filtered)('%s takes whatever stands in the filter %s for a word', async (_path, filter, route) => {
    const { path, question } = addressOf(route, own);
    const said = async (value: string) => {
      const asked = new URLSearchParams(question);
      asked.set(filter, value);
      const { status, text } = await ask(path, asked);
      const written = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
      return { status, text: passing(written.reduce((left, one) => left.replaceAll(one, '…'), text)) };
    };
    const expected = await said(HARMLESS);
    for (const value of HOSTILE) {
      const found = await said(value);
      // What can be no such word is refused, in words that may repeat a part of it.
      if (found.status !== 422) expect(found, value).toEqual(expected);
    }
  });

  it.each(filtered)('%s refuses to take the filter %s twice, or as an object', async (_path, filter, route) => {
    const { path, question } = addressOf(route, own);
    const twice = new URLSearchParams(question);
    twice.append(filter, HARMLESS);
    twice.append(filter, `${HARMLESS} either`);
    expect((await ask(path, twice)).status).toBeLessThan(500);
    const deep = new URLSearchParams(question);
    deep.append(`${filter}[$ne]`, HARMLESS);
    expect((await ask(path, deep)).status).toBe(422);
  });

  const placed = reading.filter(({ path }) => path.includes('{'));
  it.each(placed.map((route) => [route.path, route] as const))(
    '%s takes whatever stands in the address for a name',
    async (path, route) => {
      const { question } = addressOf(route, own);
      for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) {
        for (const value of HOSTILE) {
          const hostile = addressOf(route, new Map([...own, [name, encodeURIComponent(value)]])).path;
          const { status, text } = await ask(hostile, new URLSearchParams(question));
          // Of somebody who was never here there is an empty list.
          expect(name === 'actor' ? [200, 422] : [404, 422], `${name}: ${value}`).toContain(status);
          expect(text.replaceAll(value, '')).not.toContain(MARK);
        }
      }
    },
  );

  it('everything is still there', async () => {
    const { database, organisation } = house;
    expect(await database.records.get(organisation, own.get('record') ?? '')).not.toBeNull();
    expect((await ask('/keys', new URLSearchParams())).text).toContain(MARK);
  });
});
