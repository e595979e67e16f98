import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { shippedPolicies } from '../../server/control/shipped.ts';
import { startGateway, type TestGateway } from '../server/gateway/harness.ts';
import { buildPages, findBrowser, type Visit, visit } from './browser.ts';

const EMAIL = 'ada@example.com';
const browser = findBrowser();
const shipped = await shippedPolicies();

let gateway: TestGateway;
let here: Visit;
let page: Page;

describe.skipIf(browser === null)('a policy from a shipped template', () => {
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
  });
  afterEach(async () => {
    expect(here.complaints).toEqual([]);
    await here.leave();
  });

  it.each(shipped.map(({ name, title, graph, samples }) => ({ name, title, graph, samples })))(
    'is opened, tried and published: $title',
    async ({ title, graph, samples }) => {
      await page.goto(`${gateway.url}/policies/new`);
      await page.getByRole('radio', { name: new RegExp(`^${title}`) }).click();
      await page.getByLabel('Title').fill(`My ${title}`);
      await page.getByRole('button', { name: 'Make it and open the editor' }).click();
      await page.locator(`.react-flow__node[data-id="${graph.nodes[0]?.id}"]`).waitFor();
      expect(await page.locator('.react-flow__node-policy').count()).toBe(graph.nodes.length);

      await page.getByRole('tab', { name: /^Try it/ }).click();
      await page
        .getByRole('status', { name: 'What comes of it' })
        .getByText(/answer|refused|goes on/i)
        .first()
        .waitFor();
      await page.locator('.node-lit').first().waitFor();
      await page.getByRole('tab', { name: new RegExp(`^Tests.*${samples.length}`) }).waitFor();

      await page.getByRole('button', { name: 'Publish', exact: true }).click();
      await page.getByRole('textbox', { name: 'Reason' }).fill('It is what we need');
      await page.getByRole('button', { name: 'Publish as version 1' }).click();
      await page.getByText(/Version 1 is live/).waitFor();
    },
    90_000,
  );
});
