import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_KEY } from '../server/gateway/harness.ts';
import { madeRecord } from '../server/months/traffic.ts';
import { SCHEMES } from './browser.ts';
import {
  browser,
  button,
  comeAgain,
  files,
  gateway,
  heading,
  here,
  look,
  open,
  openHouse,
  PASSWORD,
  page,
  send,
} from './house.ts';

const VIEWER = 'lead@example.com';
const DAY_MS = 86_400_000;
const MODELS = ['sandbox/small', 'sandbox/large', 'sandbox/local'];
const MODES = ['vibing', 'building', 'testing'];
const USERS = ['ada', 'bea', 'cem', 'dan', 'eve'];
const TEAMS = ['Search', 'Shop'];

const region = (name: string) => page.getByRole('region', { name, exact: true });
const row = (words: string) => page.getByRole('row').filter({ hasText: words });

/** Traffic of four weeks, two teams, a budget for each of them and one for all, and somebody who waits for more. */
async function fill(): Promise<void> {
  const { api } = gateway;
  const organisation = await api<{ id: string }>('GET', '/organisation');
  const projects: string[] = [];
  for (const name of TEAMS) {
    const team = await api<{ id: string }>('POST', '/teams', { name });
    projects.push((await api<{ id: string }>('POST', '/projects', { name: `${name} app`, team: team.id })).id);
  }
  await api('POST', '/people', { name: 'Lea', email: VIEWER, password: PASSWORD, grants: [{ role: 'viewer' }] });
  const budget = (name: string, scope: string[], limit: number) =>
    api<{ id: string }>('POST', '/budgets', {
      name,
      scope,
      window: 'month',
      timeZone: 'UTC',
      unit: 'usd',
      limit,
      owner: 'Finance',
      project: null,
      reason: 'for this test',
    });
  await budget('All AI spending', [], 900_000_000_000);
  const teams = await budget('Each team a month', ['team'], 300_000_000_000);
  const asked = { budget: teams.id, scope: 'team=Search', amount: 50_000_000_000, reason: 'A launch next week' };
  await api('POST', '/budget-requests', asked);
  const now = Date.now();
  const records = Array.from({ length: 600 }, (_, i) => {
    const at = now - (i % 28) * DAY_MS - (i % 7) * 60_000;
    const place = i % 5 < 3 ? 0 : 1;
    const cost = (120_000_000 + (i % 11) * 90_000_000) * (1 + (i % 3));
    const tag = (value: string) => ({ value, source: 'caller' as const });
    return {
      ...madeRecord({
        organisation: organisation.id,
        project: projects[place] ?? '',
        at,
        calls: [{ model: MODELS[i % 3] ?? '', input: 900 + i, cached: 0, output: 100 + (i % 40), cost }],
        ...(i % 50 === 0 ? { status: 'blocked' as const } : i % 41 === 0 ? { status: 'failed' as const } : {}),
      }),
      tags: {
        team: tag(TEAMS[place] ?? ''),
        user: tag(USERS[i % 5] ?? ''),
        usage: tag(MODES[(i * 7) % 3] ?? ''),
        ...(i % 4 === 0 ? { feature: tag('checkout') } : {}),
      },
    };
  });
  await Promise.all(records.map((record) => gateway.running.gateway.writer.record(record)));
}

