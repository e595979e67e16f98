/** A drawing on the canvas of the editor, and a hand that works on it: what the tests of the canvas share. */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Layout } from '../../policies/graph.ts';
import { graphOf } from '../server/gateway/harness.ts';
import { makePolicy, modelNode, node, openDrawings, save, settingsOf } from './drawings.ts';
import { here, page } from './house.ts';

const GRAPH = graphOf(
  {
    enter: ['request', { timeZone: 'UTC' }],
    sort: ['classify', settingsOf('classify')],
    cheap: modelNode('sandbox/small'),
    strong: modelNode('sandbox/large'),
  },
  [
    'enter.next > sort',
    'sort.simple > cheap',
    'sort.standard > cheap',
    'sort.complex > strong',
    'strong.failed > cheap',
  ],
);
export const LAYOUT: Layout = {
  positions: {
    enter: { x: 0, y: 0 },
    sort: { x: 340, y: 0 },
    strong: { x: 680, y: 200 },
    cheap: { x: 1020, y: 0 },
  },
  stickies: [{ id: 'why', text: 'Ask the team first', at: { x: 340, y: 220 }, width: 220, height: 80 }],
};

/** The id of a new policy with that drawing, for each test. */
export let policy: string;

/** Opens the editor's house; no page in it may complain. */
export function openCanvas(): void {
  openDrawings();
  beforeEach(async () => {
    policy = await makeDrawn();
  });
  afterEach(() => expect(here.complaints).toEqual([]));
}

export async function makeDrawn(graph: unknown = GRAPH, layout: Layout = LAYOUT): Promise<string> {
  const { policy: made } = await makePolicy(graph);
  await save(made, { layout });
  return made;
}

export const port = (id: string, name: string) =>
  page.locator(`.react-flow__handle.source[data-nodeid="${id}"][data-handleid="${name}"]`);
export const edges = async (): Promise<string[]> => {
  const drawn = await page.locator('.react-flow__edge').all();
  return (await Promise.all(drawn.map(async (one) => (await one.getAttribute('data-id')) ?? ''))).sort();
};
export const status = (words: string | RegExp) => page.locator('.canvas-status').getByText(words);
export const canvas = () => page.locator('.drawing-full .react-flow');

/** Where a node stands in the drawing. */
export async function place(id: string): Promise<{ x: number; y: number }> {
  const transform = (await node(id).getAttribute('style')) ?? '';
  const [x = Number.NaN, y = Number.NaN] =
    /translate\((-?[\d.]+)px, (-?[\d.]+)px\)/.exec(transform)?.slice(1).map(Number) ?? [];
  return { x, y };
}

export async function middleOf(target: ReturnType<Page['locator']>): Promise<{ x: number; y: number }> {
  const box = (await target.boundingBox()) ?? expect.fail('it is drawn');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Drags as a hand does. */
export async function drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.mouse.up();
}

export async function head(id: string): Promise<{ x: number; y: number }> {
  return middleOf(node(id).locator('.node-icon'));
}
