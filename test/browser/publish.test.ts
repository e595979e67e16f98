import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Layout } from '../../policies/graph.ts';
import { graphOf } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import { askPolicy, draftOf, makePolicy, modelNode, openDrawings, publishDraft, save, settingsOf } from './drawings.ts';
import { browser, button, comeAgain, files, gateway, here, look, open, PASSWORD, page } from './house.ts';

const NODES = {
  enter: ['request', { timeZone: 'UTC' }],
  sort: ['classify', settingsOf('classify')],
  cheap: modelNode('sandbox/small'),
  strong: modelNode('sandbox/large'),
} as const;
const EDGES = ['enter.next > sort', 'sort.simple > cheap', 'sort.standard > cheap', 'sort.complex > strong'];
const LIVE = graphOf(NODES, EDGES);
const LAYOUT: Layout = {
  positions: { enter: { x: 0, y: 0 }, sort: { x: 340, y: 0 }, cheap: { x: 680, y: 0 }, strong: { x: 680, y: 200 } },
  stickies: [],
};
/** Simple questions go to the strong model, and hard ones are refused. */
const NEXT = graphOf(
  {
    enter: NODES.enter,
    sort: NODES.sort,
    cheap: modelNode('sandbox/large'),
    no: ['block', { message: 'Too hard.' }],
  },
  ['enter.next > sort', 'sort.simple > cheap', 'sort.standard > cheap', 'sort.complex > no'],
);
const EASY = 'give me a synonym for happy';

/** A policy with a version that is live. */
async function makeLive(): Promise<{ policy: string; name: string }> {
  const { policy, name } = await makePolicy(LIVE);
  await save(policy, { layout: LAYOUT });
  await publishDraft(policy, 'The first of them');
  return { policy, name };
}

const send = (name: string, question = EASY) => askPolicy(name, question);

const reason = () => page.getByRole('textbox', { name: 'Reason' });
const side = (name: string) => page.getByRole('region', { name, exact: true });

