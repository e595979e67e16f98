import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { graphOf, idOf, publish, startGateway, type TestGateway } from '../server/gateway/harness.ts';
import { buildPages, expectAccessible, findBrowser, SCHEMES, type Visit, visit } from './browser.ts';

const EMAIL = 'ada@example.com';
const PASSWORD = 'a password for tests';
const PRIVATE = 'Is +49 30 901820 the number of bob@example.com? Answer yes or no.';

const browser = findBrowser();
if (browser === null) {
  const words = 'No browser was found, so the pages are not tested: install chromium, or set CHROME_PATH.';
  if (process.env.CI === 'true') throw new Error(words);
  console.warn(words);
}

let gateway: TestGateway;
let pages: string;
let shots: string;
let here: Visit;
let page: Page;

async function signIn(password = PASSWORD): Promise<void> {
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Opens an address as someone who is signed in, by a cookie of the real session route. */
async function open(path: string, url = gateway.url): Promise<void> {
  await here.context.request.post(`${url}/api/session`, {
    headers: { 'x-signalbox-csrf': '1' },
    data: { email: EMAIL, password: PASSWORD },
  });
  await page.goto(url + path);
}

const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true });

/** Sends a request as an app does, and gives its id. */
async function send(question: string, tags: string, model = 'sandbox/large'): Promise<string> {
  const body = { model, messages: [{ role: 'user', content: question }] };
  const answer = await gateway.chat(body, { 'x-signalbox-tags': tags });
  await answer.text();
  return idOf(answer);
}

