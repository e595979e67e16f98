import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyHistory } from '../../../server/control/history.ts';
import { graphOf, makeDefault, publish, startGateway, type TestGateway } from '../gateway/harness.ts';
import { dialects, type House, LAYOUT, modelGraph, openHouse } from './house.ts';

const REASON = 'nobody uses it any more';

describe.each(dialects)('what a policy is called, and the archive, on %s', (dialect) => {
  let house: House;
  let policy: string;
  let name: string;
  let made = 0;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    name = `old-${++made}`;
    const created = await house.ask('POST', '/policies', { name, title: 'Old', graph: modelGraph(), layout: LAYOUT });
    policy = created.body.policy.id;
  });

  const go = () => house.ask('POST', `/policies/${policy}/publish`, { revision: 1, reason: 'first' });
  const change = (fields: object) => house.ask('PATCH', `/policies/${policy}`, fields);
  const archive = () => house.ask('POST', `/policies/${policy}/archive`, { reason: REASON });
  const unarchive = () => house.ask('POST', `/policies/${policy}/unarchive`, { reason: 'it is wanted again' });
  const newest = async () =>
    (await house.ask('GET', `/history?objectType=policy&objectId=${policy}&limit=1`)).body.entries[0];

  it('has a title and a description that can be changed, and keeps what is not given', async () => {
    expect((await change({ title: 'New' })).body).toMatchObject({ title: 'New', description: '', name });
    expect((await change({ description: 'For searching.' })).body).toMatchObject({ title: 'New', name });
    expect(await newest()).toMatchObject({
      action: 'policy.change',
      before: { title: 'New', description: '' },
      after: { title: 'New', description: 'For searching.' },
    });
    expect((await change({})).status).toBe(422);
  });

  it('has a name that can be changed until it is published, to one that is free', async () => {
    expect((await change({ name: `${name}-new` })).body.name).toBe(`${name}-new`);
    expect(await change({ name: 'starter' })).toMatchObject({
      status: 409,
      body: { error: { code: 'already_exists' } },
    });
    await go();
    const refused = await change({ name: `${name}-newer` });
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });
    expect(refused.body.error.message).toContain('apps may ask for it by that name');
    expect((await change({ name: `${name}-new`, title: 'Same name' })).status).toBe(200);
  });

  it('takes no changes in the archive, where its name stays taken', async () => {
    await go();
    expect((await archive()).body).toMatchObject({ id: policy, archived: true, liveVersion: 1 });
    expect(house.control.snapshot().policies.has(policy)).toBe(false);
    const draft = { graph: modelGraph('Other'), layout: LAYOUT, revision: 1 };
    const answers = [
      await house.ask('PUT', `/policies/${policy}/draft`, draft),
      await go(),
      await house.ask('POST', `/policies/${policy}/versions/1/restore`, { reason: REASON }),
      await house.ask('PUT', '/organisation/default-policy', { policy, reason: REASON }),
      await change({ title: 'New' }),
      await archive(),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 409, body: { error: { code: 'policy_archived' } } });
      expect(answer.body.error.message).toContain('“Old”');
    }
    expect((await house.ask('POST', '/policies', { name })).body.error.code).toBe('already_exists');
    expect((await house.ask('GET', `/policies/${policy}/versions`)).body.versions).toHaveLength(1);
    expect((await house.ask('GET', `/policies/${policy}/draft`)).body.revision).toBe(1);
  });

  it('comes out of the archive as it was', async () => {
    await go();
    await archive();
    expect(await newest()).toMatchObject({ action: 'policy.archive', reason: REASON, after: { archived: true } });
    expect((await unarchive()).body).toMatchObject({ archived: false });
    expect(await newest()).toMatchObject({ action: 'policy.unarchive', reason: 'it is wanted again' });
    expect(house.control.snapshot().policies.get(policy)).toMatchObject({ version: 1, name });
    expect((await change({ title: 'New' })).status).toBe(200);
    expect((await unarchive()).status).toBe(422);
    expect(await verifyHistory(house.database.control, house.organisation)).toMatchObject({ ok: true });
  });

  it('stays out of the archive while it is a default, and says whose', async () => {
    await go();
    const [project = ''] = house.control.snapshot().projects.keys();
    const before = house.control.snapshot().organisations.get(house.organisation)?.defaultPolicy;
    await house.ask('PUT', '/organisation/default-policy', { policy, reason: REASON });
    await house.ask('PUT', `/projects/${project}/default-policy`, { policy, reason: REASON });
    const refused = await archive();
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'policy_is_default' } } });
    expect(refused.body.error.message).toContain('the whole organisation and the project “default”');
    await house.ask('PUT', '/organisation/default-policy', { policy: before, reason: REASON });
    await house.ask('PUT', `/projects/${project}/default-policy`, { policy: null, reason: REASON });
    expect((await archive()).status).toBe(200);
  });
});

describe('a policy in the archive', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  it('serves no request from then on, and serves them again when it is taken out', async () => {
    const graph = graphOf({ enter: ['request', {}], say: ['answer', { text: 'Hello.' }] }, ['enter.next > say']);
    const policy = await publish(gateway, 'greeting', graph);
    const ask = () => gateway.chat({ model: 'policy/greeting', messages: [{ role: 'user', content: 'Hello' }] });
    expect((await ask()).status).toBe(200);
    await gateway.api('POST', `/policies/${policy}/archive`, { reason: REASON });
    const refused = await ask();
    expect(refused.status).toBe(404);
    expect(await refused.json()).toMatchObject({ error: { code: 'unknown_policy' } });
    const { records } = await gateway.api<{ records: object[] }>('GET', `/records?policy=${policy}`);
    expect(records).toHaveLength(1);
    await gateway.api('POST', `/policies/${policy}/unarchive`, { reason: REASON });
    expect((await ask()).status).toBe(200);
    await makeDefault(gateway, policy);
  });
});
