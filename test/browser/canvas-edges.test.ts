import { describe, expect, it } from 'vitest';
import { canvas, drag, edges, head, middleOf, openCanvas, policy, port, status } from './canvas-drawing.ts';
import { edit, node } from './drawings.ts';
import { browser, page } from './house.ts';

describe.skipIf(browser === null)('edges on the canvas', () => {
  openCanvas();

  it('are drawn by dragging from a port to a node, or it is said in words why that cannot be', async () => {
    await edit(policy);
    await drag(await middleOf(port('cheap', 'failed')), await head('sort'));
    await status('the way would go in a circle').waitFor();
    await node('strong').click();
    await drag(await middleOf(port('sort', 'simple')), await head('strong'));
    await expect.poll(edges).toContain('sort simple strong');
    expect(await edges()).not.toContain('sort simple cheap');
  });

  it('are drawn by two clicks, while the nodes to which a port cannot lead are dimmed', async () => {
    await edit(policy);
    await port('sort', 'complex').click();
    await expect.poll(() => page.locator('.node-refused .node-title').allInnerTexts()).toEqual(['enter', 'strong']);
    await node('cheap').locator('.node-head').click();
    await expect.poll(edges).toContain('sort complex cheap');
    expect(await page.locator('.node-refused').count()).toBe(0);
    await port('cheap', 'failed').click();
    await canvas().press('Escape');
    expect(await page.locator('.react-flow__handle.chosen').count()).toBe(0);
  });

  it('are led elsewhere by dragging an end, and deleted when selected', async () => {
    await edit(policy);
    const anchor = page.locator('.react-flow__edge[data-id="sort simple cheap"] .react-flow__edgeupdater-target');
    const { x, y } = await middleOf(anchor);
    // Several edges end here; the one that was drawn last is on top.
    const id = await page.evaluate<string | undefined>(
      `document.elementFromPoint(${x - 4}, ${y})?.closest('.react-flow__edge')?.dataset.id`,
    );
    await drag({ x: x - 4, y }, await head('strong'));
    const [from, leaving] = (id ?? '').split(' ');
    if (from === 'strong') await status('cannot lead to itself').waitFor();
    else await expect.poll(edges).toContain(`${from} ${leaving} strong`);
    await page.locator('.react-flow__edge[data-id="enter next sort"]').dispatchEvent('click');
    await canvas().press('Delete');
    await status('Deleted the edge from “enter” to “sort”').waitFor();
    expect(await edges()).not.toContain('enter next sort');
  });

  it('take a node by their button, as a loose port does', async () => {
    await edit(policy);
    await page.getByRole('button', { name: 'Add a node after “next”' }).click();
    await page.getByRole('combobox', { name: 'What to add' }).fill('budget');
    await page.keyboard.press('Enter');
    await expect.poll(edges).toEqual(expect.arrayContaining(['enter next budget', 'budget within sort']));
    // The view goes to what was added, and buttons move with it.
    await page.locator('.react-flow__node[data-id="budget"]:focus').waitFor();
    // What stood behind has made room, and is not all in view.
    await page.getByRole('button', { name: 'Show all of it' }).click();
    await page.getByRole('button', { name: 'Add what comes after “failed”' }).first().click();
    await page.getByRole('option', { name: /^Answer/ }).click();
    await expect.poll(edges).toContain('cheap failed answer');
  });

  it('take kinds from the palette, which a click puts behind what is selected', async () => {
    await edit(policy);
    const track = page.locator('.react-flow__edge[data-id="enter next sort"] .react-flow__edge-interaction');
    const box = (await track.boundingBox()) ?? expect.fail('the edge is drawn');
    const room = (await canvas().boundingBox()) ?? expect.fail('the canvas is drawn');
    await page.getByRole('button', { name: 'Redact', exact: true }).dragTo(canvas(), {
      targetPosition: { x: box.x - room.x + box.width - 8, y: box.y - room.y + box.height / 2 },
    });
    await expect.poll(edges).toEqual(expect.arrayContaining(['enter next redact', 'redact clean sort']));
    // What stood behind has made room, and is not all in view.
    await page.getByRole('button', { name: 'Show all of it' }).click();
    await node('cheap').click();
    await page.getByRole('button', { name: 'Block', exact: true }).click();
    await expect.poll(edges).toContain('cheap failed block');
    await page.getByRole('button', { name: 'Request', exact: true }).focus();
    await page.keyboard.press('Enter');
    await status('it is there already').waitFor();
  });
});
