/** A request decided again by another version and by the draft, beside what was recorded of it. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { graphOf, idOf, publish, publishNext, startGateway, type TestGateway } from '../server/gateway/harness.ts';
import { buildPages, expectAccessible, findBrowser, SCHEMES, type Visit, visit } from './browser.ts';

const EMAIL = 'ada@example.com';
const browser = findBrowser();
/** Where pictures of the screens are put; nowhere when it is not set. */
const shots = process.env.SHOTS;
const LAYOUT = { positions: {}, stickies: [] };

const model = (id: string) => ['model', { model: id, timeoutSeconds: 20, retries: 0 }] as const;

/** What is for the feature goes to one model, and everything else to another; phone numbers are taken out before. */
const byFeature = (feature: string, then: string) =>
  graphOf(
    {
      enter: ['request', { timeZone: 'UTC' }],
      protect: ['redact', { rules: [{ detect: 'phone', action: 'placeholder' }], ifUnavailable: 'refuse' }],
      sort: ['classify', { simpleBelow: 0.24, complexFrom: 0.55 }],
      who: [
        'match',
        {
          cases: [
            {
              port: 'feature',
              label: 'the feature',
              when: { fact: 'tags.feature', operator: 'equal', value: feature },
            },
          ],
        },
      ],
      one: model('sandbox/small'),
      two: model(then),
    },
    [
      'enter.next > protect',
      'protect.clean > sort',
      'protect.found > sort',
      'sort.simple > who',
      'sort.standard > who',
      'sort.complex > who',
      'who.feature > one',
      'who.else > two',
    ],
  );

let gateway: TestGateway;
let policy: string;
let id: string;
let here: Visit;
let page: Page;

async function open(path: string): Promise<void> {
  await here.context.request.post(`${gateway.url}/api/session`, {
    headers: { 'x-signalbox-csrf': '1' },
    data: { email: EMAIL, password: 'a password for tests' },
  });
  await page.goto(gateway.url + path);
}

const side = (name: string) => page.getByRole('region', { name });
async function replayBy(name: string): Promise<void> {
  await page.getByLabel('By', { exact: true }).selectOption(name);
  await page.getByRole('button', { name: 'Replay' }).click();
}

describe.skipIf(browser === null)('a request decided again', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    gateway = await startGateway({ pages: await buildPages(), environment: { SIGNALBOX_ADMIN_EMAIL: EMAIL } });
    policy = await publish(gateway, 'teams', byFeature('search', 'sandbox/large'));
    const body = { model: 'policy/teams', messages: [{ role: 'user', content: 'Is +49 30 901820 a number?' }] };
    const answer = await gateway.chat(body, { 'x-signalbox-tags': 'feature=search' });
    await answer.text();
    expect(answer.status).toBe(200);
    id = idOf(answer);
    await publishNext(gateway, policy, byFeature('ads', 'sandbox/large'));
    await publishNext(gateway, policy, byFeature('ads', 'sandbox/large'));
    const { revision } = await gateway.api<{ revision: number }>('GET', `/policies/${policy}/draft`);
    const graph = graphOf({ enter: ['request', {}], no: ['block', { status: 403, message: 'Closed.' }] }, [
      'enter.next > no',
    ]);
    await gateway.api('PUT', `/policies/${policy}/draft`, { graph, layout: LAYOUT, revision });
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
  });
  beforeEach(async () => {
    here = await visit(browser ?? '', 'light');
    page = here.page;
  });
  afterEach(async () => {
    expect(here.complaints).toEqual([]);
    await here.leave();
  });

  it('shows what each step went by: facts, scores, and what was found, never the text of it', async () => {
    await open(`/requests/${id}`);
    await page.getByLabel('What “who” went by').click();
    await page.getByText('search', { exact: true }).first().waitFor();
    await page.getByLabel('What “sort” went by').focus();
    await page.keyboard.press('Enter');
    await page
      .getByText(/^0\.\d\d/)
      .first()
      .waitFor();
    await page.getByLabel('What “protect” went by').click();
    await page
      .getByText(/: 1 time$/)
      .first()
      .waitFor();
    expect(await page.getByText('901820').count()).toBe(0);
  });

  it('by a version that goes another way shows both ways, the steps that differ, the model and the cost', async () => {
    await open(`/requests/${id}`);
    await replayBy('Version 2');
    await page.getByText('The ways part at “who”').waitFor();
    const [recorded, again] = [side('Recorded, by version 1'), side('Decided again, by version 2')];
    await recorded.getByText('here the ways part').waitFor();
    // Whether the way that cannot be told would come here nobody knows.
    expect(await recorded.getByText('only on this way').count()).toBe(0);
    await again.getByText('here the ways part').waitFor();
    const compared = page.getByLabel('What would differ').getByRole('row');
    await compared.first().waitFor();
    const lines = await compared.allInnerTexts();
    expect(lines.map((line) => line.split(/\s*\t\s*/).map((cell) => cell.trim()))).toEqual([
      ['', 'Recorded, by version 1', 'By version 2'],
      ['End', 'sandbox/small answered', 'sandbox/large, if it answers'],
      ['Cost', expect.stringMatching(/^\$0\.0/), expect.stringMatching(/^about \$0\.0/)],
    ]);
    await again.getByText('it would call sandbox/large, whose answer is not known').waitFor();
  });

  it('by the draft as it is now ends as that says', async () => {
    await open(`/requests/${id}`);
    await replayBy('The draft, as it is now');
    const again = side('Decided again, by the draft');
    await again.getByText('Refused: Closed.').first().waitFor();
    await side('Recorded, by version 1').getByText('only on this way').first().waitFor();
    await page.getByRole('row', { name: /^Cost .* \$0$/ }).waitFor();
    const nodes = await again.locator('.node-lit .node-title').allInnerTexts();
    expect(nodes.sort()).toEqual(['enter', 'no']);
  });

  it.each(SCHEMES)('looks as it should in %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 1440, height: 900 });
    await open(`/requests/${id}`);
    await replayBy('Version 2');
    await side('Decided again, by version 2').locator('.node-lit').first().waitFor();
    await page.getByLabel('What “sort” went by').first().click();
    await expectAccessible(page);
    if (shots) {
      const path = join(shots, `replay-beside-${scheme}.png`);
      await page.screenshot({ path, animations: 'disabled', fullPage: true });
    }
  });
});
