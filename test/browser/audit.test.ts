import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { sqliteWriter } from '../../server/store/sqlite.ts';
import { ADMIN_TOKEN, graphOf, publish, publishNext } from '../server/gateway/harness.ts';
import { expectAccessible, SCHEMES } from './browser.ts';
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
} from './house.ts';

const VIEWER = 'vi@example.org';
const REASON = 'Search needs more until the launch';

const graph = (model: string) =>
  graphOf({ enter: ['request', {}], call: ['model', { model, timeoutSeconds: 20, retries: 0 }] }, [
    'enter.next > call',
  ]);
const link = (name: string | RegExp) => page.getByRole('link', { name, exact: true });
const entry = (words: string) => page.getByRole('listitem').filter({ hasText: words });
const field = (name: string) => page.getByRole('combobox', { name, exact: true });

/** Takes the audit along as a program does, after which a signed checkpoint covers all that was done before. */
async function signAll(): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  await (await fetch(`${gateway.url}/api/audit/export`, { headers })).text();
}

/** The place of the newest entry of an action. */
async function placeOf(action: string): Promise<number> {
  const answer = await gateway.api<{ entries: { sequence: number }[] }>('GET', `/history?action=${action}&limit=1`);
  return answer.entries[0]?.sequence ?? 0;
}

