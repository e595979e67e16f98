import { describe, expect, it } from 'vitest';
import { portsOf } from '../../policies/editing/ports.ts';
import type { Graph } from '../../policies/graph.ts';
import { shippedPolicies } from '../../server/control/shipped.ts';
import { elementsOf } from '../../ui/canvas/elements.ts';
import { tidy } from '../../ui/canvas/tidy.ts';
import { graphOf } from '../server/gateway/harness.ts';

const shipped = await shippedPolicies();
const NO_NAMES = new Map<string, string>();

describe.each(shipped.map(({ name, graph, layout }) => ({ name, graph, layout })))(
  'tidying $name',
  ({ graph, layout }) => {
    it('lets nothing overlap, and leads every way to the right', async () => {
      const places = await tidy(graph, layout, (one) => (portsOf(one) ?? []).map(({ name }) => name));
      const { nodes } = elementsOf(graph, layout, NO_NAMES, null);
      const boxes = nodes.map(({ id, width = 0, height = 0 }) => ({
        id,
        ...(places.get(id) ?? { x: 0, y: 0 }),
        width,
        height,
      }));
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(i + 1)) {
          const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
          expect(apart, `${a.id} and ${b.id}`).toBe(true);
        }
      }
      for (const { from, to } of graph.edges) expect(places.get(from)?.x).toBeLessThan(places.get(to)?.x ?? 0);
    });
  },
);

it('tidies the ways of one node into the order of its ports', async () => {
  const tags = Object.fromEntries(['a', 'b', 'c'].map((id) => [id, ['block', {}] as const]));
  const drawn = graphOf({ enter: ['request', {}], sort: ['classify', {}], ...tags }, [
    'enter.next > sort',
    'sort.simple > c',
    'sort.standard > a',
    'sort.complex > b',
  ]) as Graph;
  const places = await tidy(drawn, { positions: {}, stickies: [] }, ({ id }) =>
    id === 'sort' ? ['simple', 'standard', 'complex'] : ['next'],
  );
  const order = ['a', 'b', 'c'].sort((one, other) => (places.get(one)?.y ?? 0) - (places.get(other)?.y ?? 0));
  expect(order).toEqual(['c', 'a', 'b']);
});

it('keeps the very objects of what did not change', () => {
  const { graph, layout } = shipped[0] ?? expect.fail('policies are shipped');
  const before = elementsOf(graph, layout, NO_NAMES, null);
  const [first, ...rest] = graph.nodes;
  const next = { ...graph, nodes: [{ ...(first ?? expect.fail('there is a node')), title: 'Other' }, ...rest] };
  const after = elementsOf(next, layout, NO_NAMES, null, {}, before);
  const changed = after.nodes.filter((one, i) => one !== before.nodes[i]).map(({ id }) => id);
  expect(changed).toEqual([first?.id]);
  expect(after.ground).toBe(before.ground);
});
