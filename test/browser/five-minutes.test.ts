import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { graphOf, publish, startGateway, type TestGateway } from '../server/gateway/harness.ts';
import { buildPages, findBrowser, type Visit, visit } from './browser.ts';

const EMAIL = 'ada@example.com';
const browser = findBrowser();
const MOST_ACTIONS = 25;

/** What apps ask, always for the large model. */
const SAMPLES = [
  'What is the capital of Australia?',
  'give me a synonym for happy',
  'Prove that there are infinitely many primes, then discuss step by step why the argument fails for twin primes.',
];

let gateway: TestGateway;
let here: Visit;
let page: Page;
let actions: string[];
let made = 0;

/** Does one thing as a person would, and writes it down. */
async function act(words: string, how: () => Promise<unknown>): Promise<void> {
  actions.push(words);
  await how();
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const option = (name: RegExp) => page.getByRole('option', { name }).first();
const model = () => page.getByRole('combobox', { name: 'Model', exact: true });
const whatToAdd = () => page.getByRole('combobox', { name: 'What to add' });

/** The cost of the samples in nano-dollars, when apps send them with a key whose project follows this policy. */
async function costOfSamples(policy: string): Promise<number> {
  await gateway.api('PUT', '/organisation/default-policy', { policy, reason: 'To compare what it costs' });
  let cost = 0;
  for (const content of SAMPLES) {
    const answer = await gateway.chat({
      model: 'sandbox/large',
      messages: [{ role: 'user', content }],
      max_tokens: 200,
    });
    expect(answer.status).toBe(200);
    await answer.text();
    cost += Math.round(Number(answer.headers.get('x-signalbox-cost-usd')) * 1e9);
  }
  return cost;
}

/** The policy that was published last, and that nothing but requests is left to be compared. */
async function expectCheaper(title: string): Promise<void> {
  const { policies } = await gateway.api<{ policies: { id: string; title: string; liveVersion: number | null }[] }>(
    'GET',
    '/policies',
  );
  const drawn = policies.find((policy) => policy.title === title) ?? expect.fail('the policy is there');
  expect(drawn.liveVersion).toBe(1);
  const straight = await publish(
    gateway,
    `straight-${made}`,
    graphOf({ enter: ['request', {}], model: ['model', { model: 'asked' }] }, ['enter.next > model']),
  );
  const before = await costOfSamples(straight);
  const after = await costOfSamples(drawn.id);
  expect(after).toBeGreaterThan(0);
  expect(after).toBeLessThan(before);
}

/** Presses Tab until something has the focus. */
async function reach(target: Locator): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    if ((await target.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  expect.fail(`${target} cannot be reached by the Tab key`);
}

describe.skipIf(browser === null)('the author’s first five minutes', () => {
  beforeAll(async () => {
    const pages = await buildPages();
    gateway = await startGateway({ pages, environment: { SIGNALBOX_ADMIN_EMAIL: EMAIL } });
  }, 180_000);
  afterAll(() => gateway?.stop());
  beforeEach(async () => {
    here = await visit(browser ?? '', 'light');
    page = here.page;
    await page.setViewportSize({ width: 1440, height: 900 });
    await here.context.request.post(`${gateway.url}/api/session`, {
      headers: { 'x-signalbox-csrf': '1' },
      data: { email: EMAIL, password: 'a password for tests' },
    });
    actions = [];
    made++;
  });
  afterEach(async () => {
    expect(here.complaints).toEqual([]);
    await here.leave();
  });

  it('lead with the mouse from nothing to a published policy that costs less, as the guide says', async () => {
    await page.goto(gateway.url);
    await act('Click “Policies”.', () => page.getByRole('link', { name: 'Policies' }).first().click());
    await act('Click “New policy”.', () => page.getByRole('link', { name: 'New policy' }).click());
    await act('Choose “Nothing”, an empty drawing.', () => page.getByRole('radio', { name: /^Nothing/ }).click());
    await act('Type the title “Support questions”.', () => page.getByLabel('Title').fill('Support questions'));
    await act('Click “Make it and open the editor”.', () => button('Make it and open the editor').click());
    await act('Click the node “Request”.', () => page.locator('.react-flow__node[data-id="request"]').click());
    await act('Click “Classify” in the list of nodes.', () => page.getByRole('button', { name: /^Classify/ }).click());
    await act('Click the + beside “simple”.', () => button('Add what comes after “simple”').click());
    await act('Click “Model”.', () => option(/^Model/).click());
    await act('Click the field “Model”.', () => model().click());
    await act('Choose sandbox/small.', () => option(/sandbox\/small/).click());
    await act('Click the + beside “standard”.', () => button('Add what comes after “standard”').click());
    await act('Click “Lead to Model”.', () => option(/^Lead to .*Model/).click());
    await act('Click the + beside “complex”.', () => button('Add what comes after “complex”').click());
    await act('Click “Model”.', () => option(/^Model/).click());
    await act('Click the field “Model”.', () => model().click());
    await act('Choose sandbox/large.', () => option(/sandbox\/large/).click());
    await act('Click “Try it”: a simple question goes to the small model.', async () => {
      await page.getByRole('tab', { name: /^Try it/ }).click();
      await page.getByText('sandbox/small answers').first().waitFor();
    });
    await act('Click “Publish”.', () => button('Publish').click());
    await act('Type why: “Simple questions do not need the large model”.', () =>
      page.getByRole('textbox', { name: 'Reason' }).fill('Simple questions do not need the large model'),
    );
    await act('Click “Publish as version 1”.', async () => {
      await button('Publish as version 1').click();
      await page.getByText(/Version 1 is live/).waitFor();
    });

    expect(actions.length).toBeLessThanOrEqual(MOST_ACTIONS);
    await expectCheaper('Support questions');
    const guide = await readFile(new URL('../../docs/first-policy.md', import.meta.url), 'utf8');
    const steps = [...guide.matchAll(/^\d+\. (.*)$/gm)].map(([, words]) => words);
    expect(steps).toEqual(actions);
  }, 120_000);

  it('lead there by the keyboard alone', async () => {
    await page.goto(`${gateway.url}/policies`);
    await page.getByRole('link', { name: 'New policy' }).waitFor();
    await reach(page.getByRole('link', { name: 'New policy' }));
    await page.keyboard.press('Enter');
    const nothing = page.getByRole('radio', { name: /^Nothing/ });
    await nothing.waitFor();
    await reach(page.getByRole('radio', { checked: true }));
    for (let presses = 0; presses < 12 && !(await nothing.isChecked()); presses++) await page.keyboard.press('ArrowUp');
    await reach(page.getByLabel('Title'));
    await page.keyboard.type('Drawn by keys');
    await page.keyboard.press('Enter');

    const canvas = page.locator('.drawing-full .react-flow');
    await page.locator('.react-flow__node[data-id="request"]').waitFor();
    await reach(canvas);
    await page.keyboard.press('PageDown');
    await add('classify');
    await page.locator('.react-flow__node[data-id="classify"]').waitFor();
    await add('model');
    await choose(model(), 'sandbox/small');

    await backToCanvas();
    await page.keyboard.press('PageUp');
    await choose(page.getByRole('combobox', { name: '“standard” leads to' }), 'Model');
    await backToCanvas();
    await add('model');
    await page.locator('.react-flow__node[data-id="model-2"]').waitFor();
    await choose(model(), 'sandbox/large');

    await reach(page.getByRole('button', { name: 'Publish', exact: true }));
    await page.keyboard.press('Enter');
    const reason = page.getByRole('textbox', { name: 'Reason' });
    await reason.waitFor();
    await reach(reason);
    await page.keyboard.type('Simple questions do not need the large model');
    await reach(button('Publish as version 1'));
    await page.keyboard.press('Enter');
    await page.getByText(/Version 1 is live/).waitFor();
    await expectCheaper('Drawn by keys');
  }, 180_000);
});

/** On the canvas, Tab opens the box to add with. */
async function add(kind: string): Promise<void> {
  await page.keyboard.press('Tab');
  await whatToAdd().waitFor();
  await page.keyboard.type(kind);
  await page.keyboard.press('Enter');
  await whatToAdd().waitFor({ state: 'detached' });
}

/** Goes to a field with a list, narrows it by typing, and takes what is left. */
async function choose(field: Locator, words: string): Promise<void> {
  await page.keyboard.press('F6');
  await field.waitFor();
  await reach(field);
  await page.keyboard.type(words);
  await option(new RegExp(words)).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

async function backToCanvas(): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    const isThere = (await page.locator('.drawing-full .react-flow:focus, .react-flow__node:focus').count()) > 0;
    if (isThere) return;
    await page.keyboard.press('Shift+Tab');
  }
  expect.fail('the canvas cannot be reached backwards');
}
