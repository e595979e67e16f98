import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, dialects, type House, openHouse, recordOf } from '../control/house.ts';
import { rollAll } from './house.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 0, 5, 12);
const HEADERS = { 'x-signalbox-csrf': '1' };

describe.each(dialects)('usage in the control API on %s', (dialect) => {
  let house: House;
  let project: string;
  let policy: string;
  beforeAll(async () => {
    house = await openHouse(dialect);
    project = (await house.ask('GET', '/projects')).body.projects[0].id;
    policy = (await house.ask('POST', '/policies', { name: 'own', title: 'Own' })).body.policy.id;
    const tag = (team: string, more: Record<string, string> = {}) =>
      Object.fromEntries(
        Object.entries({ team, ...more }).map(([name, value]) => [name, { value, source: 'key' as const }]),
      );
    await house.database.records.commit({
      intents: [],
      records: [
        recordOf(house, { id: 'req_1', policy, version: 1, tags: tag('search', { topic: 'cats' }), cost: 5_000 }),
        recordOf(house, { id: 'req_2', tags: tag('ads', { user: '=cmd()' }), status: 'failed', model: null, cost: 0 }),
        recordOf(house, { id: 'req_3', tags: tag('search'), at: NOON + 13 * HOUR, savedByRouting: 700 }),
        recordOf(house, { id: 'req_4', organisation: 'org_other', tags: tag('search') }),
        recordOf(house, { id: 'req_5', tags: tag('search'), status: 'dry_run', cost: 0 }),
        recordOf(house, { id: 'req_6', tags: tag('ads', { topic: 'dogs' }), status: 'blocked', cost: 0, model: null }),
      ],
    });
  });
  afterAll(() => house.close());

  const ask = async (query: string) => {
    const answer = await house.ask('GET', `/usage?${query}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  };

  it('tells totals with everything that is summed, the dearest first', async () => {
    expect(await ask('by=team')).toEqual({
      source: 'rollup',
      from: NOON,
      to: expect.any(Number),
      notes: [],
      totals: [
        {
          group: 'search',
          requests: 2,
          errors: 0,
          refused: 0,
          inputTokens: 20,
          cachedTokens: 0,
          outputTokens: 40,
          reasoningTokens: 0,
          cost: 14_000,
          savedByRouting: 700,
          savedByCaching: 0,
          retryCost: 0,
          shadowCost: 0,
          meanMs: 30,
          p50Ms: expect.closeTo(30, -1),
          p95Ms: expect.closeTo(30, -1),
        },
        expect.objectContaining({ group: 'ads', requests: 2, errors: 1, refused: 1, cost: 0, p50Ms: null }),
      ],
    });
  });

  it('says the names of what has an id', async () => {
    expect((await ask('by=project')).totals).toMatchObject([{ group: project, name: expect.any(String) }]);
    expect((await ask('by=version')).totals).toContainEqual(
      expect.objectContaining({ group: `${policy}@1`, name: 'own@1' }),
    );
    expect((await ask('by=node')).totals).toContainEqual(
      expect.objectContaining({ group: `${policy}/small`, name: 'own/small' }),
    );
    const pair = (await ask('by=team,model')).totals;
    expect(pair).toContainEqual(
      expect.objectContaining({ group: 'search', groups: ['search', 'test/small'], requests: 2 }),
    );
    expect(pair).toContainEqual(expect.objectContaining({ groups: ['ads', null], requests: 2 }));
  });

  it('is narrowed to a span, a policy, a version, a tag, and to requests that have none', async () => {
    expect((await ask(`by=model&from=${NOON}`)).totals).toMatchObject([
      { group: 'test/small', requests: 2 },
      { group: null, requests: 2 },
    ]);
    expect((await ask(`by=team&from=${NOON + HOUR}`)).totals).toMatchObject([{ group: 'search', requests: 1 }]);
    expect((await ask(`by=team&from=${NOON}&to=${NOON}`)).totals).toEqual([]);
    expect((await ask(`by=version&policy=${policy}`)).source).toBe('rollup');
    const version = await ask(`by=status&policy=${policy}&version=1`);
    expect(version).toMatchObject({ source: 'records', totals: [{ group: 'ok', requests: 1 }] });
    expect(await ask('by=status&tag.team=ads')).toMatchObject({
      source: 'records',
      totals: [{ group: 'blocked' }, { group: 'failed' }],
    });
    expect(await ask('by=team&usage=')).toMatchObject({ source: 'rollup', totals: [{ requests: 2 }, { requests: 2 }] });
    expect(await ask('by=tag:topic&costAtLeast=1')).toMatchObject({
      source: 'records',
      totals: [
        { group: null, requests: 1, cost: 9_000 },
        { group: 'cats', requests: 1, cost: 5_000 },
      ],
    });
  });

  it('is told by time, in the days of a zone', async () => {
    const byDay = await ask('by=day&timeZone=Europe/Berlin');
    expect(byDay.totals).toMatchObject([
      { group: '2026-01-05', at: NOON - 13 * HOUR, requests: 3 },
      { group: '2026-01-06', at: NOON + 11 * HOUR, requests: 1 },
    ]);
    expect((await ask('by=hour')).totals.map(({ group }: { group: string }) => group)).toEqual([
      '2026-01-05T12:00Z',
      '2026-01-06T01:00Z',
    ]);
    expect((await ask('by=month')).totals).toMatchObject([{ group: '2026-01', requests: 4 }]);
    expect((await ask('by=team&every=week')).totals[0]).toMatchObject({ group: 'search', at: Date.UTC(2026, 0, 5) });
    const odd = await ask('by=day&timeZone=Asia/Kolkata');
    expect(odd.notes).toEqual([expect.stringContaining('an hour early')]);
    expect(odd.totals.reduce((sum: number, one: { requests: number }) => sum + one.requests, 0)).toBe(4);
  });

  it('adds up all but the dearest groups where there are more than are wanted', async () => {
    expect((await ask('by=status&limit=1')).totals).toMatchObject([
      { group: 'ok', requests: 2 },
      { group: null, others: true, requests: 2 },
    ]);
  });

  it('is the same when it has been rolled up', async () => {
    const questions = ['by=team', 'by=team,model&every=day', 'by=user', `by=node&policy=${policy}`, 'by=hour'];
    const before = await Promise.all(questions.map(ask));
    await rollAll(house.database);
    const after = await Promise.all(questions.map(ask));
    expect(after.map(({ totals }) => totals)).toEqual(before.map(({ totals }) => totals));
  });

  it('comes as a table whose cells are no formulas', async () => {
    const response = await fetch(`${house.url}/usage?by=user&every=day&format=csv`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect(response.headers.get('content-disposition')).toContain('signalbox-usage-by-user.csv');
    const [head, ...rows] = parse(await response.text()) as string[][];
    expect(head?.slice(0, 4)).toEqual(['Start', 'user', 'user name', 'Requests']);
    expect(rows.map((row) => row.slice(0, 4))).toContainEqual(['2026-01-05T00:00:00.000Z', "'=cmd()", "'=cmd()", '1']);
    const cost = head?.indexOf('Cost in dollars') ?? -1;
    expect(rows.map((row) => row[cost])).toContain('0.000005000');
  });

  it('refuses what makes no sense, in words', async () => {
    for (const query of [
      ...['', 'by=colour', 'by=tag:', 'by=team,team', 'by=team,user,model', 'by=hour,day', 'by=hour&every=day'],
      ...['by=team&timeZone=Mars', 'by=team&colour=red', 'by=team&every=minute', 'by=team&limit=0', 'by=hour&from=0'],
      ...['by=team&version=1', 'by=team&version=1&policy='],
    ]) {
      const answer = await house.ask('GET', `/usage?${query}`);
      expect(answer, query).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });
    }
  });

  it('is scanned for, with how far it is, and can be ended', async () => {
    const started = await house.ask('POST', '/usage/scans', { by: 'tag:topic,status', tags: { team: 'ads' } });
    expect(started.status).toBe(201);
    const at = `/usage/scans/${started.body.id}`;
    const done = await until(house, at, ({ state }) => state !== 'running');
    expect(done).toMatchObject({
      state: 'done',
      why: null,
      done: 5,
      total: 5,
      source: 'records',
      totals: [
        { groups: [null, 'failed'], requests: 1 },
        { groups: ['dogs', 'blocked'], requests: 1 },
      ],
    });
    expect((await house.ask('DELETE', at)).status).toBe(204);
    expect((await house.ask('GET', at)).body.state).toBe('done');
    expect((await house.ask('GET', '/usage/scans/scan_none')).status).toBe(404);
    expect((await house.ask('POST', '/usage/scans', { by: 'colour' })).status).toBe(422);
  });

  it('may be asked and scanned for by people who may only look', async () => {
    const person = { email: 'vi@example.org', password: 'a long password' };
    await house.ask('POST', '/people', { ...person, name: 'Vi', grants: [{ role: 'viewer' }] });
    const session = await house.send('POST', '/session', person, HEADERS);
    const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect((await house.send('GET', '/usage?by=team', undefined, { cookie })).status).toBe(200);
    const scan = await house.send('POST', '/usage/scans', { by: 'tag:topic' }, { ...HEADERS, cookie });
    expect(scan.status).toBe(201);
    expect((await house.send('GET', '/usage?by=team')).status).toBe(401);
  });
});

async function until(house: House, path: string, isSo: (body: { state: string }) => boolean) {
  for (;;) {
    const { body } = await house.ask('GET', path);
    if (isSo(body)) return body;
  }
}
