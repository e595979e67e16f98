import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { API_KEY, graphOf, makeKey, publish } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import {
  browser,
  button,
  card,
  comeAgain,
  dialog,
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

const VIEWER = 'linus@example.com';
const DOLLAR = 1_000_000_000;
const row = (words: string) => page.getByRole('row').filter({ hasText: words });
const tab = (name: string) => page.getByRole('tab', { name, exact: true });
const reason = () => dialog().getByRole('textbox', { name: 'Reason' });
const refusal = z.object({ error: z.object({ code: z.string(), link: z.string() }) });

interface Made {
  readonly id: string;
}

/** Makes a monthly budget. */
async function makeBudget(name: string, input: Record<string, unknown>): Promise<string> {
  const common = { window: 'month', timeZone: 'UTC', unit: 'usd', owner: null, project: null, reason: 'for a test' };
  return (await gateway.api<Made>('POST', '/budgets', { ...common, name, ...input })).id;
}

/** Publishes a policy that spends from a budget, and gives what sends a request through it. */
async function spendFrom(budget: string, name: string): Promise<(tags?: string, key?: string) => Promise<Response>> {
  const graph = graphOf(
    {
      enter: ['request', {}],
      pay: ['budget', { budget, warnAt: null, outputLimit: 50 }],
      call: ['model', { model: 'sandbox/small', timeoutSeconds: 20, retries: 0 }],
    },
    ['enter.next > pay', 'pay.within > call'],
  );
  await publish(gateway, name, graph);
  const body = { model: `policy/${name}`, messages: [{ role: 'user', content: 'What is the capital of Australia?' }] };
  return (tags = '', key = API_KEY) => gateway.chat(body, { authorization: `Bearer ${key}`, 'x-signalbox-tags': tags });
}

describe.skipIf(browser === null)('the pages of budgets', () => {
  openHouse();
  beforeAll(() =>
    gateway.api('POST', '/people', { name: 'Linus', email: VIEWER, password: PASSWORD, grants: [{ role: 'viewer' }] }),
  );

  it('lead from a refusal to a request for more, which is granted in one step, so that the next request passes', async () => {
    const budget = await makeBudget('Small change', { scope: ['user'], limit: 0 });
    const send = await spendFrom(budget, 'small-change');
    const refused = await send('user=linus');
    expect(refused.status).toBe(429);
    const { error } = refusal.parse(await refused.json());
    expect(error.code).toBe('budget_exhausted');

    await open(error.link.replace(gateway.url, ''), VIEWER);
    await page.getByText('“Small change” is spent for user linus').waitFor();
    await page
      .getByText(/It resets on 1 .* at 00:00 \(UTC\)/)
      .last()
      .waitFor();
    await button('Ask for more').click();
    await page.getByText('Write an amount in dollars').waitFor();
    await field('How much more in dollars').fill('2.50');
    await field('Reason').fill('The demo of tomorrow');
    await button('Ask for more').click();
    await page.getByText('You have asked for more').waitFor();
    await page.getByText('An admin will answer it').waitFor();
    await page.getByText('“The demo of tomorrow”').waitFor();
    const means = page.getByRole('main').getByRole('button', { name: /grant|decline|add|reset|change/i });
    expect(await means.count()).toBe(0);

    await open('/budgets');
    await page.getByRole('link', { name: '1 request for more' }).click();
    await heading('Requests for more').waitFor();
    await button('Grant $2.50 for user linus').click();
    await reason().fill('Good luck');
    await button('Grant it').click();
    await card('$2.50 more for user linus').getByText('granted', { exact: true }).waitFor();
    expect((await send('user=linus')).status).toBe(200);

    const id = z.object({ id: z.string() });
    const again = { budget, scope: 'user=linus', amount: DOLLAR, reason: 'And once more' };
    id.parse(await gateway.api('POST', '/budget-requests', again));
    await open(`/budgets/${budget}`);
    await button('Decline $1.00 for user linus').click();
    await reason().fill('Not this month');
    await button('Decline it').click();
    await page.getByText('“Not this month”').waitFor();
    await page.getByText('“Good luck”').waitFor();
    await page
      .getByRole('link', { name: /2026|20\d\d,/ })
      .first()
      .waitFor();
    await page
      .getByRole('table')
      .getByText(/key first key,.* user linus/)
      .waitFor();
  });

  it('add to a budget, reset it, and show both in the ledger; limits of single parts, thresholds and place are set', async () => {
    const above = await makeBudget('All of it', { scope: [], limit: 100 * DOLLAR });
    await makeBudget('Counted in tokens', { scope: [], limit: 1000, unit: 'tokens' });
    const budget = await makeBudget('People', { scope: ['user'], limit: DOLLAR });
    const send = await spendFrom(budget, 'people');
    expect((await send('user=ada')).status).toBe(200);
    await open(`/budgets/${budget}`);
    await page.getByText('Too early to tell').or(page.getByText('If it goes on like this')).first().waitFor();
    await button('Add to user ada').click();
    await button('Add it').click();
    await page.getByText('Say why, in a few words.').waitFor();
    await field('Amount in dollars').fill('3');
    await page.getByText('It may then spend $4.00 this month.').waitFor();
    await reason().fill('A large experiment');
    await button('Add it').click();
    await page.getByText('The limit is $1.00, and $3.00 was added for this time.').waitFor();
    await button('Reset user ada').click();
    await reason().fill('It was a mistake');
    await button('Reset to zero').click();
    await page.getByText(/^\$0 spent, \$4\.00 left of \$4\.00 \(0 %\)/).waitFor();

    await tab('Ledger').click();
    await row('A large experiment').getByText('+$3.00').waitFor();
    await row('It was a mistake').getByText('What was spent was set back to zero').waitFor();
    await row('charged')
      .getByRole('link', { name: /The request of/ })
      .waitFor();
    await page.getByLabel('Time').selectOption('between two moments');
    await page.getByLabel('Until').fill('2020-01-01T00:00');
    await button('Show this time').click();
    await page.getByText('It has to be after the start.').waitFor();
    await page.getByLabel('From').fill('2019-01-01T00:00');
    await button('Show this time').click();
    await page.getByText('Nothing has moved it in this time').waitFor();

    await tab('What it allows').click();
    await button('Limit for one part').click();
    await field('User').fill('bob');
    await field('Limit in dollars').fill('0.5');
    await reason().fill('Bob needs less');
    await button('Set the limit').click();
    await row('user bob').getByText('$0.50').waitFor();
    await button('Change when people are told').click();
    await field('Shares of the limit').fill('90, 50');
    await reason().fill('Earlier');
    await button('Change it').click();
    await page.getByText('50 %, 90 %').waitFor();
    await button('Change its place').click();
    await field('A part of').click();
    await page.getByRole('option', { name: /Counted in tokens/ }).click();
    await dialog()
      .getByText(/so one cannot be a part of the other/)
      .first()
      .waitFor();
    await field('A part of').click();
    await page.getByRole('option', { name: /All of it/ }).click();
    await reason().fill('One view of all');
    await button('Change its place').last().click();
    await page.getByRole('link', { name: 'All of it' }).first().waitFor();
    const { budgets } = await gateway.api<{ budgets: { budget: { id: string; parent: string | null } }[] }>(
      'GET',
      '/budgets',
    );
    expect(budgets.find((one) => one.budget.id === budget)?.budget.parent).toBe(above);
    await button('Take away the limit of user bob').click();
    await reason().fill('Bob is back');
    await button('Take it away').click();
    await page.getByText('Each user has the same $1.00 a month.').waitFor();
  });

  it('show budgets as a tree, move what is over between siblings, and compare a plan with what was spent', async () => {
    const company = await makeBudget('Company', { scope: [], limit: 100 * DOLLAR });
    const teams = await makeBudget('Teams', { scope: ['team'], limit: 30 * DOLLAR, parent: company });
    const limits = { 'project=Ranking': 20 * DOLLAR, 'project=Snippets': 15 * DOLLAR };
    const projects = await makeBudget('Projects', { scope: ['project'], limit: DOLLAR, parent: teams, limits });
    const send = await spendFrom(projects, 'tree');
    const team = await gateway.api<Made>('POST', '/teams', { name: 'search' });
    const tokens: string[] = [];
    for (const name of ['Ranking', 'Snippets']) {
      const project = await gateway.api<Made>('POST', '/projects', { name, team: team.id });
      tokens.push((await makeKey(gateway, { project: project.id })).token);
    }
    await gateway.api('POST', '/teams', { name: 'ads' });
    await gateway.api('PUT', `/budgets/${teams}`, {
      name: 'Teams',
      limit: 30 * DOLLAR,
      owner: null,
      revision: 1,
      reason: 'Ads has one too',
      limits: { 'team=ads': 40 * DOLLAR },
    });
    for (const token of tokens) expect((await send('', token)).status).toBe(200);

    await open('/budgets');
    const tree = card('Company');
    await tree.getByText('Its parts may spend $35.00 together, $5.00 more than it has.').waitFor();
    await tree.getByRole('link', { name: 'project Ranking' }).waitFor();
    await tree.getByRole('button', { name: 'Move what is over' }).click();
    expect(await field('Amount in dollars').inputValue()).toBe('5');
    await dialog()
      .getByText(/team ads: \$40\.00 now, \$35\.00 afterwards/)
      .waitFor();
    await dialog()
      .getByText(/team search: \$30\.00 now, \$35\.00 afterwards/)
      .waitFor();
    await reason().fill('Search grows');
    await button('Move it').click();
    await page.getByText('$5.00 was moved').waitFor();
    await expect.poll(() => tree.getByText('more than it has').count()).toBe(0);
    await tree.getByText('left of $35.00').first().waitFor();

    await tree.getByRole('link', { name: 'Company' }).click();
    await heading('Company').waitFor();
    await tab('Plan').click();
    const year = new Date().getUTCFullYear();
    await button(`Plan ${year}`).click();
    await field(`January ${year}`).fill('12.50');
    await button('Keep the plan').click();
    await page.getByText('Say why, in a few words.').waitFor();
    await reason().fill('A slow start');
    await button('Keep the plan').click();
    await row(`January ${year}`).getByText('set for this month').waitFor();
    await page.locator('.recharts-surface').first().waitFor();
    await page.getByText('Table', { exact: true }).click();
    await row(`January ${year}`).first().getByText('$12.50').waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /for a spreadsheet$/ }).click(),
    ]);
    const text = await readFile(await saved.path(), 'utf8');
    expect(text.split('\r\n')[0]).toBe('Time,Actual (dollars),Planned (dollars)');
    // In January what was sent above is in it.
    expect(text.split('\r\n')[1]).toMatch(new RegExp(`^${year}-01-01T00:00:00.000Z,[\\d.]+,12\\.5$`));
    await page.getByText('Drawing', { exact: true }).click();
    // The range below the drawing, by keyboard: the first month is left out.
    await page
      .getByRole('slider', { name: /An end of the time/ })
      .first()
      .focus();
    await page.keyboard.press('ArrowRight');
    await button('Show all of the time').waitFor();
    await page.getByText(`From February ${year} until December ${year}.`).waitFor();
    await button('Show all of the time').click();
    await expect.poll(() => button('Show all of the time').count()).toBe(0);
  });

  it('have nothing that keeps people out in both colours, fit a narrow window, and leave no complaint in the console', async () => {
    const lookBoth = async (name: string): Promise<void> => {
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
        await look(`${name}-${colorScheme}`);
      }
    };
    await comeAgain('light');
    await open('/budgets');
    await card('Company').waitFor();
    await lookBoth('budgets-tree');
    await card('Company').getByRole('link', { name: 'team search' }).click();
    await heading('Teams').waitFor();
    await page.locator('.recharts-surface').first().waitFor();
    await lookBoth('budget-now');
    for (const name of ['Plan', 'Ledger', 'What it allows']) {
      await tab(name).click();
      await page.getByRole('tabpanel').getByRole('table').first().waitFor();
      await lookBoth(`budget-${name.toLowerCase().replaceAll(' ', '-')}`);
    }
    await button('Limit for one part').click();
    await field('Limit in dollars').waitFor();
    await lookBoth('budget-own-limit');
    await page.goto(`${gateway.url}/budgets/requests`);
    await page.getByText('“Not this month”').waitFor();
    await lookBoth('budget-requests');
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ['/budgets/requests', '/budgets']) {
      await page.goto(gateway.url + path);
      await page.getByRole('main').getByRole('listitem').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(390);
    }
    await card('Company').getByRole('link', { name: 'project Ranking' }).click();
    await page.locator('.recharts-surface').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(here.complaints).toEqual([]);
  });
});
