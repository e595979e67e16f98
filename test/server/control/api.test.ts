import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../server/control/routes/table.ts';
import { ADMIN_TOKEN, type House, openHouse } from './house.ts';

describe('the control API', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse('sqlite');
  });
  afterAll(() => house.close());

  it('describes every route in an OpenAPI 3.1 document that anyone can read', async () => {
    const { status, body } = await house.send('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    for (const route of routes) {
      const operation = body.paths[route.path]?.[route.method];
      expect(operation, `${route.method} ${route.path}`).toBeDefined();
      expect(operation.summary.length).toBeGreaterThan(5);
      expect(operation.responses[route.status]).toBeDefined();
      if (route.body) expect(operation.requestBody.content['application/json'].schema).toBeDefined();
      if (route.may !== 'anyone')
        expect(operation.responses['401'].content['application/json'].schema.$ref).toContain('Error');
    }
    const count = Object.values<object>(body.paths).flatMap((path) => Object.keys(path)).length;
    expect(count).toBe(routes.length);
    const text = JSON.stringify(body);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      expect(body.components.schemas).toHaveProperty(name ?? '');
  });

  it('lets nobody in who is nobody, on any route but those for anyone', async () => {
    for (const route of routes) {
      if (route.may === 'anyone') continue;
      const path = route.path.replace(/\{\w+\}/g, '1');
      const answer = await house.send(route.method.toUpperCase(), path, route.body ? {} : undefined, {
        'x-signalbox-csrf': '1',
      });
      expect(answer, route.path).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } });
    }
    expect(routes.filter((route) => route.may === 'anyone').map((route) => `${route.method} ${route.path}`)).toEqual([
      'post /session',
      'post /session/code',
      'post /session/code-set-up',
      'get /session',
      'get /sign-in',
      'post /sign-in/providers/{provider}',
      'post /session/provider',
      'post /invitation',
      'post /invitation/accept',
    ]);
  });

  it('reads no body of a stranger', async () => {
    const answer = await house.send('POST', '/teams', '{"name":', { 'x-signalbox-csrf': '1' });
    expect(answer.status).toBe(401);
  });

  it('refuses unknown fields on every route that reads a body, and says which', async () => {
    for (const route of routes) {
      if (!route.body) continue;
      const path = route.path
        .replace('{version}', '1')
        .replace('{month}', '2026-10')
        .replace(/\{\w+\}/g, 'x');
      const answer = await house.send(
        route.method.toUpperCase(),
        path,
        { colour: 'red' },
        {
          authorization: `Bearer ${ADMIN_TOKEN}`,
        },
      );
      expect(answer, route.path).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });
      expect(answer.body.error.message).toContain('colour');
    }
  });

  it('answers every mistake in one shape', async () => {
    const shape = {
      error: { code: expect.any(String), message: expect.stringMatching(/\.$/), details: expect.any(Object) },
    };
    const send = (method: string, path: string, body?: string, type = 'application/json') =>
      house.send(method, path, body, { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': type });
    const cases = [
      [await send('GET', '/nowhere'), 404, 'not_found'],
      [await send('PUT', '/teams', '{}'), 405, 'method_not_allowed'],
      [await send('POST', '/teams', '{"name":'), 400, 'invalid_json'],
      [await send('POST', '/teams', JSON.stringify({ name: 'x'.repeat(1_100_000) })), 413, 'body_too_large'],
      [await send('POST', '/teams', 'name=x', 'application/x-www-form-urlencoded'), 422, 'invalid_input'],
      [await send('GET', '/teams?colour=red'), 422, 'invalid_input'],
      [await send('POST', '/teams', '{"name":""}'), 422, 'invalid_input'],
      [await send('PATCH', '/teams/team_none', '{"name":"x"}'), 404, 'not_found'],
    ] as const;
    for (const [answer, status, code] of cases) {
      expect(answer.status).toBe(status);
      expect(answer.body).toEqual(shape);
      expect(answer.body.error.code).toBe(code);
    }
  });

  it('says nothing of what went wrong inside', async () => {
    await house.database.control.schema.renameTable('teams', 'teams_away');
    try {
      const answer = await house.ask('GET', '/teams');
      expect(answer).toMatchObject({ status: 500, body: { error: { code: 'internal' } } });
      expect(JSON.stringify(answer.body)).not.toContain('teams');
      expect(String(house.faults)).toContain('teams');
    } finally {
      await house.database.control.schema.renameTable('teams_away', 'teams');
    }
  });

  it('refuses texts that a database would not give back as they came', async () => {
    for (const name of ['"half \\ud83d"', '"zero \\u0000"']) {
      const answer = await house.ask('POST', '/teams', `{"name":${name}}`);
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_json' } } });
    }
    expect((await house.ask('GET', '/history?objectId=%00')).status).toBe(422);
    expect((await house.ask('POST', '/teams', { name: 'a whole 🚂' })).status).toBe(201);
    expect((await house.ask('GET', '/history/verification')).body.ok).toBe(true);
  });

  it('is never kept by caches', async () => {
    expect((await house.ask('GET', '/teams')).headers.get('cache-control')).toBe('no-store');
  });
});
