import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { digestOfFile } from '../../server/months/export.ts';
import { madeRecord } from '../server/months/traffic.ts';
import { OPENAI_USAGE } from '../server/months/vendor-files.ts';
import { SCHEMES } from './browser.ts';
import {
  browser,
  button,
  comeAgain,
  dialog,
  field,
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

const row = (words: string) => page.getByRole('row').filter({ hasText: words });

/** Requests of three months, of which October has one that was lost. */
async function fill(): Promise<void> {
  const { api } = gateway;
  const organisation = await api<{ id: string }>('GET', '/organisation');
  const projects: string[] = [];
  for (const [team, names] of [
    ['Search', ['Ranking', 'Crawler']],
    ['Shop', ['Checkout']],
  ] as const) {
    const { id } = await api<{ id: string }>('POST', '/teams', { name: team });
    for (const name of names) projects.push((await api<{ id: string }>('POST', '/projects', { name, team: id })).id);
  }
  const made = (at: number, i: number, model: string, input: number, output: number, cost: number, more = {}) =>
    madeRecord({
      organisation: organisation.id,
      project: projects[i % projects.length] ?? '',
      at,
      calls: [{ model, input, cached: 0, output, cost }],
      ...more,
    });
  const records = Array.from({ length: 60 }, (_, i) =>
    made(Date.UTC(2026, 7 + (i % 2), 3 + (i % 20), 9), i, 'sandbox/large', 900 + i, 100, 40_000_000 * (1 + (i % 7))),
  );
  const october = (day: number, hour: number, ...rest: [number, number, number]) =>
    made(Date.UTC(2026, 9, day, hour), day, 'openai/gpt-5', ...rest);
  records.push(
    october(24, 1, 1000, 100, 2_000_000),
    october(24, 9, 2000, 200, 4_000_000),
    october(25, 9, 2000, 200, 4_000_000),
    made(Date.UTC(2026, 9, 25, 10), 1, 'openai/gpt-5', 900, 4000, 41_000_000, { status: 'lost' }),
    made(Date.UTC(2026, 9, 26, 10), 2, 'openai/gpt-5-mini', 50, 10, 1_000_000),
  );
  await Promise.all(records.map((record) => gateway.running.gateway.writer.record(record)));
}

describe.skipIf(browser === null)('the pages of months', () => {
  openHouse();
  beforeAll(fill);

  it('give teams and projects a cost centre, and tell months in a time zone', async () => {
    await open('/projects');
    await button('Change the cost centre of the team Search').click();
    await field('Cost centre').fill('CC-100');
    await button('Change the cost centre').click();
    await page.getByText('Say why, in a few words.').waitFor();
    await field('Reason').fill('As finance has it');
    await button('Change the cost centre').click();
    await row('Ranking').getByText('as its team: CC-100').waitFor();
    await button('Change the cost centre of Crawler').click();
    await field('Cost centre').fill('CC-200');
    await field('Reason').fill('Paid by another one');
    await button('Change the cost centre').click();
    await row('Crawler').getByText('CC-200', { exact: true }).waitFor();
    await look('cost-centres');

    await page.goto(`${gateway.url}/months`);
    await page.getByText('Months begin and end in UTC.').waitFor();
    await button('Change the time zone').click();
    await field('Time zone').fill('Lisbon');
    await page.getByRole('option', { name: 'Europe/Lisbon' }).click();
    await field('Reason').fill('Our books are kept there');
    await dialog().getByRole('button', { name: 'Change the time zone' }).click();
    await page.getByText('Months begin and end in Europe/Lisbon.').waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('list the months, and show one by project and by model, with files that say the same', async () => {
    await open('/months');
    await row('October 2026').getByText('over, still open').waitFor();
    await row('August 2026').getByText('Search').waitFor();
    await look('months');
    await page.getByRole('link', { name: 'August 2026' }).click();
    await heading('August 2026').waitFor();
    await row('Crawler').getByText('CC-200').waitFor();
    await row('Checkout').getByText('none').waitFor();
    await page.getByText('Projects and models').click();
    await row('Checkout').getByText('sandbox/large').waitFor();
    await look('month-models');
    const saving = page.waitForEvent('download');
    await button('Download as CSV').click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe('signalbox-2026-08.csv');
    const path = join(files, 'signalbox-2026-08.csv');
    await saved.saveAs(path);
    const text = await readFile(path, 'utf8');
    expect(text).toContain('2026-08,requests,Search,Crawler,');
    expect(text).toContain(',CC-200,sandbox/large,10,');
    expect(here.complaints).toEqual([]);
  });

  it('close a month only after saying what that means, and for good; corrections count in the next one', async () => {
    await open('/months/2026-08');
    await button('Close the month').click();
    await dialog().getByText('it cannot be opened again').waitFor();
    await look('closing');
    await button('Close it for good').click();
    await page.getByText('Say why, in a few words.').waitFor();
    await field('Reason').fill('Invoiced on 5 September');
    await button('Close it for good').click();
    await page.getByText('Closed by Admin').waitFor();
    expect(await button('Close the month').count()).toBe(0);
    const digest = (await page.getByText(/^CSV [0-9a-f]{64}$/).innerText()).slice(4);
    await page.goto(`${gateway.url}/months/2026-10`);
    await button('Close the month').click();
    await field('Reason').fill('Too early');
    await button('Close it for good').click();
    await dialog().getByText('September 2026 comes before it and is still open').waitFor();
    expect(await field('Reason').inputValue()).toBe('Too early');
    await button('Cancel').click();

    await page.goto(`${gateway.url}/months/2026-08`);
    await button('New correction').click();
    await dialog().getByText('September 2026').first().waitFor();
    await button('Give it back').click();
    await page.getByText('Choose the project that is corrected.').waitFor();
    await dialog().getByRole('combobox', { name: 'Project' }).selectOption({ label: 'Ranking' });
    await field('Amount in dollars').fill('0.25');
    await field('Reason').fill('A test run by us');
    await look('new-correction');
    await button('Give it back').click();
    await dialog().waitFor({ state: 'detached' });
    await page.goto(`${gateway.url}/months/2026-09`);
    await row('A test run by us').getByText('-$0.25').waitFor();
    await row('A test run by us').getByRole('link', { name: 'August 2026' }).click();
    await heading('August 2026').waitFor();
    const saving = page.waitForEvent('download');
    await button('Download as CSV').click();
    const path = join(files, 'closed.csv');
    await (await saving).saveAs(path);
    expect(digestOfFile(await readFile(path, 'utf8'))).toBe(digest);
    expect(here.complaints.filter((complaint) => !complaint.includes('409'))).toEqual([]);
  });

  it('compare a month with the vendor’s file, mark what differs, and say what cannot be read', async () => {
    await open('/months/2026-10');
    await page.getByLabel('Provider').selectOption('openai');
    const choose = page.locator('input[type="file"]');
    await choose.setInputFiles({ name: 'notes.csv', mimeType: 'text/csv', buffer: Buffer.from('when,what\n1,2\n') });
    await page.getByRole('alert').getByText('No usable columns were found').waitFor();
    await choose.setInputFiles({ name: 'usage.csv', mimeType: 'text/csv', buffer: Buffer.from(OPENAI_USAGE) });
    await page.getByText('3 lines of 4 differ.').waitFor();
    await row('gpt-4o').getByText('only in the file').waitFor();
    await row('2026-10-24').getByText('the same').waitFor();
    await page.getByText('One lost request is charged here at their hold').waitFor();
    await look('compared');
    await page.getByLabel('Only what differs').check();
    await expect.poll(() => row('2026-10-24').count()).toBe(0);
    const saving = page.waitForEvent('download');
    await button('Download the comparison as CSV').click();
    expect((await saving).suggestedFilename()).toBe('compared-openai-2026-10.csv');
    expect(here.complaints.filter((complaint) => !complaint.includes('422'))).toEqual([]);
  });

  it('say what to do where there is nothing', async () => {
    await open('/months/2019-01');
    await page.getByText('There is no such month').waitFor();
    await page.getByRole('link', { name: 'Look at those that there are' }).click();
    await heading('Months').waitFor();
  });

  it('show viewers everything and nothing to change it with', async () => {
    const email = 'vi@example.com';
    await gateway.api('POST', '/people', { name: 'Vi', email, password: PASSWORD, grants: [{ role: 'viewer' }] });
    await open('/months/2026-10', email);
    await button('Download as CSV').waitFor();
    await button('Choose the file').waitFor();
    await page.getByText('over, still open').waitFor();
    for (const name of ['Close the month', 'New correction']) expect(await button(name).count()).toBe(0);
    await page.goto(`${gateway.url}/months`);
    await row('October 2026').waitFor();
    expect(await button('Change the time zone').count()).toBe(0);
  });

  it.each(SCHEMES)('keep nobody out in %s', async (scheme) => {
    await comeAgain(scheme);
    await open('/months');
    await row('October 2026').waitFor();
    await look(`months-${scheme}`);
    await page.getByRole('link', { name: 'October 2026' }).click();
    await heading('October 2026').waitFor();
    await page.getByLabel('Provider').selectOption('openai');
    await page
      .locator('input[type="file"]')
      .setInputFiles({ name: 'usage.csv', mimeType: 'text/csv', buffer: Buffer.from(OPENAI_USAGE) });
    await page.getByText('3 lines of 4 differ.').waitFor();
    await look(`month-${scheme}`);
    await page.goto(`${gateway.url}/months/2026-08`);
    await page.getByText('Closed by Admin').waitFor();
    await look(`closed-${scheme}`);
  });
});
