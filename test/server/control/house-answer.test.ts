import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialects, type House, openHouse, recordOf } from './house.ts';

const HOUR = 3_600_000;

describe.each(dialects)('the house at a glance on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  it('has all that checking and trying a policy needs, and no secret', async () => {
    const [project = ''] = house.control.snapshot().projects.keys();
    const gone = await house.ask('POST', '/keys', { name: 'gone', project });
    await house.ask('POST', `/keys/${gone.body.key.id}/revoke`, { reason: 'for the test' });
    const fixed = { name: 'app', project, fixedTags: { feature: 'chat' }, tagChoices: { usage: ['building'] } };
    const key = (await house.ask('POST', '/keys', fixed)).body;
    const input = { name: 'Month', scope: [], window: 'month', timeZone: 'UTC', unit: 'usd', limit: 9, owner: null };
    const budget = (await house.ask('POST', '/budgets', { ...input, reason: 'for the test' })).body;
    const use = [{ scope: '', spent: 3, held: 1, resetsAt: 5 }];
    house.use.set(budget.id, use);

    const { status, body } = await house.ask('GET', '/house');
    expect(status).toBe(200);
    expect(body.models).toMatchObject([{ id: 'test/small', name: 'small', names: ['small'], imageTokens: 3000 }]);
    expect(body.budgets).toEqual([{ budget, use }]);
    expect(body.keys.map((one: { name: string }) => one.name)).toEqual(['app', 'first key']);
    expect(body.keys[0]).toMatchObject({
      project,
      fixedTags: { feature: 'chat' },
      tagChoices: { usage: ['building'] },
    });
    expect(body.projects).toMatchObject([{ id: project, name: 'default' }]);
    expect(body.teams).toMatchObject([{ name: 'default' }]);
    const organisation = await house.ask('GET', '/organisation');
    expect(body.defaultPolicy).toBe(organisation.body.defaultPolicy);
    const text = JSON.stringify(body);
    expect(text).not.toContain(key.token);
    for (const hash of house.control.snapshot().keys.keys()) expect(text).not.toContain(hash);
  });

  it('finds models by names that nothing lists, and says which lead nowhere', async () => {
    const { body } = await house.ask('POST', '/models/find', { names: ['test/small', 'nobody/offers'] });
    expect(body.found).toEqual({ 'test/small': expect.objectContaining({ id: 'test/small' }), 'nobody/offers': null });
  });

  it('knows the tags of the last seven days, the most frequent values first', async () => {
    const tagged = (value: string, at = Date.now()) =>
      recordOf(house, { at, tags: { team: { value, source: 'key' }, usage: { value: 'vibing', source: 'rule' } } });
    await house.database.records.commit({
      intents: [],
      records: [
        tagged('ads'),
        tagged('search'),
        tagged('search'),
        tagged('old', Date.now() - 8 * 24 * HOUR),
        { ...tagged('theirs'), organisation: 'org_other' },
      ],
    });
    const { tags } = (await house.ask('GET', '/house')).body;
    expect(tags).toEqual({ team: ['search', 'ads'], usage: ['vibing'] });
  });
});
