import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Route } from '../../server/control/route.ts';
import { routes } from '../../server/control/routes/table.ts';
import { newPerson, PASSWORD } from '../server/access/people.ts';
import { type House, openHouse, recordOf, SHIPPED } from '../server/control/house.ts';
import { EXAMPLES } from '../server/control/route-examples.ts';
import { buildPages, findBrowser, type Visit, visit } from './browser.ts';

/** Short, so that it fits where names have to be short too. */
const MARKUP = '<img src=x onerror=struck()>';

/** Screens on which nothing stands that somebody else has written, as this house is. */
const WITHOUT_TEXTS: ReadonlySet<string> = new Set([
  '/account',
  '/audit/left-house',
  '/invitation',
  '/policies/{}/compare',
  '/policies/{}/variants',
  '/sign-in/return',
]);

const browser = findBrowser();

/** Texts that name something, or are one of a few words, wherever they stand. */
const NAMING = new Set([
  'id',
  'kind',
  'model',
  'provider',
  'provides',
  'node',
  'nodes',
  'port',
  'from',
  'to',
  'by',
  'window',
  'timeZone',
  'user',
  'value',
]);
/** Ids, addresses, months, passwords and scopes. */
const BOUND = /^[a-z]{2,4}_|^project=|:\/\/|^a long password|^a password|^\d{4}-\d{2}$/;

/** The same value with markup behind every text that the schema takes any text for. */
function withMarkup(schema: z.ZodType, whole: unknown): unknown {
  const walk = (value: unknown, name: string, put: (part: unknown) => unknown): unknown => {
    if (typeof value === 'string') {
      const marked = value + MARKUP;
      return NAMING.has(name) || BOUND.test(value) || !schema.safeParse(put(marked)).success ? value : marked;
    }
    if (typeof value !== 'object' || value === null) return value;
    let left: object = value;
    for (const [key, part] of Object.entries(value)) {
      const swap = (other: unknown): object =>
        Array.isArray(left) ? left.with(Number(key), other) : { ...left, [key]: other };
      left = swap(walk(part, Array.isArray(value) ? name : key, (other) => put(swap(other))));
    }
    return left;
  };
  return walk(whole, '', (part) => part);
}

function bodySchemaOf(method: string, path: string): z.ZodType | null {
  const matches = (one: Route): boolean =>
    one.method === method.toLowerCase() && new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  return routes.find(matches)?.body ?? null;
}

describe.skipIf(browser === null)('markup in every text', { timeout: 300_000 }, () => {
  let house: House;
  let here: Visit;
  beforeAll(async () => {
    house = await openHouse('sqlite', SHIPPED, await buildPages());
    here = await visit(browser ?? '', 'light');
  }, 120_000);
  afterAll(async () => {
    await here?.leave();
    await house?.close();
  });

  /** The house as somebody sees it who writes markup wherever they can; what was refused with it is noted. */
  const writing = (refused: string[]): House => ({
    ...house,
    ask: async (method, path, body) => {
      const schema = bodySchemaOf(method, path);
      const answer = await house.ask(method, path, schema === null ? body : withMarkup(schema, body));
      if (answer.status >= 400) refused.push(`${method} ${path}: ${JSON.stringify(answer.body)}`);
      return answer;
    },
  });

  it('is shown as the text that it is, on every page', async () => {
    const refused: string[] = [];
    const writer = writing(refused);
    for (const { prepare, run } of Object.values(EXAMPLES)) await run(writer, (await prepare?.(writer)) ?? '');
    expect(refused).toEqual([]);
    const source = 'caller';
    const tags = Object.fromEntries(
      ['team', 'session', 'user', 'workflow', 'usage', 'topic'].map((name) => [
        name,
        { value: MARKUP, source } as const,
      ]),
    );
    const record = recordOf(house, {
      at: Date.now(),
      app: MARKUP,
      requestedModel: MARKUP,
      facts: { 'user.text': MARKUP },
      tags,
      content: { request: JSON.stringify({ messages: [{ role: 'user', content: MARKUP }] }), answer: MARKUP },
    });
    await house.database.records.commit({ intents: [], records: [record] });

    const { page } = here;
    const { email } = await newPerson(house, 'admin');
    const headers = { 'x-signalbox-csrf': '1' };
    await here.context.request.post(`${house.url}/session`, { headers, data: { email, password: PASSWORD } });
    const routing = await readFile(new URL('../../ui/app/routes.tsx', import.meta.url), 'utf8');
    const screens = [...routing.matchAll(/path: '([^']+)'/g)].map(([, path = '']) => path.replace(/\$\w+/g, '{}'));
    const still = screens.filter((path) => !path.includes('{'));
    const screenOf = (path: string): string =>
      still.find((screen) => screen === path) ??
      screens.find((screen) => new RegExp(`^${screen.replaceAll('{}', '[^/]+')}$`).test(path)) ??
      path;
    // The others are come to by the links of these, but for some that only larger houses have links to.
    const [policy] = house.control.snapshot().policies.keys();
    const ahead = [
      ...still,
      `/sessions/${encodeURIComponent(MARKUP)}`,
      `/teams/${encodeURIComponent(MARKUP)}`,
      `/policies/${policy}/compare`,
      `/policies/${policy}/variants`,
    ];
    const seen = new Set<string>();
    for (let path = ahead.shift(); path !== undefined; path = ahead.shift()) {
      await page.goto(house.url.replace(/\/api$/, '') + path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('networkidle');
      // Everywhere else something of it stands, so that its being text is really looked at.
      if (!WITHOUT_TEXTS.has(screenOf(path))) {
        await expect.poll(() => page.locator('body').innerText(), { timeout: 15_000, message: path }).toContain(MARKUP);
      }
      expect(await page.locator('[onerror]').count(), path).toBe(0);
      seen.add(screenOf(path));
      // A link as a text is its whole address.
      for (const link of await page.locator('a[href^="/"]').evaluateAll((all) => all.map(String))) {
        const next = new URL(link).pathname;
        const known = [...seen, ...ahead.map(screenOf)].includes(screenOf(next));
        if (!known && !next.startsWith('/api')) ahead.push(next);
      }
    }
    expect(screens.filter((screen) => !seen.has(screen))).toEqual([]);
    expect(here.complaints).toEqual([]);
  });
});
