import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Graph } from '../../policies/graph.ts';
import { graphOf, startGateway, type TestGateway } from '../server/gateway/harness.ts';
import { buildPages, findBrowser, type Visit, visit } from './browser.ts';

const ADA = { email: 'ada@example.com', password: 'a password for tests' };
const BOB = { email: 'bob@example.com', password: 'another password', name: 'Bob', grants: [{ role: 'admin' }] };
const browser = findBrowser();
const GRAPH = graphOf({ enter: ['request', {}], model: ['model', { model: 'asked' }] }, ['enter.next > model']);

let gateway: TestGateway;
let here: Visit;
let page: Page;
let policy: string;
let made = 0;

const draft = () => gateway.api<{ graph: Graph; revision: number }>('GET', `/policies/${policy}/draft`);
const titles = async () => (await draft()).graph.nodes.map(({ title }) => title).sort();
const saved = (at: Page) => at.getByText(/^Draft saved at/);

async function open(who: Visit, { email, password }: { email: string; password: string }): Promise<void> {
  await who.page.setViewportSize({ width: 1440, height: 900 });
  await who.context.request.post(`${gateway.url}/api/session`, {
    headers: { 'x-signalbox-csrf': '1' },
    data: { email, password },
  });
  await who.page.goto(`${gateway.url}/policies/${policy}/edit`);
  await who.page.locator('.react-flow__node[data-id="model"]').waitFor();
}

/** Gives the model another title, as a person does in the settings. */
async function retitle(at: Page, title: string): Promise<void> {
  await at.locator('.react-flow__node[data-id="model"]').click();
  await at.getByRole('textbox', { name: 'Title' }).fill(title);
}

describe.skipIf(browser === null)('a draft in trouble', () => {
  beforeAll(async () => {
    const pages = await buildPages();
    gateway = await startGateway({ pages, environment: { SIGNALBOX_ADMIN_EMAIL: ADA.email } });
    await gateway.api('POST', '/people', BOB);
  }, 180_000);
  afterAll(() => gateway?.stop());
  beforeEach(async () => {
    const answer = await gateway.api<{ policy: { id: string } }>('POST', '/policies', {
      name: `trouble-${++made}`,
      title: `Trouble ${made}`,
      graph: GRAPH,
    });
    policy = answer.policy.id;
    here = await visit(browser ?? '', 'light');
    page = here.page;
    await open(here, ADA);
  });
  afterEach(() => here.leave());

  describe('between two browsers', () => {
    let there: Visit;
    beforeEach(async () => {
      there = await visit(browser ?? '', 'dark');
      await open(there, BOB);
      await retitle(there.page, 'Bob’s model');
      await saved(there.page).waitFor();
      await retitle(page, 'Ada’s model');
      await page.getByRole('dialog', { name: 'Bob has saved this draft, too' }).waitFor();
    });
    afterEach(() => there.leave());

    it('is never saved over silently: the difference is shown, and mine can be kept', async () => {
      expect(await titles()).toContain('Bob’s model');
      await page
        .getByRole('list', { name: 'What differs' })
        .getByText(/Ada’s model/)
        .waitFor();
      await page.getByRole('button', { name: 'Keep mine', exact: true }).click();
      await saved(page).waitFor();
      expect(await titles()).toContain('Ada’s model');
    });

    it('can be taken as it is there, and undo brings mine back', async () => {
      await page.getByRole('button', { name: 'Take theirs' }).click();
      await page.locator('.react-flow__node[data-id="model"]').getByText('Bob’s model').waitFor();
      await page.getByRole('button', { name: /^Undo/ }).click();
      await page.locator('.react-flow__node[data-id="model"]').getByText('Ada’s model').waitFor();
    });

    it('can be kept as a copy of its own', async () => {
      await page.getByRole('button', { name: 'Keep mine as a copy' }).click();
      await page.getByRole('link', { name: `Trouble ${made} (copy)` }).click();
      await page.getByRole('heading', { level: 1, name: `Trouble ${made} (copy)` }).waitFor();
      await page.locator('.react-flow__node[data-id="model"]').getByText('Ada’s model').waitFor();
      expect(await titles()).toContain('Bob’s model');
    });
  });

  it('is kept in the browser while the gateway is away, and saved when it is back', async () => {
    await here.context.setOffline(true);
    await retitle(page, 'Drawn offline');
    await page.getByText(/kept in this browser and saved when it is back/).waitFor();
    expect(await titles()).not.toContain('Drawn offline');
    await here.context.setOffline(false);
    await saved(page).waitFor();
    expect(await titles()).toContain('Drawn offline');
  });

  it('is restored when the page was closed before it could be saved', async () => {
    await here.context.route('**/draft', (route) =>
      route.request().method() === 'PUT' ? route.abort() : route.continue(),
    );
    await retitle(page, 'Not saved yet');
    await page.getByText(/kept in this browser/).waitFor();
    await page.goto('about:blank');
    await here.context.unroute('**/draft');
    await page.goto(`${gateway.url}/policies/${policy}/edit`);
    await page.locator('.react-flow__node[data-id="model"]').getByText('Not saved yet').waitFor();
    await saved(page).waitFor();
    expect(await titles()).toContain('Not saved yet');
  });

  it('waits for who has to sign in again, and is saved then', async () => {
    await here.context.request.delete(`${gateway.url}/api/session`, { headers: { 'x-signalbox-csrf': '1' } });
    await retitle(page, 'After the session');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    await dialog.getByLabel('E-mail').fill(ADA.email);
    await dialog.getByRole('textbox', { name: 'Password' }).fill(ADA.password);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await saved(page).waitFor();
    expect(await titles()).toContain('After the session');
    await page.locator('.react-flow__node[data-id="model"]').getByText('After the session').waitFor();
  });

  it('says so when the policy was archived elsewhere, and keeps what was drawn', async () => {
    await gateway.api('POST', `/policies/${policy}/archive`, { reason: 'Nobody needs it' });
    await retitle(page, 'Too late');
    await page.getByText(/in the archive/).waitFor();
    await page.getByText(/Your changes are kept in this browser/).waitFor();
    await gateway.api('POST', `/policies/${policy}/unarchive`, { reason: 'Somebody does' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await saved(page).waitFor();
    expect(await titles()).toContain('Too late');
  });
});
