/** Approvals: who gives them, and what they are bound to. */
import { describe, expect, it } from 'vitest';
import {
  approve,
  ask,
  asked,
  changeRule,
  draftOf,
  drawn,
  entries,
  house,
  NOBODY_ELSE,
  ONE,
  openTeam,
  POLICY_TEST,
  publish,
  REASON,
  refusal,
  requestOf,
  save,
  TWO,
  team,
} from './approval-team.ts';
import { dialects, LAYOUT, modelGraph } from './house.ts';

describe.each(dialects)('approvals on %s', (dialect) => {
  openTeam(dialect);

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
});
