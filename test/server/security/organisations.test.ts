import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_TOKEN, type House, openHouse } from '../control/house.ts';
import { addressOf, fillHouse, MARK, type Owned, reading } from './full-house.ts';
import { type Neighbour, neighbourOf } from './neighbour.ts';

let house: House;
let neighbour: Neighbour;
let own: Owned;

beforeAll(async () => {
  house = await openHouse('sqlite');
  neighbour = await neighbourOf(house);
  own = await fillHouse(house);
});
afterAll(async () => {
  expect(house.faults).toEqual([]);
  await house.close();
});

it.each(reading.map((route) => [route.path, route] as const))(
  '%s tells another organisation nothing',
  async (_path, route) => {
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const { path, question } = addressOf(route, own);
    const address = `${house.url}${path}?${question}`;
    const ask = (token: string) => fetch(address, { headers: { authorization: `Bearer ${token}` } });
    const answer = await ask(neighbour.token);
    const said = await answer.text();
    expect([200, 404], said).toContain(answer.status);
    if (names.some((name) => own.has(name))) {
      expect(answer.status, said).toBe(404);
      expect((await ask(ADMIN_TOKEN)).status).toBe(200);
    }
    for (const value of own.values()) expect(said).not.toContain(value);
    expect(said).not.toContain(MARK);
  },
);
