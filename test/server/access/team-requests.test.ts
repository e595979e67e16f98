import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../server/records/record.ts';
import { dialects, type House, openHouse, recordOf } from '../control/house.ts';
import { eventOf, eventsOf } from '../control/live-events.ts';
import { type Guest, guestWith } from './people.ts';
import { FOREIGN, HIDDEN, makeTeams, REASON, type Teams, tagged } from './teams.ts';

describe.each(dialects)('requests that limited roles see on %s', (dialect) => {
  let house: House;
  let lead: Guest;
  let member: Guest;
  let ids: Teams['ids'];
  const AT = Date.UTC(2026, 0, 5, 12);
  const run = (session: string, project: string, more: Partial<RequestRecord> = {}): RequestRecord =>
    recordOf(house, {
      at: AT,
      project,
      key: project === ids.invoices ? ids.invoicesKey : ids.appKey,
      policy: ids.policy,
      version: 1,
      tags: tagged({ session, agent: project === ids.invoices ? 'secret' : 'writer' }),
      ...more,
    });
  const own = (): RequestRecord[] => [
    run('shared', ids.app, { at: AT + 10, durationMs: 20.5 }),
    run('shared', ids.batch, { at: AT + 5, cost: 7 }),
    run('alone', ids.app, { at: AT + 2000, status: 'failed' }),
    run('alone', ids.app, { at: AT + 3000, status: 'shadow', durationMs: 9000, cost: 11 }),
    run('batch', ids.batch, { at: AT - 86_400_000 * 3, durationMs: 400 }),
  ];
  let mine: RequestRecord[] = [];
  beforeAll(async () => {
    house = await openHouse(dialect);
    ({ ids, lead, member } = await makeTeams(house));
    mine = own();
    const foreign = [
      run('shared', ids.invoices, { at: AT - 1000, durationMs: 9_000_000 }),
      run('secret', ids.invoices, { at: AT + 4000 }),
    ];
    await house.database.records.commit({ intents: [], records: [...mine, ...foreign] });
    for (const { id, project, key, at, policy, version, model, organisation } of [...mine, ...foreign]) {
      const score = project === ids.invoices ? -1 : 1;
      const said = { organisation, project, request: id, key, requestAt: at, at, score, label: null, comment: null };
      await house.database.records.giveFeedback({ ...said, policy, version, model, variant: null });
    }
  });

  afterAll(async () => {
    expect(house.faults).toEqual([]);
    await house.close();
  });

  it('are told as runs of agents as if there were no others', async () => {
    const rows = async (guest: Guest, query = '') => (await guest.send('GET', `/sessions${query}`)).body.sessions;
    const alone = { session: 'alone', firstAt: AT + 2000, lastAt: AT + 3000, requests: 1, errors: 1, cost: 9011 };
    const shared = { session: 'shared', firstAt: AT + 5, lastAt: AT + 35, requests: 2, errors: 0, cost: 9007 };
    expect(await rows(lead)).toMatchObject([alone, { ...shared, agent: 'writer' }, { session: 'batch', requests: 1 }]);
    expect(await rows(member)).toMatchObject([
      alone,
      { ...shared, firstAt: AT + 10, lastAt: AT + 31, requests: 1, cost: 9000 },
    ]);
    const whole = (await house.ask('GET', '/sessions')).body.sessions;
    for (const session of ['alone', 'batch']) {
      const named = (all: { session: string }[]) => all.find((one) => one.session === session);
      expect(named(await rows(lead))).toEqual(named(whole));
    }
    const names = async (query: string) => (await rows(lead, query)).map(({ session }: { session: string }) => session);
    expect(await names(`?from=${AT + 36}`)).toEqual(['alone']);
    expect(await names(`?from=${AT}&limit=1`)).toEqual(['alone']);
    expect(await names(`?to=${AT + 3000}`)).toEqual(['shared', 'batch']);
  });

  it('are told as one run without those of others in it', async () => {
    const { status, body } = await lead.send('GET', '/sessions/shared');
    expect(status).toBe(200);
    expect(body).toMatchObject({ complete: true, session: { requests: 2 }, total: { requests: 2, cost: 9007 } });
    const requests = body.branches.flatMap(({ request }: { request: { id: string } | null }) => request?.id ?? []);
    expect(new Set(requests)).toEqual(new Set([mine[0]?.id, mine[1]?.id]));
    expect(JSON.stringify(body)).not.toMatch(FOREIGN);
    expect(await lead.send('GET', '/sessions/secret')).toMatchObject(HIDDEN);
    expect((await house.ask('GET', '/sessions/shared')).body.total.requests).toBe(3);
  });

  it('are summed without others’ where apps have said what they think of answers', async () => {
    const path = `/feedback?policy=${ids.policy}`;
    expect((await house.ask('GET', path)).body.feedback).toMatchObject([{ count: 7 }]);
    expect((await lead.send('GET', path)).body.feedback).toMatchObject([{ count: 5, mean: 1 }]);
    const stranger = await guestWith(house, { role: 'lead', within: { project: ids.batch } });
    expect((await stranger.send('GET', path)).body.feedback).toMatchObject([{ count: 2, mean: 1 }]);
  });

  it('are watched without others’, and no longer than somebody may', async () => {
    const [app, foreign] = [run('live', ids.app, { cost: 5 }), run('secret', ids.invoices, { cost: 1000 })];
    for (const one of [app, foreign]) {
      house.live.began(one.organisation, one.project);
      house.live.ended(one, 'ok', Date.now());
    }
    const watcher = await guestWith(house, { role: 'lead', within: { team: ids.team } });
    const reach = new AbortController();
    const answer = await fetch(`${house.url}/live`, { headers: { cookie: watcher.cookie }, signal: reach.signal });
    const read = eventsOf(answer);
    expect(await eventOf(read, () => true)).toMatchObject({
      requests: 1,
      cost: 5,
      running: 1,
      recent: [{ id: app.id }],
    });
    const none = { grants: [{ role: 'developer', within: { team: ids.team } }], ...REASON };
    await house.ask('PUT', `/people/${watcher.id}/grants`, none);
    expect(await eventOf(read, ({ requests }) => requests === 0)).toMatchObject({ cost: 0, running: 0, recent: [] });
    reach.abort();
  });
});
