/** The auditor's desk: what a reviewer asks about the past, answered from the history and from the records. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kindOfAction } from '../../../server/audit/desk/groups.ts';
import { type Actor, type Change, change } from '../../../server/control/history.ts';
import { ACTION_WORDS } from '../../../ui/screens/audit/action-words.ts';
import { dialects, type House, LAYOUT, modelGraph, openHouse } from '../control/house.ts';
import { answerOf, fileOf } from './desk-answers.ts';

const VERIFIER = fileURLToPath(new URL('../../../server/audit/standalone/verify.mjs', import.meta.url));
const EMPTY = { before: null, after: null };

describe('the kinds of actions', () => {
  it('tell changes from looking, and know every action by name or as one of the organisation', () => {
    expect(kindOfAction('version.publish')).toBe('policies');
    expect(kindOfAction('person.change_grants')).toBe('access');
    expect(kindOfAction('draft.save')).toBe('drafts');
    expect(kindOfAction('session.begin')).toBe('sign-in');
    expect(kindOfAction('record.view_content')).toBe('looking');
    expect(kindOfAction('record.delete')).toBe('data');
    const others = Object.keys(ACTION_WORDS).filter((action) => kindOfAction(action) === 'organisation');
    const owners = new Set(others.map((action) => action.slice(0, action.indexOf('.'))));
    expect([...owners].sort()).toEqual(['channel', 'organisation', 'project', 'team']);
  });
});

describe.each(dialects)('the desk on %s', { timeout: 120_000 }, (dialect) => {
  let house: House;
  const by = (id: string): Actor => ({ id, organisation: house.organisation });
  /** Writes an entry as if somebody had done it, and gives its place. */
  const note = async (
    who: string,
    entry: Partial<Change> & Pick<Change, 'action' | 'objectType' | 'objectId'>,
    content: { before?: unknown; after?: unknown } = {},
  ): Promise<number> => {
    await change(house.control.db, by(who), { reason: 'a reason', ...entry }, async () => ({
      ...EMPTY,
      ...content,
      value: undefined,
    }));
    return placeNow();
  };
  const placeNow = async (): Promise<number> => {
    const { organisation } = house;
    return (await house.control.db('history_heads').where({ organisation }).first()).sequence;
  };
  const publish = (who: string, policy: string, version: number, more: object = {}): Promise<number> =>
    note(
      who,
      { action: 'version.publish', objectType: 'policy', objectId: policy },
      { before: { liveVersion: version - 1 || null }, after: { liveVersion: version, digest: 'd', ...more } },
    );
  const save = (who: string, policy: string, from: string, to: string): Promise<number> =>
    note(
      who,
      { action: 'draft.save', objectType: 'policy', objectId: policy, reason: null },
      { before: { graph: from, layout: 'a', tests: 't' }, after: { graph: to, layout: 'b', tests: 't' } },
    );
  const get = (path: string) => answerOf(house, path);
  const text = (path: string) => fileOf(house, path);

  beforeAll(async () => {
    house = await openHouse(dialect);
  }, 120_000);
  afterAll(() => house.close());

  describe('about changes', () => {
    const rule = { approvals: 1, by: null, emergency: ['admin'] };
    const approved = (person: string) => ({ approvals: [{ person, at: 5, request: 'apr_1' }], approvalRule: rule });
    const places: Record<string, number> = {};
    let began = 0;
    beforeAll(async () => {
      began = await placeNow();
      await save('ada', 'pol_desk', 'g0', 'g1');
      places.alone = await publish('ada', 'pol_desk', 1);
      await save('ada', 'pol_desk', 'g1', 'g2');
      // Moving things about makes nobody an author.
      await save('bob', 'pol_desk', 'g2', 'g2');
      places.byAnother = await publish('bob', 'pol_desk', 2, {
        approvals: [],
        approvalRule: { ...rule, approvals: 0 },
      });
      await save('ada', 'pol_desk', 'g2', 'g3');
      places.own = await publish('ada', 'pol_desk', 3, approved('ada'));
      await save('ada', 'pol_desk', 'g3', 'g4');
      places.good = await publish('ada', 'pol_desk', 4, approved('cleo'));
      await save('ada', 'pol_desk', 'g4', 'g5');
      places.lacking = await publish('ada', 'pol_desk', 5, { approvals: [], approvalRule: rule, emergency: false });
      await save('ada', 'pol_desk', 'g5', 'g6');
      places.emergency = await publish('ada', 'pol_desk', 6, { approvals: [], approvalRule: rule, emergency: true });
      await save('ada', 'pol_desk', 'g6', 'g7');
      places.followed = await publish('ada', 'pol_desk', 7, { approvals: [], approvalRule: rule, emergency: true });
      places.followUp = await note(
        'cleo',
        { action: 'emergency.follow_up', objectType: 'policy', objectId: 'pol_desk' },
        { after: { version: 7, followedUp: true } },
      );
      const asked = { objectType: 'budget_request', objectId: 'brq_1' } as const;
      await note('ada', { ...asked, action: 'budget_request.create' });
      places.granted = await note('ada', { ...asked, action: 'budget_request.grant' });
      places.silent = await note('ada', { action: 'team.create', objectType: 'team', objectId: 't1', reason: null });
      await note('ada', { action: 'session.begin', objectType: 'session', objectId: 's1', reason: null });
    }, 60_000);

    const all = (query = '') => get(`/audit/changes?actor=ada${query}`);
    const seen = (body: { changes: { sequence: number }[] }) => body.changes.map(({ sequence }) => sequence);

    it('shows those that nobody else approved, that authors approved, and open emergencies first', async () => {
      const body = await all('&limit=500');
      expect(seen(body).slice(0, 5)).toEqual([
        ...[places.lacking, places.alone],
        ...[places.granted, places.own],
        places.emergency,
      ]);
      expect(seen(body)[5]).toBe(places.silent);
      expect(body.counts).toMatchObject({ unapproved: 2, self_approved: 2, emergency: 1, no_reason: 1 });
      // Neither a draft that was saved nor a session counts among changes.
      expect(body.counts.all).toBe(seen(body).length);
      expect(body.next).toBeNull();
      const [first] = body.changes;
      expect(first.judgement).toMatchObject({
        needed: 1,
        authors: ['ada'],
        words: expect.stringContaining('asked for 1'),
      });
      const judgementOf = (place: number | undefined) =>
        body.changes.find(({ sequence }: { sequence: number }) => sequence === place).judgement;
      expect(judgementOf(places.good)).toMatchObject({ flag: null, approvals: [{ person: 'cleo', request: 'apr_1' }] });
      expect(judgementOf(places.followed)).toMatchObject({ flag: null, followedUp: places.followUp });
      const [other] = (await get('/audit/changes?actor=bob')).changes;
      expect(other).toMatchObject({ sequence: places.byAnother, flags: [], judgement: { authors: ['ada'] } });
    });

    it('turns its pages with nothing left out or twice', async () => {
      const whole = seen(await all('&limit=500'));
      const turned: number[] = [];
      for (let after = ''; ; ) {
        const page = await all(`&limit=2${after}`);
        turned.push(...seen(page));
        if (page.next === null) break;
        after = `&after=${page.next}`;
      }
      expect(turned).toEqual(whole);
      expect((await house.ask('GET', '/audit/changes?after=x')).status).toBe(422);
    });

    it('is narrowed by what there is to look at, by kind, by policy and by time', async () => {
      expect(seen(await all('&flag=emergency'))).toEqual([places.emergency]);
      expect(seen(await all('&flag=unapproved'))).toEqual([places.lacking, places.alone]);
      expect(seen(await all('&flag=no_reason'))).toEqual([places.silent]);
      expect(seen(await all('&kind=money'))).toHaveLength(2);
      expect(seen(await all('&policy=pol_desk'))).toHaveLength(6);
      expect(seen(await all('&to=5'))).toEqual([]);
      const { body } = await house.ask('GET', `/audit/changes/${places.own}`);
      expect(body.change).toMatchObject({ sequence: places.own, flags: ['self_approved'] });
      expect(body.evidence).toContain(places.own);
      expect(await get('/audit/changes/999999')).toEqual({ change: null, evidence: [] });
      expect((await house.ask('GET', '/audit/changes/999999/pack')).status).toBe(404);
    });

    it('gives a table in which nothing is a formula, and writes down that it was taken along', async () => {
      await note('ada', { action: 'team.rename', objectType: 'team', objectId: 't1', reason: '=1+1' });
      const before = await placeNow();
      const csv = await text('/audit/changes?actor=ada&format=csv');
      expect(csv).toContain("'=1+1");
      expect(csv).toContain('approved by its own author');
      expect(csv.split('\n').length).toBeGreaterThan(8);
      const [taken] = (await get(`/history?after=${before}&action=export.take`)).entries;
      expect(taken.after.digest).toMatch(/^[0-9a-f]{64}$/);
    });

    it('tells everything that somebody did', async () => {
      const deeds = await get('/audit/deeds/ada?what=sign-in');
      expect(deeds.entries).toMatchObject([{ action: 'session.begin', kind: 'sign-in' }]);
      const drafts = await get('/audit/deeds/ada?what=drafts&limit=2');
      expect(drafts.entries).toHaveLength(2);
      const rest = await get(`/audit/deeds/ada?what=drafts&limit=500&before=${drafts.next}`);
      expect(rest).toMatchObject({ next: null });
      expect(rest.entries).toHaveLength(5);
      const whole = await get('/audit/deeds/ada?limit=500');
      expect(
        whole.entries.every(
          ({ actor, sequence }: { actor: string; sequence: number }) => actor === 'ada' && sequence > began,
        ),
      ).toBe(true);
      expect(await text('/audit/deeds/cleo?format=csv')).toContain('emergency follow up');
    });
  });

  it('gives the evidence of a change as a file that the program for checking accepts, with the drawings', async () => {
    const made = await house.ask('POST', '/policies', {
      name: 'packed',
      title: 'Packed',
      graph: modelGraph(),
      layout: LAYOUT,
    });
    const { id } = made.body.policy;
    await house.ask('POST', `/policies/${id}/publish`, { revision: 1, reason: 'the first' });
    await house.ask('PUT', `/policies/${id}/draft`, { graph: modelGraph('Other'), layout: LAYOUT, revision: 1 });
    const published = await house.ask('POST', `/policies/${id}/publish`, { revision: 2, reason: 'the second' });
    expect(published.status, JSON.stringify(published.body)).toBeLessThan(300);
    const [{ sequence }] = (await get(`/history?objectId=${id}&action=version.publish&limit=1`)).entries;
    const pack = await text(`/audit/changes/${sequence}/pack`);
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-pack-'));
    const check = async (content: string) => {
      await writeFile(join(folder, 'pack.jsonl'), content);
      return promisify(execFile)(process.execPath, [VERIFIER, 'pack.jsonl'], { cwd: folder });
    };
    const { stdout } = await check(pack);
    expect(stdout).toContain('It holds the drawing of version 1');
    expect(stdout).toContain('It holds the drawing of version 2');
    expect(pack).toContain('"draft.save"');
    // A drawing that was exchanged is found, wherever it was exchanged.
    await expect(check(pack.replace('"Other"', '"Evil"'))).rejects.toMatchObject({ code: 1 });
    await rm(folder, { recursive: true });
  });

  it('knows what was live at a moment', async () => {
    const project = (await get('/projects')).projects[0].id;
    const made = await house.ask('POST', '/policies', {
      name: 'then',
      title: 'Then',
      graph: modelGraph(),
      layout: LAYOUT,
    });
    const { id } = made.body.policy;
    const momentOf = async (action: string): Promise<number> =>
      (await get(`/history?action=${action}&limit=1`)).entries[0].at;
    const at = (moment: number) => get(`/audit/live-policies?at=${moment}`);
    const before = await at((await momentOf('policy.create')) - 1);
    expect(before.policies.some(({ policy }: { policy: string }) => policy === id)).toBe(false);
    await house.ask('POST', `/policies/${id}/publish`, { revision: 1, reason: 'first' });
    const first = await momentOf('version.publish');
    await house.ask('PUT', `/projects/${project}/default-policy`, { policy: id, reason: 'for a test' });
    const chosen = await at(Date.now());
    expect(chosen.policies.find(({ policy }: { policy: string }) => policy === id)).toMatchObject({
      version: 1,
      archived: false,
      publishedAt: first,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(chosen.projects).toMatchObject([{ project, policy: id }]);
    expect(chosen.organisation.policy).toMatch(/^pol_/);
    expect(chosen.mandatory).toEqual({ policy: null, sequence: null });
    await house.ask('PUT', `/projects/${project}/default-policy`, { policy: null, reason: 'for a test' });
    await house.ask('POST', `/policies/${id}/archive`, { reason: 'for a test' });
    const later = await at(Date.now());
    expect(later.policies.find(({ policy }: { policy: string }) => policy === id)).toMatchObject({ archived: true });
    expect(later.projects).toMatchObject([{ project, policy: null, sequence: expect.any(Number) }]);
    expect((await at(1)).policies).toEqual([]);
  });

  it('knows who could do what at a moment, those from before there were several roles too', async () => {
    const person = { objectType: 'person', reason: null } as const;
    await note('system', { ...person, action: 'person.create', objectId: 'per_old' }, { after: { role: 'viewer' } });
    const grants = [
      { role: 'author', within: { project: 'prj_1' }, content: false },
      { role: 'approver', within: null, content: true },
    ];
    await note('system', { ...person, action: 'invitation.accept', objectId: 'per_new' }, { after: { grants } });
    const token = {
      name: 'CI',
      grants: [{ role: 'admin', within: null, content: false }],
      scope: 'read',
      expiresAt: 8e15,
    };
    await note(
      'system',
      { action: 'service_token.create', objectType: 'service_token', objectId: 'svc_1' },
      { after: token },
    );
    await note(
      'per_new',
      { action: 'key.create', objectType: 'key', objectId: 'key_1' },
      { after: { project: 'prj_1' } },
    );
    const access = await get(`/audit/access?at=${Date.now()}`);
    const of = (id: string) => access.people.find((one: { id: string }) => one.id === id);
    expect(of('per_old').may).toMatchObject({
      edit: { everywhere: false, places: [] },
      readContent: { everywhere: true },
    });
    expect(of('per_new').may).toMatchObject({
      edit: { everywhere: false, places: [{ of: 'project', id: 'prj_1' }] },
      approve: { everywhere: true },
      readContent: { everywhere: true },
      givesAccess: { everywhere: false, places: [] },
    });
    expect(of('svc_1')).toMatchObject({ kind: 'program', may: { publish: { everywhere: false, places: [] } } });
    expect(access.keys.find(({ key }: { key: string }) => key === 'key_1')).toMatchObject({
      madeBy: 'per_new',
      project: 'prj_1',
    });
    const csv = await text(`/audit/access?at=${Date.now()}&format=csv`);
    expect(csv).toContain('Author of prj_1; Approver, may read content');
    const then = Date.now();
    await note('system', { ...person, action: 'person.remove', objectId: 'per_new' });
    await note('system', { action: 'key.revoke', objectType: 'key', objectId: 'key_1' }, { after: { revokedAt: 1 } });
    const now = await get(`/audit/access?at=${Date.now()}`);
    expect(now.people.some(({ id }: { id: string }) => id === 'per_new')).toBe(false);
    expect(now.keys.some(({ key }: { key: string }) => key === 'key_1')).toBe(false);
    expect((await get(`/audit/access?at=${then - 1}`)).people.length).toBeGreaterThanOrEqual(now.people.length);
    expect(await get('/audit/access?at=1')).toEqual({ people: [], keys: [] });
  });
});
