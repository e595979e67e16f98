import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NODE_WIDTH, nodeHeight } from '../../policies/editing/node-size.ts';
import type { Graph } from '../../policies/graph.ts';
import { shippedPolicies } from '../../server/control/shipped.ts';
import { arrange } from '../../ui/canvas/arrange.ts';
import { describeNode, readingOrder } from '../../ui/canvas/describe.ts';
import { elementsOf } from '../../ui/canvas/elements.ts';
import type { Box, Point } from '../../ui/canvas/geometry.ts';
import { layTracks } from '../../ui/canvas/tracks.ts';

const shipped = await shippedPolicies();
const NO_NAMES = new Map<string, string>();

/** Points along a path of lines and curves, close enough together that no node fits between two of them. */
function pointsOn(path: string): Point[] {
  const parts = path.match(/[MLQC][^MLQC]*/g) ?? [];
  const points: Point[] = [];
  for (const part of parts) {
    const numbers = part.slice(1).trim().split(/\s+/).map(Number);
    const ends = [points.at(-1) ?? { x: 0, y: 0 }];
    for (let i = 0; i < numbers.length; i += 2) ends.push({ x: numbers[i] ?? 0, y: numbers[i + 1] ?? 0 });
    if (part.startsWith('M')) points.push(ends[1] ?? { x: 0, y: 0 });
    else for (let t = 1; t <= 40; t++) points.push(bezier(ends, t / 40));
  }
  return points;
}

/** De Casteljau: one point of a curve of any degree. */
function bezier(ends: readonly Point[], t: number): Point {
  let row = ends;
  while (row.length > 1) {
    row = row.slice(1).map((point, i) => {
      const before = row[i] ?? point;
      return { x: before.x + (point.x - before.x) * t, y: before.y + (point.y - before.y) * t };
    });
  }
  return row[0] ?? { x: 0, y: 0 };
}

const within = ({ x, y }: Point, box: Box): boolean =>
  x > box.x + 1 && x < box.x + box.width - 1 && y > box.y + 1 && y < box.y + box.height - 1;

describe.each(shipped.map(({ name, graph, layout }) => ({ name, graph, layout })))('$name', ({ graph, layout }) => {
  const { nodes, edges } = elementsOf(graph, layout, NO_NAMES, null);
  const boxes = nodes.flatMap((node): Box[] =>
    node.type === 'policy' ? [{ ...node.position, width: node.width ?? 0, height: node.height ?? 0 }] : [],
  );

  it('draws every node and every edge', () => {
    expect(boxes.length).toBe(graph.nodes.length);
    expect(edges.length).toBe(graph.edges.length);
  });

  it('lets no two nodes and no note overlap', () => {
    const all = nodes.map(({ position, width = 0, height = 0 }) => ({ ...position, width, height }));
    for (const [i, a] of all.entries()) {
      for (const b of all.slice(i + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart, JSON.stringify([a, b])).toBe(true);
      }
    }
  });

  it('leads no edge through a node', () => {
    for (const edge of edges) {
      for (const point of pointsOn(edge.data?.track.path ?? '')) {
        expect(
          boxes.some((box) => within(point, box)),
          edge.id,
        ).toBe(false);
      }
    }
  });

  it('reads every node once, the way in first', () => {
    const order = readingOrder(graph);
    expect(order[0]?.kind).toBe('request');
    expect(new Set(order)).toEqual(new Set(graph.nodes));
    expect(order.length).toBe(graph.nodes.length);
  });
});

const starter = shipped.find(({ name }) => name === 'starter') ?? expect.fail('the starter policy is shipped');

it('calls a budget by its name, and a node that it does not know by what it is', () => {
  const month = starter.graph.nodes.find(({ kind }) => kind === 'budget') ?? expect.fail('there is a budget');
  const node = { ...month, settings: { ...month.settings, budget: 'bud_1' } };
  expect(describeNode(node, [], new Map([['bud_1', 'All of us']])).sentence).toContain('“All of us”');
  const strange = describeNode({ ...node, kind: 'teleport' }, [{ from: node.id, port: 'gone', to: 'x' }], NO_NAMES);
  expect(strange).toMatchObject({ group: 'unknown', ports: [{ name: 'gone' }] });
  expect(strange.sentence).toContain('teleport');
  expect(describeNode({ ...node, settings: {} }, [], NO_NAMES).sentence).toBe('Its settings are not complete yet.');
});

it('lights the way of a request and nothing else', () => {
  const way = [
    { node: 'enter', port: 'next' },
    { node: 'protect', port: 'found' },
    { node: 'month', port: 'warning' },
    { node: 'cheap', port: null },
  ];
  const { nodes, edges } = elementsOf(starter.graph, starter.layout, NO_NAMES, way);
  const lit = edges.filter(({ data }) => data?.light === 'lit').map(({ id }) => id);
  expect(lit).toEqual(['enter next protect', 'protect found month', 'month warning cheap']);
  const steps = nodes.flatMap((node) =>
    node.type === 'policy' && node.data.light === 'lit' ? [[node.id, node.data.steps]] : [],
  );
  expect(Object.fromEntries(steps)).toEqual({ enter: [1], protect: [2], month: [3], cheap: [4] });
});

it('gives every node of any graph a place of its own when none was stored', () => {
  const graphs = fc.integer({ min: 1, max: 12 }).chain((count) => {
    const name = fc.integer({ min: 0, max: count - 1 }).map((i) => `n${i}`);
    const edge = fc.record({ from: name, port: fc.constant('next'), to: name });
    return fc.record({ count: fc.constant(count), edges: fc.array(edge, { maxLength: 20 }) });
  });
  fc.assert(
    fc.property(graphs, ({ count, edges }) => {
      const nodes = Array.from({ length: count }, (_, i) => ({ id: `n${i}`, kind: 'tag', title: '', settings: {} }));
      const graph: Graph = { schema: 1, nodes, edges };
      const places = arrange(graph, { positions: {}, stickies: [] });
      expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(count);
    }),
  );
});

it('goes around a node that stands in the way, and beside another edge that does so', () => {
  const between: Box = { x: 340, y: 0, width: NODE_WIDTH, height: nodeHeight(1) };
  const from = { x: 264, y: 60 };
  const connection = (target: string, y: number, lane: number) => ({
    from: { ...from, y: from.y + lane * 20 },
    to: { x: 680, y },
    target,
    lane,
  });
  const tracks = layTracks([connection('a', 60, 0), connection('b', 80, 1)], [between], []);
  for (const { path } of tracks) {
    expect(pointsOn(path).some((point) => within(point, between))).toBe(false);
    expect(path.startsWith('M 264 ')).toBe(true);
  }
  expect(tracks[0]?.label.y).not.toBe(tracks[1]?.label.y);
});
