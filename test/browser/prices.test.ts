/** Rate cards, the price list that waits, and models without a price, as people see and change them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Price } from '../../policies/model.ts';
import { openSource } from '../../server/providers/catalogue.ts';
import { listedSource } from '../../server/providers/listed-source.ts';
import { createOpenAiCompatible } from '../../server/providers/openai-compatible.ts';
import { sqliteWriter } from '../../server/store/sqlite.ts';
import { passEverythingOn, startGateway, type TestGateway } from '../server/gateway/harness.ts';
import { json, startUpstream, type Upstream } from '../server/providers/upstream.ts';
import { buildPages, expectAccessible, findBrowser, SCHEMES, type Scheme, type Visit, visit } from './browser.ts';

const ADMIN = { email: 'ada@example.com', password: 'a password for tests' };
const VIEWER = {
  name: 'Grace',
  email: 'grace@example.com',
  password: 'a password for tests',
  grants: [{ role: 'viewer' }],
};
const browser = findBrowser();

let dataDir = '';
let pictures = '';
let upstream: Upstream;
let gateway: TestGateway;
let here: Visit;
let page: Page;

const usage = { prompt_tokens: 1000, completion_tokens: 100 };
const choices = [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }];

async function start(pages: string): Promise<void> {
  const compatible = (name: string) => createOpenAiCompatible({ name, baseUrl: upstream.baseUrl, apiKey: null });
  gateway = await startGateway({
    dataDir,
    pages,
    environment: { SIGNALBOX_ADMIN_EMAIL: ADMIN.email },
    providers: [
      { provider: compatible('openai'), source: listedSource('openai', 'openai') },
      { provider: compatible('ours'), source: openSource('ours', ['tiny'], true) },
    ],
  });
}

/** As if an older program had been accepted: two models cost something else, one was not there, and another still was. */
async function ageTheList(): Promise<void> {
  const control = sqliteWriter(join(dataDir, 'control.db'), 'process');
  const { prices_json } = await control('price_lists').first();
  const prices: Record<string, Record<string, { label: string; steps: { from: number; price: Price }[] }>> = JSON.parse(
    prices_json,
  );
  const { 'gpt-4o': known, 'gpt-4.1': dear, 'gpt-5-mini': _, ...others } = prices.openai ?? {};
  const [rate] = known?.steps[0]?.price ?? [];
  if (!known || !dear || !rate) throw new Error('gpt-4o is not listed.');
  const before = (input: number, output: number) => [
    { from: 0, price: [{ ...rate, input: input * 1e9, output: output * 1e9 }] },
  ];
  const openai = {
    ...others,
    'gpt-4o': { ...known, steps: before(5, 15) },
    'gpt-4.1': { ...dear, steps: before(1.5, 8) },
    'gpt-4o-retired': { ...known, label: 'GPT-4o retired' },
  };
  await control('price_lists').update({ digest: '0'.repeat(64), prices_json: JSON.stringify({ ...prices, openai }) });
  await control.destroy();
}

async function come(scheme: Scheme, person: { email: string; password: string } = ADMIN): Promise<void> {
  here = await visit(browser ?? '', scheme);
  page = here.page;
  await page.setViewportSize({ width: 1440, height: 900 });
  const answer = await here.context.request.post(`${gateway.url}/api/session`, {
    headers: { 'x-signalbox-csrf': '1' },
    data: { email: person.email, password: person.password },
  });
  expect(answer.ok()).toBe(true);
  await page.goto(`${gateway.url}/models`);
  await page.getByRole('heading', { level: 2, name: 'Rate cards' }).waitFor();
}

const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
const dialog = (): Locator => page.getByRole('dialog');
const field = (name: string): Locator =>
  dialog()
    .getByRole('textbox', { name, exact: true })
    .or(dialog().getByRole('combobox', { name, exact: true }));
const waitingList = (): Locator => page.getByRole('region', { name: 'A newer price list waits to be accepted' });
const withoutPrice = (): Locator => page.getByRole('region', { name: /without a price$/ });
const row = (words: string): Locator => page.getByRole('row').filter({ hasText: words });

