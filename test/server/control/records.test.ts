import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replayInputSchema } from '../../../policies/impact.ts';
import { dialects, type House, LAYOUT, modelGraph, openHouse, recordOf } from './house.ts';

describe.each(dialects)('records on %s', (dialect) => {
  let house: House;
  let policy: string;
  beforeAll(async () => {
    house = await openHouse(dialect);
    const created = await house.ask('POST', '/policies', {
      name: 'own',
      title: 'Own',
      graph: modelGraph(),
      layout: LAYOUT,
    });
    policy = created.body.policy.id;
    await house.ask('POST', `/policies/${policy}/publish`, { revision: 1, reason: 'first' });
    const tag = (value: string) => ({ team: { value, source: 'key' } }) as const;
    await house.database.records.commit({
      intents: [],
      records: [
        recordOf(house, { id: 'req_1', policy, version: 1, tags: tag('search') }),
        recordOf(house, { id: 'req_2', policy, version: 1, tags: tag('ads'), status: 'failed', httpStatus: 502 }),
        recordOf(house, { id: 'req_3', key: 'key_2', tags: tag('search'), at: Date.UTC(2026, 0, 6) }),
        recordOf(house, { id: 'req_4', organisation: 'org_other', tags: tag('search') }),
      ],
    });
  });
  afterAll(() => house.close());

  const ids = async (query: string) =>
    (await house.ask('GET', `/records?${query}`)).body.records.map((one: { id: string }) => one.id).sort();

  it('are listed by key, tag, policy, version, status and time, of the own organisation only', async () => {
    expect(await ids('')).toEqual(['req_1', 'req_2', 'req_3']);
    expect(await ids('tag.team=search')).toEqual(['req_1', 'req_3']);
    expect(await ids(`policy=${policy}&version=1`)).toEqual(['req_1', 'req_2']);
    expect(await ids('key=key_2')).toEqual(['req_3']);
    expect(await ids('key=key_1&status=ok')).toEqual(['req_1']);
    expect(await ids('key=nobody')).toEqual([]);
    expect(await ids('status=failed')).toEqual(['req_2']);
    expect(await ids(`from=${Date.UTC(2026, 0, 6)}`)).toEqual(['req_3']);
    expect(await ids('tag.team=nobody')).toEqual([]);
    expect((await house.ask('GET', '/records/req_4')).status).toBe(404);
  });

  it('are listed by what they cost at least', async () => {
    expect(await ids('costAtLeast=9000')).toEqual(['req_1', 'req_2', 'req_3']);
    expect(await ids('costAtLeast=9001')).toEqual([]);
    expect((await house.ask('GET', '/records?costAtLeast=-1')).status).toBe(422);
  });

  it('come in pages', async () => {
    const first = await house.ask('GET', '/records?limit=2');
    const second = await house.ask('GET', `/records?limit=2&before=${first.body.next}`);
    expect([...first.body.records, ...second.body.records].map((one) => one.id).sort()).toEqual([
      'req_1',
      'req_2',
      'req_3',
    ]);
    expect(second.body.next).toBeNull();
  });

  it('refuse filters that there are not', async () => {
    for (const query of ['team=search', 'tag.=x', 'limit=0', 'status=odd', 'version=x', 'tag.team=a&tag.team=b']) {
      const answer = await house.ask('GET', `/records?${query}`);
      expect(answer, query).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });
    }
  });

  it('are shown with their trace', async () => {
    const { body } = await house.ask('GET', '/records/req_1');
    expect(body.trace.map((step: { node: string }) => step.node)).toEqual(['enter', 'small']);
    expect(body.trace[1].results).toEqual([{ ok: true, model: 'test/small', asked: 'test/small' }]);
    expect(body.facts).toMatchObject({ 'tokens.input': 3 });
  });

  it('are replayed on their own version and on another one', async () => {
    const own = await house.ask('POST', '/records/req_1/replay', {});
    expect(own.body).toMatchObject({ result: 'same', decision: { outcome: { type: 'model', model: 'test/small' } } });

    const graph = modelGraph();
    graph.edges = [{ from: 'enter', port: 'next', to: 'no' }];
    graph.nodes.splice(1, 1);
    const draft = await house.ask('PUT', `/policies/${policy}/draft`, { graph, layout: LAYOUT, revision: 1 });
    await house.ask('POST', `/policies/${policy}/publish`, { revision: draft.body.revision, reason: 'stop' });
    const other = await house.ask('POST', '/records/req_1/replay', { version: 2 });
    expect(other.body).toMatchObject({ result: 'different', difference: { node: 'no' } });
    expect((await house.ask('POST', '/records/req_1/replay', { version: 9 })).status).toBe(404);
    expect((await house.ask('POST', '/records/req_3/replay', {})).status).toBe(422);
  });

  it('tell how often each edge of a version was taken', async () => {
    const day = Date.UTC(2026, 0, 5);
    const { body } = await house.ask('GET', `/policies/${policy}/versions/1/edges?from=${day}&to=${day + 86_400_000}`);
    expect(body.edges).toContainEqual(expect.objectContaining({ node: 'enter', port: 'next', requests: 2 }));
  });

  it('of a policy are given as its drafts can decide them again, in pages and without content', async () => {
    const at = Date.UTC(2026, 1, 1);
    const content = { request: 'secret', answer: 'secret' };
    const one = (id: string, fields: object) =>
      recordOf(house, { id, policy: 'pol_again', version: 2, at, content, ...fields });
    await house.database.records.commit({
      intents: [],
      records: [
        one('req_a1', { tags: { team: { value: 'ads', source: 'rule' } }, status: 'blocked', httpStatus: 403 }),
        one('req_a2', { status: 'dry_run' }),
        one('req_a2c', { status: 'counted' }),
        one('req_a3', { status: 'lost', trace: [] }),
        one('req_a4', {}),
        one('req_a5', { policy: 'pol_other' }),
      ],
    });
    const address = '/records/replayable?policy=pol_again&limit=4';
    const first = await house.ask('GET', address);
    const second = await house.ask('GET', `${address}&before=${first.body.next}`);
    const records = [...first.body.records, ...second.body.records];
    expect(records.map((record) => record.id)).toEqual(['req_a4', 'req_a1']);
    expect(second.body.next).toBeNull();
    expect(JSON.stringify(records)).not.toContain('secret');
    for (const record of records) expect(replayInputSchema.parse(record)).toEqual(record);
    expect(records[1]).toMatchObject({ status: 'blocked', httpStatus: 403, model: 'test/small', cost: 9000 });
    expect(records[0].trace[1].results).toEqual([{ ok: true, model: 'test/small', asked: 'test/small' }]);
    for (const query of ['', 'policy=x&limit=501', 'policy=x&before=odd']) {
      expect((await house.ask('GET', `/records/replayable?${query}`)).status, query).toBe(422);
    }
  });
});
