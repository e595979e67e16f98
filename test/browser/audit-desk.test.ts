/** The auditor's five minutes: from signing in to a proof in hand, without anybody's help. */
import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually, graphOf, makeDefault } from '../server/gateway/harness.ts';
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
} from './house.ts';

const AUDITOR = 'vi@example.org';
const REASON = 'Answers were wrong since noon';
const everywhere = (role: string) => [{ role, within: null, content: false }];

const graph = (model: string, looksForMail = false) =>
  graphOf(
    {
      enter: ['request', {}],
      ...(looksForMail && {
        clean: ['redact', { rules: [{ detect: 'email', action: 'mask' }], ifUnavailable: 'refuse' }],
      }),
      call: ['model', { model, timeoutSeconds: 20, retries: 0 }],
    },
    looksForMail ? ['enter.next > clean', 'clean.clean > call', 'clean.found > call'] : ['enter.next > call'],
  );

type Ask = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/** Signs in as a program would, and gives what asks with that session. */
async function askAs(email: string): Promise<Ask> {
  const headers = { 'x-signalbox-csrf': '1', 'content-type': 'application/json' };
  const body = JSON.stringify({ email, password: PASSWORD });
  const entered = await fetch(`${gateway.url}/api/session`, { method: 'POST', headers, body });
  expect(entered.status).toBeLessThan(300);
  const cookie = entered.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  return async (method, path, content) => {
    const sent = content === undefined ? {} : { body: JSON.stringify(content) };
    const answer = await fetch(`${gateway.url}/api${path}`, { method, headers: { ...headers, cookie }, ...sent });
    const text = await answer.text();
    expect(answer.status, `${method} ${path}: ${text}`).toBeLessThan(300);
    return text === '' ? undefined : JSON.parse(text);
  };
}

const link = (name: string | RegExp) => page.getByRole('link', { name, exact: true });
const field = (name: string) => page.getByRole('combobox', { name, exact: true });
const question = (name: string) =>
  page.getByRole('navigation', { name: 'Audit' }).getByRole('link', { name, exact: true });
const change = (words: string | RegExp) =>
  page.getByRole('list', { name: 'Changes' }).getByRole('listitem').filter({ hasText: words });

/** Saves what a press gives, and returns where. */
async function save(name: string, press: () => Promise<void>): Promise<string> {
  const [saved] = await Promise.all([page.waitForEvent('download'), press()]);
  const path = join(files, name);
  await saved.saveAs(path);
  return path;
}

