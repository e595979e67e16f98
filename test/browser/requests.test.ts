import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { ReplayInput } from '../../policies/impact.ts';
import { scoresOf, splitByThresholds } from '../../policies/thresholds.ts';
import { idOf, publish, publishNext } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import { browser, comeAgain, gateway, here, look, open, page } from './house.ts';
import { ask, chip, HARD, openRequests, policy, rows, SIMPLE, send, sorted, tell } from './sorted-requests.ts';

const PERSONAL = 'Is +49 30 901820 the number of bob@example.com? Answer yes or no.';

const heading = (name: string | RegExp): Locator => page.getByRole('heading', { name });
const side = (name: string): Locator => page.getByRole('region', { name });

describe.skipIf(browser === null)('requests', () => {
  openRequests();

  it('fit a window of 1280 pixels, and say what went wrong when they cannot be loaded', async () => {
    await send(SIMPLE, 'user=wide,team=search,feature=a-rather-long-name-of-something');
    await open('/requests');
    await rows().first().waitFor();
    const table = page.getByLabel('Requests', { exact: true }).last();
    const room = (await table.boundingBox())?.width;
    expect((await table.locator('table').boundingBox())?.width).toBeLessThanOrEqual(room ?? 0);
    await page.route('**/api/records?**', (route) =>
      route.fulfill({
        status: 422,
        json: { error: { code: 'invalid_input', message: 'That cannot be asked for.', details: {} } },
      }),
    );
    await page.getByLabel('Status').selectOption('Failed');
    await page.getByText('That cannot be asked for.').waitFor();
    await page.unroute('**/api/records?**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The requests could not be loaded').waitFor({ state: 'detached' });
    // The console says so of every answer that is an error.
    await comeAgain('light');
  });

  it.each([
    ['whole', {}],
    ['streamed', { stream: true }],
    ['refused', { model: 'policy/nowhere' }],
  ])('show the headers that the app got with a %s answer', async (_, extra) => {
    const answer = await ask(SIMPLE, 'user=head', extra);
    await open(`/requests/${idOf(answer)}`);
    await heading('What the answer told the app').waitFor();
    const sent = [...answer.headers].filter(([name]) => name.startsWith('x-signalbox-'));
    expect(sent.length).toBeGreaterThan(4);
    const shown = page.getByLabel('Headers of the answer').locator('tr');
    await expect.poll(() => shown.count()).toBe(sent.length);
    for (const [name, value] of sent) {
      const row = shown.filter({ hasText: name });
      // The clock ran on after the head was sent.
      if (name !== 'x-signalbox-overhead-ms') expect(await row.locator('td').innerText(), name).toBe(value);
    }
  });

  it('are replayed on another version, side by side', async () => {
    const id = await send(SIMPLE, 'user=again');
    await publishNext(gateway, policy, sorted(0, 0.01, true));
    await publishNext(gateway, policy, sorted(0, 0.01));
    await publishNext(gateway, policy, sorted(0.24, 0.55));
    await open(`/requests/${id}`);
    const by = page.getByLabel('By', { exact: true });
    const again = page.getByRole('button', { name: 'Replay' });
    await by.locator('option').nth(3).waitFor({ state: 'attached' });
    await expect
      .poll(() => by.locator('option').allInnerTexts())
      .toEqual(['Version 1, which decided', 'Version 4, live', 'Version 3', 'Version 2', 'The draft, as it is now']);
    await again.click();
    await page.getByText('The same version decides the same way, step by step.').waitFor();

    await by.selectOption('Version 2');
    await again.click();
    await page.getByText('The ways part at “sort”').waitFor();
    const recorded = side('Recorded, by version 1');
    await recorded.getByText('sandbox/small answered', { exact: true }).waitFor();
    await recorded.locator('.node-lit').first().waitFor();
    expect((await recorded.locator('.node-lit .node-title').allInnerTexts()).sort()).toEqual([
      'cheap',
      'enter',
      'sort',
    ]);
    const decided = side('Decided again, by version 2');
    await decided.getByText('Refused: Too hard for us.').first().waitFor();
    expect((await decided.locator('.node-lit .node-title').allInnerTexts()).sort()).toEqual([
      'enter',
      'sort',
      'strong',
    ]);
    await decided.getByText('here the ways part').waitFor();

    await by.selectOption('Version 3');
    await again.click();
    await page.getByText('What comes of it cannot be told. At “strong”').waitFor();
    const untold = side('Decided again, by version 3');
    await untold.getByText('The end cannot be told').waitFor();
    expect((await untold.locator('.node-lit .node-title').allInnerTexts()).sort()).toEqual(['enter', 'sort', 'strong']);

    await by.selectOption('Version 4, live');
    await again.click();
    await page.getByText('Version 4 decides the same way, step by step.').waitFor();
  });

  it('show what their apps said of the answer, and their policy what was said of all of them', async () => {
    const name = 'judged';
    const own = await publish(gateway, name, sorted(0.24, 0.55));
    const extra = { model: `policy/${name}` };
    const id = await send(SIMPLE, 'user=told', extra);
    await open(`/policies/${own}`);
    await heading('Versions').waitFor();
    expect(await heading('Feedback').count()).toBe(0);
    await page.goto(`${gateway.url}/requests/${id}`);
    await page.getByText('Nothing yet. An app can say how good an answer was').waitFor();

    await tell(id, { score: -1, label: 'wrong', comment: 'It is Canberra,\nnot Sydney.' });
    await tell(await send(SIMPLE, 'user=told', extra), { score: 0.5 });
    await tell(await send(HARD, 'user=told', extra), { score: 0.9 });
    await page.reload();
    await page.getByText('Bad (-1)').waitFor();
    await page.getByText('wrong', { exact: true }).waitFor();
    expect(await page.getByText('Canberra').count()).toBe(0);
    await page.getByRole('button', { name: 'Show the comments' }).click();
    await page.getByText('It is Canberra, not Sydney.').waitFor();
    await page.getByText(/^By the key “.+”, /).waitFor();

    await page.goto(`${gateway.url}/policies/${own}`);
    await page.getByText('+0.13 on average, neither good nor bad.').waitFor();
    const lines = page.getByLabel('Feedback by version and model').locator('tbody tr');
    expect((await lines.allInnerTexts()).map((text) => text.split(/\s+/).join(' ').trim())).toEqual([
      'Version 1 sandbox/large 1 +0.9',
      'Version 1 sandbox/small 2 -0.25',
    ]);
  });

  it('lead to the draft, to be tried on it', async () => {
    const id = await send('What is the largest city of Australia?', 'user=draft');
    await open(`/requests/${id}`);
    await page.getByRole('link', { name: 'Try this on the draft' }).click();
    await page.getByRole('heading', { level: 1, name: 'sorted' }).waitFor();
    expect(page.url()).toBe(`${gateway.url}/policies/${policy}/edit?record=${id}`);
    await page.getByRole('tab', { name: 'Try it', selected: true }).waitFor();
    const typed = page.getByRole('tabpanel', { name: 'Try it' }).locator('textarea').first();
    await expect.poll(() => typed.inputValue()).toBe('What is the largest city of Australia?');
  });

  it('are counted under the thresholds while these move', async () => {
    const name = 'counted';
    const id = await publish(gateway, name, sorted(0.24, 0.55));
    await open(`/policies/${id}/edit`);
    await page.locator('.react-flow__node[data-id="sort"]').click();
    await page.getByText('No request came to this policy in the last week.').waitFor();

    for (const question of [SIMPLE, 'Hi', HARD, SIMPLE])
      await send(question, 'user=count', { model: `policy/${name}` });
    const { records } = await gateway.api<{ records: ReplayInput[] }>('GET', `/records/replayable?policy=${id}`);
    const scores = scoresOf(records);
    expect(scores).toHaveLength(4);
    const expected = (simpleBelow: number, complexFrom: number): string[] => {
      const split = splitByThresholds(scores, simpleBelow, complexFrom);
      return (['simple', 'standard', 'complex'] as const).map(
        (level) => `${level} ${split[level]} (${split[level] * 25} %)`,
      );
    };
    const shown = async (): Promise<string[]> =>
      (await page.locator('.score-level').allInnerTexts()).map((text) => text.split(/\s+/).join(' ').trim());

    await page.reload();
    await page.locator('.react-flow__node[data-id="sort"]').click();
    await page.getByText('Last week’s 4 classified requests').waitFor();
    expect(await shown()).toEqual(expected(0.24, 0.55));

    // While the thumb is held, nothing is let go of yet.
    const thumb = page.getByRole('slider', { name: 'Complex from' });
    const box = (await thumb.boundingBox()) ?? expect.fail('the slider is there');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 400, box.y + box.height / 2, { steps: 10 });
    await expect.poll(shown).toEqual(expected(0.24, 1));
    await page.mouse.up();

    const low = page.getByRole('slider', { name: 'Simple below' });
    await low.focus();
    for (let i = 0; i < 24; i++) await low.press('ArrowLeft');
    await expect.poll(shown).toEqual(expected(0, 1));

    await page.getByText('Examples of standard ones').click();
    const [beside] = await Promise.all([
      here.context.waitForEvent('page'),
      page.locator('.score-examples a').first().click(),
    ]);
    await beside.getByRole('heading', { name: /^Request of/ }).waitFor();
  });

  it.each(SCHEMES)(
    'keep nobody out, in %s colours',
    async (scheme) => {
      await comeAgain(scheme);
      const seen = (what: string): Promise<void> => look(`${what}-${scheme}`);
      const name = `look-${scheme}`;
      const own = await publish(gateway, name, sorted(0.24, 0.55));
      const id = await send(SIMPLE, 'user=look,feature=search', { model: `policy/${name}` });
      const redacted = await send(PERSONAL, 'user=look', { model: 'policy/starter' });
      await tell(id, { score: 1, label: 'helpful', comment: 'Short, and right at once.' });
      await publishNext(gateway, own, sorted(0, 0.01, true));
      for (const [question, extra] of [
        [HARD, { stream: true, model: `policy/${name}` }],
        [SIMPLE, { model: 'sandbox/large' }],
        [SIMPLE, { model: 'policy/nowhere' }],
      ] as const)
        await send(question, 'user=look,usage=building', extra);
      await open('/requests?last=day&tag=%5B"user%3Dlook"%2C"feature%3Dsearch"%5D');
      await page.getByText('sort (simple) → cheap').first().waitFor();
      await seen('requests-narrowed');
      await page.goto(`${gateway.url}/requests`);
      await rows().first().waitFor();
      await page.getByRole('combobox', { name: 'Tag' }).fill('user');
      await page.getByRole('option', { name: 'user=look' }).waitFor();
      await seen('requests');
      await page.goto(`${gateway.url}/requests/${id}`);
      await page.getByLabel('By', { exact: true }).selectOption('2');
      await page.getByRole('button', { name: 'Replay' }).click();
      await side('Decided again, by version 2').locator('.node-lit').first().waitFor();
      await seen('request-replayed');
      await page.goto(`${gateway.url}/policies/${own}`);
      await heading('Feedback').waitFor();
      await seen('policy-with-feedback');
      await page.setViewportSize({ width: 390, height: 844 });
      await seen('policy-with-feedback-narrow');
      await page.goto(`${gateway.url}/requests/${id}`);
      await page.getByRole('button', { name: 'Show the comments' }).click();
      await page.getByText('Short, and right at once.').waitFor();
      await seen('request-with-feedback-narrow');
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(`${gateway.url}/requests/${redacted}`);
      await page.locator('.node-lit').first().waitFor();
      await page.getByRole('button', { name: 'Show the messages' }).click();
      await page.locator('.placeholder').first().waitFor();
      expect(await page.locator('.placeholder').allInnerTexts()).toContain('[[PHONE_1]]');
      await seen('request-redacted');
      await page.goto(`${gateway.url}/policies/${own}/edit`);
      await page.locator('.react-flow__node[data-id="sort"]').click();
      await page.getByText('classified requests').waitFor();
      await page.locator('.score-split summary').first().click();
      await seen('score-split');
    },
    120_000,
  );

  it('of today lead from the start to those behind each figure', async () => {
    await send(SIMPLE, 'user=today', { model: 'sandbox/small?fault=500' });
    await open('/');
    await page.getByRole('link', { name: /^Today: .* failed, look at what failed$/ }).click();
    await chip('Failed').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: /requests of sandbox\/small$/ }).click();
    await chip('model sandbox/small').waitFor();
    await rows().first().waitFor();
  });
});