async function look(name: string): Promise<void> {
  await expectAccessible(page);
  const fullPage = (await dialog().count()) === 0;
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled', fullPage });
}

async function asking(model: string): Promise<void> {
  const answer = await gateway.chat({ model, messages: [{ role: 'user', content: 'Hello' }] });
  expect(answer.status).toBe(200);
  await answer.text();
}

describe.skipIf(browser === null)('the prices of models', () => {
  vi.setConfig({ testTimeout: 120_000 });
  beforeAll(async () => {
    pictures = await mkdtemp(join(tmpdir(), 'signalbox-prices-'));
    dataDir = await mkdtemp(join(tmpdir(), 'signalbox-prices-data-'));
    const pages = await buildPages();
    upstream = await startUpstream(json(200, { id: 'chatcmpl-1', choices, usage }));
    await start(pages);
    await passEverythingOn(gateway);
    await gateway.api('POST', '/people', VIEWER);
    await gateway.stop();
    await ageTheList();
    await start(pages);
    for (const model of ['openai/gpt-4o', 'openai/gpt-4o', 'openai/gpt-4.1', 'ours/unheard-of']) await asking(model);
  }, 180_000);
  afterAll(async () => {
    await gateway?.stop();
    await upstream?.close();
    await rm(dataDir, { recursive: true, force: true });
    console.log(`Screenshots of the prices: ${pictures}`);
  });
  beforeEach(() => come('light'));
  afterEach(async () => {
    expect(here.complaints).toEqual([]);
    await here.leave();
  });

  it.each(SCHEMES)('keep nobody out, with everything that can wait there (%s)', async (scheme) => {
    await here.leave();
    await come(scheme);
    await waitingList().waitFor();
    await look(`waiting-${scheme}`);
    await button('Add a rate card').click();
    await field('Provider').selectOption('openai');
    await field('Percent of the list price').fill('15');
    await dialog()
      .getByText(/What \d+ models would cost/)
      .waitFor();
    await look(`rate-card-form-${scheme}`);
    await page.keyboard.press('Escape');
    await button('Give ours/tiny a price').click();
    await button('Prices for sound, images and long caching').click();
    await field('Sound in the input').waitFor();
    await look(`price-form-${scheme}`);
  });

  it('are less a rate card, which is shown before it is made and can be ended', async () => {
    const gpt4o = page
      .getByRole('table', { name: 'Prices are for a million tokens.' })
      .getByRole('row')
      .filter({
        has: page.getByText('openai/gpt-4o', { exact: true }),
      });
    await gpt4o.getByText('price list', { exact: true }).waitFor();
    await gpt4o.getByText('$5.00').waitFor();

    await button('Add a rate card').focus();
    await page.keyboard.press('Enter');
    await field('Provider').selectOption('openai');
    await dialog().getByRole('radio', { name: 'Some models' }).check();
    await field('Models').fill('gpt-4o*');
    await page.keyboard.press('Enter');
    await button('Add the rate card').click();
    await dialog().getByText('Write a share above 0 and up to 100').waitFor();
    await dialog().getByText('Say why, in a few words.').waitFor();
    await field('Percent of the list price').fill('15');
    const preview = dialog().getByRole('row').filter({ hasText: 'gpt-4o' });
    await preview.getByText('$5.00 → $4.25').waitFor();
    await field('Note').fill('Contract 7');
    await field('Reason').fill('Agreed for the year');
    await button('Add the rate card').click();
    await dialog().waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('Add a rate card');

    const card = row('Contract 7');
    await card.getByText('in force').waitFor();
    await card.getByText('15 % off').waitFor();
    await gpt4o.getByText('price list, -15 %').waitFor();
    await gpt4o.getByText('$4.25').waitFor();
    await look('rate-card-light');

    await button('End the rate card of openai: 15 % off, gpt-4o*').click();
    await button('End the rate card').click();
    await dialog().getByText('Say why, in a few words.').waitFor();
    await field('Reason').fill('The contract is over');
    await look('end-rate-card-light');
    await button('End the rate card').click();
    await card.getByText('ended').waitFor();
    await gpt4o.getByText('$5.00').waitFor();
    await gpt4o.getByText('price list', { exact: true }).waitFor();
    expect(await card.getByRole('button').count()).toBe(0);
  });

  it('are missing for models that are named, and can be set from there', async () => {
    const missing = withoutPrice();
    await missing.getByText('3 models without a price').waitFor();
    const unheard = missing.getByRole('row').filter({ hasText: 'ours/unheard-of' });
    await unheard.getByText('not listed; apps ask for it by its name').waitFor();
    await button('Give ours/unheard-of a price').click();
    await dialog().getByRole('heading', { name: 'Price of ours/unheard-of' }).waitFor();
    await field('Input').fill('0.075');
    await field('Output').fill('1');
    await button('Prices for sound, images and long caching').click();
    await field('Sound in the input').fill('loud');
    await field('Reason').fill('From the contract');
    await button('Set the price').last().click();
    await dialog().getByText('Write amounts in dollars').waitFor();
    await field('Sound in the input').fill('3');
    await button('Set the price').last().click();
    await missing.getByText('2 models without a price').waitFor();
    const set = row('From the contract');
    await set.getByText('$0.075 in').waitFor();
    const { prices } = await gateway.api<{ prices: { price: object }[] }>('GET', '/prices');
    expect(prices).toMatchObject([{ price: [{ input: 75_000_000, audioInput: 3e9 }] }]);
  });

  it('show viewers everything, and no means to change it', async () => {
    await here.leave();
    await come('light', VIEWER);
    await waitingList().getByText('input $5.00 → $2.50 (-50 %)').waitFor();
    await withoutPrice().getByText('Ask an admin to set their prices.').waitFor();
    await row('Contract 7').waitFor();
    const means = page.getByRole('main').getByRole('button', { name: /^(accept|add|end|set|give)\b/i });
    expect(await means.count()).toBe(0);
  });

  it('stay as accepted while a newer list waits, and follow it once it is accepted with a reason', async () => {
    const waiting = waitingList();
    await waiting.getByText('differs for 4 models').waitFor();
    // Three requests: 1,000 tokens in and 100 out each, at 5 and 15, twice, and once at 1.5 and 8 dollars a million.
    await waiting
      .getByText('3 requests of the last 30 days to these models cost $0.0153, and would have cost $0.0098')
      .waitFor();
    await waiting.getByRole('row').filter({ hasText: 'openai/gpt-5-mini' }).getByText('added').waitFor();
    await waiting.getByRole('row').filter({ hasText: 'GPT-4o retired' }).getByText('left out').waitFor();
    await button('Accept the list').click();
    await dialog().getByRole('button', { name: 'Accept the list' }).click();
    await dialog().getByText('Say why, in a few words.').waitFor();
    await look('accept-light');
    await field('Reason').fill('Looked through by finance');
    await dialog().getByRole('button', { name: 'Accept the list' }).click();
    await waiting.waitFor({ state: 'detached' });
    await withoutPrice().getByText('1 model without a price').waitFor();
    const gpt4o = row('gpt-4o').filter({ has: page.getByText('openai/gpt-4o', { exact: true }) });
    await gpt4o.getByText('$2.50').first().waitFor();
    const { entries } = await gateway.api<{ entries: object[] }>('GET', '/history?action=price_list.accept');
    expect(entries).toMatchObject([{ reason: 'Looked through by finance' }, { actor: 'system' }]);
  });

  it.each(SCHEMES)('fit a narrow window (%s)', async (scheme) => {
    await here.leave();
    await come(scheme);
    await page.setViewportSize({ width: 390, height: 800 });
    await page.reload();
    await page.getByRole('heading', { level: 2, name: 'Rate cards' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await look(`narrow-${scheme}`);
  });
});