describe.skipIf(browser === null)('the desk of an auditor', () => {
  openHouse();
  let policy = '';
  beforeAll(async () => {
    const people = { Vi: ['vi', 'auditor'], Bo: ['bo', 'author'], Cleo: ['cleo', 'approver'] } as const;
    for (const [name, [short, role]] of Object.entries(people)) {
      const person = { name, email: `${short}@example.org`, password: PASSWORD, grants: everywhere(role) };
      await gateway.api('POST', '/people', person);
    }
    const ada = await askAs('ada@example.com');
    const [bo, cleo] = [await askAs('bo@example.org'), await askAs('cleo@example.org')];
    const made = await ada<{ policy: { id: string } }>('POST', '/policies', {
      name: 'support',
      title: 'Support',
      graph: graph('sandbox/large'),
    });
    policy = made.policy.id;
    await ada('POST', `/policies/${policy}/publish`, { revision: 1, reason: 'To begin with' });
    await makeDefault(gateway, policy);
    const rule = { approvals: 1, by: null, emergency: ['admin'] };
    await ada('PUT', `/policies/${policy}/approval-rule`, { rule, reason: 'Two pairs of eyes' });
    const layout = { positions: {}, stickies: [] };
    await bo('PUT', `/policies/${policy}/draft`, { graph: graph('sandbox/small'), layout, revision: 1 });
    const asked = await bo<{ id: string; digest: string }>('POST', `/policies/${policy}/approvals`, {
      revision: 2,
      reason: 'The small model is enough',
    });
    await cleo('POST', `/approvals/${asked.id}/approve`, { digest: asked.digest, words: 'It reads well' });
    await bo('POST', `/policies/${policy}/publish`, { revision: 2, reason: 'The small model is enough' });
    await ada('PUT', `/policies/${policy}/draft`, { graph: graph('sandbox/small', true), layout, revision: 2 });
    await ada('POST', `/policies/${policy}/publish`, { revision: 3, reason: REASON, emergency: true });
    for (const text of ['Write to ada@example.com', 'What is the capital of Australia?', 'And of Austria?']) {
      const answer = await gateway.chat({ model: 'auto', messages: [{ role: 'user', content: text }] });
      expect(answer.status).toBe(200);
      await answer.text();
    }
    await eventually(async () => {
      const { records } = await gateway.api<{ records: unknown[] }>('GET', '/records');
      expect(records).toHaveLength(3);
    });
  }, 120_000);

  it('answers everything in five minutes', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await open('/audit', AUDITOR);
    await heading('Audit').waitFor();
    await page.getByText(/^Verified to entry \d+, at \d+ \w+ \d{4}, /).waitFor();

    // The changes to look at come first, and can be shown alone.
    await change(REASON).getByText('Emergency, not followed up').waitFor();
    await change('published version 1 of “Support”').getByText('Nobody else approved it').first().waitFor();
    await button(/^1 in an emergency, not followed up$/).click();
    await expect.poll(() => page.getByRole('list', { name: 'Changes' }).getByRole('listitem').count()).toBe(1);
    await link(/published version 3 of “Support”/).click();

    // Who, when, why, by which rule, and what.
    await page.getByText('Published in an emergency, and nobody has followed it up yet.').first().waitFor();
    await page.getByText(REASON).first().waitFor();
    await page.getByText('The rules of then asked for 1 approval by others.', { exact: false }).waitFor();
    await page
      .getByRole('region', { name: 'Drawing: Version 3' })
      .or(page.getByText('Version 3').first())
      .first()
      .waitFor();
    await page.getByRole('list', { name: 'What changes' }).first().getByText(/clean/).first().waitFor();
    await page.getByText('No tests were kept with it.').waitFor();
    await page.getByText(/^3 requests, which cost \$/).waitFor();

    // The evidence of the change is checked by a program of one file.
    const pack = await save('pack.jsonl', () => button('Save the signed evidence').click());
    const answer = await here.context.request.get(`${gateway.url}/api/audit/verifier`);
    await writeFile(join(files, 'verify.mjs'), await answer.body());
    const { stdout } = await promisify(execFile)(process.execPath, ['verify.mjs', pack], { cwd: files });
    expect(stdout).toContain('has not been altered since');
    expect(stdout).toContain('the drawing of version 3');

    await button('Show that it is in the signed log').click();
    await page.getByText(/^This browser has worked it out/).waitFor();
    await look('desk change');
    await page.emulateMedia({ media: 'print' });
    await page.screenshot({ path: join(files, 'desk change print.png'), fullPage: true });
    await page.pdf({ path: join(files, 'change.pdf'), format: 'A4' });
    await page.emulateMedia({ media: 'screen' });

    // The one before was approved: the words are there, and the evidence holds what was shown.
    await link('All changes').click();
    await link(/published version 2 of “Support”/).click();
    await page.getByText('Approved by somebody who had not worked on it.').waitFor();
    await page.getByText(/^Cleo, .*“It reads well”$/).waitFor();
    await look('desk approved change');
    await link('All changes').click();

    // Everything of the time on paper, and as a table.
    await link('Evidence of these changes').click();
    await heading('Evidence of changes').waitFor();
    await change(REASON)
      .getByText(/was put in|added|new/i)
      .first()
      .waitFor();
    await expect.poll(() => button('Print the evidence').getAttribute('data-loading')).toBeNull();
    const table = await save('changes.csv', () => button('Save as a table').click());
    const rows = (await readFile(table, 'utf8')).split('\n');
    expect(rows[0]).toContain('To look at first');
    expect(rows[1]).toContain('not approved');
    expect(rows.filter((row) => row.includes('emergency, not followed up'))).toHaveLength(1);
    await look('desk evidence');
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('button').count()).toBe(0);
    await page.screenshot({ path: join(files, 'desk evidence print.png') });
    await page.pdf({ path: join(files, 'evidence.pdf'), format: 'A4' });
    expect((await stat(join(files, 'evidence.pdf'))).size).toBeGreaterThan(20_000);
    await page.emulateMedia({ media: 'screen' });
    const whole = await save('audit.jsonl', () => button('Save the audit of this time').click());
    const checked = await promisify(execFile)(process.execPath, ['verify.mjs', whole], { cwd: files });
    expect(checked.stdout).toContain('3 records');
    await link('Back to the changes').click();

    // What was live yesterday: nothing was there yet. Now it is version 3.
    await question('What was live').click();
    await page.getByRole('row').filter({ hasText: 'default' }).getByText('“Support”, version 3').waitFor();
    await look('desk live');
    await button('Yesterday').click();
    await page.getByText('Nothing was published by then').waitFor();

    await question('What left the house').click();
    await page.getByText('All 3 requests of this time were read.').waitFor();
    const outside = page.getByRole('region', { name: /^sandbox, / }).filter({ hasText: 'Outside the house' });
    await outside.getByRole('row').filter({ hasText: 'yes: 1 × E-mail address' }).waitFor();
    await outside
      .getByRole('row')
      .filter({ hasText: 'looked for, none found' })
      .getByText('“Support”, version 3')
      .waitFor();
    await look('desk left');
    const left = await save('left.csv', () => button('Save as a table').click());
    expect(await readFile(left, 'utf8')).toMatch(/^sandbox,,.*,at the time,.*,yes,found and taken out,1 email,1,/m);
    await outside
      .getByRole('link', { name: /^Requests to / })
      .first()
      .click();
    await heading('Requests').waitFor();
    await page.goBack();

    await question('Who could do what').click();
    const bo = page.getByRole('row').filter({ hasText: 'Bo' });
    await bo.getByText('Author').waitFor();
    const cells = await bo.first().getByRole('cell').allTextContents();
    expect(cells.slice(0, 6)).toEqual(['Author everywhere', 'everywhere', 'no', 'everywhere', 'no', 'no']);
    const access = await save('access.csv', () => button('Save as a table').click());
    expect(await readFile(access, 'utf8')).toContain('Cleo');
    await look('desk access');

    await bo.first().getByRole('link', { name: 'Bo' }).click();
    await heading('What Bo did').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'published version 2' }).waitFor();
    await field('What').selectOption('approvals');
    await expect.poll(() => page.getByRole('listitem').filter({ hasText: 'published version 2' }).count()).toBe(0);
    await look('desk deeds');
    // What was done with the keys that somebody made is one press away.
    const ada = (await gateway.api<{ keys: { createdBy: string }[] }>('GET', '/keys')).keys[0];
    await page.goto(`${gateway.url}/audit/deeds?who=${ada?.createdBy}`);
    await link(/^Requests of the key “/)
      .first()
      .click();
    await page.getByRole('button', { name: /^key .* \(take away\)$/ }).waitFor();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(3);
    await page.goBack();
    // Looking at it changed nothing, and nothing here could.
    expect(await page.getByRole('button', { name: /delete|publish|approve|save the settings/i }).count()).toBe(0);
    expect(here.complaints).toEqual([]);
  }, 240_000);

  it.each(SCHEMES)(
    'keeps nobody out in %s, and goes by keyboard',
    async (scheme) => {
      await comeAgain(scheme);
      await open('/audit', AUDITOR);
      await change(REASON).waitFor();
      await look(`desk ${scheme}`);
      await question('What was live').focus();
      await page.keyboard.press('Enter');
      await page.getByText('“Support”, version 3').first().waitFor();
      await look(`desk live ${scheme}`);
      for (const [path, words] of [
        ['left-house', 'All 3 requests of this time were read.'],
        ['access', 'API keys that were in use'],
        ['deeds', 'everything they did is listed here'],
        ['evidence', '4. Who could do what at'],
        ['entries', 'All entries'],
      ] as const) {
        await page.goto(`${gateway.url}/audit/${path}`);
        await page.getByText(words).first().waitFor();
        await look(`desk ${path} ${scheme}`);
      }
      expect(here.complaints).toEqual([]);
    },
    240_000,
  );

  it('fits a small screen', async () => {
    await open('/audit', AUDITOR);
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = () => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    await change(REASON).waitFor();
    expect(await overflow()).toBe(0);
    for (const name of ['What was live', 'What left the house', 'Who could do what', 'What somebody did']) {
      await question(name).click();
      await heading(name).waitFor();
      expect(await overflow(), name).toBe(0);
    }
    await page.goto(`${gateway.url}/audit`);
    await link(/published version 3 of “Support”/).click();
    await page.getByText('No tests were kept with it.').waitFor();
    expect(await overflow()).toBe(0);
    await look('desk change 390');
    expect(here.complaints).toEqual([]);
  });
});
