/** The account of a request for somebody who may not see the budget that decided it. */
import { describe, expect, it } from 'vitest';
import { graphOf, idOf, makeKey, publish } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import { browser, comeAgain, gateway, here, look, open, openHouse, PASSWORD, page } from './house.ts';

const call = ['model', { model: 'sandbox/small', timeoutSeconds: 20, retries: 0 }] as const;

describe.skipIf(browser === null)('a request that a budget of the whole organisation decided', () => {
  openHouse();

  it('says to a lead of a team which way it went, and no figure of it, also when it is decided again', async () => {
    const month = { window: 'month', timeZone: 'UTC', unit: 'usd', owner: 'finance', reason: 'for a test' };
    const everybody = { ...month, name: 'Money of everybody', scope: [], limit: 48_271_634_905_113 };
    const { id: all } = await gateway.api<{ id: string }>('POST', '/budgets', everybody);
    const ofTeams = { ...month, name: 'Teams', scope: ['team'], limit: 70e9, parent: all };
    const { id: teams } = await gateway.api<{ id: string }>('POST', '/budgets', ofTeams);
    const budget = (id: string) => ['budget', { budget: id, warnAt: null }] as const;
    const nodes = { enter: ['request', {}], share: budget(teams), pool: budget(all), call } as const;
    const edges = ['enter.next > share', 'share.within > pool', 'pool.within > call'];
    await publish(gateway, 'paying', graphOf(nodes, edges));
    type Project = { readonly id: string; readonly team: string };
    const { projects } = await gateway.api<{ projects: readonly Project[] }>('GET', '/projects');
    const email = 'lead@example.com';
    const grants = [{ role: 'lead', within: { team: projects[0]?.team } }];
    await gateway.api('POST', '/people', { name: 'Lena', email, password: PASSWORD, grants });
    const { token } = await makeKey(gateway);
    const body = { model: 'policy/paying', messages: [{ role: 'user', content: 'Hello' }] };
    const answer = await gateway.chat(body, { authorization: `Bearer ${token}` });
    await answer.text();
    for (const scheme of SCHEMES) {
      await comeAgain(scheme);
      await open(`/requests/${idOf(answer)}`, email);
      await page.getByText(/^A budget that you may not see: \$[\d.]+ held for this request\.$/).waitFor();
      await page.getByText(/^Teams for team=.*: \$[\d.]+ of \$70\.00 spent/).waitFor();
      await page.getByLabel('What “share” went by').click();
      await page.getByText('A budget that you may not see above it').waitFor();
      await page.getByLabel('What “pool” went by').click();
      await page.getByText('what it stood at is not told').last().waitFor();
      expect(await page.locator('body').innerText()).not.toMatch(/48,?271|Money of everybody/);
      await look(`unseen-budgets-${scheme}`);
      await page.getByRole('button', { name: 'Replay', exact: true }).click();
      await page.getByText('The same version decides the same way, step by step.').waitFor();
      expect(await page.locator('body').innerText()).not.toMatch(/48,?271|Money of everybody/);
      expect(here.complaints).toEqual([]);
    }
    await open(`/requests/${idOf(answer)}`);
    await page.getByText(/^Money of everybody: .* of \$48,271\.63 spent/).waitFor();
  });
});
