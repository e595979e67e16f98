import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { initialSettings } from '../../policies/editing/ports.ts';
import type { Layout } from '../../policies/graph.ts';
import { kinds } from '../../policies/kinds/index.ts';
import { slotOf } from '../../ui/form/shape.ts';
import { graphOf } from '../server/gateway/harness.ts';
import { expectAccessible, SCHEMES } from './browser.ts';
import { type Draft, draftOf, edit, makePolicy, openDrawings, save } from './drawings.ts';
import { browser, comeAgain, here, page } from './house.ts';

/** Opens the editor on a new policy with that graph, and gives a way to read its draft as it is saved. */
async function fillIn(
  graph: unknown,
  { readOnly = false, layout }: { readOnly?: boolean; layout?: Layout } = {},
): Promise<() => Promise<Draft>> {
  const { policy } = await makePolicy(graph);
  if (layout) await save(policy, { layout });
  if (readOnly) {
    await page.route('**/api/session', async (route) => {
      const answer = await route.fetch();
      const text = await answer.text();
      await route.fulfill({ response: answer, body: text.replaceAll('"role":"admin"', '"role":"viewer"') });
    });
  }
  await edit(policy);
  return () => draftOf(policy);
}

const select = (id: string): Promise<void> => page.locator(`.react-flow__node[data-id="${id}"] .node-head`).click();
const form = (): Locator => page.getByRole('form', { name: 'Settings' });
const settingsOf = async (draft: () => Promise<Draft>, id: string): Promise<unknown> =>
  (await draft()).graph.nodes.find((node) => node.id === id)?.settings;
/** Looks until the draft is saved, which it is by itself a moment after the last change. */
const saved = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 15_000 });
const undo = (): Promise<void> => page.getByRole('button', { name: /^Undo/ }).click();

const TEAM = { fact: 'team', operator: 'exists', value: true };
const simple = (kind: keyof typeof kinds, settings: Record<string, unknown>, edges: readonly string[] = []) =>
  graphOf({ enter: ['request', {}], it: [kind, settings], last: ['model', { model: 'asked' }] }, [
    'enter.next > it',
    ...edges,
  ]);