describe.skipIf(browser === null)('publishing', () => {
  openDrawings();

  it('waits for the save, and says that moving things is nothing to publish', async () => {
    const { policy } = await makeLive();
    await open(`/policies/${policy}/edit`);
    await button('Add a note').click();
    await button('Publish').click();
    await page.getByText('There is nothing to publish').waitFor();
    expect((await draftOf(policy)).layout.stickies.length).toBe(1);
    expect(await reason().count()).toBe(0);
  });

  it('tells in words and on both drawings what changes, and leads from one to the other', async () => {
    const { policy } = await makeLive();
    await save(policy, { graph: NEXT });
    await open(`/policies/${policy}/publish`);
    const list = page.getByRole('list', { name: 'What changes' });
    await list.getByText('“no” is new, a Block node.').waitFor();
    const before = side('Version 1, live');
    const after = side('The draft');
    await before.locator('.react-flow__node[data-id="strong"] .node-mark').getByText('−').waitFor();
    await after.locator('.react-flow__node[data-id="no"] .node-mark').getByText('+').waitFor();
    await before.locator('.react-flow__node[data-id="cheap"] .node-mark').getByText('≠').waitFor();
    await after.locator('.track-added').first().waitFor({ state: 'attached' });
    await before.locator('.track-removed').first().waitFor({ state: 'attached' });

    await button('Next change').click();
    await page.getByText(/^Change 1 of \d+$/).waitFor();
    expect(await after.locator('.node-chosen').count()).toBe(1);
    await list.getByRole('button', { name: /“no” is new/ }).click();
    expect(await after.locator('.node-chosen').getAttribute('data-id')).toBe('no');
    const box = await after.locator('.node-chosen').boundingBox();
    const room = await after.boundingBox();
    expect(box && room && box.x >= room.x && box.x + box.width <= room.x + room.width).toBe(true);

    await before.locator('.react-flow__node[data-id="strong"]').focus();
    await page.keyboard.press('Enter');
    await list.locator('[aria-current="true"]').getByText('“strong”').waitFor();
  });

  it('says what would have happened with the requests that came, and shows examples', async () => {
    const { policy, name } = await makeLive();
    await save(policy, { graph: NEXT });
    await open(`/policies/${policy}/publish`);
    await page.getByText('No request has followed this policy yet').waitFor();
    for (let i = 0; i < 7; i++) await send(name);
    await page.reload();
    await page.getByText('Something would have changed for 7 of 7 requests.').waitFor();
    await page.getByText(/7 requests would have cost \$[\d.]+ more/).waitFor();
    const bucket = button(/^7\s*Another model or text answers/);
    await bucket.click();
    await page.getByRole('row', { name: '7 sandbox/small sandbox/large' }).waitFor();
    await page.getByText('The newest 5 of them:').waitFor();
    const [example] = await Promise.all([
      here.context.waitForEvent('page'),
      page.getByRole('link', { name: 'Request 1, opens in a new tab' }).click(),
    ]);
    await example.getByRole('heading', { level: 1, name: /^Request of/ }).waitFor();
    await example.close();
  });

  it('can be told to stop looking at the requests that came, and to begin again', async () => {
    const { policy, name } = await makeLive();
    await send(name);
    await save(policy, { graph: NEXT });
    await page.route('**/api/records/replayable?**', () => undefined);
    await open(`/policies/${policy}/publish`);
    await page.getByText('Loading the requests …').waitFor();
    await button('Stop').click();
    await page.getByText('Stopped.').waitFor();
    await page.unroute('**/api/records/replayable?**');
    await button('Start again').click();
    await page.getByText('Something would have changed for 1 of 1 request.').waitFor();
  });

  it('asks for a reason, and what is published decides at once', async () => {
    const { policy, name } = await makeLive();
    expect(await send(name)).toBe(`${name}@1`);
    await save(policy, { graph: NEXT });
    await open(`/policies/${policy}/publish`);
    await reason().fill('  x ');
    await button('Publish as version 2').click();
    await page.getByText('Say why, in a few words.').waitFor();
    await reason().fill('Simple questions deserve better answers');
    await button('Publish as version 2').click();
    await page.getByText('Version 2 is live').waitFor();
    await page.getByText('Requests that are under way finish on version 1.').waitFor();
    expect(await send(name)).toBe(`${name}@2`);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('Simple questions deserve better answers').waitFor();
  });

  it('publishes the first version of a policy', async () => {
    const { policy } = await gateway.api<{ policy: { id: string } }>('POST', '/policies', {
      name: 'quite-new',
      title: 'Quite new',
      graph: LIVE,
    });
    await open(`/policies/${policy.id}/publish`);
    await page.getByText('This is the first version').waitFor();
    await reason().fill('To begin with');
    await button('Publish as version 1').click();
    await page.getByText('Version 1 is live').waitFor();
    expect(await send('quite-new')).toBe('quite-new@1');
  });

  it('refuses what has problems, and leads to the node', async () => {
    const { policy } = await makeLive();
    await save(policy, { graph: graphOf(NODES, EDGES.slice(0, 3)) });
    await open(`/policies/${policy}/publish`);
    await page.getByText('has to be mended first').or(page.getByText('have to be mended first')).waitFor();
    await page.getByText('This can be told once the problems are mended.').waitFor();
    await reason().fill('It cannot be');
    await button('Publish as version 2').click();
    await page.getByRole('alert').getByText('mended first').waitFor();
    const problem = page.getByRole('listitem').filter({ hasText: 'The port “complex” of “sort” leads nowhere.' });
    await problem.getByRole('link', { name: 'Mend it in the editor' }).click();
    await page.locator('.react-flow__node.selected[data-id="sort"]').waitFor();
    const { versions } = await gateway.api<{ versions: unknown[] }>('GET', `/policies/${policy}/versions`);
    expect(versions.length).toBe(1);
  });

  it('keeps what was typed when someone else has saved the draft, and publishes what was looked at only', async () => {
    const { policy, name } = await makeLive();
    await save(policy, { graph: NEXT });
    await open(`/policies/${policy}/publish`);
    await reason().fill('What I have looked at');
    await save(policy, { graph: graphOf({ ...NODES, cheap: modelNode('sandbox/local') }, EDGES) });
    await button('Publish as version 2').click();
    await page.getByText('The draft was saved again since you came here').waitFor();
    expect(await send(name)).toBe(`${name}@1`);
    await button('Look at the draft as it is now').click();
    await page.getByRole('list', { name: 'What changes' }).getByText('sandbox/local').waitFor();
    expect(await reason().inputValue()).toBe('What I have looked at');
    await button('Publish as version 2').click();
    await page.getByText('Version 2 is live').waitFor();
  });

  it('shows which tests do not come out as expected, here and as the gateway runs them', async () => {
    const { policy } = await makeLive();
    const request = { model: `policy/any`, messages: [{ role: 'user', content: EASY }] };
    const expect = { model: 'sandbox/small', status: 200 };
    const test = { id: 't1', name: 'Simple ones stay cheap', request, at: '2026-03-02T12:00:00Z', expect };
    await save(policy, { graph: NEXT, tests: [test] });
    await open(`/policies/${policy}/publish`);
    const words = 'It was to be answered by sandbox/small, but sandbox/large answers.';
    await page.getByRole('list', { name: 'Tests' }).getByText(words).waitFor();
    await page.getByText('1 test does not come out as expected: publishing will be refused.').waitFor();
    await reason().fill('All the same');
    await button('Publish as version 2').click();
    await page.getByRole('alert').getByText(words).waitFor();
    await page.getByText('Not published', { exact: true }).waitFor();
  });

  it('explains a problem that only the gateway knows of', async () => {
    const { policy } = await makeLive();
    await save(policy, { graph: graphOf({ ...NODES, cheap: modelNode('sandbox/gone') }, EDGES) });
    // What this page was told when the model was still there.
    await page.route('**/api/house', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        body: (await answer.text()).replaceAll('sandbox/small', 'sandbox/gone'),
      });
    });
    await open(`/policies/${policy}/publish`);
    await page.getByText('None: every way leads somewhere').waitFor();
    await reason().fill('It was there a moment ago');
    await page.unroute('**/api/house');
    await button('Publish as version 2').click();
    await page.getByRole('alert').getByText('“cheap” uses “sandbox/gone”').first().waitFor();
    expect(await reason().inputValue()).toBe('It was there a moment ago');
    await page.getByRole('list', { name: 'Problems' }).getByText('“cheap” uses “sandbox/gone”').waitFor();
  });

  it('goes on after a session that has ended, with what was typed', async () => {
    const { policy } = await makeLive();
    await save(policy, { graph: NEXT });
    await open(`/policies/${policy}/publish`);
    await reason().fill('Before the session ends');
    await here.context.clearCookies();
    await button('Publish as version 2').click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await reason().inputValue()).toBe('Before the session ends');
    await button('Publish as version 2').click();
    await page.getByText('Version 2 is live').waitFor();
  });

  it('lets those who may only look see all of it and change nothing', async () => {
    const { policy } = await makeLive();
    await save(policy, { graph: NEXT });
    const email = 'vi@example.com';
    await gateway.api('POST', '/people', { name: 'Vi', email, password: PASSWORD, grants: [{ role: 'viewer' }] });
    await open(`/policies/${policy}/edit`, email);
    await page.getByRole('link', { name: 'What would be published' }).click();
    await page.getByText('“no” is new').waitFor();
    await page.getByText('Ask an admin to publish it.').waitFor();
    expect(await reason().count()).toBe(0);
  });

  it.each(SCHEMES)(
    'has nothing that keeps people out, and no complaint in the console, in %s colours',
    async (scheme) => {
      await comeAgain(scheme);
      const { policy, name } = await makeLive();
      for (let i = 0; i < 3; i++) await send(name);
      await save(policy, { graph: NEXT });
      await open(`/policies/${policy}/publish`);
      await page.getByText('Something would have changed').waitFor();
      await button('Next change').click();
      await button(/Another model or text answers/).click();
      await page.getByText('All of them:').waitFor();
      await look(`publish-publish-${scheme}`);
      await page.evaluate('scrollTo(0, 0)');
      await page.screenshot({ path: join(files, `publish-top-${scheme}.png`), animations: 'disabled' });
      await reason().fill('A look at it');
      await button('Publish as version 2').click();
      await page.getByText('Version 2 is live').waitFor();
      await look(`publish-published-${scheme}`);
      await page.goto(`${gateway.url}/policies/${policy}/publish`);
      await page.getByText('There is nothing to publish').waitFor();
      await look(`publish-nothing-${scheme}`);
      await save(policy, { graph: graphOf(NODES, EDGES.slice(0, 3)) });
      await page.reload();
      await page.getByText('mended first').first().waitFor();
      await look(`publish-problems-${scheme}`);

      expect(here.complaints).toEqual([]);
    },
    120_000,
  );
});
