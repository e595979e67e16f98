/** A whole house with its pages, and a browser in it: what the tests of its screens share. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { openSource } from '../../server/providers/catalogue.ts';
import { createOpenAiCompatible } from '../../server/providers/openai-compatible.ts';
import { startGateway, type TestGateway } from '../server/gateway/harness.ts';
import { buildPages, expectAccessible, findBrowser, type Scheme, type Visit, visit } from './browser.ts';

const EMAIL = 'ada@example.com';
export const PASSWORD = 'a password for tests';

export const browser = findBrowser();

export let gateway: TestGateway;
/** A folder for files that are chosen or saved, and for screenshots. */
export let files: string;
export let here: Visit;
export let page: Page;

/**
 * Opens the house for the tests of a suite, with a provider `ours` whose models have no price and with these settings, and a
 * new window for each.
 */
export function openHouse(settings: Readonly<Record<string, string>> = {}): void {
  // Long forms are filled in by hand, as it were; where many work on a machine, that takes its time.
  vi.setConfig({ testTimeout: 120_000 });
  let pages: string | undefined;
  beforeAll(async () => {
    [pages, files] = await Promise.all([buildPages(), mkdtemp(join(tmpdir(), 'signalbox-house-'))]);
    const provider = createOpenAiCompatible({ name: 'ours', baseUrl: 'http://127.0.0.1:9', apiKey: null });
    const source = openSource('ours', ['tiny', 'huge'], true);
    gateway = await startGateway({
      pages,
      environment: { SIGNALBOX_ADMIN_EMAIL: EMAIL, ...settings },
      providers: [{ provider, source }],
    });
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
    console.log(`Screenshots of the house: ${files}`);
  });
  beforeEach(() => come('light'));
  afterEach(() => here.leave());
}

async function come(scheme: Scheme): Promise<void> {
  here = await visit(browser ?? '', scheme);
  page = here.page;
}

/** Leaves, and comes again with a browser of that colour scheme, as large as a common screen. */
export async function comeAgain(scheme: Scheme): Promise<void> {
  await here.leave();
  await come(scheme);
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** Opens an address as someone who is signed in, by a cookie of the real session route. */
export async function open(path: string, email = EMAIL): Promise<void> {
  const { request } = here.context;
  const address = `${gateway.url}/api/session`;
  const { session } = await (await request.get(address)).json();
  // A new session ends the one before it, which the page that is open may just be asking something with.
  if (session?.person.email !== email) {
    const headers = { 'x-signalbox-csrf': '1' };
    const answer = await request.post(address, { headers, data: { email, password: PASSWORD } });
    expect(answer.ok()).toBe(true);
  }
  await page.goto(gateway.url + path);
}

export const heading = (name: string): Locator => page.getByRole('heading', { level: 1, name, exact: true });
export const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
export const field = (name: string): Locator =>
  page.getByRole('textbox', { name, exact: true }).or(page.getByRole('combobox', { name, exact: true }));
export const dialog = (): Locator => page.getByRole('dialog');
export const card = (name: string): Locator => page.getByRole('listitem', { name, exact: true });

/** Looks at what is shown now: it keeps nobody out, and a picture of it is kept. */
export async function look(name: string): Promise<void> {
  await expectAccessible(page);
  await page.screenshot({ path: join(files, `${name}.png`), animations: 'disabled', fullPage: true });
}

/** Keeps the next question that the page asks there waiting; gives what lets it go on, or be answered by the test. */
export async function hold(address: string, goOn = (route: Route) => route.continue()): Promise<() => void> {
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(address, (route) => held.then(() => goOn(route)), { times: 1 });
  return letGo;
}

/** A request as an app sends it, with a key; gives its status. */
export async function send(key: string, tags = ''): Promise<number> {
  const body = { model: 'sandbox/small', messages: [{ role: 'user', content: 'What is the capital of Australia?' }] };
  const answer = await gateway.chat(body, { authorization: `Bearer ${key}`, 'x-signalbox-tags': tags });
  await answer.text();
  return answer.status;
}
