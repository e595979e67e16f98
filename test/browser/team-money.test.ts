import { beforeAll, describe, expect, it } from 'vitest';
import { graphOf, publish } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import {
  browser,
  button,
  card,
  comeAgain,
  field,
  gateway,
  heading,
  here,
  look,
  open,
  openHouse,
  PASSWORD,
  page,
} from './house.ts';

const LEAD = 'lea@example.com';
const FINANCE = 'fina@example.com';
const DOLLAR = 1_000_000_000;
const region = (name: string) => page.getByRole('region', { name, exact: true });

interface Made {
  readonly id: string;
}

describe.skipIf(browser === null)('the pages on money for those who see a part of it', () => {
  openHouse();
  let teams: string;

  /** A team with a project, and what sends a request with its key. */
  async function newTeam(name: string): Promise<{ team: string; project: string; key: string }> {
    const { id: team } = await gateway.api<Made>('POST', '/teams', { name });
    const { id: project } = await gateway.api<Made>('POST', '/projects', { name: `${name}-app`, team });
    const { token } = await gateway.api<{ token: string }>('POST', '/keys', { name: `${name} key`, project });
    return { team, project, key: token };
  }
  async function newBudget(name: string, scope: string[], more: object): Promise<string> {
    const fixed = { window: 'month', timeZone: 'UTC', unit: 'usd', owner: 'Finance', project: null };
    return (await gateway.api<Made>('POST', '/budgets', { ...fixed, name, scope, ...more, reason: 'for a test' })).id;
  }
  async function come(name: string, email: string, grant: object): Promise<void> {
    await gateway.api('POST', '/people', { name, email, password: PASSWORD, grants: [grant] });
  }

  beforeAll(async () => {
    const [search, billing] = [await newTeam('search'), await newTeam('billing')];
    const all = await newBudget('All of us', [], { limit: 777 * DOLLAR });
    const limits = { 'team=search': 2 * DOLLAR, 'team=billing': 333 * DOLLAR };
    teams = await newBudget('Each team', ['team'], { limit: 50 * DOLLAR, limits, parent: all });
    const projects = await newBudget('Each project', ['project'], { limit: DOLLAR, parent: teams });
    const graph = graphOf(
      {
        enter: ['request', {}],
        pay: ['budget', { budget: projects, warnAt: null, outputLimit: 50 }],
        call: ['model', { model: 'sandbox/small', timeoutSeconds: 20, retries: 0 }],
      },
      ['enter.next > pay', 'pay.within > call'],
    );
    await publish(gateway, 'paid', graph);
    const body = { model: 'policy/paid', messages: [{ role: 'user', content: 'What is the capital of Australia?' }] };
    for (const [name, { key }] of [
      ['search', search],
      ['billing', billing],
    ] as const) {
      for (const session of ['shared', `${name} run`]) {
        const tags = `session=${encodeURIComponent(session)},agent=${name}`;
        const answer = await gateway.chat(body, { authorization: `Bearer ${key}`, 'x-signalbox-tags': tags });
        expect(answer.status).toBe(200);
        await answer.text();
      }
    }
    await gateway.api('POST', '/budget-requests', {
      budget: teams,
      scope: 'team=billing',
      amount: DOLLAR,
      reason: 'what billing wants',
    });
    await come('Lea', LEAD, { role: 'lead', within: { team: search.team } });
    await come('Fina', FINANCE, { role: 'finance', within: { project: search.project } });
  });

  /** How many means there are to change a budget. */
  const means = (): Promise<number> =>
    page
      .getByRole('main')
      .getByRole('button', { name: /^(New budget|Change|Add|Reset)/ })
      .count();

  /** Nothing of the other team is on the page, but its name where one may choose it. */
  async function showsNothingForeign(): Promise<void> {
    const text = await page.getByRole('main').innerText();
    expect(text).not.toMatch(/billing|All of us|\$333|\$777/);
  }

  it.each(SCHEMES)('show a team’s lead the team’s share of budgets, %s', async (scheme) => {
    await comeAgain(scheme);
    await open('/budgets', LEAD);
    await card('Each team').getByText('team search').first().waitFor();
    await card('Each team').getByText('project search-app').waitFor();
    await showsNothingForeign();
    expect(await means()).toBe(0);
    await look(`budgets of a lead ${scheme}`);

    await page.getByRole('link', { name: 'Each team', exact: true }).click();
    await heading('Each team').waitFor();
    await page.getByText('How team search spends it').waitFor();
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(['Now', 'Plan', 'What it allows']);
    await look(`budget of a lead ${scheme}`);
    for (const tab of ['Plan', 'What it allows']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('tabpanel').getByRole('status').waitFor({ state: 'hidden' });
      await showsNothingForeign();
    }
    await page.getByText('no other budget that you see').waitFor();
    await page.getByText('$2.00 a month for each team of yours').first().waitFor();
    await look(`what a budget allows of a lead ${scheme}`);
    expect(here.complaints).toEqual([]);
  });

  it('let a team’s lead ask for more of the team’s share', async () => {
    await open(`/budgets/${teams}`, LEAD);
    await page.getByRole('link', { name: 'Ask for more for team search' }).click();
    await field('How much more in dollars').fill('5');
    await field('Reason').fill('A launch next week');
    await button('Ask for more').click();
    await page.getByText('“A launch next week”').waitFor();
    await page.goto(`${gateway.url}/budgets/requests`);
    await page.getByText('“A launch next week”').waitFor();
    await showsNothingForeign();
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
  });

  it.each(SCHEMES)('show what is going on in the team, %s', async (scheme) => {
    await comeAgain(scheme);
    await open('/', LEAD);
    await page.getByText('You are here as Team lead in the team search.').waitFor();
    await region('Your budgets').getByText('Each team, team search').waitFor();
    await region('Now').getByText('live').waitFor();
    await region('Today').getByText('2', { exact: true }).waitFor();
    await region('Spend by project').getByText('search-app').waitFor();
    await showsNothingForeign();
    await look(`overview of a lead ${scheme}`);
    await page.getByRole('link', { name: 'Team search', exact: true }).click();
    await heading('Team search').waitFor();
    await region('Budgets').getByText('Each team, team search').first().waitFor();
    await region('Its projects').getByText('search-app').waitFor();
    await showsNothingForeign();
    await page.goBack();
    await page.getByRole('link', { name: 'Runs of agents' }).click();
    await page.getByRole('row').filter({ hasText: 'search run' }).waitFor();
    await page.getByText('Only requests that you may see are counted and shown.').waitFor();
    await showsNothingForeign();
    await look(`runs of a lead ${scheme}`);
    await page.getByRole('link', { name: 'shared' }).click();
    await heading('Run shared').waitFor();
    await page.getByRole('region', { name: 'In all' }).getByText('1', { exact: true }).waitFor();
    await showsNothingForeign();
    expect(here.complaints).toEqual([]);
  });

  it('show finance of one project its budgets, and no means to change them', async () => {
    await comeAgain('light');
    await open('/budgets', FINANCE);
    await card('Each project').getByText('project search-app').waitFor();
    await showsNothingForeign();
    expect(await page.getByText('Each team').count()).toBe(0);
    await page.goto(gateway.url);
    await page.getByText('You are here as Finance in the project search-app.').waitFor();
    await region('Your budgets').getByText('Each project, project search-app').waitFor();
    expect(await means()).toBe(0);
    await look('overview of finance of a project');
    expect(here.complaints).toEqual([]);
  });
});
