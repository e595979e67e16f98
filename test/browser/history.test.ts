import { describe, expect, it } from 'vitest';
import type { Layout } from '../../policies/graph.ts';
import { graphOf } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import { askPolicy, draftOf, makePolicy, modelNode, openDrawings, publishDraft, save, settingsOf } from './drawings.ts';
import { browser, button, comeAgain, dialog, gateway, here, hold, look, open, PASSWORD, page } from './house.ts';

const EDGES = ['enter.next > sort', 'sort.simple > cheap', 'sort.standard > cheap', 'sort.complex > strong'];
/** A policy whose simple questions go to this model. */
const withCheap = (model: string) =>
  graphOf(
    {
      enter: ['request', { timeZone: 'UTC' }],
      sort: ['classify', settingsOf('classify')],
      cheap: modelNode(model),
      strong: modelNode('sandbox/large'),
    },
    EDGES,
  );
const LAYOUT: Layout = {
  positions: { enter: { x: 0, y: 0 }, sort: { x: 380, y: 0 }, cheap: { x: 760, y: 0 }, strong: { x: 760, y: 220 } },
  stickies: [],
};
const MODELS = ['sandbox/small', 'sandbox/local', 'sandbox/large'] as const;
const REASONS = ['Small ones first', 'Everything stays in the house', 'Quality matters'] as const;

/** A policy with three versions, each with another model for simple questions. */
async function makeThree(): Promise<{ policy: string; name: string; title: string }> {
  const made = await makePolicy(withCheap(MODELS[0]));
  for (const [i, model] of MODELS.entries()) {
    await save(made.policy, { graph: withCheap(model), layout: LAYOUT });
    await publishDraft(made.policy, REASONS[i] ?? '');
  }
  return made;
}

const send = (name: string) => askPolicy(name, 'give me a synonym for happy');

const entry = (number: number) => page.getByRole('listitem', { name: `Version ${number}`, exact: true });

