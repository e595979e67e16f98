import { expect, it } from 'vitest';
import { openHouse } from './house.ts';

it('lets people who may only look ask for more of a budget, and not give it to themselves', async () => {
  const house = await openHouse('sqlite');
  try {
    const viewer = { email: 'vi@example.org', password: 'a long password' };
    await house.ask('POST', '/people', { ...viewer, name: 'Vi', grants: [{ role: 'viewer' }] });
    const own = { 'x-signalbox-csrf': '1' };
    const session = await house.send('POST', '/session', viewer, own);
    const headers = { cookie: session.headers.getSetCookie()[0]?.split(';')[0] ?? '', ...own };
    const fields = { scope: [], window: 'month', timeZone: 'UTC', unit: 'usd', limit: 5e9, owner: 'finance' };
    const { body: budget } = await house.ask('POST', '/budgets', { ...fields, name: 'Search', reason: 'to begin' });

    const more = { budget: budget.id, scope: '', amount: 1e9, reason: 'The launch is on Friday.' };
    const asked = await house.send('POST', '/budget-requests', more, headers);
    expect(asked).toMatchObject({ status: 201, body: { state: 'open', author: expect.stringMatching(/^per_/) } });
    const answer = { reason: 'Because I may.' };
    for (const refused of [
      await house.send('POST', `/budget-requests/${asked.body.id}/grant`, answer, headers),
      await house.send('POST', `/budgets/${budget.id}/top-ups`, { scope: '', amount: 1, ...answer }, headers),
      await house.send('POST', `/budgets/${budget.id}/reset`, { scope: '', ...answer }, headers),
    ]) {
      expect(refused).toMatchObject({ status: 403, body: { error: { code: 'not_allowed' } } });
    }
    expect(await house.send('POST', '/budget-requests', { ...more, scope: 'team=ads' }, headers)).toMatchObject({
      status: 422,
    });
    expect((await house.send('GET', '/budget-requests?state=open', undefined, headers)).body.requests).toHaveLength(1);
  } finally {
    await house.close();
  }
});
