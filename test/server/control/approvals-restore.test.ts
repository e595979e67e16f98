/** Bringing an old version back, where approvals are asked for. */
import { describe, expect, it } from 'vitest';
import type { Guest } from '../access/people.ts';
import {
  approve,
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
  team,
} from './approval-team.ts';
import { dialects, modelGraph } from './house.ts';

describe.each(dialects)('bringing an old version back on %s', (dialect) => {
  openTeam(dialect);

  it('publishes it at once in an emergency alone', async () => {
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

  /** Two versions, of which the second is live, and a rule that asks for one approval from then on. */
  async function twoVersions(): Promise<string> {
    const { author } = team;
    const policy = await drawn(house, author, null);
    await publish(house, author, policy);
    await save(house, author, policy, 'Second');
    await publish(house, author, policy);
    await changeRule(house, policy, ONE);
    return policy;
  }

  const askAgain = async (policy: string, more: object = {}) => {
    const { revision } = await draftOf(house, policy);
    const body = { revision, reason: 'Restores version 1', ...more };
    return team.author.send('POST', `/policies/${policy}/versions/1/approvals`, body);
  };

  it('makes it the draft and asks for approval of that, which is then published like any other', async () => {
    const { author, one } = team;
    const policy = await twoVersions();
    const answer = await askAgain(policy);
    expect(answer).toMatchObject({
      status: 201,
      body: { state: 'open', baseVersion: 2, needed: 1, author: author.id },
    });
    expect((await draftOf(house, policy)).graph).toEqual(modelGraph());
    const { shown } = (await house.ask('GET', `/approvals/${answer.body.id}`)).body;
    expect(shown).toMatchObject({ before: { version: 2 }, after: { graph: modelGraph() } });
    const [saved] = await entries(house, `objectId=${policy}&action=draft.save`);
    expect(saved).toMatchObject({ actor: author.id, after: { restored: 1 } });

    expect(await publish(house, author, policy)).toMatchObject(refusal('approval_missing', 'of which 0'));
    expect((await approve(one, answer.body)).status).toBe(200);
    expect((await publish(house, author, policy)).body).toMatchObject({ number: 3, graph: modelGraph() });
    const [version] = await entries(house, `objectId=${policy}&action=version.publish`);
    expect(version.after).toMatchObject({ emergency: false, approvals: [{ person: one.id }] });
    expect((await house.ask('GET', '/emergencies')).body.emergencies).not.toEqual(
      expect.arrayContaining([expect.objectContaining({ policy })]),
    );
  });

  it('is drawn by whoever brings it back, who cannot approve it', async () => {
    const { admin } = team;
    const policy = await twoVersions();
    const { revision } = await draftOf(house, policy);
    const body = { revision, reason: REASON };
    const mine = await admin.send('POST', `/policies/${policy}/versions/1/approvals`, body);
    expect(await approve(admin, mine.body)).toMatchObject(refusal('approval_not_possible', 'nobody approves what'));
  });

  it('asks before work that nobody has published is lost, and before a request for it becomes void', async () => {
    const { author, admin } = team;
    const policy = await twoVersions();
    await save(house, author, policy, 'Half done');
    const request = await asked(house, author, policy);
    const before = await draftOf(house, policy);
    expect(await askAgain(policy)).toMatchObject(refusal('approval_not_possible', 'changes that were never published'));
    expect(await draftOf(house, policy)).toEqual(before);
    expect(await requestOf(house, request.id)).toMatchObject({ state: 'open' });

    await save(house, admin, policy, 'Half done and more');
    const late = await askAgain(policy, { revision: before.revision, replace: true });
    expect(late).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });

    const again = await asked(house, author, policy);
    expect((await askAgain(policy, { replace: true })).status).toBe(201);
    expect(await requestOf(house, again.id)).toMatchObject({ state: 'void', endedBy: author.id });
    expect((await draftOf(house, policy)).graph).toEqual(modelGraph());
  });

  it('leaves the draft as it is where the old version could not be published, or is asked for already', async () => {
    const { author } = team;
    const policy = await drawn(house, author, null);
    await save(house, author, policy, 'Answers', { tests: [POLICY_TEST] });
    await publish(house, author, policy);
    await save(house, author, policy, 'Answers', { tests: [] });
    await publish(house, author, policy);
    await changeRule(house, policy, ONE);
    await house.database
      .control('versions')
      .where({ policy, number: 1 })
      .update({
        tests_json: JSON.stringify([{ ...POLICY_TEST, expect: { model: null, status: 503 } }]),
      });
    const before = await draftOf(house, policy);
    expect(await askAgain(policy)).toMatchObject({ status: 422, body: { error: { code: 'tests_failed' } } });
    expect(await draftOf(house, policy)).toEqual(before);

    const twice = await twoVersions();
    expect((await askAgain(twice)).status).toBe(201);
    const { revision } = await draftOf(house, twice);
    expect(await askAgain(twice)).toMatchObject(refusal('approval_not_possible', 'asked for already'));
    expect((await draftOf(house, twice)).revision).toBe(revision);
  });

  it('is for those who may draw, and asks nobody where no approval is needed', async () => {
    const { author, one } = team;
    const policy = await twoVersions();
    const body = { revision: 1, reason: REASON };
    expect((await one.send('POST', `/policies/${policy}/versions/1/approvals`, body)).status).toBe(403);
    expect((await author.send('POST', `/policies/${policy}/versions/9/approvals`, body)).status).toBe(404);
    await changeRule(house, policy, NOBODY_ELSE);
    const restored = await author.send('POST', `/policies/${policy}/versions/1/restore`, { reason: REASON });
    expect(restored.body).toMatchObject({ number: 3 });
  });
});