describe.skipIf(browser === null)('the versions of a policy', () => {
  openDrawings();

  it('stand with author, time and reason, the newest first, each with an address of its own', async () => {
    const { policy, title } = await makeThree();
    await open(`/policies/${policy}`);
    await page.getByRole('link', { name: 'History' }).click();
    await entry(3).waitFor();
    const list = page.getByRole('list', { name: 'Versions, the newest first' });
    const words = await list.innerText();
    expect(words.match(/^Version \d/gm)).toEqual(['Version 3', 'Version 2', 'Version 1']);
    for (const reason of REASONS) expect(words).toContain(reason);
    expect(await entry(3).innerText()).toMatch(/live[\s\S]*a program with the admin token, just now \(\d+ \w+ \d{4}/);
    await entry(1).getByRole('link', { name: 'Version 1', exact: true }).click();
    await page.getByText('This is version 1').waitFor();
    await page.getByText('sandbox/small answers.').first().waitFor();
    expect(new URL(page.url()).search).toBe('?version=1');
    await page.getByRole('link', { name: 'Show version 3, which is live' }).click();
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.getByText('This is version 1').waitFor({ state: 'detached' });
  });

  it('can be compared, any two and the draft: in words, side by side, and by their definition', async () => {
    const { policy } = await makeThree();
    await save(policy, { graph: withCheap('sandbox/small') });
    await open(`/policies/${policy}/history`);
    await page.getByRole('combobox', { name: 'Compare', exact: true }).selectOption('version 1');
    await page.getByRole('combobox', { name: 'with', exact: true }).selectOption('version 2');
    await button('Compare').click();
    await page.getByText('“cheap” now uses sandbox/local instead of sandbox/small.').waitFor();
    await button('Swap the two').click();
    await page.getByText('“cheap” now uses sandbox/small instead of sandbox/local.').waitFor();
    await page.getByRole('tab', { name: 'Side by side' }).click();
    await page.getByRole('region', { name: 'Version 2' }).locator('.node-changed').waitFor();
    await page.getByRole('region', { name: 'Version 1' }).locator('.node-changed').waitFor();
    await page.getByRole('tab', { name: 'Definition' }).click();
    await page.locator('.monaco-diff-editor').getByText('sandbox/local').first().waitFor();
    await page.getByRole('textbox', { name: 'Version 2 and Version 1: before' }).waitFor();
    expect(new URL(page.url()).search).toBe('?from=2&to=1&view=definition');
    // The draft does again what version 1 did.
    await page.getByRole('combobox', { name: 'Compare', exact: true }).selectOption('the draft');
    await button('Compare').click();
    await page.getByRole('tab', { name: 'In words' }).click();
    await page.getByText('They do the same').waitFor();
  });

  it('do not differ by where things stand', async () => {
    const { policy } = await makeThree();
    await save(policy, { layout: { ...LAYOUT, positions: { ...LAYOUT.positions, cheap: { x: 900, y: 400 } } } });
    await open(`/policies/${policy}/compare`);
    await page.getByText('They do the same').waitFor();
  });

  it('can be restored: shows what that changes, asks why, and keeps what is drawn', async () => {
    const { policy, name } = await makeThree();
    await save(policy, { graph: withCheap('sandbox/local') });
    await open(`/policies/${policy}/history`);
    await button('Restore version 1').click();
    await dialog().getByText('“cheap” now uses sandbox/small instead of sandbox/large.').waitFor();
    await dialog().getByText('The draft has changes that are not published. They stay as they are.').waitFor();
    await dialog().getByRole('button', { name: 'Publish it as version 4' }).click();
    await dialog().getByText('Say why, in a few words.').waitFor();
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('It was better before');
    await dialog().getByRole('button', { name: 'Publish it as version 4' }).click();
    await page.getByText('Version 4 is live', { exact: true }).waitFor();
    await entry(4).getByText('restored from version 1').waitFor();
    await entry(4).getByText('It was better before').waitFor();
    expect(await send(name)).toBe(`${name}@4`);
    const { graph } = await draftOf(policy);
    expect(graph.nodes.find(({ id }) => id === 'cheap')?.settings.model).toBe('sandbox/local');
  });

  it('take the draft along when it holds nothing that was not published', async () => {
    const { policy } = await makeThree();
    await open(`/policies/${policy}/history`);
    await button('Restore version 2').click();
    await dialog().getByText('The draft has no unpublished changes').waitFor();
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('Back into the house');
    await dialog().getByRole('button', { name: 'Publish it as version 4' }).click();
    await entry(4).waitFor();
    const { graph } = await draftOf(policy);
    expect(graph.nodes.find(({ id }) => id === 'cheap')?.settings.model).toBe('sandbox/local');
  });

  it('are not restored before it is shown what becomes of the draft', async () => {
    const { policy } = await makeThree();
    const letGo = await hold('**/draft');
    await open(`/policies/${policy}/history`);
    await button('Restore version 1').click();
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('Typed while it loads');
    const act = dialog().getByRole('button', { name: 'Publish it as version 4' });
    expect(await act.isDisabled()).toBe(true);
    await dialog().getByText('Loading the draft').waitFor();
    letGo();
    await act.click();
    await entry(4).getByText('Typed while it loads').waitFor();
  });

  it('keep a reason that was typed when restoring fails', async () => {
    const { policy } = await makeThree();
    await open(`/policies/${policy}/history`);
    await button('Restore version 1').click();
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('Do not lose this');
    await page.route('**/restore', (route) => route.abort());
    await dialog().getByRole('button', { name: 'Publish it as version 4' }).click();
    await dialog().getByText('The gateway does not answer.').waitFor();
    expect(await dialog().getByRole('textbox', { name: 'Reason' }).inputValue()).toBe('Do not lose this');
    await page.unroute('**/restore');
    await dialog().getByRole('button', { name: 'Publish it as version 4' }).click();
    await entry(4).waitFor();
  });

  it('can be looked at, and not restored, by those who may change nothing', async () => {
    const { policy } = await makeThree();
    const email = 'vi@example.com';
    await gateway.api('POST', '/people', { name: 'Vi', email, password: PASSWORD, grants: [{ role: 'viewer' }] });
    await open(`/policies/${policy}/history`, email);
    await entry(1).waitFor();
    expect(await page.getByRole('button', { name: /^Restore/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Back to the policy' }).click();
    await page.getByText('Version 3, live', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: /^(Edit|Publish)$/ }).count()).toBe(0);
  });

  it('carry their traffic: counts and shares on edges, ends and cost on nodes, and all of it as a table', async () => {
    const { policy, name } = await makeThree();
    await open(`/policies/${policy}`);
    await page.getByText('No request took this version since').waitFor();
    for (let i = 0; i < 4; i++) expect(await send(name)).toBe(`${name}@3`);
    await page.reload();
    await page.getByText(/^4 requests since .*, by whole hours\.$/).waitFor();
    expect(await page.locator('.track-label-traffic').allInnerTexts()).toEqual(
      expect.arrayContaining(['4 · 100 %', '4 · 100 %', 'never', 'never']),
    );
    await page
      .locator('.react-flow__node[data-id="cheap"]')
      .getByText(/^4 ended here · \$/)
      .waitFor();
    await page.getByText('Never taken: sort (standard), sort (complex).').waitFor();
    await button('Show as a table').click();
    const table = page.getByRole('table', { name: 'Requests by node and way' });
    await table.getByRole('row', { name: /simple → cheap 4 100 % 0 \$/ }).waitFor();
    await table.getByRole('row', { name: 'complex → strong never taken' }).waitFor();

    await page.getByText('Own range', { exact: true }).click();
    await page.getByRole('textbox', { name: 'From' }).fill('2020-01-01T00:00');
    await page.getByRole('textbox', { name: 'Until' }).fill('2019-01-01T00:00');
    await button('Show this time').click();
    await page.getByText('It has to be after the start.').waitFor();
    await page.getByRole('textbox', { name: 'Until' }).fill('2020-01-02T00:00');
    await button('Show this time').click();
    await page.getByText('No request took this version since 1 Jan 2020, 00:00:00 and before 2 Jan 2020').waitFor();
    expect(new URL(page.url()).searchParams.get('from')).toBe(String(Date.UTC(2020, 0, 1)));
    // Another version of the same policy has traffic of its own.
    await page.goto(`${gateway.url}/policies/${policy}?version=2&last=month`);
    await page.getByText('No request took this version since').waitFor();
  });

  it('fit a narrow screen', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    const { policy } = await makeThree();
    await save(policy, { graph: withCheap('sandbox/small') });
    for (const [path, content] of [
      ['', page.getByText('No request took this version since')],
      ['/history', entry(1)],
      ['/compare?view=drawings', button('Next change')],
      ['/publish', button('Publish as version 4')],
    ] as const) {
      await open(`/policies/${policy}${path}`);
      await content.waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(390);
    }
  });

  it.each(SCHEMES)(
    'have nothing that keeps people out, and no complaint in the console, in %s colours',
    async (scheme) => {
      await comeAgain(scheme);
      const { policy, name } = await makeThree();
      for (let i = 0; i < 3; i++) await send(name);
      await open(`/policies/${policy}`);
      await page.getByText(/^3 requests since/).waitFor();
      await button('Show as a table').click();
      await look(`history-policy-${scheme}`);
      await page.goto(`${gateway.url}/policies/${policy}?version=1&from=0&to=3600000`);
      await page.getByText('This is version 1').waitFor();
      await page.getByText('No request took this version').waitFor();
      await look(`history-older-${scheme}`);
      await page.goto(`${gateway.url}/policies/${policy}/history`);
      await entry(1).waitFor();
      await look(`history-history-${scheme}`);
      await button('Restore version 1').click();
      await dialog().getByText('“cheap” now uses').waitFor();
      await look(`history-restore-${scheme}`);
      await page.goto(`${gateway.url}/policies/${policy}/compare?from=1&to=3`);
      await page.getByText('“cheap” now uses').waitFor();
      await look(`history-words-${scheme}`);
      await page.getByRole('tab', { name: 'Side by side' }).click();
      await button('Next change').click();
      await page.locator('.node-chosen').first().waitFor();
      await look(`history-drawings-${scheme}`);
      await page.getByRole('tab', { name: 'Definition' }).click();
      await page.locator('.monaco-diff-editor').getByText('sandbox/large').first().waitFor();
      await look(`history-definition-${scheme}`);
      expect(here.complaints).toEqual([]);
    },
    180_000,
  );
});
