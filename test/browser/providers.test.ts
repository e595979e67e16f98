/** Accounts of providers and aliases, as people set them up on the pages. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  graphOf,
  makeKey,
  passEverythingOn,
  publish,
  startGateway,
  type TestGateway,
} from '../server/gateway/harness.ts';
import openaiErrors from '../server/providers/fixtures/openai/errors.fixture.json' with { type: 'json' };
import openaiText from '../server/providers/fixtures/openai/text.fixture.json' with { type: 'json' };
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

let upstream: Upstream;
let answer: (response: ServerResponse) => void;
let gateway: TestGateway;
let pages = '';
let pictures = '';
let here: Visit;
let page: Page;

async function come(scheme: Scheme, person: { email: string; password: string } = ADMIN): Promise<void> {
  here = await visit(browser ?? '', scheme);
  page = here.page;
  await page.setViewportSize({ width: 1440, height: 900 });
  const signed = await here.context.request.post(`${gateway.url}/api/session`, {
    headers: { 'x-signalbox-csrf': '1' },
    data: { email: person.email, password: person.password },
  });
  expect(signed.ok()).toBe(true);
  await page.goto(`${gateway.url}/models`);
  await page.getByRole('heading', { level: 2, name: 'Accounts of providers' }).waitFor();
}

const button = (name: string | RegExp, within: Page | Locator = page): Locator =>
  within.getByRole('button', { name, exact: true });
const dialog = (): Locator => page.getByRole('dialog');
/** The field that names a model, whatever else is about one. */
const model = (): Locator =>
  dialog()
    .getByLabel(/^Model\b/)
    .first();
const card = (name: string): Locator => page.getByRole('listitem', { name, exact: true });
const picture = (name: string) => page.screenshot({ path: join(pictures, `${name}.png`) });

async function addAccount(name: string): Promise<void> {
  await button('Add an account').click();
  await dialog().getByLabel('Provider', { exact: true }).selectOption({ label: 'vLLM' });
  await dialog()
    .getByLabel(/^Name\b/)
    .fill(name);
  await dialog()
    .getByLabel(/^Address\b/)
    .fill(upstream.baseUrl);
  await dialog().getByRole('textbox', { name: 'Key', exact: true }).fill('a key of this server');
  await dialog().getByLabel('Models').fill('tiny ');
}