describe.skipIf(browser === null)('the pages that tell what was used', () => {
  openHouse();

  it('begin with how to send a first request, and show it as soon as it has come', async () => {
    await open('/');
    await page.getByRole('heading', { name: 'Send a first request' }).waitFor();
    expect(await send(API_KEY)).toBe(200);
    await heading('Overview').waitFor();
    await fill();
    expect(here.complaints).toEqual([]);
  });

  it('show real traffic as it comes, without a reload, until somebody pauses', async () => {
    await open('/');
    await heading('Overview').waitFor();
    await region('Now').getByText('live', { exact: true }).waitFor();
    await region('Now').getByRole('row').filter({ hasText: 'sandbox/small' }).first().waitFor();
    expect(await region('Now').getByRole('row').count()).toBe(2);
    expect(await send(API_KEY, 'user=zoe')).toBe(200);
    await region('Now').getByRole('row').nth(2).waitFor();
    await region('Now').getByText('at most 1 request a second').waitFor();
    await region('Now').getByRole('button', { name: 'Pause' }).click();
    await region('Now').getByText('paused', { exact: true }).waitFor();
    await region('Now').getByRole('button', { name: 'Go on' }).click();
    await region('Now').getByText('live', { exact: true }).waitFor();
    await region('Now').getByRole('row').filter({ hasText: 'sandbox/small' }).first().getByRole('link').click();
    await page.waitForURL(/\/requests\/req_/);
    expect(here.complaints).toEqual([]);
  });

  it('say when the gateway does not tell any more, and go on when it does', async () => {
    await page.route('**/api/live', (route) =>
      route.fulfill({ status: 200, contentType: 'text/event-stream', body: '' }),
    );
    await open('/');
    await region('Now').getByText('not connected', { exact: true }).waitFor();
    await page.unroute('**/api/live');
    await region('Now').getByText('live', { exact: true }).waitFor();
    await page.getByText('1 request for more').waitFor();
    await region('Budgets of the whole organisation').getByText('All AI spending').waitFor();
  });

  it('narrow everything below the plot to its brushed part, which is in the address', async () => {
    await open('/');
    const whole = region('The last 30 days');
    await whole.getByText('requests', { exact: true }).waitFor();
    const end = page.getByRole('slider', { name: /An end of the time/ }).first();
    await end.focus();
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight');
    const range = await page.getByRole('figure').getByRole('status').innerText();
    const [, day = ''] = /^From (.*) until/.exec(range) ?? [];
    const part = page.getByRole('region', { name: new RegExp(`^From ${day}, 00:00 until`) });
    await part.waitFor();
    await page.waitForURL(/[?&]from=\d+/);
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
    await part.getByText('requests', { exact: true }).waitFor();
    const shared = page.url();
    const requests = await part.locator('.figure').nth(1).innerText();
    expect(Number(requests.replaceAll(',', ''))).toBeLessThan(550);
    await page.goto(shared);
    await part.getByText('requests', { exact: true }).waitFor();
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
    expect(await part.locator('.figure').nth(1).innerText()).toBe(requests);
    await region('Spend by team').getByRole('link', { name: 'Shop', exact: true }).waitFor();
    const link = region('Spend by model').getByRole('link', { name: /requests of sandbox\/small/ });
    expect(await link.getAttribute('href')).toMatch(/from=\d+.*to=\d+|model=.*from=\d+/);
    await button('Show all of the time').click();
    await whole.waitFor();
    expect(page.url()).not.toContain('from=');
    expect(here.complaints).toEqual([]);
  });

  it('tell usage by anything, as a drawing, as a table and as a file, narrowed by filters in the address', async () => {
    await open('/usage');
    await heading('Usage').waitFor();
    await row('Search').first().waitFor();
    await page.getByLabel('Told by').selectOption('tag:feature');
    await row('checkout').getByRole('link', { name: 'Requests of checkout' }).waitFor();
    await page.getByText('Table', { exact: true }).click();
    await page.getByRole('columnheader', { name: 'checkout (dollars)' }).waitFor();
    await page.getByLabel('Told by').selectOption('user');
    await page.getByLabel('Narrow by').selectOption('team');
    await page.getByLabel('Which team').selectOption('Search');
    await page.getByRole('button', { name: /team: Search/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('where')).toBe('team=Search');
    await row('ada').first().waitFor();
    await expect.poll(() => row('dan').count()).toBe(0);
    const saving = page.waitForEvent('download');
    await button('Save the table as CSV').click();
    const path = join(files, 'usage.csv');
    await (await saving).saveAs(path);
    const text = await readFile(path, 'utf8');
    expect(text).toContain('ada');
    expect(text).not.toContain('dan');
    await page.getByRole('link', { name: 'Requests of ada' }).click();
    await page.getByRole('button', { name: /user=ada/ }).waitFor();
    await page.getByRole('button', { name: /team=Search/ }).waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('show a team’s own page to somebody who may change nothing', async () => {
    await open('/teams/Search', VIEWER);
    await heading('Team Search').waitFor();
    await region('Budgets').getByRole('link', { name: 'Ask for more of Each team a month for team Search' }).waitFor();
    await region('Budgets').getByText('A launch next week').waitFor();
    expect(await button('Grant $50.00 for team Search').count()).toBe(0);
    await region('Spend by user').getByRole('row').filter({ hasText: 'ada' }).waitFor();
    expect(await region('Spend by user').getByText('dan', { exact: true }).count()).toBe(0);
    await region('Its projects').getByText('Search app').waitFor();
    await region('Refused of late').getByRole('link', { name: 'All that was refused' }).waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('show a run of agents as a tree with sums, each request of which can be looked at', async () => {
    await open('/sessions');
    await page.getByText('No run in this time').waitFor();
    for (const tags of [
      'session=trip,workflow=travel,agent=planner,step=plan',
      'session=trip,workflow=travel,step=flights,parent=plan',
      'session=trip,workflow=travel,step=hotels,parent=plan',
      'session=trip,workflow=travel,step=prices,parent=hotels',
    ]) {
      expect(await send(API_KEY, tags)).toBe(200);
    }
    await page.reload();
    await page.getByRole('link', { name: 'trip', exact: true }).click();
    await heading('Run trip').waitFor();
    await row('prices').waitFor();
    await look('run');
    await page.getByRole('button', { name: 'What is under hotels' }).click();
    await expect.poll(() => row('prices').count()).toBe(0);
    await page.getByRole('link', { name: 'flights', exact: true }).click();
    await page.waitForURL(/\/requests\/req_/);
    expect(here.complaints).toEqual([]);
  });

  for (const scheme of SCHEMES) {
    it(`keep nobody out (${scheme})`, async () => {
      await comeAgain(scheme);
      await open('/');
      await region('Now').getByText('live', { exact: true }).waitFor();
      await region('The last 30 days').getByText('spent', { exact: true }).waitFor();
      await region('Spend by user').getByRole('row').filter({ hasText: 'ada' }).waitFor();
      await page.locator('.recharts-bar-rectangle').first().waitFor({ state: 'attached' });
      await look(`overview-${scheme}`);
      await page.goto(`${gateway.url}/usage?by=user`);
      await row('ada').first().waitFor();
      await page.locator('.recharts-bar-rectangle').first().waitFor({ state: 'attached' });
      await look(`usage-${scheme}`);
      await page.goto(`${gateway.url}/teams/Search`);
      await region('Refused of late').getByRole('link', { name: 'All that was refused' }).waitFor();
      await page.locator('.recharts-bar-rectangle').first().waitFor({ state: 'attached' });
      await look(`team-${scheme}`);
      await page.goto(`${gateway.url}/sessions`);
      await page.getByRole('link', { name: 'trip', exact: true }).waitFor();
      await look(`runs-${scheme}`);
      expect(here.complaints).toEqual([]);
    });
  }

  it('fit on smaller screens', async () => {
    await page.setViewportSize({ width: 1000, height: 800 });
    await open('/usage');
    const last = await page.getByRole('button', { name: 'More', exact: true }).boundingBox();
    const next = await page.getByRole('button', { name: /^Colours/ }).boundingBox();
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThan(next?.x ?? 0);
    await page.setViewportSize({ width: 390, height: 844 });
    for (const [path, name] of [
      ['/', 'Overview'],
      ['/usage', 'Usage'],
      ['/teams/Search', 'Team Search'],
      ['/sessions/trip', 'Run trip'],
    ] as const) {
      await page.goto(gateway.url + path);
      await heading(name).waitFor();
      await page
        .locator('.recharts-bar-rectangle')
        .or(page.getByText('flights'))
        .first()
        .waitFor({ state: 'attached' });
      await page.screenshot({ path: join(files, `small-${name.replaceAll(' ', '-')}.png`), fullPage: true });
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(390);
    }
  });

  it('read all requests where no sums are kept, when somebody asks for that', async () => {
    // There are too few of them here for the gateway to refuse an answer at once.
    const refusal = { code: 'usage_needs_scan', message: 'It takes longer. Start a scan.', details: {} };
    await page.route(/\/api\/usage\?.*tag\.feature/, (route) =>
      route.fulfill({ status: 422, json: { error: refusal } }),
    );
    // Shown as it is while it goes on, which it does for too short a time to be seen here.
    await page.route('**/api/usage/scans/*', async (route) => {
      if (route.request().method() !== 'GET') return route.continue();
      const response = await route.fetch();
      return route.fulfill({ response, json: { ...(await response.json()), state: 'running', done: 84, total: 150 } });
    });
    await open('/usage?by=user&where=tag:feature%3Dcheckout');
    await button('Read the requests').click();
    await page.getByText('84 of 150 requests were read.').waitFor();
    const stopping = page.waitForRequest((request) => request.method() === 'DELETE');
    await button('Stop').click();
    await stopping;
    await page.unroute('**/api/usage/scans/*');
    await button('Stop').waitFor({ state: 'detached' });
    await page.reload();
    await button('Read the requests').click();
    await page.getByText(/All \d+ requests of the time were read/).waitFor();
    await row('ada').getByRole('link', { name: 'Requests of ada' }).waitFor();
    await row('ada').getByText('30', { exact: true }).waitFor();
  });
});