describe.skipIf(browser === null)('the pages', () => {
  beforeAll(async () => {
    [pages, shots] = await Promise.all([buildPages(), mkdtemp(join(tmpdir(), 'signalbox-shots-'))]);
    gateway = await startGateway({ pages, environment: { SIGNALBOX_ADMIN_EMAIL: EMAIL } });
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
    console.log(`Screenshots of every screen: ${shots}`);
  });
  beforeEach(async () => {
    here = await visit(browser ?? '', 'light');
    page = here.page;
  });
  afterEach(() => here.leave());

  it('let in those with the right password only, and out again', async () => {
    await page.goto(`${gateway.url}/policies`);
    await signIn('not the password');
    await page.getByRole('alert').getByText('The e-mail address or the password is not right.').waitFor();
    await signIn();
    await heading('Policies').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading('Sign in').waitFor();
    await page.reload();
    await heading('Sign in').waitFor();
  });

  it('keep to 250 kB of script, compressed, before the first screen stands', async () => {
    const scripts: string[] = [];
    page.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.push(new URL(request.url()).pathname);
    });
    await open('/');
    await page.getByText('Send a first request').waitFor();
    const sizes = await Promise.all(scripts.map(async (path) => gzipSync(await readFile(join(pages, path))).length));
    expect(sizes.length).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
  });

  it('show a first request with this gateway’s own address, in three languages', async () => {
    await open('/');
    for (const [tab, line] of [
      ['curl', `curl ${gateway.url}/v1/chat/completions`],
      ['Python', `base_url="${gateway.url}/v1"`],
      ['Node.js', `baseURL: '${gateway.url}/v1'`],
    ] as const) {
      await page.getByRole('tab', { name: tab }).click();
      expect(await page.getByRole('tabpanel').innerText()).toContain(line);
    }
  });

  it('draw every policy with all of its nodes and edges, budgets by their names', async () => {
    interface Listed {
      id: string;
      title: string;
      liveVersion: number;
    }
    const { policies } = await gateway.api<{ policies: Listed[] }>('GET', '/policies');
    expect(policies.length).toBeGreaterThan(5);
    await open('/policies');
    for (const { id, title, liveVersion } of policies) {
      const path = `/policies/${id}/versions/${liveVersion}`;
      const { graph } = await gateway.api<{ graph: { nodes: { title: string }[]; edges: unknown[] } }>('GET', path);
      await page.getByRole('link', { name: title, exact: true }).click();
      await heading(title).waitFor();
      await page.locator('.react-flow__edge').first().waitFor({ state: 'attached' });
      const drawn = await page.locator('.node-title').allInnerTexts();
      expect(drawn.sort()).toEqual(graph.nodes.map((node) => node.title).sort());
      expect(await page.locator('.react-flow__edge').count()).toBe(graph.edges.length);
      expect(await page.locator('.tabler-icon-help-circle').count(), 'every kind has its icon').toBe(0);
      await page.getByText('Shipped with Signalbox').waitFor();
      expect(await page.locator('main').innerText()).not.toContain('bud_');
      await page.getByRole('link', { name: 'Policies' }).click();
    }
  });

  it('place the nodes of a policy that was never laid out, and say what is wrong with it', async () => {
    const graph = graphOf({ enter: ['request', {}], ask: ['model', { model: 'nobody/knows' }] }, ['enter.next > ask']);
    const made = await gateway.api<{ policy: { id: string } }>('POST', '/policies', {
      name: 'bare',
      title: 'Bare',
      graph,
    });
    await open(`/policies/${made.policy.id}`);
    await page.getByText('“ask” uses “nobody/knows”').waitFor();
    const boxes = await Promise.all((await page.locator('.react-flow__node').all()).map((node) => node.boundingBox()));
    expect(new Set(boxes.map((box) => box?.x)).size).toBe(2);
  });

  it('show a request that was sent, the way it took and why, and that a replay takes the same', async () => {
    const id = await send(PRIVATE, 'user=grace');
    await open('/');
    await page.getByRole('navigation').getByRole('link', { name: 'Requests' }).click();
    const row = page.getByRole('row').filter({ hasText: 'user=grace' });
    await row
      .getByText('Replace personal data (found) → Monthly budget (within) → How hard is it? (simple) → Small model')
      .waitFor();
    await row.getByText('Answered', { exact: true }).waitFor();
    await row.getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name: /^Request of/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/requests/${id}`);

    await page.locator('.node-lit').first().waitFor();
    expect((await page.locator('.node-lit .node-title').allInnerTexts()).sort()).toEqual(
      ['How hard is it?', 'Monthly budget', 'Replace personal data', 'Request', 'Small model'].sort(),
    );
    expect(await page.locator('.track-lit').count()).toBe(4);
    await page.getByText('Found 1 phone, 1 email.').waitFor();
    await page.getByRole('button', { name: 'Show the messages' }).click();
    await page.getByText('Is [[PHONE_1]]').first().waitFor();
    const text = await page.locator('main').innerText();
    expect(text).toContain('Is [[PHONE_1]] the number of [[EMAIL_1]]?');
    expect(text).not.toContain('bob@example.com');
    expect(text).toMatch(/user=grace\s+sent by the app/);

    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('Same path').waitFor();
  });

  it('say where a replay goes another way', async () => {
    const id = await send(PRIVATE, 'user=grace');
    await open(`/requests/${id}`);
    const difference = {
      node: 'sort',
      recorded: { port: 'simple', reason: 'It was simple.' },
      now: { port: 'complex', reason: 'It is complex.' },
      why: 'another port is taken',
    };
    const decision = { trace: [], outcome: { type: 'model', model: 'sandbox/large' } };
    // The gateway gives this answer only when something is wrong with it.
    await page.route('**/replay', (route) =>
      route.fulfill({ json: { result: 'different', cost: null, difference, decision, explanations: [] } }),
    );
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('The ways part at “How hard is it?”').waitFor();
    await page.getByText('Now: It is complex.').waitFor();
  });

  it('narrow the requests by status, model and tag, and keep that in the address', async () => {
    await send('What is the capital of Australia?', 'user=filter', 'policy/nowhere');
    await send('What is the capital of Australia?', 'user=filter', 'sandbox/small');
    await open('/requests');
    await page.getByRole('combobox', { name: 'Tag' }).fill('user=filter');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    const rows = page.locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByLabel('Status').selectOption('Failed');
    await expect.poll(() => rows.count()).toBe(1);
    await page.reload();
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel('Status').selectOption('any');
    await page.getByLabel('Model').selectOption('sandbox/small');
    await expect.poll(() => page.locator('tbody').innerText()).toMatch(/^(?!.*none).*sandbox\/small/s);
    await page.getByRole('combobox', { name: 'Tag' }).fill('nonsense');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByText('Write it as name=value').waitFor();
  });

  it('load more requests than stand on one page', async () => {
    await publish(
      gateway,
      'many',
      graphOf({ in: ['request', {}], say: ['answer', { text: 'Yes.' }] }, ['in.next > say']),
    );
    for (let i = 0; i < 51; i++) await send('Again?', 'user=many', 'policy/many');
    await open('/requests?tag=user%3Dmany');
    await page.locator('tbody tr').first().waitFor();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(50);
    await page.getByRole('button', { name: 'Load more' }).click();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(51);
  });

  it('keep the place when the session ends in the middle of something', async () => {
    await send('What is the capital of Australia?', 'user=place');
    await open('/requests?tag=user%3Dplace');
    await page.locator('tbody tr').first().waitFor();
    await here.context.clearCookies();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await expectAccessible(page);
    await signIn();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(page.url()).toContain('/requests?tag=user%3Dplace');
    await page.locator('tbody tr').first().waitFor();
  });

  it('explain an error and offer to try again', async () => {
    await open('/');
    await page.route('**/api/policies', (route) => route.abort());
    await page.getByRole('navigation').getByRole('link', { name: 'Policies' }).click();
    await page.getByText('The gateway does not answer.').waitFor();
    await expectAccessible(page);
    await page.unroute('**/api/policies');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'Starter' }).waitFor();
  });

  it('are friendly at addresses that lead nowhere', async () => {
    await open('/no/such/page');
    await heading('No train stops here').waitFor();
    await page.goto(`${gateway.url}/policies/pol_nothing`);
    await page.getByText('There is no policy of that id here.').waitFor();
    await page.getByRole('link', { name: 'All policies' }).click();
    await heading('Policies').waitFor();
  });

  it('can be used by keyboard: the way to the content, links, and the nodes of a drawing', async () => {
    await open('/policies');
    await heading('Policies').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to the content');
    await page.getByRole('link', { name: 'Starter' }).focus();
    await page.keyboard.press('Enter');
    await heading('Starter').waitFor();
    expect(await page.locator(':focus').innerText()).toBe('Starter');
    await page.locator('.react-flow__node-policy').first().waitFor();
    // Over the ways to edit, to publish and to the history.
    for (let i = 0; i < 4; i++) await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('aria-label')).toMatch(/^Request: Request\. /);
  });

  it.each(SCHEMES)(
    'have nothing that keeps people out, and no complaint in the console, in %s colours',
    async (scheme) => {
      await here.leave();
      here = await visit(browser ?? '', scheme);
      page = here.page;
      const id = await send(PRIVATE, 'user=grace,usage=building');
      const { policies } = await gateway.api<{ policies: { id: string; name: string }[] }>('GET', '/policies');
      const look = async (name: string): Promise<void> => {
        await expectAccessible(page);
        await page.screenshot({ path: join(shots, `${name}-${scheme}.png`), animations: 'disabled', fullPage: true });
      };
      await page.goto(gateway.url);
      await heading('Sign in').waitFor();
      await look('sign-in');
      await open('/');
      await page.getByRole('columnheader', { name: 'Cost' }).waitFor();
      await look('start');
      await page.goto(`${gateway.url}/policies`);
      await page.getByRole('link', { name: 'Starter' }).waitFor();
      await look('policies');
      // One without problems, and one with.
      for (const { id: policy, name } of policies.filter((one) => ['starter', 'fallback-chain'].includes(one.name))) {
        await page.goto(`${gateway.url}/policies/${policy}`);
        await page.locator('.react-flow__node-policy').first().waitFor();
        await expect.poll(() => page.getByText('Loading').count()).toBe(0);
        await look(`policy-${name}`);
      }
      await page.goto(`${gateway.url}/requests?tag=user%3Dgrace`);
      await page.getByText('→ Small model').first().waitFor();
      await look('requests');
      await page.goto(`${gateway.url}/requests?tag=user%3Dnobody`);
      await page.getByText('No request fits').waitFor();
      await look('requests-none');
      await page.goto(`${gateway.url}/requests/${id}`);
      await page.locator('.node-lit').first().waitFor();
      await page.getByRole('button', { name: 'Replay' }).click();
      await page.getByText('Same path').waitFor();
      await page.evaluate('scrollTo(0, 0)');
      await look('request');
      await page.goto(`${gateway.url}/nowhere`);
      await heading('No train stops here').waitFor();
      await look('unknown');
      expect(here.complaints).toEqual([]);
    },
    120_000,
  );

  it('fit a narrow screen', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    const id = await send('What is the capital of Australia?', 'user=narrow');
    for (const [path, content] of [
      ['/', page.getByRole('columnheader', { name: 'Cost' })],
      ['/policies', page.getByRole('link', { name: 'Starter' })],
      ['/requests', page.locator('tbody tr').first()],
      [`/requests/${id}`, page.locator('.node-lit').first()],
    ] as const) {
      await open(path);
      await content.waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(390);
    }
  });

  it('say what to do where nothing is there yet', async () => {
    const empty = await startGateway({ pages, policies: [], environment: { SIGNALBOX_ADMIN_EMAIL: EMAIL } });
    try {
      await open('/', empty.url);
      await page.getByText('No request yet').waitFor();
      await page.goto(`${empty.url}/policies`);
      await page.getByText('There is no policy yet').waitFor();
      await page.goto(`${empty.url}/requests`);
      await page.getByText('No request yet').waitFor();
      await expectAccessible(page);
      await page.getByRole('link', { name: 'Send a first request' }).click();
      await page.getByRole('heading', { name: 'Send a first request' }).waitFor();
    } finally {
      await empty.stop();
    }
  });

  it('say that there were too many attempts to sign in', async () => {
    await page.goto(gateway.url);
    const wrong = { email: EMAIL, password: 'wrong' };
    const headers = { 'x-signalbox-csrf': '1' };
    for (let i = 0; i < 11; i++)
      await here.context.request.post(`${gateway.url}/api/session`, { headers, data: wrong });
    await signIn();
    await page.getByText('Too many attempts have failed. Wait').waitFor();
  });
});