describe.skipIf(browser === null)('the forms', () => {
  openDrawings();

  it.each(SCHEMES)(
    'have every setting and the help of every kind, open to everybody, in %s colours',
    async (scheme) => {
      await comeAgain(scheme);
      const nodes = Object.entries(kinds).map(
        ([name, kind]) => [`a-${name}`, [name, initialSettings(kind)]] as [string, [string, Record<string, unknown>]],
      );
      // Small enough to be seen whole.
      const positions = nodes.map(([id], i) => [id, { x: (i % 3) * 300, y: Math.floor(i / 3) * 140 }] as const);
      await fillIn(graphOf(Object.fromEntries(nodes), []), {
        layout: { positions: Object.fromEntries(positions), stickies: [] },
      });
      for (const [name, kind] of Object.entries(kinds)) {
        await select(`a-${name}`);
        await page.getByRole('tab', { name: kind.title, exact: true }).waitFor();
        const { shape } = slotOf(kind.settings);
        if (shape.type !== 'group') expect.fail('settings are a group');
        for (const { title } of shape.fields) await form().getByText(title, { exact: true }).first().waitFor();
        await page.getByRole('button', { name: `Help on ${kind.title}` }).click();
        await page.getByRole('heading', { name: 'When to use it' }).waitFor();
        await expectAccessible(page);
      }
      expect(here.complaints).toEqual([]);
    },
    300_000,
  );

  it('keep what is typed, right or not yet, and take back a word as one step', async () => {
    const draft = await fillIn(simple('model', { model: 'asked', timeoutSeconds: 120 }));
    await select('it');
    const patience = form().getByLabel('Patience', { exact: true });
    expect(await patience.inputValue()).toBe('2');
    await patience.fill('');
    await patience.pressSequentially('two', { delay: 0 });
    await form().getByText('This has to be a number.').waitFor();
    await saved(() => settingsOf(draft, 'it')).toMatchObject({ timeoutSeconds: 'two' });
    await page.reload();
    await select('it');
    expect(await patience.inputValue()).toBe('two');
    await patience.fill('1.50');
    await form().getByLabel('Unit of Patience').selectOption('minutes');
    await saved(() => settingsOf(draft, 'it')).toMatchObject({ timeoutSeconds: 90 });
    const title = page.getByLabel('Title', { exact: true });
    await title.fill('');
    await title.pressSequentially('Strong one');
    await page.locator('.react-flow__node[data-id="it"]').getByText('Strong one').waitFor();
    await title.press('Tab');
    await undo();
    expect(await title.inputValue()).toBe('it');
  });

  it('lead edges along when a case is named anew, and say what is dropped with a case', async () => {
    const when = (value: string) => ({ fact: 'team', operator: 'equal', value });
    const cases = [
      { port: 'yes', label: 'yes', when: when('search') },
      { port: 'no', label: 'no', when: when('ads') },
    ];
    const draft = await fillIn(simple('match', { cases }, ['it.yes > last', 'it.no > last', 'it.else > last']));
    await select('it');
    const first = form().getByRole('listitem', { name: 'Case 1' });
    await first.getByLabel('Label').fill('');
    await first.getByLabel('Label').pressSequentially('The checkout');
    expect(await first.getByLabel('Name', { exact: true }).inputValue()).toBe('the_checkout');
    await saved(async () => (await draft()).graph.edges.map(({ from, port }) => `${from}.${port}`).sort()).toEqual([
      'enter.next',
      'it.else',
      'it.no',
      'it.the_checkout',
    ]);
    await page.getByRole('button', { name: 'Move case 2 up' }).click();
    await page.locator(':focus[aria-label="Move case 1 up"]').waitFor();
    expect(await first.getByLabel('Label').inputValue()).toBe('no');
    await page.getByRole('button', { name: 'Remove case 1' }).click();
    await page.getByText('has no way out “no” any more').waitFor();
    await undo();
    await saved(async () => (await draft()).graph.edges.length).toBe(4);
    await page.getByRole('button', { name: 'Add a case' }).click();
    await page.locator('[aria-label="Case 3"] :focus').waitFor();
    await page.getByRole('combobox', { name: '“else” leads to' }).waitFor();
    expect(
      await page
        .getByLabel(/leads to$/)
        .and(page.getByRole('combobox'))
        .count(),
    ).toBe(4);
  });

  it('build a condition and say it as a sentence', async () => {
    const draft = await fillIn(simple('match', { cases: [{ port: 'yes', label: 'yes', when: TEAM }] }));
    await select('it');
    const fact = form()
      .getByRole('combobox', { name: 'Condition of When: what is compared' })
      .or(form().getByRole('combobox', { name: 'When: what is compared' }));
    await fact.fill('feature');
    await page.getByRole('option', { name: 'Tag feature' }).click();
    await form().getByLabel('When: how it is compared').selectOption('is one of');
    const values = form().getByRole('combobox', { name: 'When: what it is compared with' });
    await values.fill('checkout');
    await values.press('Enter');
    await values.fill('search');
    await values.press('Enter');
    await form().getByText('Tag feature is one of checkout, search.').waitFor();
    await page.keyboard.press('Escape');
    await form().getByRole('button', { name: 'And …' }).click();
    const second = form().getByRole('group', { name: 'Part 2', exact: true });
    await second.getByRole('combobox', { name: 'Part 2: what is compared' }).fill('estimated');
    await page.getByRole('option', { name: 'Estimated input tokens' }).click();
    await second.getByLabel('Part 2: how it is compared').selectOption('is more than');
    await second.getByLabel('Part 2: what it is compared with').fill('2,000');
    await form().getByLabel('When: how its parts are taken together').selectOption('None of these');
    await form()
      .getByText('Not (tag feature is one of checkout, search or estimated input tokens is more than 2,000).')
      .waitFor();
    await saved(() => settingsOf(draft, 'it')).toEqual({
      cases: [
        {
          port: 'yes',
          label: 'yes',
          when: {
            not: {
              any: [
                { fact: 'tags.feature', operator: 'in', value: ['checkout', 'search'] },
                { fact: 'tokens.input', operator: 'greaterThan', value: 2000 },
              ],
            },
          },
        },
      ],
    });
    await second.getByRole('combobox', { name: 'Part 2: what is compared' }).fill('complexity');
    const early = page.getByRole('option', { name: 'Complexity (put a Classify node before this one)' });
    expect(await early.getAttribute('data-combobox-disabled')).toBe('true');
    await expectAccessible(page);
  });

  it('leave a rule that they do not draw as it is written, until its definition is edited', async () => {
    const odd = { not: { not: TEAM } };
    const when = { all: [odd, { fact: 'user', operator: 'equal', value: 'ada' }] };
    const draft = await fillIn(simple('match', { cases: [{ port: 'yes', label: 'yes', when }] }));
    await select('it');
    const rule = form().getByRole('group', { name: 'Part 1: custom rule' });
    await rule.getByText('not (not (team is known))').waitFor();
    await form().getByRole('combobox', { name: 'Part 2: what it is compared with' }).fill('bob');
    await saved(() => settingsOf(draft, 'it')).toMatchObject({
      cases: [{ when: { all: [odd, { fact: 'user', operator: 'equal', value: 'bob' }] } }],
    });
    await rule.getByRole('button', { name: 'Edit the definition' }).click();
    const dialog = page.getByRole('dialog', { name: 'Definition of Part 1' });
    await write(dialog, '{ "fact": "team", "operator": "equal", "value": "ads" }');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await form().getByText('Team is ads and user is bob.').waitFor();
  });

  it('are one with the definition: each follows the other, and what is no JSON is not left', async () => {
    const scripts: string[] = [];
    page.on('request', (request) => scripts.push(new URL(request.url()).pathname));
    const draft = await fillIn(simple('block', { status: 403, message: 'Ask first.' }));
    await select('it');
    await form().getByLabel('Message').fill('Ask Ada first.');
    expect(scripts.some((path) => /\/monaco-[\w-]+\.js$/.test(path))).toBe(false);
    await page.getByRole('tab', { name: 'Definition' }).click();
    const panel = page.getByRole('tabpanel', { name: 'Definition' });
    await panel.getByText('Ask Ada first.').waitFor();
    expect(scripts.some((path) => /\/monaco-[\w-]+\.js$/.test(path))).toBe(true);

    await write(
      panel,
      '{ "id": "it", "title": "Stop", "kind": "block", "settings": { "status": 429, "message": "No." } }',
    );
    await page.locator('.react-flow__node[data-id="it"]').getByText('Stop', { exact: true }).waitFor();
    await saved(() => settingsOf(draft, 'it')).toEqual({ status: 429, message: 'No.' });

    await write(panel, '{ "id": "it", ');
    await panel.getByText('Not drawn yet').waitFor();
    await page.getByRole('tab', { name: 'Block' }).click();
    await page.locator(':focus', { hasText: 'Put it right' }).waitFor();
    await page.getByRole('tab', { name: 'Outline' }).click();
    await panel.getByText('Not drawn yet').waitFor();
    await page.getByRole('link', { name: 'Requests' }).click();
    await panel.getByText('Not drawn yet').waitFor();
    await page.locator(':focus', { hasText: 'Put it right' }).waitFor();
    await select('last');
    await panel.getByText('Not drawn yet').waitFor();
    await expectAccessible(page);
    await panel.getByRole('button', { name: 'Take it back' }).click();
    await page.getByRole('tab', { name: 'Model' }).click();
    await select('it');
    await page.getByRole('tab', { name: 'Definition' }).click();
    await write(panel, '{ "id": "it", ');
    await panel.getByText('Not drawn yet').waitFor();
    await select('it');
    await page.keyboard.press('Delete');
    await undo();
    await select('it');
    await page.getByRole('tab', { name: 'Block' }).click();
    expect(await form().getByLabel('Message').inputValue()).toBe('No.');
    expect(await form().getByLabel('Status').locator('option:checked').innerText()).toBe('429: too many requests');
  });

  it('offer in the definition what can stand there', async () => {
    await fillIn(simple('fallback', { models: ['asked'] }));
    await select('it');
    await page.getByRole('tab', { name: 'Definition' }).click();
    const panel = page.getByRole('tabpanel', { name: 'Definition' });
    await panel.locator('.view-line').first().waitFor();
    await write(panel, '{ "id": "it", "title": "", "kind": "fallback", "settings": { "models": [""] } }');
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget .monaco-list-row', { hasText: 'sandbox/local' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.closest(".monaco-editor") === null')).toBe(true);
  });

  it('show the whole policy as its definition', async () => {
    const draft = await fillIn(simple('tag', { tags: { usage: 'building' } }, ['it.next > last']));
    await page.getByRole('tab', { name: 'Whole policy' }).click();
    const panel = page.getByRole('tabpanel', { name: 'Whole policy' });
    await panel.locator('.view-line').first().waitFor();
    const { graph } = await draft();
    await write(panel, JSON.stringify(graph).replace('"title":"it"', '"title":"Marked"'));
    await page.locator('.react-flow__node[data-id="it"]').getByText('Marked').waitFor();
    await undo();
    await page.locator('.react-flow__node[data-id="it"]').getByText('it', { exact: true }).waitFor();
    await panel.getByText('"title": "it"').waitFor();
  });

  it('make a budget on the spot, and choose it', async () => {
    const draft = await fillIn(simple('budget', { budget: '' }, ['it.within > last']));
    await select('it');
    await form().getByText('No budget is chosen yet.').waitFor();
    await page.getByRole('button', { name: 'Make a budget' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('For the forms');
    await dialog.getByLabel('Limit in dollars').fill('12.50');
    await dialog.getByLabel('Reason').fill('A test needs it');
    await dialog.getByRole('button', { name: 'Make the budget' }).click();
    await dialog.waitFor({ state: 'detached' });
    await form()
      .getByText(/^\$12\.50 a month; \$0(\.00)? used$/)
      .waitFor();
    expect(await form().getByRole('combobox', { name: 'Budget' }).inputValue()).toBe('For the forms');
    await saved(() => settingsOf(draft, 'it')).toMatchObject({ budget: expect.stringMatching(/^bud_/) });
  });

  it('set thresholds with two thumbs by keyboard, and tags by name and value', async () => {
    const draft = await fillIn(
      graphOf({ enter: ['request', {}], sort: ['classify', {}], mark: ['tag', { tags: { usage: 'building' } }] }, [
        'enter.next > sort',
        'sort.simple > mark',
      ]),
    );
    await select('sort');
    await page.getByRole('slider', { name: 'Simple below' }).press('ArrowRight');
    await saved(() => settingsOf(draft, 'sort')).toMatchObject({ simpleBelow: 0.25 });
    await form().getByRole('textbox', { name: 'Complex from' }).fill('62.5');
    await saved(() => settingsOf(draft, 'sort')).toMatchObject({ complexFrom: 0.625 });
    await select('mark');
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await form().getByLabel('Name of tag 2').fill('usage');
    await form().getByText('There is a “usage” already.').waitFor();
    await form().getByLabel('Name of tag 2').fill('feature');
    await form().getByLabel('Value of tag 2').fill('checkout');
    await saved(() => settingsOf(draft, 'mark')).toMatchObject({
      tags: { usage: 'building', feature: 'checkout' },
    });
  });

  it('lead a way out to a node from a list, with the reason where that cannot be', async () => {
    const draft = await fillIn(simple('tag', { tags: { a: 'b' } }));
    await select('it');
    const way = page.getByRole('combobox', { name: '“next” leads to' });
    await way.click();
    const enter = page.getByRole('option', { name: /enter/ });
    await enter.getByText('Requests enter here; no way leads back to it.').waitFor();
    await page.getByRole('option', { name: 'last' }).click();
    await saved(async () => (await draft()).graph.edges.length).toBe(2);
    await way.click();
    await page.getByRole('option', { name: 'Nowhere' }).click();
    await page.getByRole('list', { name: 'Problems of this node' }).getByText('leads nowhere').waitFor();
    await page.getByRole('list', { name: 'Problems of this node' }).getByRole('button').first().click();
    await page.getByRole('list', { name: 'Problems of this node' }).waitFor({ state: 'detached' });
  });

  it('show everything to those who may only look, and nothing to change it with', async () => {
    await fillIn(
      graphOf(
        {
          enter: ['request', {}],
          what: ['match', { cases: [{ port: 'yes', label: 'yes', when: { all: [TEAM, { not: { not: TEAM } }] } }] }],
          mark: ['tag', { tags: { usage: 'building' } }],
        },
        ['enter.next > what'],
      ),
      { readOnly: true },
    );
    for (const id of ['what', 'mark']) {
      await select(id);
      await form().waitFor();
      const changing = /^(Add|Remove|Move|Delete|Duplicate|And|Or|Make|Edit)/;
      expect(await page.locator('.editor-side').getByRole('button', { name: changing }).count()).toBe(0);
      for (const field of await form().locator('input:visible, select, textarea').all()) {
        expect(await field.isEditable(), (await field.getAttribute('aria-label')) ?? '').toBe(false);
      }
      await expectAccessible(page);
    }
    await page.getByRole('tab', { name: 'Definition' }).click();
    await page.getByText('You can look at it.').waitFor();
  });
});

/** Writes a text into the text editor within, in place of what is there. */
async function write(within: Locator, text: string): Promise<void> {
  await within.locator('.view-line').first().waitFor();
  await within.locator('.monaco-editor').first().click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
  // A bracket that the editor closed by itself.
  await page.keyboard.press('Control+Shift+End');
  await page.keyboard.press('Delete');
}
