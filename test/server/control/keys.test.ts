import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKey } from '../../../server/access/keys.ts';
import { createControl } from '../../../server/control/control.ts';
import { createKey, keyInputSchema, listKeys } from '../../../server/control/keys.ts';
import { seed } from '../../../server/control/seed.ts';
import { keyLimits } from '../../../server/store/migrations/key-limits.ts';
import { rollAll } from '../usage/house.ts';
import { dialects, type House, LAYOUT, modelGraph, openHouse, openTestDatabase, recordOf, SHIPPED } from './house.ts';

const HOUR = 3_600_000;
const NO_LIMITS = { policies: null, endpoints: null, models: null, networks: null, expiresAt: null };

describe.each(dialects)('keys on %s', (dialect) => {
  let house: House;
  let project: string;
  beforeAll(async () => {
    house = await openHouse(dialect);
    project = [...house.control.snapshot().projects.keys()][0] ?? '';
  });
  afterAll(() => house.close());

  const find = (token: string) => findKey(house.control.snapshot(), token);

  it('give their token once and store its hash alone', async () => {
    const { body, status } = await house.ask('POST', '/keys', { name: 'app', project });
    expect(status).toBe(201);
    expect(body.token).toMatch(/^sb_[A-Za-z0-9_-]{43}$/);
    expect(body.token.startsWith(body.key.prefix)).toBe(true);
    const list = await house.ask('GET', '/keys');
    const everything = JSON.stringify([
      list.body,
      await house.database.control('keys'),
      await house.database.control('history'),
    ]);
    expect(everything).not.toContain(body.token);
    expect(everything).not.toContain(body.token.slice(3));
    expect(list.body.keys[0]).not.toHaveProperty('hash');
  });

  it('are found by their token, and by nothing else', async () => {
    const { body } = await house.ask('POST', '/keys', { name: 'found', project });
    expect(find(body.token)).toMatchObject({
      id: body.key.id,
      project,
      projectName: 'default',
      teamName: 'default',
      revoked: false,
    });
    expect(find(`${body.token}x`)).toBeUndefined();
    expect(find(body.token.slice(0, -1))).toBeUndefined();
    expect(find('')).toBeUndefined();
  });

  it('carry their tags and policies into the snapshot', async () => {
    const [policy] = house.control.snapshot().policies.keys();
    const { body } = await house.ask('POST', '/keys', {
      name: 'tagged',
      project,
      fixedTags: { team: 'search' },
      requiredTags: ['feature'],
      tagChoices: { usage: ['vibing', 'building'] },
      policies: [policy],
    });
    expect(find(body.token)).toMatchObject({
      fixedTags: { team: 'search' },
      requiredTags: ['feature'],
      tagChoices: { usage: ['vibing', 'building'] },
      policies: new Set([policy]),
    });
  });

  it('may use the policies of their project and of the organisation, when none are named', async () => {
    const team = (await house.ask('GET', '/teams')).body.teams[0].id;
    const other = (await house.ask('POST', '/projects', { name: 'other', team })).body.id;
    const make = async (name: string, of: string | null) => {
      const { body } = await house.ask('POST', '/policies', {
        name,
        title: name,
        project: of,
        graph: modelGraph(),
        layout: LAYOUT,
      });
      await house.ask('POST', `/policies/${body.policy.id}/publish`, { revision: 1, reason: 'for the test' });
      return body.policy.id as string;
    };
    const own = await make('own', project);
    const foreign = await make('foreign', other);
    const { body } = await house.ask('POST', '/keys', { name: 'default', project });
    const allowed = find(body.token)?.policies;
    expect(allowed?.has(own)).toBe(true);
    expect(allowed?.has(foreign)).toBe(false);
    expect(allowed?.size).toBe(2);
    const refused = await house.ask('PUT', `/projects/${project}/default-policy`, { policy: foreign, reason: 'no' });
    expect(refused.status).toBe(422);
  });

  it('stay known when they are revoked, as revoked', async () => {
    const { body } = await house.ask('POST', '/keys', { name: 'gone', project });
    const revoked = await house.ask('POST', `/keys/${body.key.id}/revoke`, { reason: 'leaked' });
    expect(revoked.body.revokedAt).toBeGreaterThan(0);
    expect(find(body.token)).toMatchObject({ id: body.key.id, revoked: true });
    const again = await house.ask('POST', `/keys/${body.key.id}/revoke`, { reason: 'leaked' });
    expect(again.body.revokedAt).toBe(revoked.body.revokedAt);
  });

  it('say to the hour when they were last used, before and after their requests are summed up', async () => {
    const { key } = (await house.ask('POST', '/keys', { name: 'used', project })).body;
    const { key: idle } = (await house.ask('POST', '/keys', { name: 'idle', project })).body;
    const at = [Date.UTC(2026, 1, 3, 4, 5), Date.UTC(2026, 1, 3, 9, 59)];
    const records = at.map((one, i) => recordOf(house, { key: key.id, at: one, sequence: i + 1 }));
    await house.database.records.commit({ intents: [], records });
    for (const sum of [async () => {}, rollAll]) {
      await sum(house.database);
      const { keys } = (await house.ask('GET', '/keys')).body;
      const used = (id: string) => keys.find((one: { id: string }) => one.id === id).lastUsedAt;
      expect([used(key.id), used(idle.id)]).toEqual([Date.UTC(2026, 1, 3, 9), null]);
    }
  });

  it('are refused when they contradict themselves or name what is not there', async () => {
    const post = (more: object) => house.ask('POST', '/keys', { name: 'wrong', project, ...more });
    expect(await post({ fixedTags: { team: 'a' }, requiredTags: ['team'] })).toMatchObject({ status: 422 });
    expect(await post({ fixedTags: { 'not a tag': 'a' } })).toMatchObject({ status: 422 });
    expect(await post({ policies: ['pol_none'] })).toMatchObject({ status: 404 });
    expect(await post({ project: 'prj_none' })).toMatchObject({ status: 404 });
    const unknown = await post({ colour: 'red' });
    expect(unknown.status).toBe(422);
    expect(unknown.body.error.message).toContain('colour');
  });

  describe('that are limited', () => {
    const make = async (limits: object) =>
      (await house.ask('POST', '/keys', { name: 'limited', project, ...limits })).body;
    const listed = async (key: string) =>
      (await house.ask('GET', '/keys')).body.keys.find(({ id }: { id: string }) => id === key);
    const change = async (key: string, limits: object) => {
      const { revision } = (await listed(key)) ?? { revision: 1 };
      return house.ask('PUT', `/keys/${key}/limits`, {
        ...NO_LIMITS,
        revision,
        reason: 'to see what happens',
        ...limits,
      });
    };
    const alias = (name: string, model: string) => house.ask('PUT', `/aliases/${name}`, { model, reason: null });

    it('say so, and are held to it in the snapshot without anything left to be read', async () => {
      await alias('tiny', 'test/small');
      const expiresAt = Date.now() + HOUR;
      const { key, token } = await make({
        endpoints: ['messages', 'models', 'messages'],
        models: ['test/*', 'other/one', 'tiny', 'tiny'],
        networks: ['10.0.0.0/8', '2001:DB8::/32', '10.0.0.0/8', '::ffff:192.0.2.1'],
        expiresAt,
      });
      expect(key).toMatchObject({
        endpoints: ['messages', 'models'],
        models: ['test/*', 'other/one', 'tiny'],
        networks: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'],
        expiresAt,
      });
      expect((await house.ask('GET', '/keys')).body.keys[0]).toEqual({ ...key, lastUsedAt: null });
      const limits = find(token)?.limits;
      expect(limits?.endpoints).toEqual(new Set(['messages', 'models']));
      expect(limits?.models).toEqual({ ids: new Set(['other/one', 'test/small']), patterns: ['test/*'] });
      expect(limits?.networks?.map(({ bits }) => bits)).toEqual([8, 32, 32]);
      expect(limits?.expiresAt).toBe(expiresAt);
    });

    it('are limited to nothing when nothing is said', async () => {
      const { key, token } = await make({});
      expect(key).toMatchObject(NO_LIMITS);
      expect(find(token)?.limits).toBeNull();
    });

    it('get other limits at once and as a whole, with a reason in the history and without their token', async () => {
      const { key, token } = await make({ endpoints: ['messages'] });
      const changed = await change(key.id, { networks: ['10.0.0.0/8'], reason: 'the office moved' });
      expect(changed).toMatchObject({ status: 200, body: { endpoints: null, networks: ['10.0.0.0/8'] } });
      expect(JSON.stringify(changed.body)).not.toContain(token);
      expect(find(token)?.limits).toMatchObject({ endpoints: null, models: null });
      const [entry] = (await house.ask('GET', '/history?limit=1')).body.entries;
      expect(entry).toMatchObject({
        action: 'key.change_limits',
        objectId: key.id,
        reason: 'the office moved',
        before: { ...NO_LIMITS, endpoints: ['messages'] },
        after: { ...NO_LIMITS, networks: ['10.0.0.0/8'] },
      });
      expect((await change(key.id, {})).body).toMatchObject(NO_LIMITS);
      expect(find(token)?.limits).toBeNull();
    });

    it('are not changed by whoever does not know what somebody else has made of them meanwhile', async () => {
      const { key } = await make({ endpoints: ['messages'] });
      expect(key.revision).toBe(1);
      const theirs = await change(key.id, { networks: ['10.0.0.0/8'] });
      expect(theirs.body).toMatchObject({ revision: 2, networks: ['10.0.0.0/8'] });
      const late = await change(key.id, { revision: 1, models: ['test/small'] });
      expect(late).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
      expect(late.body.error.details).toMatchObject({ revision: 2, current: theirs.body });
      expect(late.body.error.message).toContain('The key was changed by someone else');
      expect(await listed(key.id)).toMatchObject({ revision: 2, models: null });
      expect((await change(key.id, { revision: 2, models: ['test/small'] })).status).toBe(200);
      // Its end is one of its limits.
      const replacing = { name: 'next', endsAt: Date.now() + HOUR, reason: 'for a test' };
      const replaced = await house.ask('POST', `/keys/${key.id}/replace`, replacing);
      expect(replaced.body.key.revision).toBe(1);
      expect((await change(key.id, { revision: 3 })).status).toBe(409);
      expect((await change(key.id, { revision: 4 })).status).toBe(200);
    });

    it('of two changes of the same limits at once, one is taken', async () => {
      const { key } = await make({});
      const both = await Promise.all(
        ['10.0.0.0/8', '::1'].map((network) => change(key.id, { revision: 1, networks: [network] })),
      );
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    });

    it('follow an alias to its model, which cannot be deleted while they name it', async () => {
      await alias('moving', 'test/small');
      const { token, key } = await make({ models: ['moving'] });
      const other = await make({ models: ['moving', 'other/one'] });
      const allowed = () => [...(find(token)?.limits?.models?.ids ?? [])];
      expect(allowed()).toEqual(['test/small']);
      const { aliases } = (await house.ask('GET', '/aliases')).body;
      const naming = aliases.find(({ name }: { name: string }) => name === 'moving');
      expect(naming.keys.map(({ id }: { id: string }) => id).sort()).toEqual([key.id, other.key.id].sort());
      const refused = await house.ask('DELETE', '/aliases/moving');
      expect(refused.status).toBe(422);
      expect(refused.body.error.message).toContain('the limits of these keys name it: “limited”, “limited”');
      expect(allowed()).toEqual(['test/small']);
      await change(key.id, {});
      await house.ask('POST', `/keys/${other.key.id}/revoke`, { reason: 'for a test' });
      expect((await house.ask('DELETE', '/aliases/moving')).status).toBe(204);
    });

    it('cannot be limited to what is not there, or in words that nobody understands', async () => {
      const { key } = await make({});
      const refuse = async (limits: object): Promise<string> => {
        const answer = await change(key.id, limits);
        const made = await house.ask('POST', '/keys', { name: 'limited', project, ...limits });
        expect(made.status).toBe(answer.status);
        expect(answer.status).toBeGreaterThanOrEqual(404);
        return answer.body.error.message;
      };
      expect(await refuse({ models: ['nobody'] })).toContain('alias “nobody” of a model');
      expect(await refuse({ models: ['No Model'] })).toContain('“No Model” names no model');
      expect(await refuse({ policies: ['pol_none'] })).toContain('pol_none');
      expect(await refuse({ networks: ['10.1.2.3/8'] })).toContain('Write 10.0.0.0/8 for the network');
      expect(await refuse({ endpoints: ['everything'] })).toContain('endpoints');
      expect(await refuse({ expiresAt: Date.now() - HOUR })).toContain('Choose a moment to come');
      for (const empty of ['endpoints', 'models', 'networks']) await refuse({ [empty]: [] });
    });

    it('keep an end that has passed while something else of them changes', async () => {
      const { key } = await make({ expiresAt: Date.now() + HOUR });
      const past = Date.now() - HOUR;
      await house.database.control('keys').where({ id: key.id }).update({ expires_at: past });
      expect(await change(key.id, { expiresAt: past, endpoints: ['models'] })).toMatchObject({ status: 200 });
      expect(await change(key.id, { expiresAt: past + 1 })).toMatchObject({ status: 422 });
      expect(await change(key.id, { expiresAt: Date.now() + HOUR })).toMatchObject({ status: 200 });
    });

    it('keep their limits when they are revoked, and get no others', async () => {
      const { key } = await make({ endpoints: ['messages'] });
      await house.ask('POST', `/keys/${key.id}/revoke`, { reason: 'leaked' });
      const refused = await change(key.id, {});
      expect(refused).toMatchObject({ status: 422 });
      expect(refused.body.error.message).toContain('revoked for good');
      expect(await change('key_none', {})).toMatchObject({ status: 404 });
    });
  });
});

