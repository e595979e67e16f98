import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKey } from '../../../server/access/keys.ts';
import { dialects, type House, LAYOUT, modelGraph, openHouse } from './house.ts';

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
});