describe.skipIf(browser === null)('the desk of somebody who reviews', () => {
  openHouse();
  beforeAll(async () => {
    await gateway.api('POST', '/people', {
      name: 'Vi',
      email: VIEWER,
      password: PASSWORD,
      grants: [{ role: 'viewer' }],
    });
    const policy = await publish(gateway, 'support', graph('sandbox/large'));
    await publishNext(gateway, policy, graph('sandbox/small'));
    const budget = { name: 'Research', scope: [], window: 'month', timeZone: 'UTC', unit: 'usd', owner: null };
    const { id } = await gateway.api<{ id: string }>('POST', '/budgets', { ...budget, limit: 1e9, reason: 'A start' });
    const change = { name: 'Research', owner: null, limit: 5e9, revision: 1, reason: REASON };
    await gateway.api('PUT', `/budgets/${id}`, change);
    for (let number = 1; number <= 60; number++) await gateway.api('POST', '/teams', { name: `Team ${number}` });
    await signAll();
  }, 120_000);

  it('says how far everything is proved, and what that shows and does not show', async () => {
    await open('/audit');
    await heading('Audit').waitFor();
    const proof = page.getByRole('region', { name: 'How far the past is proved' });
    await proof
      .getByText(/^The history is unbroken up to entry \d+, checked .*; the last signed checkpoint is of /)
      .waitFor();
    const claim = page.getByText('That everything that happened was written down', { exact: false });
    expect(await claim.isVisible()).toBe(false);
    await button('What this shows, and what it does not').click();
    await claim.waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('tells what was done in sentences, narrowed by who, what, when and why, and page by page', async () => {
    await open('/audit/entries');
    await entry('A program with the admin token made the team “Team 60”').waitFor();
    const first = await page.getByText(/^Entries \d+ to \d+$/).textContent();
    await link('Older entries').click();
    await entry('changed the budget “Research”').getByText(`Reason: ${REASON}`).waitFor();
    await entry('published version 2 of “support”').getByText('Reason: for a test').waitFor();
    await link('Newer entries').click();
    await page.getByText(first ?? '').waitFor();
    await entry('made the team “Team 60”').getByText('No reason given.').waitFor();

    await field('About').selectOption('budgets');
    await entry('made the budget “Research”').waitFor();
    await expect.poll(() => entry('made the team').count()).toBe(0);
    await field('Reason').selectOption('without a reason');
    await page.getByText('No entry fits').waitFor();
    await page.getByText('Choose a longer time than “last 30 days”').waitFor();
    await field('Reason').selectOption('any');
    await field('About').selectOption('any');
    await field('Who').selectOption('Signalbox itself');
    await entry('Signalbox itself started').waitFor();
    await field('Time').selectOption('between two moments');
    await page.getByLabel('From').fill('2001-01-01T00:00');
    await page.getByLabel('Until').fill('2002-01-01T00:00');
    await button('Show this time').click();
    await page.getByText('No entry fits').waitFor();
    // The choice is in the address, so that it can be sent to somebody.
    await page.reload();
    await page.getByText('No entry fits').waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('shows what an entry changed, and works out that it is in the signed log', async () => {
    await open('/audit/entries?about=budget');
    await link(/changed the budget “Research”/).click();
    const place = await placeOf('budget.change');
    await heading(`Entry ${place}`).waitFor();
    expect(page.url()).toContain(`/audit/${place}`);
    await page.getByText(REASON).waitFor();
    const row = page.getByRole('row').filter({ hasText: 'Limit' });
    await row.getByRole('cell', { name: '$1.00' }).waitFor();
    await row.getByRole('cell', { name: '$5.00' }).waitFor();
    await page.getByText(/other values that the entry keeps stayed the same/).waitFor();
    await button('Show that it is in the signed log').click();
    await page.getByText(`Entry ${place} is in the signed log`).waitFor();
    await page.getByText(/^This browser has worked it out/).waitFor();
    await link('Entry before').click();
    await heading(`Entry ${place - 1}`).waitFor();
    await page.getByText('Value', { exact: true }).waitFor();

    await page.goto(`${gateway.url}/audit/${await placeOf('version.publish')}`);
    await link('Compare version 1 with version 2').click();
    await page.waitForURL(/\/compare\?from=1&to=2/);
    await page.getByText('sandbox/small').first().waitFor();
    await page.goto(`${gateway.url}/audit/999999`);
    await page.getByText('There is no such entry').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'All entries', exact: true }).last().click();
    await heading('All entries').waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('lets the audit be taken along with the program that checks it, which agrees', async () => {
    await open('/audit');
    const [saved] = await Promise.all([page.waitForEvent('download'), button('Save the audit of this time').click()]);
    await page.getByText(/^Saved as signalbox-audit\.jsonl, \d+ kB\.$/).waitFor();
    const [program] = await Promise.all([page.waitForEvent('download'), link('the program that checks it').click()]);
    await saved.saveAs(join(files, 'signalbox-audit.jsonl'));
    await program.saveAs(join(files, 'verify.mjs'));
    const command = (await page.locator('pre').textContent()) ?? '';
    const [name = '', ...rest] = command.split(' ');
    expect(name).toBe('node');
    const { stdout } = await promisify(execFile)(process.execPath, rest, { cwd: files });
    expect(stdout).toMatch(/entr/);
    expect((await readFile(join(files, 'signalbox-audit.jsonl'), 'utf8')).split('\n').length).toBeGreaterThan(60);
    expect(here.complaints).toEqual([]);
  });

  it('is for those too who may change nothing, on a small screen, by keyboard, and on paper', async () => {
    await open('/audit/entries', VIEWER);
    await page.setViewportSize({ width: 390, height: 844 });
    await entry('made the team “Team 60”').waitFor();
    const overflow = () => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(await overflow()).toBe(0);
    await look('audit 390');
    await link(/made the team “Team 60”/).focus();
    await page.keyboard.press('Enter');
    await heading(`Entry ${await placeOf('team.create')}`).waitFor();
    expect(await overflow()).toBe(0);
    await look('audit entry 390');

    await page.goBack();
    await entry('made the team “Team 60”').waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('banner').isVisible()).toBe(false);
    expect(await page.getByRole('button').count()).toBe(0);
    await page.getByText(/^Time: last 30 days\. Printed on /).waitFor();
    await page.pdf({ path: join(files, 'audit.pdf'), format: 'A4' });
    expect(here.complaints).toEqual([]);
  });

  it.each(SCHEMES)('keeps nobody out in %s', async (scheme) => {
    await comeAgain(scheme);
    await open('/audit/entries');
    await entry('made the team “Team 60”').waitFor();
    await look(`audit ${scheme}`);
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate("getComputedStyle(document.querySelector('h1')).color")).toBe('rgb(0, 0, 0)');
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.evaluate("getComputedStyle(document.querySelector('main')).paddingTop")).toBe('0px');
    await page.screenshot({ path: join(files, `audit print ${scheme}.png`) });
    await page.emulateMedia({ media: 'screen' });
    await page.goto(`${gateway.url}/audit/${await placeOf('budget.change')}`);
    await button('Show that it is in the signed log').click();
    await page.getByText(/^This browser has worked it out/).waitFor();
    await look(`audit entry ${scheme}`);
    expect(here.complaints).toEqual([]);
  });
});

describe.skipIf(browser === null)('a history that somebody has altered', () => {
  openHouse();
  beforeAll(async () => {
    const database = sqliteWriter(join(gateway.dataDir, 'control.db'), 'power');
    await database('history').where({ sequence: 3 }).update({ reason: 'Nothing to see here' });
    await database.destroy();
  });

  it.each(SCHEMES)('is said to be broken, where and why, in %s', async (scheme) => {
    await comeAgain(scheme);
    await open('/audit');
    const alert = page.getByRole('alert').filter({ hasText: 'The history is broken at entry 3' });
    await alert.getByText('Entry 3: The entry does not have its own hash.').waitFor();
    await look(`audit broken ${scheme}`);
    await alert.getByRole('link', { name: 'See entry 3' }).click();
    await heading('Entry 3').waitFor();
    await page.getByText('Nothing to see here').waitFor();
    await page.getByText('From there on nothing is proved', { exact: false }).waitFor();
    await button('Show that it is in the signed log').click();
    await page.getByText('The proof does not fit this entry').waitFor();
    await page.getByText('somebody has altered the entry', { exact: false }).waitFor();
    await expectAccessible(page);
    expect(here.complaints).toEqual([]);
  });
});
