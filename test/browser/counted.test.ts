/** A request that only asked how many tokens it has, on the pages: listed, shown, and among what left the house. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAnthropic } from '../../server/providers/anthropic.ts';
import { listedSource } from '../../server/providers/listed-source.ts';
import { API_KEY, graphOf, idOf, publish, startGateway, type TestGateway } from '../server/gateway/harness.ts';
import { wholeMessage } from '../server/gateway/message-samples.ts';
import { json, startUpstream, type Upstream } from '../server/providers/upstream.ts';
import { buildPages, expectAccessible, findBrowser, SCHEMES, type Visit, visit } from './browser.ts';

const EMAIL = 'ada@example.com';
const MODEL = 'anthropic/claude-haiku-4-5';
const browser = findBrowser();
const message = {
  model: 'policy/guarded',
  messages: [{ role: 'user', content: 'Write to ada@engines.example' }],
  max_tokens: 20,
};

describe.runIf(browser !== null)('a count of tokens', { timeout: 120_000 }, () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  let files: string;
  let here: Visit;
  let id: string;

  const post = async (path: string, body: object): Promise<Response> => {
    const answer = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'x-api-key': API_KEY, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    await answer.text();
    return answer;
  };

  beforeAll(async () => {
    upstream = await startUpstream((response, request) => {
      const isCount = request.url?.endsWith('/count_tokens') === true;
      json(
        200,
        isCount ? { input_tokens: 9 } : wholeMessage({ content: [{ type: 'text', text: 'Dear Ada' }] }),
      )(response);
    });
    const [pages, folder] = await Promise.all([buildPages(), mkdtemp(join(tmpdir(), 'signalbox-counted-'))]);
    files = folder;
    const provider = createAnthropic({ name: 'anthropic', baseUrl: upstream.baseUrl, apiKey: 'secret' });
    gateway = await startGateway({
      pages,
      environment: { SIGNALBOX_ADMIN_EMAIL: EMAIL },
      providers: [{ provider, source: listedSource('anthropic', 'anthropic') }],
    });
    const nodes = {
      enter: ['request', {}],
      protect: ['redact', { rules: [{ detect: 'email', action: 'placeholder' }] }],
      call: ['model', { model: MODEL, retries: 0 }],
    } as const;
    const edges = ['enter.next > protect', 'protect.clean > call', 'protect.found > call'];
    await publish(gateway, 'guarded', graphOf(nodes, edges));
    await post('/v1/messages', message);
    id = idOf(await post('/v1/messages/count_tokens', message));
  }, 120_000);
  afterEach(() => here.leave());
  afterAll(async () => {
    await gateway.stop();
    await upstream.close();
    console.log(`Screenshots of a count of tokens: ${files}`);
  });

  it.each(SCHEMES)('is listed by its own word, and shown as what it is (%s)', async (scheme) => {
    here = await visit(browser ?? '', scheme);
    const { page, context } = here;
    await page.setViewportSize({ width: 1440, height: 900 });
    const look = async (name: string): Promise<void> => {
      await expectAccessible(page);
      const path = join(files, `${name} ${scheme}.png`);
      await page.screenshot({ path, animations: 'disabled', fullPage: true });
    };
    const signedIn = await context.request.post(`${gateway.url}/api/session`, {
      headers: { 'x-signalbox-csrf': '1' },
      data: { email: EMAIL, password: 'a password for tests' },
    });
    expect(signedIn.ok()).toBe(true);

    await page.goto(`${gateway.url}/requests`);
    await expect.poll(() => page.locator('tbody tr').count()).toBe(2);
    await page.getByRole('combobox', { name: 'Status', exact: true }).selectOption({ label: 'A count of its tokens' });
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.locator('tbody tr').getByText('A count of its tokens').waitFor();
    await look('list');

    await page.goto(`${gateway.url}/requests/${id}`);
    await page.getByText('Its text was sent to the provider for that').waitFor();
    await page.getByText(`${MODEL}: its provider counted the tokens`).waitFor();
    await page.getByText('Left the house, with private data taken out').waitFor();
    await page.getByRole('heading', { name: 'Step by step' }).waitFor();
    expect(await page.getByRole('heading', { name: 'What apps said of the answer' }).count()).toBe(0);
    await look('request');

    await page.goto(`${gateway.url}/audit/left-house`);
    const place = page.getByRole('region', { name: /^anthropic, / });
    await place.getByText('2 requests (1 of them only to count tokens)').waitFor();
    await place.getByRole('row').getByText('1 of them only to count tokens').waitFor();
    await look('left');
    expect(here.complaints).toEqual([]);
  });
});
