import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { routes } from '../../../server/control/routes/table.ts';
import { OWN } from '../access/people.ts';
import { type House, openHouse } from '../control/house.ts';

/** Attackers' favourites: what would change who somebody is, or whose something is. */
const INTRUDERS = { id: 'org_1', organisation: 'org_1', role: 'owner', isAdmin: true, created_by: 'per_1' };

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(async () => {
  expect(house.faults).toEqual([]);
  await house.close();
});

/** A request of an app that is tried or kept as a test: it stays as the app would send it. */
const AS_SENT = '/properties/request';
/** Their filters are named after tags, so their names are not known. */
const BY_TAG: ReadonlySet<string> = new Set(['/records', '/records/export', '/records/export/size', '/usage']);

/** Where a schema takes members that it does not name, as paths in it. */
function openPlaces(schema: z.ZodType): string[] {
  const found: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (value === null || typeof value !== 'object') return;
    if (path.endsWith(AS_SENT)) return;
    if ('properties' in value && !('additionalProperties' in value && value.additionalProperties === false)) {
      found.push(path);
    }
    for (const [name, part] of Object.entries(value)) walk(part, `${path}/${name}`);
  };
  walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), '');
  return found;
}

it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s names every member that it takes',
  (_name, { path, params, query, body }) => {
    expect(openPlaces(params)).toEqual([]);
    expect(openPlaces(query)).toEqual(BY_TAG.has(path) ? [''] : []);
    if (body) expect(openPlaces(body)).toEqual([]);
  },
);

const withBody = routes.filter(({ body, limited }) => body !== null && !limited);

it.each(withBody.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s refuses a body with members that it does not know',
  async (_name, { method, path, may }) => {
    const address = path.replace(/\{\w+\}/g, '1');
    const answer =
      may === 'anyone'
        ? await house.send(method.toUpperCase(), address, INTRUDERS, OWN)
        : await house.ask(method.toUpperCase(), address, INTRUDERS);
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });
  },
);

const answeringJson = routes.filter(({ streams, limited }) => !streams && !limited);

it.each(answeringJson.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s refuses a filter that it does not know',
  async (_name, { method, path, may, body }) => {
    const address = `${path.replace(/\{\w+\}/g, '1')}?organisation=org_1`;
    const sent = body === null ? undefined : {};
    const answer =
      may === 'anyone'
        ? await house.send(method.toUpperCase(), address, sent, OWN)
        : await house.ask(method.toUpperCase(), address, sent);
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });
  },
);