describe('a key in place of another', () => {
  let house: House;
  let project: string;
  beforeAll(async () => {
    house = await openHouse('sqlite');
    project = [...house.control.snapshot().projects.keys()][0] ?? '';
  });
  afterAll(() => house.close());

  const make = async (more: object) => (await house.ask('POST', '/keys', { name: 'old', project, ...more })).body;
  const replace = (id: string, endsAt: number) =>
    house.ask('POST', `/keys/${id}/replace`, { name: 'new', endsAt, reason: 'every half year' });
  const stored = async (id: string) =>
    (await house.ask('GET', '/keys')).body.keys.find((key: { id: string }) => key.id === id);

  it('says and is limited to the same, and the old one goes on until its end', async () => {
    const settings = {
      fixedTags: { usage: 'building' },
      requiredTags: ['user'],
      tagChoices: { feature: ['a', 'b'] },
      endpoints: ['messages'],
      models: ['test/*'],
      networks: ['10.0.0.0/8'],
    };
    const old = await make(settings);
    const endsAt = Date.now() + HOUR;
    const { status, body } = await replace(old.key.id, endsAt);
    expect(status).toBe(201);
    expect(body.token).not.toBe(old.token);
    expect(body.key).toMatchObject({ ...settings, name: 'new', project, expiresAt: null, revokedAt: null });
    expect(await stored(old.key.id)).toEqual({ ...old.key, expiresAt: endsAt, revision: 2, lastUsedAt: null });
    const { snapshot } = house.control;
    expect(findKey(snapshot(), body.token)).toMatchObject({ id: body.key.id, fixedTags: settings.fixedTags });
    expect(findKey(snapshot(), old.token)?.limits?.expiresAt).toBe(endsAt);
    const everything = JSON.stringify([await house.database.control('keys'), await house.database.control('history')]);
    expect(everything).not.toContain(body.token.slice(3));
    const [entry] = (await house.ask('GET', '/history?limit=1')).body.entries;
    expect(entry).toMatchObject({ action: 'key.replace', objectId: old.key.id, reason: 'every half year' });
    expect(entry.after).toMatchObject({ expiresAt: endsAt, replacedBy: { id: body.key.id } });
  });

  it('lasts as long as the old one was made to, which ends no later than it would have', async () => {
    const old = await make({ expiresAt: Date.now() + HOUR });
    const lasts = old.key.expiresAt - old.key.createdAt;
    const { body } = await replace(old.key.id, Date.now() + 10 * HOUR);
    expect(body.key.expiresAt - body.key.createdAt).toBe(lasts);
    expect(await stored(old.key.id)).toMatchObject({ expiresAt: old.key.expiresAt });
  });

  it('is not made of one that is revoked or is not there, nor with an end that has passed', async () => {
    const { key } = await make({});
    expect(await replace(key.id, Date.now() - 1)).toMatchObject({ status: 422 });
    await house.ask('POST', `/keys/${key.id}/revoke`, { reason: 'leaked' });
    expect(await replace(key.id, Date.now() + HOUR)).toMatchObject({ status: 422 });
    expect(await replace('key_none', Date.now() + HOUR)).toMatchObject({ status: 404 });
    expect(
      (await house.ask('GET', '/keys')).body.keys.filter(({ name }: { name: string }) => name === 'new'),
    ).toHaveLength(2);
  });
});

it.each(dialects)('keys of before have no limits, and none when the limits are taken back, on %s', async (dialect) => {
  const { database, close } = await openTestDatabase(dialect);
  try {
    const store = await createControl(database);
    await seed(store, SHIPPED);
    const { control } = database;
    const { organisation, project } = await control('keys').first();
    const columns = async () => Object.keys(await control('keys').first());
    const actor = { id: 'program', organisation };
    const input = keyInputSchema.parse({ name: 'limited', project, networks: ['10.0.0.0/8'] });
    await createKey(store, actor, input, null);
    await keyLimits.down(control);
    expect(await columns()).not.toContain('networks_json');
    expect(await columns()).not.toContain('expires_at');
    await keyLimits.up(control);
    const keys = await listKeys(control, organisation);
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatchObject(NO_LIMITS);
  } finally {
    await close();
  }
});
