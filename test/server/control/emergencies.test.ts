/** Publishing without approvals, in an emergency that somebody else follows up. */
import { describe, expect, it } from 'vitest';
import type { Guest } from '../access/people.ts';
import {
  approve,
  asked,
  draftOf,
  drawn,
  entries,
  house,
  ONE,
  openTeam,
  publish,
  REASON,
  refusal,
  requestOf,
  team,
} from './approval-team.ts';
import { dialects } from './house.ts';

describe.each(dialects)('emergencies on %s', (dialect) => {
  openTeam(dialect);

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
});
