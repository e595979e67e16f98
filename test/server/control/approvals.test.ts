/** Approvals: who gives them, what they are bound to, and what publishing makes of them. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyHistory } from '../../../server/control/history.ts';
import { type Guest, newGuest } from '../access/people.ts';
import { type Answer, dialects, type House, LAYOUT, modelGraph, openHouse } from './house.ts';

const REASON = 'because the test says so';
const NOBODY_ELSE = { approvals: 0, by: null, emergency: ['admin'] };
const TWO = { approvals: 2, by: null, emergency: ['admin'] };
const ONE = { ...TWO, approvals: 1 };

/** A test of a policy that it passes. */
const POLICY_TEST = {
  id: 'kept',
  name: 'Kept with it',
  request: { model: 'any', messages: [{ role: 'user', content: 'Hello' }] },
  at: '2026-03-02T12:00:00Z',
  expect: { model: 'test/small', status: 200 },
};

interface Team {
  readonly author: Guest;
  readonly one: Guest;
  readonly two: Guest;
  readonly admin: Guest;
}

const openTeam = async (house: House): Promise<Team> => ({
  author: await newGuest(house, 'author'),
  one: await newGuest(house, 'approver'),
  two: await newGuest(house, 'approver'),
  admin: await newGuest(house, 'admin'),
});

let made = 0;

/** A policy that the author has made and nobody has published, with a rule of its own. */
async function drawn(house: House, author: Guest, rule: object | null = TWO): Promise<string> {
  const body = { name: `approved-${++made}`, title: `Approved ${made}`, graph: modelGraph(), layout: LAYOUT };
  const { policy } = (await author.send('POST', '/policies', body)).body;
  if (rule) await changeRule(house, policy.id, rule);
  return policy.id;
}

async function changeRule(house: House, policy: string, rule: object | null): Promise<void> {
  const changed = await house.ask('PUT', `/policies/${policy}/approval-rule`, { rule, reason: REASON });
  expect(changed.status, JSON.stringify(changed.body)).toBe(200);
}

const draftOf = async (house: House, policy: string) => (await house.ask('GET', `/policies/${policy}/draft`)).body;

/** Saves the draft with another title of its model, and other tests or another layout where they are given. */
async function save(
  house: House,
  who: Guest,
  policy: string,
  title: string,
  more: { readonly layout?: unknown; readonly tests?: unknown } = {},
): Promise<void> {
  const { revision } = await draftOf(house, policy);
  const body = { graph: modelGraph(title), layout: LAYOUT, revision, ...more };
  const saved = await who.send('PUT', `/policies/${policy}/draft`, body);
  expect(saved.status, JSON.stringify(saved.body)).toBe(200);
}

const ask = async (house: House, who: Guest, policy: string): Promise<Answer> => {
  const { revision } = await draftOf(house, policy);
  return who.send('POST', `/policies/${policy}/approvals`, { revision, reason: REASON });
};

