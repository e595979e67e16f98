/** Rules for approval: whose approval counts, and what another rule changes. */
import { describe, expect, it } from 'vitest';
import { newGuest } from '../access/people.ts';
import {
  approve,
  asked,
  changeRule,
  drawn,
  entries,
  house,
  NOBODY_ELSE,
  nextNumber,
  ONE,
  openTeam,
  publish,
  REASON,
  refusal,
  requestOf,
  TWO,
  team,
} from './approval-team.ts';
import { dialects, LAYOUT, modelGraph } from './house.ts';

describe.each(dialects)('rules for approval on %s', (dialect) => {
  openTeam(dialect);

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

  it('are for those alone whose roles count there', async () => {
    const { author } = team;
    const project = (await house.ask('GET', '/projects')).body.projects[0].id;
    const number = nextNumber();
    const others = (await house.ask('POST', '/teams', { name: `others-${number}` })).body.id;
    const other = (await house.ask('POST', '/projects', { name: `other-${number}`, team: others })).body.id;
    const policyIn = async (project: string) => {
      const body = { name: `placed-${nextNumber()}`, title: 'Placed', project, graph: modelGraph(), layout: LAYOUT };
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
});
