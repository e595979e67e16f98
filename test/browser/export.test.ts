/** Requests taken along as a file, from the page and by the keyboard alone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Download, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askForFile } from '../load/export-reader.ts';
import { ADMIN_TOKEN, passEverythingOn, startGateway, type TestGateway } from '../server/gateway/harness.ts';
import { buildPages, expectAccessible, findBrowser, SCHEMES, type Visit, visit } from './browser.ts';

const EMAIL = 'ada@example.com';
const browser = findBrowser();
/** The process that makes an export starts for it, and gives way to all others. */
const PATIENCE = { timeout: 60_000 };
/** Where pictures of the screens are put; nowhere when it is not set. */
const shots = process.env.SHOTS;

let gateway: TestGateway;
let here: Visit;
let page: Page;

async function open(path: string): Promise<void> {
  await here.context.request.post(`${gateway.url}/api/session`, {
    headers: { 'x-signalbox-csrf': '1' },
    data: { email: EMAIL, password: 'a password for tests' },
  });
  await page.goto(gateway.url + path);
}

const send = async (user: string): Promise<void> => {
  const body = { model: 'sandbox/small', messages: [{ role: 'user', content: 'a secret question' }] };
  await (await gateway.chat(body, { 'x-signalbox-tags': `user=${user}` })).text();
};
const textOf = async (download: Download): Promise<string> => readFile(await download.path(), 'utf8');
const button = () => page.getByRole('button', { name: 'Export' });
const item = (name: RegExp) => page.getByRole('menuitem', { name });

describe.skipIf(browser === null)('an export of requests', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    gateway = await startGateway({ pages: await buildPages(), environment: { SIGNALBOX_ADMIN_EMAIL: EMAIL } });
    await passEverythingOn(gateway);
    for (const user of ['mia', 'mia', 'noah']) await send(user);
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
  });
  beforeEach(async () => {
    here = await visit(browser ?? '', 'light');
    page = here.page;
  });
  afterEach(async () => {
    expect(here.complaints).toEqual([]);
    await here.leave();
  });

  it('has what the list shows, and the page says before how much that is', async () => {
    await open('/requests?tag=user%3Dmia');
    await button().click();
    await page.getByText('2 requests, as the list is narrowed now.').waitFor();
    const table = page.waitForEvent('download', PATIENCE);
    await item(/^A table/).click();
    await page.getByText('The export has begun').waitFor();
    const saved = await table;
    expect(saved.suggestedFilename()).toMatch(/^signalbox-requests-.*\.csv$/);
    const rows: Record<string, string>[] = parse(await textOf(saved), { columns: true });
    expect(rows.map(({ User }) => User)).toEqual(['mia', 'mia']);
  });

  it('is asked for with the keyboard alone', async () => {
    await open('/requests');
    await button().focus();
    await page.keyboard.press('Enter');
    await page.getByText('3 requests, as the list is narrowed now.').waitFor();
    await item(/^A table/).focus();
    await page.keyboard.press('ArrowDown');
    const lines = page.waitForEvent('download', PATIENCE);
    await page.keyboard.press('Enter');
    const text = await textOf(await lines);
    expect(text.trimEnd().split('\n')).toHaveLength(4);
    expect(text).not.toContain('a secret question');
  });

  it('that would be empty says so, and waits where others are being made', async () => {
    await open('/requests?tag=user%3Dnobody');
    await button().click();
    await page.getByText('No request fits, so the file would be empty').waitFor();
    await page.keyboard.press('Escape');
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    await page.route('**/api/records/export/size?**', (route) =>
      route.fulfill({ json: { rows: 10_000, more: true, running: 2, atOnce: 2 } }),
    );
    await button().click();
    await page.getByText('2 exports are being made already.').waitFor();
    expect(await item(/^A table/).getAttribute('data-disabled')).toBe('true');
    await page.keyboard.press('Escape');
    await page.unroute('**/api/records/export/size?**');
    const answer = await askForFile(`${gateway.url}/api/records/export?format=csv`, headers);
    answer.destroy();
  });

  it.each(SCHEMES)('looks as it should in %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 1440, height: 900 });
    await open('/requests');
    await button().click();
    await page.getByText('3 requests, as the list is narrowed now.').waitFor();
    await expectAccessible(page);
    if (shots) await page.screenshot({ path: join(shots, `requests-export-${scheme}.png`), animations: 'disabled' });
  });
});
