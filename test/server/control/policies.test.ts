import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operators } from '../../../policies/operators.ts';
import { digestOf } from '../../../server/control/digest.ts';
import { dialects, type House, LAYOUT, modelGraph, openHouse } from './house.ts';

const REASON = 'cheaper';

describe.each(dialects)('policies on %s', (dialect) => {
  let house: House;
  let policy: string;
  let made = 0;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    const created = await house.ask('POST', '/policies', {
      name: `search-${++made}`,
      title: 'Search',
      graph: modelGraph(),
      layout: LAYOUT,
    });
    expect(created.status).toBe(201);
    policy = created.body.policy.id;
  });

  const save = (revision: number, title: string) =>
    house.ask('PUT', `/policies/${policy}/draft`, { graph: modelGraph(title), layout: LAYOUT, revision });
  const publish = (revision: number) => house.ask('POST', `/policies/${policy}/publish`, { revision, reason: REASON });

  it('begin with a request node when they are made from nothing', async () => {
    const created = await house.ask('POST', '/policies', { name: `empty-${made}`, title: 'Empty' });
    expect(created.body.draft.graph.nodes).toMatchObject([{ kind: 'request' }]);
    expect(created.body.policy.liveVersion).toBeNull();
    expect(house.control.snapshot().policies.has(created.body.policy.id)).toBe(false);
  });

  it('have names of their own', async () => {
    const again = await house.ask('POST', '/policies', { name: `search-${made}`, title: 'Search' });
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'already_exists' } } });
  });

  it('answer a save over someone else’s with what stands there now', async () => {
    expect((await save(1, 'Mine')).body.revision).toBe(2);
    const late = await save(1, 'Theirs');
    expect(late.status).toBe(409);
    expect(late.body.error.code).toBe('conflict');
    expect(late.body.error.details.current).toMatchObject({ revision: 2, owner: 'admin-token' });
    expect(late.body.error.details.current.graph.nodes[1].title).toBe('Mine');
  });

  it('let one of many savers at once win', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, (_, i) => save(1, `Saver ${i}`)));
    expect(all.map((one) => one.status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
  });

  it('save with problems, but do not publish with them', async () => {
    const graph = modelGraph();
    graph.edges.pop();
    graph.nodes.push({ id: 'odd', kind: 'no-such-kind', title: 'Odd', settings: {} });
    expect((await house.ask('PUT', `/policies/${policy}/draft`, { graph, layout: LAYOUT, revision: 1 })).status).toBe(
      200,
    );
    const checked = await house.ask('POST', `/policies/${policy}/check`, {});
    expect(checked.body.problems[0]).toMatchObject({ severity: 'error', node: 'odd' });
    const refused = await publish(2);
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'invalid_graph' } } });
    expect(refused.body.error.details.problems.length).toBeGreaterThan(0);
    expect((await house.ask('GET', `/policies/${policy}/versions`)).body.versions).toEqual([]);
  });

  it('refuse what is no graph with the place of the mistake', async () => {
    const graph = { ...modelGraph(), colour: 'red' };
    const refused = await house.ask('PUT', `/policies/${policy}/draft`, { graph, layout: LAYOUT, revision: 1 });
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });
    expect(refused.body.error.message).toContain('colour');
  });

  it('publish the draft as it was seen, and go live at once', async () => {
    const seen: number[] = [];
    const stop = house.control.onChange((snapshot) => seen.push(snapshot.policies.get(policy)?.version ?? 0));
    expect((await publish(7)).status).toBe(409);
    const version = await publish(1);
    stop();
    expect(version.body).toMatchObject({ number: 1, live: true, author: 'admin-token', reason: REASON });
    expect(version.body.digest).toBe(digestOf(modelGraph()));
    expect(seen).toEqual([1]);
    const live = house.control.snapshot().policies.get(policy);
    expect(live).toMatchObject({
      name: `search-${made}`,
      version: 1,
      digest: version.body.digest,
      graph: modelGraph(),
    });
  });

  it('need a reason to be published', async () => {
    const refused = await house.ask('POST', `/policies/${policy}/publish`, { revision: 1, reason: '  ' });
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });
  });

  it('keep the live object while something else changes', async () => {
    await publish(1);
    const before = house.control.snapshot();
    await house.ask('POST', '/teams', { name: `team of ${policy}` });
    expect(house.control.snapshot()).not.toBe(before);
    expect(house.control.snapshot().policies.get(policy)).toBe(before.policies.get(policy));
  });

  it('restore an old version as a new one, byte for byte, and the draft follows', async () => {
    await publish(1);
    await save(1, 'Second');
    await publish(2);
    const restored = await house.ask('POST', `/policies/${policy}/versions/1/restore`, {
      reason: 'the second was worse',
    });
    expect(restored.body).toMatchObject({ number: 3, live: true });
    const rows = await house.database.control('versions').where({ policy }).orderBy('number');
    expect(rows).toHaveLength(3);
    expect(rows[2].graph_json).toBe(rows[0].graph_json);
    expect(rows[2].digest).toBe(rows[0].digest);
    const draft = await house.ask('GET', `/policies/${policy}/draft`);
    expect(draft.body).toMatchObject({ revision: 3, graph: modelGraph() });
    const list = await house.ask('GET', `/policies/${policy}/versions`);
    expect(list.body.versions.map((one: { number: number; live: boolean }) => [one.number, one.live])).toEqual([
      [3, true],
      [2, false],
      [1, false],
    ]);
  });

  it('leave work in progress alone when an old version is restored', async () => {
    await publish(1);
    await save(1, 'In progress');
    await house.ask('POST', `/policies/${policy}/versions/1/restore`, { reason: 'again' });
    const draft = await house.ask('GET', `/policies/${policy}/draft`);
    expect(draft.body.revision).toBe(2);
    expect(draft.body.graph.nodes[1].title).toBe('In progress');
  });

  it('become a default only once they have a version', async () => {
    const setDefault = () => house.ask('PUT', '/organisation/default-policy', { policy, reason: REASON });
    expect((await setDefault()).status).toBe(422);
    await publish(1);
    expect((await setDefault()).body.defaultPolicy).toBe(policy);
    expect(house.control.snapshot().organisations.get(house.organisation)?.defaultPolicy).toBe(policy);
    const [project = ''] = house.control.snapshot().projects.keys();
    await house.ask('PUT', `/projects/${project}/default-policy`, { policy, reason: REASON });
    expect(house.control.snapshot().projects.get(project)?.defaultPolicy).toBe(policy);
    await house.ask('PUT', `/projects/${project}/default-policy`, { policy: null, reason: REASON });
    expect(house.control.snapshot().projects.get(project)?.defaultPolicy).toBeNull();
  });

  it('can be tried with the outside as the author sets it', async () => {
    const request = { model: 'asked-for', messages: [{ role: 'user', content: 'Hello' }] };
    const tried = await house.ask('POST', `/policies/${policy}/simulate`, { request });
    expect(tried.body.decision.outcome).toEqual({ type: 'model', model: 'test/small' });
    expect(tried.body.costAtMost).toBeGreaterThan(0);
    const down = await house.ask('POST', `/policies/${policy}/simulate`, {
      request,
      tags: { team: 'search' },
      outside: { down: { 'test/small': 'timeout' } },
    });
    expect(down.body.decision.outcome).toMatchObject({ type: 'block', status: 503 });
    expect(down.body.tags).toEqual({ team: { value: 'search', source: 'caller' } });
    const broken = await house.ask('POST', `/policies/${policy}/simulate`, {
      request,
      graph: { schema: 1, nodes: [], edges: [] },
    });
    expect(broken).toMatchObject({ status: 422, body: { error: { code: 'invalid_graph' } } });
  });

  it('are tried with the tags that a key fixes and requires, by the rules of the gateway', async () => {
    const [project] = house.control.snapshot().projects.keys();
    const key = { name: 'tagged', project, fixedTags: { usage: 'building' }, requiredTags: ['feature'] };
    const { body } = await house.ask('POST', '/keys', key);
    const request = { model: 'any', messages: [{ role: 'user', content: 'Hello' }] };
    const post = (tags: object) =>
      house.ask('POST', `/policies/${policy}/simulate`, { request, tags, key: body.key.id });
    expect((await post({ feature: 'chat', usage: 'vibing' })).body.tags).toEqual({
      team: { value: 'default', source: 'key' },
      feature: { value: 'chat', source: 'caller' },
      usage: { value: 'building', source: 'key' },
    });
    expect(await post({})).toMatchObject({ status: 400, body: { error: { code: 'invalid_tags' } } });
  });

  it('are not published when the two evaluators of their conditions differ', async () => {
    const graph = modelGraph();
    const when = { fact: 'tokens.input', operator: 'greaterThan', value: 100 };
    graph.nodes.push({
      id: 'long',
      kind: 'match',
      title: 'Long?',
      settings: { cases: [{ port: 'yes', label: '', when }] },
    });
    graph.edges = [
      { from: 'enter', port: 'next', to: 'long' },
      { from: 'long', port: 'yes', to: 'small' },
      { from: 'long', port: 'else', to: 'no' },
      { from: 'small', port: 'failed', to: 'no' },
    ];
    await house.ask('PUT', `/policies/${policy}/draft`, { graph, layout: LAYOUT, revision: 1 });
    const { engine } = operators.greaterThan;
    Object.assign(operators.greaterThan, { engine: () => true });
    try {
      const refused = await publish(2);
      expect(refused).toMatchObject({ status: 422, body: { error: { code: 'invalid_graph' } } });
      expect(refused.body.error.message).toContain('long');
    } finally {
      Object.assign(operators.greaterThan, { engine });
    }
    expect((await publish(2)).status).toBe(201);
  });

  it('are warned of a budget that callers could dodge, until every key fixes its tag', async () => {
    const budget = { scope: ['tags.feature'], window: 'day', timeZone: 'UTC', unit: 'usd', limit: 1, owner: null };
    const { body } = await house.ask('POST', '/budgets', {
      ...budget,
      name: `Features ${made}`,
      reason: 'for the test',
    });
    const graph = modelGraph();
    graph.nodes.push({ id: 'pay', kind: 'budget', title: 'Pay', settings: { budget: body.id, warnAt: null } });
    graph.edges = [
      { from: 'enter', port: 'next', to: 'pay' },
      { from: 'pay', port: 'within', to: 'small' },
      { from: 'pay', port: 'exhausted', to: 'no' },
      { from: 'small', port: 'failed', to: 'no' },
    ];
    const codes = async () => {
      const { body: checked } = await house.ask('POST', `/policies/${policy}/check`, { graph });
      return checked.problems.map((problem: { code: string }) => problem.code);
    };
    expect(await codes()).toEqual(['free_scope']);
    for (const { id } of (await house.ask('GET', '/keys')).body.keys) {
      await house.ask('POST', `/keys/${id}/revoke`, { reason: 'for the test' });
    }
    const [project] = house.control.snapshot().projects.keys();
    await house.ask('POST', '/keys', { name: 'fixed', project, fixedTags: { feature: 'chat' } });
    expect(await codes()).toEqual([]);
  });

  it('are found by nobody else: unknown ids are not there', async () => {
    for (const path of ['', '/draft', '/versions', '/versions/1']) {
      const answer = await house.ask('GET', `/policies/pol_none${path}`);
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    }
    expect((await house.ask('GET', `/policies/${policy}/versions/9`)).status).toBe(404);
  });
});