async function asked(house: House, who: Guest, policy: string): Promise<{ id: string; digest: string }> {
  const answer = await ask(house, who, policy);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

const approve = (who: Guest, { id, digest }: { id: string; digest: string }, words: string | null = null) =>
  who.send('POST', `/approvals/${id}/approve`, { digest, words });

const publish = async (house: House, who: Guest, policy: string, emergency = false): Promise<Answer> => {
  const { revision } = await draftOf(house, policy);
  return who.send('POST', `/policies/${policy}/publish`, { revision, reason: REASON, emergency });
};

const requestOf = async (house: House, id: string) => (await house.ask('GET', `/approvals/${id}`)).body.request;
const entries = async (house: House, filter: string) => (await house.ask('GET', `/history?${filter}`)).body.entries;
const refusal = (code: string, words: string, status = 409) => ({
  status,
  body: { error: { code, message: expect.stringContaining(words) } },
});

describe.each(dialects)('approvals on %s', (dialect) => {
  let house: House;
  let team: Team;
  beforeAll(async () => {
    house = await openHouse(dialect);
    team = await openTeam(house);
  });
  afterAll(async () => {
    expect(await verifyHistory(house.database.control, house.organisation)).toMatchObject({ ok: true });
    expect(house.faults).toEqual([]);
    await house.close();
  });

  it('are not asked for where nobody has said so, and the entry of a version says that there are none', async () => {
    const { author } = team;
    const policy = await drawn(house, author, null);
    expect((await publish(house, author, policy)).status).toBe(201);
    const [entry] = await entries(house, `objectId=${policy}&action=version.publish`);
    expect(entry.after).toMatchObject({ approvals: [], approvalRule: NOBODY_ELSE, emergency: false });
  });

  it('let a draft be published once enough people have approved exactly that', async () => {
    const { author, one, two } = team;
    const policy = await drawn(house, author);
    const refused = await publish(house, author, policy);
    expect(refused).toMatchObject(refusal('approval_missing', '2 of exactly this drawing and its tests, of which 0'));
    expect(refused.body.error.details.may).toEqual(expect.arrayContaining([one.id, two.id]));
    expect(refused.body.error.details.may).not.toContain(author.id);

    const request = await asked(house, author, policy);
    expect(await requestOf(house, request.id)).toMatchObject({ state: 'open', needed: 2, approvals: [] });
    expect((await approve(one, request, 'Fine by me')).status).toBe(200);
    expect(await publish(house, author, policy)).toMatchObject(refusal('approval_missing', 'of which 1'));
    expect((await approve(two, request)).body).toMatchObject({ state: 'approved', needed: 2 });

    expect((await publish(house, author, policy)).body).toMatchObject({ number: 1 });
    expect(await requestOf(house, request.id)).toMatchObject({ state: 'published', version: 1, waitingFor: [] });
    const [entry] = await entries(house, `objectId=${policy}&action=version.publish`);
    expect(entry.after).toMatchObject({ approvalRule: TWO, emergency: false });
    expect(entry.after.approvals).toEqual([
      { person: one.id, at: expect.any(Number), request: request.id },
      { person: two.id, at: expect.any(Number), request: request.id },
    ]);
    const [second, first, askedFor] = await entries(house, `objectType=approval&objectId=${request.id}`);
    expect(askedFor).toMatchObject({ action: 'approval.ask', actor: author.id, reason: REASON, after: { policy } });
    expect(first).toMatchObject({ action: 'approval.approve', actor: one.id, reason: 'Fine by me' });
    expect(second.after).toMatchObject({ policy, digest: request.digest, approvals: [one.id, two.id], needed: 2 });
  });

  it('show what publishing showed at that moment, whatever comes later', async () => {
    const { author, admin, one } = team;
    const policy = await drawn(house, author, null);
    await publish(house, author, policy);
    await changeRule(house, policy, ONE);
    await save(house, author, policy, 'Other words', { tests: [POLICY_TEST] });
    const request = await asked(house, author, policy);
    const { shown } = (await house.ask('GET', `/approvals/${request.id}`)).body;
    expect(shown.before).toMatchObject({ version: 1, graph: modelGraph() });
    expect(shown.after.graph).toEqual(modelGraph('Other words'));
    expect(shown.changes.map(({ words }: { words: string }) => words)).toEqual([
      expect.stringContaining('Other words'),
    ]);
    expect(shown.tests).toEqual([{ id: 'kept', name: 'Kept with it' }]);
    await admin.send('PATCH', `/policies/${policy}`, { title: 'Called otherwise since' });
    await approve(one, request);
    await publish(house, author, policy);
    await save(house, author, policy, 'Later still');
    const later = (await house.ask('GET', `/approvals/${request.id}`)).body;
    expect(later.shown).toEqual(shown);
    expect(later.request).toMatchObject({ baseVersion: 1, title: 'Called otherwise since', version: 2 });
  });

  it('cannot be asked for what could not be published', async () => {
    const { author } = team;
    const policy = await drawn(house, author);
    const failing = { ...POLICY_TEST, expect: { model: null, status: 503 } };
    await save(house, author, policy, 'Answers', { tests: [failing] });
    expect(await ask(house, author, policy)).toMatchObject({ status: 422, body: { error: { code: 'tests_failed' } } });
    const { revision } = await draftOf(house, policy);
    const graph = { ...modelGraph(), edges: [] };
    await author.send('PUT', `/policies/${policy}/draft`, { graph, layout: LAYOUT, tests: [], revision });
    expect(await ask(house, author, policy)).toMatchObject({ status: 422, body: { error: { code: 'invalid_graph' } } });
    const older = await author.send('POST', `/policies/${policy}/approvals`, { revision, reason: REASON });
    expect(older).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    expect((await house.ask('GET', `/approvals?policy=${policy}`)).body.requests).toEqual([]);
  });

  it('are void after any edit of the drawing or its tests, and not after things were moved', async () => {
    const { author, one } = team;
    const policy = await drawn(house, author, ONE);
    const request = await asked(house, author, policy);
    await approve(one, request);
    const layout = { positions: { enter: { x: 50, y: 70 } }, stickies: [] };
    await save(house, author, policy, 'Answers', { layout });
    expect(await requestOf(house, request.id)).toMatchObject({ state: 'approved' });

    await save(house, author, policy, 'Edited');
    expect(await requestOf(house, request.id)).toMatchObject({ state: 'void', endedBy: author.id, waitingFor: [] });
    expect(await publish(house, author, policy)).toMatchObject(refusal('approval_missing', 'of which 0'));
    expect(await approve(team.two, request)).toMatchObject(
      refusal('approval_not_possible', 'edited after it was asked'),
    );
    const [voided] = await entries(house, `objectId=${request.id}&action=approval.void`);
    expect(voided).toMatchObject({ actor: author.id, before: { state: 'open' }, after: { policy, state: 'void' } });

    // Back to what was approved: it has to be asked for again.
    await save(house, author, policy, 'Answers');
    expect(await publish(house, author, policy)).toMatchObject(refusal('approval_missing', 'of which 0'));
    const again = await asked(house, author, policy);
    await approve(one, again);
    await save(house, author, policy, 'Answers', { tests: [POLICY_TEST] });
    expect(await requestOf(house, again.id)).toMatchObject({ state: 'void' });
  });

  it('are never one’s own: of who asked, or of who drew since the last version', async () => {
    const { author, one, two, admin } = team;
    const policy = await drawn(house, author, ONE);
    await save(house, admin, policy, 'Drawn by an admin');
    const request = await asked(house, author, policy);
    expect((await requestOf(house, request.id)).waitingFor).toEqual(expect.arrayContaining([one.id, two.id]));
    expect(await approve(admin, request)).toMatchObject(refusal('approval_not_possible', 'their own work'));
    expect(await author.send('POST', `/approvals/${request.id}/approve`, { digest: request.digest })).toMatchObject({
      status: 403,
      body: { error: { code: 'not_allowed' } },
    });
    const program = await house.ask('POST', `/approvals/${request.id}/approve`, { digest: request.digest });
    expect(program).toMatchObject({ status: 403, body: { error: { code: 'people_only' } } });

    // Published: what was drawn before is nobody's any more.
    await approve(one, request);
    await publish(house, author, policy);
    await save(house, author, policy, 'The next one');
    const layout = { positions: { enter: { x: 9, y: 9 } }, stickies: [] };
    await save(house, admin, policy, 'The next one', { layout });
    const next = await asked(house, author, policy);
    expect((await approve(admin, next)).body).toMatchObject({ state: 'approved' });
    const another = await drawn(house, author, ONE);
    const byAdmin = await asked(house, admin, another);
    expect(await approve(admin, byAdmin)).toMatchObject(refusal('approval_not_possible', 'you asked for it yourself'));
  });

  it('count once a person, and answer clearly when they come at once', async () => {
    const { author, one, two } = team;
    const policy = await drawn(house, author);
    const asks = await Promise.all([ask(house, author, policy), ask(house, author, policy)]);
    expect(asks.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(asks.find(({ status }) => status === 409)).toMatchObject(
      refusal('approval_not_possible', 'asked for already'),
    );
    const request = asks.find(({ status }) => status === 201)?.body;

    const twice = await Promise.all([approve(one, request), approve(one, request)]);
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(twice.find(({ status }) => status === 409)).toMatchObject(
      refusal('approval_not_possible', 'you have approved it already'),
    );
    expect(await publish(house, author, policy)).toMatchObject(refusal('approval_missing', 'of which 1'));

    const last = await Promise.all([
      approve(two, request),
      team.admin.send('POST', `/approvals/${request.id}/send-back`, { digest: request.digest, reason: 'No' }),
    ]);
    const { state, approvals } = await requestOf(house, request.id);
    // Whoever came first is answered; the other one is told what has become of it.
    expect(last[1].status).toBe(200);
    expect(state).toBe('refused');
    expect(approvals.length).toBe(last[0].status === 200 ? 2 : 1);
    if (last[0].status !== 200) expect(last[0]).toMatchObject(refusal('approval_not_possible', 'sent back already'));
  });

  it('of two people at once both count', async () => {
    const { author, one, two } = team;
    const policy = await drawn(house, author);
    const request = await asked(house, author, policy);
    const answers = await Promise.all([approve(one, request), approve(two, request)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { state, approvals } = await requestOf(house, request.id);
    expect([state, approvals.length]).toEqual(['approved', 2]);
    const published = await Promise.all([publish(house, author, policy), publish(house, one, policy)]);
    expect(published.map(({ status }) => status).sort()).toEqual([201, 409]);
    const versions = (await house.ask('GET', `/policies/${policy}/versions`)).body.versions;
    expect(versions).toHaveLength(1);
  });

  it('of an older drawing than the one that is asked about are refused', async () => {
    const { author, one } = team;
    const policy = await drawn(house, author, ONE);
    const before = await asked(house, author, policy);
    await save(house, author, policy, 'Newer');
    const request = await asked(house, author, policy);
    expect(request.digest).not.toBe(before.digest);
    const late = await approve(one, { ...request, digest: before.digest });
    expect(late).toMatchObject(refusal('approval_not_possible', 'you looked at an older draft'));
    expect(await requestOf(house, request.id)).toMatchObject({ state: 'open', approvals: [] });
  });

  it('do not count any more after their person lost the role or left', async () => {
    const { author, one, admin } = team;
    const policy = await drawn(house, author);
    const leaving = await newGuest(house, 'approver');
    const request = await asked(house, author, policy);
    await approve(one, request);
    await approve(leaving, request);
    expect(await requestOf(house, request.id)).toMatchObject({ state: 'approved' });
    const setRole = (role: string) =>
      house.ask('PUT', `/people/${leaving.id}/grants`, { grants: [{ role }], reason: REASON });
    expect((await setRole('viewer')).status).toBe(200);
    const { state, approvals } = await requestOf(house, request.id);
    expect(state).toBe('open');
    expect(approvals).toMatchObject([
      { person: one.id, counts: true },
      { person: leaving.id, counts: false },
    ]);
    expect(await publish(house, author, policy)).toMatchObject(refusal('approval_missing', 'of which 1'));
    await setRole('approver');
    expect(await requestOf(house, request.id)).toMatchObject({ state: 'approved' });
    expect((await house.ask('POST', `/people/${leaving.id}/remove`, { reason: REASON })).status).toBe(204);
    expect(await publish(house, author, policy)).toMatchObject(refusal('approval_missing', 'of which 1'));
    await approve(admin, request);
    expect((await publish(house, author, policy)).status).toBe(201);
  });

  it('publish nothing by themselves when the rule asks for less, and hold when it asks for more', async () => {
    const { author, one } = team;
    const policy = await drawn(house, author);
    const request = await asked(house, author, policy);
    await approve(one, request);
    await changeRule(house, policy, ONE);
    expect(await requestOf(house, request.id)).toMatchObject({ state: 'approved', needed: 1 });
    expect((await house.ask('GET', `/policies/${policy}`)).body.liveVersion).toBeNull();
    await changeRule(house, policy, { ...TWO, approvals: 3 });
    expect(await publish(house, author, policy)).toMatchObject(refusal('approval_missing', '3 of exactly this'));
    await changeRule(house, policy, NOBODY_ELSE);
    expect((await house.ask('GET', `/policies/${policy}`)).body.liveVersion).toBeNull();
    expect((await publish(house, author, policy)).status).toBe(201);
    const [entry] = await entries(house, `objectId=${policy}&action=version.publish`);
    expect(entry.after.approvals).toMatchObject([{ person: one.id, request: request.id }]);
  });

  it('come from the people whom the rule names, if it names any', async () => {
    const { author, one, two, admin } = team;
    const policy = await drawn(house, author, { ...ONE, by: [two.id] });
    const request = await asked(house, author, policy);
    expect((await requestOf(house, request.id)).waitingFor).toEqual([two.id]);
    expect(await approve(one, request)).toMatchObject(refusal('approval_not_possible', 'names the people'));
    expect(await approve(admin, request)).toMatchObject(refusal('approval_not_possible', 'names the people'));
    expect((await approve(two, request)).body).toMatchObject({ state: 'approved' });
  });

  it('have rules that somebody can follow, and each change of them is an entry', async () => {
    const { author, one } = team;
    const policy = await drawn(house, author, null);
    const change = (rule: unknown) =>
      house.ask('PUT', `/policies/${policy}/approval-rule`, { rule, reason: 'It is about money' });
    expect((await change({ ...TWO, by: [one.id] })).body.error.message).toContain('only 1 person is named');
    expect((await change({ ...ONE, by: [author.id] })).body.error.message).toContain('no role that lets them approve');
    expect((await change({ ...ONE, emergency: ['finance'] })).body.error.message).toContain('“Finance” may not');
    expect((await change({ ...ONE, approvals: -1 })).status).toBe(422);
    expect(
      (await author.send('PUT', `/policies/${policy}/approval-rule`, { rule: NOBODY_ELSE, reason: REASON })).status,
    ).toBe(403);

    const ofAll = async (rule: object) => {
      const changed = await house.ask('PUT', '/organisation/approval-rule', { rule, reason: REASON });
      expect(changed.body).toEqual({ rule });
    };
    await ofAll(ONE);
    expect((await house.ask('GET', `/policies/${policy}/approval-rule`)).body).toMatchObject({ rule: ONE, own: null });
    expect((await change(TWO)).body).toEqual({ rule: TWO, own: TWO, organisation: ONE });
    const [entry] = await entries(house, `objectId=${policy}&action=approval_rules.change`);
    expect(entry).toMatchObject({ reason: 'It is about money', before: null, after: TWO });
    expect((await change(null)).body).toEqual({ rule: ONE, own: null, organisation: ONE });
    await ofAll(NOBODY_ELSE);
  });

  it('can be sent back and withdrawn with words, after which they are asked for anew', async () => {
    const { author, one, two } = team;
    const policy = await drawn(house, author, ONE);
    const first = await asked(house, author, policy);
    const back = { digest: first.digest, reason: 'The model is too large' };
    expect((await one.send('POST', `/approvals/${first.id}/send-back`, back)).body).toMatchObject({
      state: 'refused',
      answer: 'The model is too large',
      endedBy: one.id,
    });
    expect(await approve(two, first)).toMatchObject(refusal('approval_not_possible', 'sent back already'));
    const second = await asked(house, author, policy);
    const withdrawn = await author.send('POST', `/approvals/${second.id}/withdraw`, { reason: 'Not yet' });
    expect(withdrawn.body).toMatchObject({ state: 'withdrawn', answer: 'Not yet' });
    expect(await approve(two, second)).toMatchObject(refusal('approval_not_possible', 'withdrawn already'));
    expect((await house.ask('GET', `/approvals?policy=${policy}`)).body.requests).toHaveLength(2);
    expect((await house.ask('GET', `/approvals?policy=${policy}&state=open`)).body.requests).toEqual([]);
  });

  it('give way to an emergency of the roles that the rule names, until somebody else has followed it up', async () => {
    const { author, one, two, admin } = team;
    const policy = await drawn(house, author);
    const request = await asked(house, author, policy);
    expect(await publish(house, author, policy, true)).toMatchObject(
      refusal('emergency_not_allowed', 'These roles may: Admin', 403),
    );
    const { revision } = await draftOf(house, policy);
    const byProgram = { revision, reason: REASON, emergency: true };
    expect((await house.ask('POST', `/policies/${policy}/publish`, byProgram)).body.error.code).toBe('people_only');
    const noReason = await admin.send('POST', `/policies/${policy}/publish`, {
      revision,
      reason: ' ',
      emergency: true,
    });
    expect(noReason.status).toBe(422);

    expect((await publish(house, admin, policy, true)).body).toMatchObject({ number: 1 });
    expect(await requestOf(house, request.id)).toMatchObject({ state: 'published', version: 1 });
    const [entry] = await entries(house, `objectId=${policy}&action=version.publish`);
    expect(entry).toMatchObject({ actor: admin.id, reason: REASON, after: { emergency: true, approvals: [] } });
    const ofPolicy = async (state = '') => {
      const { emergencies } = (await house.ask('GET', `/emergencies${state}`)).body;
      return emergencies.filter((found: { policy: string }) => found.policy === policy);
    };
    const [flagged] = await ofPolicy('?state=open');
    expect(flagged).toMatchObject({ version: 1, author: admin.id, reason: REASON, followedUpBy: null });
    expect(flagged.waitingFor).toEqual(expect.arrayContaining([one.id, two.id]));
    expect(flagged.waitingFor).not.toContain(admin.id);

    const follow = (who: Guest) =>
      who.send('POST', `/policies/${policy}/versions/1/follow-up`, { words: 'I looked at it: it is right' });
    expect(await follow(admin)).toMatchObject(refusal('approval_not_possible', 'you published it yourself'));
    const both = await Promise.all([follow(one), follow(two)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await ofPolicy('?state=open')).toEqual([]);
    expect((await ofPolicy())[0]).toMatchObject({ words: 'I looked at it: it is right' });
    const [followed] = await entries(house, `objectId=${policy}&action=emergency.follow_up`);
    expect(followed).toMatchObject({ after: { version: 1, followedUp: true }, reason: 'I looked at it: it is right' });
  });

  it('are no emergency where there are enough of them', async () => {
    const { author, one, admin } = team;
    const policy = await drawn(house, author, ONE);
    await approve(one, await asked(house, author, policy));
    expect((await publish(house, admin, policy, true)).status).toBe(201);
    const [entry] = await entries(house, `objectId=${policy}&action=version.publish`);
    expect(entry.after.emergency).toBe(false);
  });

  it('are needed for an old version too, which can be brought back in an emergency alone', async () => {
    const { author, one, admin } = team;
    const policy = await drawn(house, author, null);
    await publish(house, author, policy);
    await changeRule(house, policy, ONE);
    await save(house, author, policy, 'Second');
    await approve(one, await asked(house, author, policy));
    await publish(house, author, policy);
    const restore = (who: Guest, emergency: boolean) =>
      who.send('POST', `/policies/${policy}/versions/1/restore`, { reason: REASON, emergency });
    expect(await restore(author, false)).toMatchObject(refusal('approval_missing', '1 of exactly this'));
    expect((await restore(author, true)).body.error.code).toBe('emergency_not_allowed');
    expect((await restore(admin, true)).body).toMatchObject({ number: 3 });
    const { emergencies } = (await house.ask('GET', '/emergencies?state=open')).body;
    expect(emergencies).toEqual(expect.arrayContaining([expect.objectContaining({ policy, version: 3 })]));
  });

  it('are for those alone whose roles count there', async () => {
    const { author } = team;
    const project = (await house.ask('GET', '/projects')).body.projects[0].id;
    const others = (await house.ask('POST', '/teams', { name: `others-${++made}` })).body.id;
    const other = (await house.ask('POST', '/projects', { name: `other-${made}`, team: others })).body.id;
    const policyIn = async (project: string) => {
      const body = { name: `placed-${++made}`, title: `Placed ${made}`, project, graph: modelGraph(), layout: LAYOUT };
      const { id } = (await author.send('POST', '/policies', body)).body.policy;
      await changeRule(house, id, ONE);
      return id;
    };
    const [near, far] = [await policyIn(project), await policyIn(other)];
    const local = await newGuest(house, 'approver');
    const grants = [{ role: 'approver', within: { project } }];
    await house.ask('PUT', `/people/${local.id}/grants`, { grants, reason: REASON });
    const [here, there] = [await asked(house, author, near), await asked(house, author, far)];
    expect((await requestOf(house, there.id)).waitingFor).not.toContain(local.id);
    expect(await approve(local, there)).toMatchObject({ status: 404 });
    expect((await local.send('GET', `/approvals/${there.id}`)).status).toBe(404);
    const seen = (await local.send('GET', '/approvals?state=open')).body.requests.map((one: { id: string }) => one.id);
    expect(seen).toContain(here.id);
    expect(seen).not.toContain(there.id);
    expect((await approve(local, here)).body).toMatchObject({ state: 'approved' });
  });

  it('come with comments on nodes and on requests, which stay when a node is gone', async () => {
    const { author, one } = team;
    const policy = await drawn(house, author, ONE);
    const markup = '<b>Why</b> this model? <script>alert(1)</script>';
    const onNode = await one.send('POST', `/policies/${policy}/comments`, { node: 'no', text: markup });
    expect(onNode.body).toMatchObject({ node: 'no', nodeTitle: 'No', text: markup, author: one.id, resolvedAt: null });
    const nowhere = await one.send('POST', `/policies/${policy}/comments`, { node: 'nowhere', text: 'Hm' });
    expect(nowhere.status).toBe(404);
    const viewer = await newGuest(house);
    const byViewer = await viewer.send('POST', `/policies/${policy}/comments`, { node: 'no', text: 'Me too' });
    expect(byViewer.body.error.code).toBe('not_allowed');
    expect((await viewer.send('GET', `/policies/${policy}/comments`)).body.comments).toHaveLength(1);

    const request = await asked(house, author, policy);
    const said = await one.send('POST', `/approvals/${request.id}/comments`, { text: 'Is it tested?' });
    expect(said.body).toMatchObject({ request: request.id, node: null });
    expect((await house.ask('GET', `/approvals/${request.id}`)).body.comments).toEqual([said.body]);
    const [entry] = await entries(house, `objectId=${request.id}&action=comment.add`);
    expect(JSON.stringify(entry)).not.toContain('tested');

    const { revision } = await draftOf(house, policy);
    const graph = modelGraph();
    const without = { ...graph, nodes: graph.nodes.filter(({ id }) => id !== 'no'), edges: graph.edges.slice(0, 1) };
    await author.send('PUT', `/policies/${policy}/draft`, { graph: without, layout: LAYOUT, revision });
    const { comments } = (await author.send('GET', `/policies/${policy}/comments`)).body;
    expect(comments).toMatchObject([{ node: 'no', nodeTitle: 'No' }]);
    const resolve = () => author.send('POST', `/comments/${onNode.body.id}/resolve`);
    const settled = await Promise.all([resolve(), resolve()]);
    expect(settled.map(({ status }) => status).sort()).toEqual([200, 422]);
    const [resolved] = await entries(house, `objectId=${policy}&action=comment.resolve`);
    expect(resolved).toMatchObject({ actor: author.id, after: { comment: onNode.body.id, settled: true } });
  });
});

type Step =
  | { readonly does: 'edit'; readonly title: string }
  | { readonly does: 'move' | 'ask' | 'withdraw' }
  | { readonly does: 'approve'; readonly who: 'one' | 'two' | 'admin' }
  | { readonly does: 'rule'; readonly approvals: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ does: fc.constant('edit' as const), title: fc.constantFrom('Red', 'Blue') }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('move' as const, 'ask' as const, 'ask' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('withdraw' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('approve' as const),
      who: fc.constantFrom('one' as const, 'two' as const, 'admin' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('rule' as const), approvals: fc.integer({ min: 1, max: 3 }) }),
  },
);

describe('approvals, whatever happens in which order', () => {
  let house: House;
  let team: Team;
  beforeAll(async () => {
    house = await openHouse('sqlite');
    team = await openTeam(house);
  });
  afterAll(() => house.close());

  it('let a draft be published exactly when enough people have approved it as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const policy = await drawn(house, team.author, ONE);
        let [needed, title, moved] = [1, 'Answers', 0];
        let open: { id: string; digest: string; title: string; by: Set<string> } | null = null;
        for (const one of steps) {
          if (one.does === 'edit') {
            await save(house, team.author, policy, one.title);
            title = one.title;
            if (open && open.title !== title) open = null;
          } else if (one.does === 'move') {
            const layout = { positions: { enter: { x: ++moved, y: 0 } }, stickies: [] };
            await save(house, team.author, policy, title, { layout });
          } else if (one.does === 'ask') {
            const answer: Answer = await ask(house, team.author, policy);
            expect(answer.status).toBe(open ? 409 : 201);
            open ??= { id: answer.body.id, digest: answer.body.digest, title, by: new Set() };
          } else if (one.does === 'withdraw') {
            if (!open) continue;
            await team.author.send('POST', `/approvals/${open.id}/withdraw`, { reason: REASON });
            open = null;
          } else if (one.does === 'approve') {
            if (!open) continue;
            const { status } = await approve(team[one.who], open);
            expect(status).toBe(open.by.has(one.who) ? 409 : 200);
            open.by.add(one.who);
          } else if (one.does === 'rule') {
            await changeRule(house, policy, { ...ONE, approvals: one.approvals });
            needed = one.approvals;
          }
        }
        const isEnough = (open?.by.size ?? 0) >= needed;
        expect((await publish(house, team.author, policy)).status).toBe(isEnough ? 201 : 409);
      }),
      { numRuns: 25 },
    );
  });
});
