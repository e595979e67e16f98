import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
        recordOf(house, { id: 'req_3', tags: tag('search'), at: Date.UTC(2026, 0, 6) }),
        recordOf(house, { id: 'req_4', organisation: 'org_other', tags: tag('search') }),
      ],
    });
  });
  afterAll(() => house.close());

  const ids = async (query: string) =>
    (await house.ask('GET', `/records?${query}`)).body.records.map((one: { id: string }) => one.id).sort();

  it('are listed by tag, policy, version, status and time, of the own organisation only', async () => {
    expect(await ids('')).toEqual(['req_1', 'req_2', 'req_3']);
    expect(await ids('tag.team=search')).toEqual(['req_1', 'req_3']);
    expect(await ids(`policy=${policy}&version=1`)).toEqual(['req_1', 'req_2']);
    expect(await ids('status=failed')).toEqual(['req_2']);
    expect(await ids(`from=${Date.UTC(2026, 0, 6)}`)).toEqual(['req_3']);
    expect(await ids('tag.team=nobody')).toEqual([]);
    expect((await house.ask('GET', '/records/req_4')).status).toBe(404);
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

  it('are summed by any column or tag', async () => {
    const totals = async (query: string) => (await house.ask('GET', `/usage?${query}`)).body.totals;
    const byTeam = await totals('by=tag:team');
    expect(byTeam).toContainEqual({
      group: 'search',
      requests: 2,
      errors: 0,
      inputTokens: 20,
      outputTokens: 40,
      cost: 18_000,
    });
    expect(await totals('by=status&tag.team=ads')).toMatchObject([{ group: 'failed', requests: 1, errors: 1 }]);
    for (const query of ['', 'by=colour', 'by=tag:']) {
      expect((await house.ask('GET', `/usage?${query}`)).status, query).toBe(422);
    }
  });

  it('tell how often each edge of a version was taken', async () => {
    const day = Date.UTC(2026, 0, 5);
    const { body } = await house.ask('GET', `/policies/${policy}/versions/1/edges?from=${day}&to=${day + 86_400_000}`);
    expect(body.edges).toContainEqual(expect.objectContaining({ node: 'enter', port: 'next', requests: 2 }));
  });
});
