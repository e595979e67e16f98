import { describe, expect, it } from 'vitest';
import { graphOf } from '../server/gateway/harness.ts';
import { expectAccessible, SCHEMES } from './browser.ts';
import {
  canvas,
  drag,
  edges,
  head,
  LAYOUT,
  makeDrawn,
  middleOf,
  openCanvas,
  place,
  policy,
  status,
} from './canvas-drawing.ts';
import { edit, node } from './drawings.ts';
import { browser, comeAgain, page } from './house.ts';
import { countRenders, rendersOf } from './renders.ts';

describe.skipIf(browser === null)('the canvas of the editor', () => {
  openCanvas();

  it('adds nodes by the keyboard alone, each behind the one before, and undoes them one by one', async () => {
    await edit(policy);
    const before = await edges();
    await canvas().focus();
    await page.keyboard.press('PageDown');
    await page.keyboard.press('Tab');
    await page.getByRole('combobox', { name: 'What to add' }).fill('redact');
    await page.keyboard.press('Enter');
    await node('redact').waitFor();
    expect(await edges()).toEqual(expect.arrayContaining(['enter next redact', 'redact clean sort']));
    await page.keyboard.press('Tab');
    await page.getByRole('combobox', { name: 'What to add' }).fill('tag');
    await page.keyboard.press('Enter');
    await node('tag').waitFor();
    await page.keyboard.press('Control+z');
    await node('tag').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+z');
    await node('redact').waitFor({ state: 'detached' });
    expect(await edges()).toEqual(before);
    await page.keyboard.press('Control+Shift+z');
    await node('redact').waitFor();
    await status('Done again').waitFor();
  });

  it('keeps the keyboard free: Escape closes the box, Shift+Tab goes back, F6 goes on', async () => {
    await edit(policy);
    await canvas().focus();
    await page.keyboard.press('Tab');
    await page.getByRole('combobox', { name: 'What to add' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Add a node' }).waitFor({ state: 'detached' });
    await page.keyboard.press('F6');
    await page.locator('.editor-side [role="tab"]:focus').waitFor();
    await canvas().focus();
    await page.keyboard.press('Shift+Tab');
    await page.locator('.palette :focus').waitFor();
  });

  it('takes every letter that is typed after Tab, however soon', async () => {
    await edit(policy);
    await canvas().focus();
    await page.keyboard.press('PageDown');
    // Within one task of the page nothing can come between the key and what has the focus after it.
    const focused = await page.evaluate(`(async () => {
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab', bubbles: true, cancelable: true }));
      for (let i = 0; i < 5; i++) await Promise.resolve();
      return document.activeElement.getAttribute('aria-label');
    })()`);
    expect(focused).toBe('What to add');
  });

  it('moves by dragging and by arrow keys, a drag and a row of keys being one step each', async () => {
    await edit(policy);
    const from = await head('cheap');
    await drag(from, { x: from.x - 40, y: from.y + 90 });
    await status('Moved “cheap”').waitFor();
    const dragged = await place('cheap');
    expect(dragged.y).toBeGreaterThan(100);
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key);
    await expect.poll(() => place('cheap')).toEqual({ x: dragged.x + 20, y: dragged.y + 11 });
    await page.keyboard.press('Control+z');
    await expect.poll(() => place('cheap')).toEqual(dragged);
    await page.keyboard.press('Control+z');
    await expect.poll(() => place('cheap')).toEqual(LAYOUT.positions.cheap);
    await page.getByRole('button', { name: 'Nothing to undo' }).waitFor();
  });

  it('deletes several at once, closes the ways through them, and brings all of it back in one step', async () => {
    await edit(policy);
    const before = await edges();
    await node('strong').click();
    await page.keyboard.press('Delete');
    await status('Deleted “strong”. Undo with Ctrl+Z.').waitFor();
    expect(await edges()).toEqual([
      'enter next sort',
      'sort complex cheap',
      'sort simple cheap',
      'sort standard cheap',
    ]);
    await page.keyboard.press('Control+z');
    await node('strong').waitFor();
    expect(await edges()).toEqual(before);
    await node('strong').click();
    await node('cheap').click({ modifiers: ['Shift'] });
    await page.keyboard.press('Backspace');
    await status('Deleted 2 nodes').waitFor();
    expect(await edges()).toEqual(['enter next sort']);
    await page.keyboard.press('Control+z');
    await expect.poll(edges).toEqual(before);
  });

  it('selects with a box, and keeps the node that every request enters by', async () => {
    await edit(policy);
    const bounds = (await canvas().boundingBox()) ?? expect.fail('the canvas is drawn');
    await page.keyboard.down('Shift');
    await drag(
      { x: bounds.x + 6, y: bounds.y + 60 },
      { x: bounds.x + bounds.width - 6, y: bounds.y + bounds.height - 130 },
    );
    await page.keyboard.up('Shift');
    await expect.poll(() => page.locator('.react-flow__node.selected').count()).toBe(5);
    await page.keyboard.press('Delete');
    await status('stays: every request enters there').waitFor();
    await expect.poll(() => page.locator('.react-flow__node').count()).toBe(1);
  });

  it('takes no key of text that is written for one of its own', async () => {
    await edit(policy);
    await node('sort').click();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => place('sort')).toEqual({ x: 340, y: 10 });
    const field = page.getByRole('textbox', { name: 'Find a kind of node' });
    await field.fill('budgets');
    await field.press('Backspace');
    await page.getByRole('button', { name: 'Budget', exact: true }).waitFor();
    for (const key of ['ArrowDown', 'Control+a', 'Control+z', 'F2', 'Delete']) await field.press(key);
    expect(await place('sort')).toEqual({ x: 340, y: 10 });
    expect(await page.locator('.react-flow__node').count()).toBe(5);
    expect(await page.locator('.react-flow__node.selected').count()).toBe(1);
  });

  it('copies into another policy by the clipboard, cuts and duplicates', async () => {
    const other = await makeDrawn(graphOf({ enter: ['request', { timeZone: 'UTC' }] }, []), {
      positions: {},
      stickies: [],
    });
    await edit(policy);
    await node('sort').click();
    await node('cheap').click({ modifiers: ['Shift'] });
    await page.keyboard.press('Control+c');
    await status('Copied 2 nodes').waitFor();
    await page.keyboard.press('Control+d');
    await node('sort-2').waitFor();
    await page.keyboard.press('Control+x');
    await node('sort-2').waitFor({ state: 'detached' });
    await edit(other);
    await canvas().focus();
    await page.keyboard.press('Control+v');
    await node('cheap-2').or(node('cheap')).first().waitFor();
    expect(await edges()).toEqual(expect.arrayContaining([expect.stringMatching(/^sort.* simple cheap/)]));
  });

  it('changes a title where it stands, and leaves it alone on Escape', async () => {
    await edit(policy);
    await node('cheap').locator('.node-title').dblclick();
    await page.getByRole('textbox', { name: 'Title' }).first().waitFor();
    await page.keyboard.type('Small one');
    await page.keyboard.press('Enter');
    await node('cheap').getByText('Small one', { exact: true }).waitFor();
    await page.keyboard.press('F2');
    await node('cheap').getByRole('textbox', { name: 'Title' }).waitFor();
    await page.keyboard.type('Never mind');
    await page.keyboard.press('Escape');
    await node('cheap').getByText('Small one', { exact: true }).waitFor();
    await page.keyboard.press('Control+z');
    await node('cheap').getByText('cheap', { exact: true }).waitFor();
  });

  it('keeps notes: written on, moved, resized, deleted and undone', async () => {
    await edit(policy);
    await page.getByRole('button', { name: 'Add a note' }).click();
    await page.getByRole('textbox', { name: 'Text of the note' }).fill('Mind the gap');
    await page.keyboard.press('Escape');
    const note = page.locator('.react-flow__node-sticky', { hasText: 'Mind the gap' });
    await note.waitFor();
    const before = (await note.boundingBox()) ?? expect.fail('the note is drawn');
    const corner = await middleOf(note.locator('.react-flow__resize-control.handle.bottom.right'));
    await drag(corner, { x: corner.x + 60, y: corner.y + 40 });
    await expect.poll(async () => (await note.boundingBox())?.width ?? 0).toBeGreaterThan(before.width + 40);
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await note.boundingBox())?.width ?? 0).toBeCloseTo(before.width, 0);
    await note.click();
    await page.keyboard.press('ArrowDown');
    await status('Moved the note').waitFor();
    await page.keyboard.press('Control+Shift+ArrowRight');
    await status('Changed the size of the note').waitFor();
    await page.keyboard.press('Delete');
    await note.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+z');
    await note.waitFor();
  });

  it('finds nodes and commands by their names, and goes there', async () => {
    await edit(policy);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Find a command or a node').fill('strong');
    await page
      .getByRole('button', { name: /strong/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.react-flow__node.selected[data-id="strong"]').waitFor();
    await page.keyboard.press('Control+f');
    await page.getByPlaceholder('Find a node', { exact: true }).last().fill('cheap');
    await page.keyboard.press('Enter');
    await page.locator('.react-flow__node.selected[data-id="cheap"]').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Find a command or a node').fill('tidy');
    await page.keyboard.press('Enter');
    await status('Everything is in order').waitFor();
    await page.keyboard.press('Control+z');
    await status('Undone: Tidy').waitFor();
    await expect.poll(() => place('strong')).toEqual(LAYOUT.positions.strong);
  });

  it('has an outline that keys go through and that selects on the canvas', async () => {
    await edit(policy);
    await page.getByRole('tab', { name: /Outline/ }).click();
    const tree = page.getByRole('tree');
    expect(await tree.getByRole('treeitem').count()).toBe(6);
    await tree.getByRole('treeitem', { name: /enter/ }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.react-flow__node.selected[data-id="cheap"]:focus').waitFor();
    await tree.locator('[aria-selected="true"]', { hasText: 'simple: cheap' }).waitFor();
  });

  it('shows what is wrong on the node itself', async () => {
    await edit(policy);
    await node('strong').click();
    await page.getByRole('button', { name: 'Add what comes after “failed”' }).first().click();
    await page.getByRole('option', { name: /^Match/ }).click();
    await page.locator('.react-flow__node[data-id="match"] .node-problem[data-severity="error"]').waitFor();
    expect(await node('match').getAttribute('aria-label')).toContain('Problem:');
  });

  it('shows everything to those who may only look, and no means to change it', async () => {
    await page.route('**/api/session', async (route) => {
      const answer = await route.fetch();
      const text = await answer.text();
      await route.fulfill({ response: answer, body: text.replaceAll('"role":"admin"', '"role":"viewer"') });
    });
    await edit(policy);
    expect(await page.locator('.palette, .add-button').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Tidy' }).count()).toBe(0);
    const from = await head('cheap');
    await drag(from, { x: from.x, y: from.y + 80 });
    await node('cheap').click();
    for (const key of ['Delete', 'ArrowDown', 'F2', 'Control+d', 'Control+x', 'Control+v'])
      await page.keyboard.press(key);
    expect(await place('cheap')).toEqual(LAYOUT.positions.cheap);
    expect(await page.locator('.react-flow__node').count()).toBe(5);
  });

  it('draws no other node or edge again while one is dragged or its title is typed', async () => {
    // The edges of a node say its title, and end where it stands.
    const isOther = (id: string): boolean => !id.split(' ').includes('cheap');
    await countRenders(page);
    await edit(policy);
    await node('cheap').click();
    const title = page.getByRole('textbox', { name: 'Title' });
    await title.click();
    await rendersOf(page);
    await title.pressSequentially(' of the house');
    await node('cheap').getByText('cheap of the house').waitFor();
    const typed = await rendersOf(page);
    expect(typed.get('cheap')).toBeGreaterThan(0);
    expect([...typed.keys()].filter(isOther)).toEqual([]);
    const from = await head('cheap');
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 10, from.y + 10, { steps: 3 });
    await rendersOf(page);
    await page.mouse.move(from.x + 60, from.y + 90, { steps: 12 });
    const dragged = await rendersOf(page);
    await page.mouse.up();
    expect([...dragged.keys()].filter(isOther)).toEqual([]);
    expect(dragged.get('cheap')).toBeGreaterThan(0);
  });

  it.each(SCHEMES)(
    'is accessible, also with its boxes open (%s)',
    async (scheme) => {
      await comeAgain(scheme);
      await edit(policy);
      await expectAccessible(page);
      await node('sort').click();
      await page.keyboard.press('Tab');
      await page.getByRole('combobox', { name: 'What to add' }).waitFor();
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('Find a command or a node').waitFor();
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Keys' }).click();
      await page.getByRole('dialog', { name: 'Keys of the drawing' }).waitFor();
      await expectAccessible(page);
    },
    90_000,
  );
});