describe.skipIf(browser === null)('accounts of providers', { timeout: 180_000 }, () => {
  beforeAll(async () => {
    pages = await buildPages();
    pictures = process.env.PICTURES ?? (await mkdtemp(join(tmpdir(), 'signalbox-pictures-')));
    upstream = await startUpstream((response) => answer(response));
  }, 300_000);
  afterAll(async () => {
    await upstream.close();
    if (process.env.PICTURES === undefined) await rm(pictures, { recursive: true, force: true });
  });
  beforeEach(async () => {
    answer = json(200, openaiText.whole);
    gateway = await startGateway({ pages, environment: { SIGNALBOX_ADMIN_EMAIL: ADMIN.email } });
    await passEverythingOn(gateway);
    await gateway.api('POST', '/people', VIEWER);
  });
  afterEach(async () => {
    await here.leave();
    await gateway.stop();
    // The browser says of each refusal that it is one; the page says it in words.
    expect(here.complaints.filter((words) => !words.includes('status of 422'))).toEqual([]);
  });

  it('are added, tried and used, without a word of code', async () => {
    await come('light');
    await page.getByText('No account is set up here yet').waitFor();
    await addAccount('gpu-farm');
    await button('Try it', dialog()).click();
    await dialog().getByText('“tiny” answered in').waitFor();
    expect(upstream.requests.at(-1)?.head.headers.authorization).toBe('Bearer a key of this server');
    await button('Add the account', dialog()).click();
    await card('gpu-farm').getByText('requests stay in the house').waitFor();
    await page.getByRole('table').getByText('gpu-farm/tiny', { exact: true }).waitFor();
    await dialog().waitFor({ state: 'detached' });

    const response = await gateway.chat({ model: 'gpu-farm/tiny', messages: [{ role: 'user', content: 'Hi' }] });
    expect(response.status).toBe(200);
    expect(await page.content()).not.toContain('a key of this server');
  });

  it('say in words what is wrong, and lose nothing that was typed', async () => {
    await come('light');
    await addAccount('gpu-farm');
    const { auth } = openaiErrors.errors;
    answer = json(auth.status, auth.body);
    await button('Try it', dialog()).click();
    await dialog().getByText('refused the key').waitFor();
    await dialog()
      .getByLabel(/^Name\b/)
      .fill('sandbox');
    await button('Add the account', dialog()).click();
    await dialog().getByText('Another provider has that name').waitFor();
    expect(await dialog().getByRole('textbox', { name: 'Key', exact: true }).inputValue()).toBe('a key of this server');
    await dialog().getByRole('radio', { name: 'leave the house' }).check();
    await dialog()
      .getByLabel(/^Name\b/)
      .fill('gpu-farm');
    await button('Add the account', dialog()).click();
    await dialog().getByText('leads into the gateway’s own network').waitFor();
    expect(
      await dialog()
        .getByLabel(/^Address\b/)
        .inputValue(),
    ).toBe(upstream.baseUrl);
  });

  it('are changed, asked for their models, switched off and deleted', async () => {
    await come('light');
    await addAccount('gpu-farm');
    await button('Add the account', dialog()).click();
    answer = json(200, { data: [{ id: 'tiny' }, { id: 'large', max_model_len: 32_000 }] });
    await button('Models of gpu-farm').click();
    await button('Ask the server', dialog()).click();
    await dialog().getByText('The server has answered: 2 models in all.').waitFor();
    await dialog().getByRole('combobox', { name: 'Tools, large' }).selectOption('no');
    await dialog().getByRole('textbox', { name: 'Requests a minute, large' }).fill('a few');
    await button('Save the models', dialog()).click();
    await dialog().getByText('The requests a minute of “large” has to be a whole number').waitFor();
    await dialog().getByRole('textbox', { name: 'Requests a minute, large' }).fill('1');
    await dialog().getByRole('textbox', { name: 'Tokens a minute, large' }).fill('20,000');
    await button('Save the models', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    const row = page.getByRole('row').filter({ hasText: 'gpu-farm/large' });
    await row.getByText('32,000').waitFor();
    await expect.poll(() => row.innerText(), { timeout: 15_000 }).not.toContain('tools');

    // The limit holds, and stands in the fields when they are opened again.
    answer = json(200, openaiText.whole);
    const hello = { model: 'gpu-farm/large', messages: [{ role: 'user', content: 'Hi' }] };
    expect((await gateway.chat(hello)).status).toBe(200);
    expect((await gateway.chat(hello)).status).not.toBe(200);
    await button('Models of gpu-farm').click();
    const requests = dialog().getByRole('textbox', { name: 'Requests a minute, large' });
    const tokens = dialog().getByRole('textbox', { name: 'Tokens a minute, large' });
    expect([await requests.inputValue(), await tokens.inputValue()]).toEqual(['1', '20,000']);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });

    await button('Change gpu-farm').click();
    await dialog().getByLabel('Region').fill('Oslo');
    await button('Change the account', dialog()).click();
    await card('gpu-farm').getByText('Oslo').waitFor();

    await button('Switch gpu-farm off').click();
    await card('gpu-farm').getByText('switched off').waitFor();
    await page.getByRole('table').getByText('gpu-farm/tiny', { exact: true }).waitFor({ state: 'detached' });
    await button('Delete gpu-farm').click();
    await button('Delete the account', dialog()).click();
    await page.getByText('No account is set up here yet').waitFor();
  });

  it('have aliases, which show the policies that a change affects', async () => {
    await come('light');
    await button('Add an alias').click();
    await dialog().getByLabel('Alias').fill('cheap');
    await model().fill('sandbox/small');
    await button('Add the alias', dialog()).click();
    await page.getByRole('cell', { name: 'cheap', exact: true }).waitFor();
    const graph = graphOf(
      { enter: ['request', {}], call: ['model', { model: 'cheap', timeoutSeconds: 20, retries: 0 }] },
      ['enter.next > call'],
    );
    await publish(gateway, 'thrifty', graph);
    await page.reload();
    await button('Change cheap').click();
    await dialog().getByText('The next requests of 1 policy go to the other model').waitFor();
    await model().fill('sandbox/large');
    await button('Change the alias', dialog()).click();
    await page.getByText('“cheap” leads to sandbox/large now.').waitFor();
    const response = await gateway.chat({ model: 'policy/thrifty', messages: [{ role: 'user', content: 'Hi' }] });
    expect(response.headers.get('x-signalbox-model')).toBe('sandbox/large');
    await makeKey(gateway, { name: 'till', models: ['cheap'] });
    await page.reload();
    await page.getByRole('row').filter({ hasText: 'cheap' }).getByText('till', { exact: true }).waitFor();
    await button('Delete cheap').click();
    await dialog().getByText('till', { exact: true }).waitFor();
    await button('Delete the alias', dialog()).click();
    await dialog().getByText('cannot be deleted').waitFor();
  });

  it('show how their models are doing, again and again, with the figures behind it', async () => {
    const ask = (model: string) => gateway.chat({ model, messages: [{ role: 'user', content: 'Hi' }] });
    const row = (model: string) => page.getByRole('row').filter({ hasText: model });
    await come('light', VIEWER);
    await row('sandbox/small').getByText('no calls in the last 5 minutes').waitFor();
    await row('sandbox/embed').getByText('makes embeddings, and nothing else').waitFor();
    expect((await ask('sandbox/small')).status).toBe(200);
    gateway.faults.set('large', 'fault=500');
    for (let i = 0; i < 5; i++) await ask('sandbox/large');
    // Nothing is done for it: the page asks by itself.
    const figures = row('sandbox/small').getByRole('button', { name: 'answers well: figures of sandbox/small' });
    await figures.waitFor({ timeout: 30_000 });
    await row('sandbox/large')
      .getByRole('button', { name: /^(rests until \d\d:\d\d:\d\d, because|is tried again:) 5 of 5 calls failed/ })
      .waitFor();
    await figures.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => figures.getAttribute('aria-expanded')).toBe('true');
    await page.getByText('1, none failed').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('1, none failed').waitFor({ state: 'detached' });
  });

  it('say so when how they are doing cannot be told', async () => {
    await come('light');
    await page.getByText('looked at again every 10 seconds').waitFor();
    await page.route('**/api/models', (route) =>
      route.fulfill({ status: 422, json: { error: { code: 'invalid_input', message: 'Not now.', details: {} } } }),
    );
    await page.reload();
    await page.getByText('could not be loaded; it is asked for again').waitFor();
    await page.getByRole('table').getByText('sandbox/small', { exact: true }).waitFor();
    await page.unroute('**/api/models');
    await page.getByText('looked at again every 10 seconds').waitFor({ timeout: 30_000 });
  });

  it('are seen by people who may only look, without the means to change them', async () => {
    await gateway.api('POST', '/provider-accounts', {
      kind: 'ollama',
      name: 'ours',
      values: {},
      leavesHouse: false,
      models: [{ name: 'tiny' }],
    });
    await come('light', VIEWER);
    await card('ours').getByText('requests stay in the house').waitFor();
    expect(
      await page
        .getByRole('main')
        .getByRole('button', { name: /ours|account|alias/i })
        .count(),
    ).toBe(0);
  });

  it.each(SCHEMES)('can be read and operated by everybody (%s)', async (scheme) => {
    for (const [kind, name, region] of [
      ['ollama', 'ours', ''],
      ['mistral', 'research', 'Paris'],
    ]) {
      const values = kind === 'mistral' ? { key: 'k' } : {};
      const models = kind === 'ollama' ? [{ name: 'tiny' }] : [];
      await gateway.api('POST', '/provider-accounts', {
        kind,
        name,
        values,
        region,
        leavesHouse: kind === 'mistral',
        models,
      });
    }
    await gateway.api('PUT', '/aliases/cheap', { model: 'sandbox/small' });
    const ask = (model: string) => gateway.chat({ model, messages: [{ role: 'user', content: 'Hi' }] });
    for (const one of ['sandbox/small', 'sandbox/local', 'sandbox/local', 'sandbox/local']) await ask(one);
    gateway.faults.set('large', 'fault=500').set('local', 'fault=500');
    for (const one of [...Array.from({ length: 5 }, () => 'sandbox/large'), 'sandbox/local']) await ask(one);
    await come(scheme);
    const figures = button('answers well: figures of sandbox/small');
    await figures.click();
    await page.getByRole('definition').filter({ hasText: '1, none failed' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('search').getByLabel('Provider').selectOption('sandbox');
    await figures.scrollIntoViewIfNeeded();
    await picture(`models-${scheme}`);
    await page.setViewportSize({ width: 390, height: 844 });
    await figures.scrollIntoViewIfNeeded();
    await picture(`models-narrow-${scheme}`);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('heading', { level: 2, name: 'Aliases' }).scrollIntoViewIfNeeded();
    await picture(`providers-${scheme}`);

    await button('Add an account').focus();
    await page.keyboard.press('Enter');
    await dialog().getByLabel('Provider', { exact: true }).waitFor();
    await expectAccessible(page);
    await picture(`provider-form-${scheme}`);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('Add an account');

    await button('Models of ours').click();
    await dialog().getByLabel('Name of a model').waitFor();
    await expectAccessible(page);
    await picture(`provider-models-${scheme}`);
    await page.setViewportSize({ width: 390, height: 844 });
    await picture(`provider-models-narrow-${scheme}`);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('Escape');
    await button('Change cheap').click();
    await dialog().getByLabel('Reason').waitFor();
    await expectAccessible(page);
    await picture(`alias-form-${scheme}`);
  });
});
