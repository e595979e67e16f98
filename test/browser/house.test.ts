import { describe, expect, it } from 'vitest';
import { API_KEY } from '../server/gateway/harness.ts';
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
  hold,
  look,
  open,
  openHouse,
  PASSWORD,
  page,
  send,
} from './house.ts';

const row = (words: string) => page.getByRole('row').filter({ hasText: words });

describe.skipIf(browser === null)('the screens of the house', () => {
  openHouse();

  it('make a key, show it once with programs that work, and revoke it for good', async () => {
    await open('/keys');
    await page.getByRole('link', { name: 'New key' }).click();
    await button('Make the key').click();
    await page.getByText('Give it a name, such as that of the app.').waitFor();
    await field('Name').fill('shop');
    await button('Add a tag: Always sent').click();
    await field('Name of the tag (Always sent, 1)').fill('usage');
    await button('Make the key').click();
    await page.getByText('The tag usage has no value yet.').waitFor();
    await field('Value (Always sent, 1)').fill('building');
    await button('Add a tag: Chosen from').click();
    await field('Name of the tag (Chosen from, 1)').fill('feature');
    for (const value of ['checkout', 'search']) {
      await field('Values (Chosen from, 1)').fill(value);
      await page.keyboard.press('Enter');
    }
    await field('Required').fill('feature');
    await page.keyboard.press('Enter');
    await button('Make the key').click();
    await heading('Your new key').waitFor();
    const token = await field('The key').inputValue();
    expect(token).toMatch(/^sb_/);
    for (const name of ['curl', 'Python', 'Node.js', 'LangChain', 'Vercel AI SDK']) {
      await page.getByRole('tab', { name }).click();
      const code = await page.getByRole('tabpanel').innerText();
      expect(code).toContain(token);
      expect(code).toContain(`${gateway.url}/v1`);
      expect(code).toContain('feature=checkout');
    }
    expect(await send(token)).toBe(400);
    expect(await send(token, 'feature=other')).toBe(400);
    expect(await send(token, 'feature=search')).toBe(200);

    await page.getByRole('link', { name: 'I have copied it' }).click();
    await row('shop').getByText('usage=building always').waitFor();
    await row('shop').getByText('feature one of checkout, search').waitFor();
    await row('shop').getByText('feature required').waitFor();
    expect(await page.locator('main').innerText()).not.toContain(token);
    await button('Revoke shop').click();
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('The shop is closed');
    await dialog().getByRole('textbox', { name: 'Name of the key' }).fill('ship');
    await button('Revoke for good').click();
    await page.getByText('Type the name of the key: shop').waitFor();
    await dialog().getByRole('textbox', { name: 'Name of the key' }).fill('shop');
    await button('Revoke for good').click();
    await row('shop').getByText('revoked').waitFor();
    expect(await send(token, 'feature=search')).toBe(401);
    await page.getByLabel('State').selectOption('in use');
    await expect.poll(() => row('shop').count()).toBe(0);
  });

  it('show what was made while they were still loading', async () => {
    const before = await gateway.api('GET', '/house');
    const letGo = await hold('**/api/house', (route) => route.fulfill({ json: before }));
    await open('/projects');
    await button('New team').click();
    await dialog().getByRole('textbox').fill('Made early');
    const made = page.waitForResponse('**/api/teams');
    await button('Make the team').click();
    await made;
    letGo();
    await dialog().waitFor({ state: 'detached' });
    await page.getByRole('heading', { level: 2, name: 'Made early' }).waitFor();
  });

  it('make and rename teams and projects, and give a project a policy of its own', async () => {
    await open('/projects');
    await button('New team').click();
    await dialog().getByRole('textbox').fill('Search');
    await button('Make the team').click();
    await page.getByRole('heading', { level: 2, name: 'Search' }).waitFor();
    await button('New project of Search').click();
    await dialog().getByRole('textbox').fill('default');
    await button('Make the project').click();
    await dialog().getByRole('alert').getByText('There is already a project of that name.').waitFor();
    await dialog().getByRole('textbox').fill('Ranking');
    await button('Make the project').click();
    await row('Ranking').getByText('as the organisation: Starter').waitFor();
    await button('Rename the project Ranking').click();
    await dialog().getByRole('textbox').fill('Relevance');
    await button('Rename').click();
    await button('Change the policy of Relevance').click();
    await dialog().getByLabel('Policy').selectOption({ label: 'Simple questions to a cheap model' });
    await dialog().getByRole('button', { name: 'Change the policy' }).click();
    await page.getByText('Say why, in a few words.').waitFor();
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('Mostly simple questions');
    await dialog().getByRole('button', { name: 'Change the policy' }).click();
    await row('Relevance').getByRole('link', { name: 'Simple questions to a cheap model' }).waitFor();
    await page.goto(`${gateway.url}/policies`);
    await card('Simple questions to a cheap model').getByText('default of Relevance').waitFor();
    await page.goto(`${gateway.url}/projects`);
    await row('Relevance').getByRole('link', { name: '0 keys of Relevance' }).click();
    await page.getByText('No key fits').waitFor();
  });

  it('show what budgets have spent and who spends from them, make one, and change one that somebody else has changed', async () => {
    await send(API_KEY);
    await open('/budgets');
    const monthly = card('Everything');
    await monthly
      .getByText(/spent, .*left of/)
      .first()
      .waitFor();
    await monthly.getByRole('link', { name: 'Starter', exact: true }).waitFor();
    await button('New budget').click();
    await field('Name').fill('Allowance');
    await field('Limit in dollars').fill('a lot');
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('For all');
    await button('Make the budget').click();
    await page.getByText('Write an amount in dollars, such as 250 or 12.50').waitFor();
    await field('Limit in dollars').fill('2.50');
    await page.getByLabel('For', { exact: true }).selectOption('a day');
    await page.getByRole('checkbox', { name: 'user' }).click();
    await page.getByText('It allows $2.50 a day for each user.').waitFor();
    await button('Make the budget').click();
    await card('Allowance').getByText('$2.50 a day for each user').waitFor();
    await card('Allowance').getByText('No policy spends from it yet').waitFor();

    await button('Change Allowance').click();
    await field('Limit in dollars').fill('3');
    interface Entry {
      budget: { id: string; name: string };
    }
    const { budgets } = await gateway.api<{ budgets: Entry[] }>('GET', '/budgets');
    const id = budgets.find(({ budget }) => budget.name === 'Allowance')?.budget.id;
    const theirs = { name: 'Allowance', limit: 4_000_000_000, owner: 'Grace', revision: 1, reason: 'More' };
    await gateway.api('PUT', `/budgets/${id}`, theirs);
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('A little more');
    await button('Change the budget').click();
    await page.getByText('its limit is $4.00, and its owner is Grace').waitFor();
    expect(await field('Limit in dollars').inputValue()).toBe('3');
    await button('Change the budget').click();
    await card('Allowance').getByText('$3.00 a day for each user').waitFor();
  });

  it('say in words that a budget is nearly spent, or spent', async () => {
    await send(API_KEY);
    interface Entry {
      budget: { id: string; name: string; revision: number };
      use: { spent: number }[];
    }
    const setLimit = async (limitOf: (spent: number) => number): Promise<void> => {
      const { budgets } = await gateway.api<{ budgets: Entry[] }>('GET', '/budgets');
      const found = budgets.find(({ budget }) => budget.name === 'Everything');
      const limit = limitOf(found?.use[0]?.spent ?? 0);
      const { id, revision, name } = found?.budget ?? {};
      await gateway.api('PUT', `/budgets/${id}`, { name, limit, owner: null, revision, reason: 'for a test' });
    };
    await open('/budgets');
    await setLimit((spent) => spent + 1);
    await page.reload();
    await card('Everything').getByText('nearly spent', { exact: true }).waitFor();
    await setLimit((spent) => spent);
    await page.reload();
    await card('Everything').getByText('spent', { exact: true }).waitFor();
    await setLimit(() => 50_000_000_000);
  });

  it('show models without a price first, set one, and say how providers are set up', async () => {
    await open('/models');
    const rows = page.getByRole('table', { name: 'Prices are for a million tokens.' }).getByRole('row');
    await rows.nth(1).getByText('no price').waitFor();
    await button('Set the price of ours/tiny').click();
    await field('Input').fill('0.15');
    await field('Output').fill('sixty cents');
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('From the contract');
    await button('Set the price').last().click();
    await page.getByText('Write amounts in dollars').waitFor();
    await field('Output').fill('0.6');
    await button('Another price for long inputs').click();
    await field('For inputs of more than this many tokens').fill('200000');
    await field('Input').last().fill('0.3');
    await field('Output').last().fill('1.2');
    await button('Set the price').last().click();
    const tiny = rows.filter({ hasText: 'ours/tiny' });
    await tiny.getByText('other above 200,000').waitFor();
    await tiny.getByText('set here').waitFor();
    await tiny.getByText('$0.60').waitFor();
    const history = page.getByRole('row').filter({ hasText: 'From the contract' });
    await history.getByText('in force').waitFor();
    await history.getByText('above 200,000: $0.30 in, $0.30 cached, $1.20 out').waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).fill('sandbox');
    await expect.poll(() => rows.count()).toBe(5);
    await page.getByRole('button', { name: /^Anthropic/ }).click();
    await page.getByText('Key of the Anthropic account.').waitFor();
    await page.getByRole('button', { name: /^A server of your own set up 2 models/ }).waitFor();
  });

  it('let viewers see everything and change nothing', async () => {
    const viewer = 'grace@example.com';
    await gateway.api('POST', '/people', {
      name: 'Grace',
      email: viewer,
      password: PASSWORD,
      grants: [{ role: 'viewer' }],
    });
    await open('/policies', viewer);
    await card('Starter').getByRole('link', { name: 'History' }).waitFor();
    expect(await page.getByRole('link', { name: /^(New policy|Edit)$/ }).count()).toBe(0);
    await button('More for Starter').click();
    expect(await page.getByRole('menuitem').allInnerTexts()).toEqual(['Export version 1']);
    for (const [path, words] of [
      ['/keys', 'first key'],
      ['/projects', 'Policy of the organisation'],
      ['/budgets', 'Everything'],
      ['/models', 'sandbox/small'],
    ] as const) {
      await page.goto(gateway.url + path);
      await page.getByText(words).first().waitFor();
      const means = page.getByRole('main').getByRole('button', { name: /new|change|rename|revoke|set price|policy/i });
      expect(await means.count(), path).toBe(0);
      expect(await page.getByRole('main').getByRole('link', { name: /new/i }).count(), path).toBe(0);
    }
    for (const path of ['/policies/new', '/keys/new']) {
      await page.goto(gateway.url + path);
      await page.getByText('You may look at everything here and change nothing').waitFor();
      expect(await page.locator('form').count()).toBe(0);
    }
  });

  it('fit a narrow window, with a menu that leads to every screen', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    await open('/policies');
    for (const [title, words] of [
      ['Projects', 'Policy of the organisation'],
      ['Keys', 'first key'],
      ['Budgets', 'Everything'],
      ['Models', 'sandbox/small'],
      ['Policies', 'Starter'],
    ] as const) {
      await button('Menu').click();
      await page.getByRole('navigation').getByRole('link', { name: title }).click();
      await page.getByRole('main').getByText(words).first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth'), title).toBeLessThanOrEqual(390);
    }
    for (const path of ['/policies/new', '/keys/new']) {
      await page.goto(gateway.url + path);
      await field('Name').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(390);
    }
  });

  it('can be used by keyboard: a form is filled in, sent, refused and left, and the focus is where it was', async () => {
    await open('/projects');
    await button('New team').focus();
    await page.keyboard.press('Enter');
    await dialog().locator('input:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Give it a name.').waitFor();
    await page.keyboard.type('By keyboard');
    expect(await dialog().getByRole('textbox').inputValue()).toBe('By keyboard');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await expect.poll(() => page.locator(':focus').innerText()).toBe('New team');
  });

  it.each(SCHEMES)(
    'have nothing that keeps people out, and no complaint in the console, in %s colours',
    async (scheme) => {
      await comeAgain(scheme);
      await send(API_KEY, 'user=grace');
      await open('/projects');
      await page.getByRole('heading', { level: 2, name: 'default' }).waitFor();
      await look(`projects-${scheme}`);
      await button('Change the policy').click();
      await page.getByRole('dialog').waitFor();
      await look(`projects-policy-${scheme}`);
      await page.goto(`${gateway.url}/keys`);
      await button('Revoke first key').waitFor();
      await look(`keys-${scheme}`);
      await button('Revoke first key').click();
      await page.getByRole('dialog').waitFor();
      await look(`keys-revoke-${scheme}`);
      await page.goto(`${gateway.url}/keys/new`);
      await field('Name').fill(`look ${scheme}`);
      await button('Add a tag: Always sent').click();
      await button('Add a tag: Chosen from').click();
      await look(`key-new-${scheme}`);
      await field('Name of the tag (Always sent, 1)').fill('usage');
      await field('Value (Always sent, 1)').fill('building');
      await button('Make the key').click();
      await page.getByText('Begin with a letter').or(heading('Your new key')).waitFor();
      await look(`key-made-${scheme}`);
      await page.goto(`${gateway.url}/budgets`);
      await card('Everything').waitFor();
      await look(`budgets-${scheme}`);
      await button('New budget').click();
      await field('Limit in dollars').fill('250');
      await look(`budget-new-${scheme}`);
      await page.goto(`${gateway.url}/models`);
      await page.getByRole('table', { name: 'Prices are for a million tokens.' }).waitFor();
      await look(`models-${scheme}`);
      await button('Set the price of ours/tiny').click();
      await page.getByRole('dialog').waitFor();
      await look(`price-${scheme}`);
      expect(here.complaints).toEqual([]);
    },
    300_000,
  );
});
