import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Clipping,
  clippingSchema,
  copyOf,
  duplicate,
  paste,
  readClipping,
} from '../../../policies/editing/clipping.ts';
import { stickyOnCanvas } from '../../../policies/editing/stickies.ts';
import type { Drawing } from '../../../policies/graph.ts';
import { anyTemplate, shipped, waysOf } from './shipped.ts';

const starter = shipped('starter');
const empty: Drawing = { graph: { schema: 1, nodes: [], edges: [] }, layout: { positions: {}, stickies: [] } };
const all = ({ graph, layout }: Drawing): string[] => [
  ...graph.nodes.map(({ id }) => id),
  ...layout.stickies.map(({ id }) => stickyOnCanvas(id)),
];

describe('copying', () => {
  it('takes the chosen nodes and notes, and the edges between them', () => {
    const clipping = copyOf(starter, ['sort', 'cheap', 'enter', stickyOnCanvas('own'), 'nobody']);
    expect(clipping.graph.nodes.map(({ id }) => id)).toEqual(['enter', 'sort', 'cheap']);
    expect(clipping.graph.edges.map(({ port }) => port)).toEqual(['simple', 'standard']);
    expect(clipping.layout.stickies.map(({ id }) => id)).toEqual(['own']);
    expect(Object.keys(clipping.layout.positions)).toEqual(['enter', 'sort', 'cheap']);
  });

  it('goes through text, and other text is no clipping', () => {
    const clipping = copyOf(starter, all(starter));
    expect(readClipping(JSON.stringify(clipping, null, 2))).toEqual(clipping);
    for (const text of [
      '',
      'hello',
      '{}',
      'null',
      JSON.stringify(starter),
      JSON.stringify({ ...clipping, clipping: 2 }),
      JSON.stringify({ ...clipping, graph: { ...clipping.graph, schema: 99 } }),
      JSON.stringify({ ...clipping, more: 1 }),
    ])
      expect(readClipping(text), text).toBeNull();
  });
});

describe('pasting', () => {
  it('gives fresh ids, keeps the edges inside, and puts the upper left corner at the point', () => {
    const { drawing, ids, said } = paste(starter, copyOf(starter, ['sort', 'cheap', stickyOnCanvas('own')]), {
      x: 0,
      y: 1000,
    });
    expect(ids).toEqual(['sort-2', 'cheap-2', 'sticky own-2']);
    expect(said).toEqual([]);
    expect(waysOf(drawing).slice(starter.graph.edges.length)).toEqual([
      'sort-2.simple > cheap-2',
      'sort-2.standard > cheap-2',
    ]);
    expect(drawing.layout.positions['sort-2']).toEqual({ x: 0, y: 1000 });
    expect(drawing.layout.positions['cheap-2']).toEqual({ x: 680, y: 1000 });
    expect(drawing.layout.stickies.at(-1)?.at).toEqual({ x: 340, y: 1150 });
    expect(drawing.graph.nodes.slice(0, 6)).toEqual(starter.graph.nodes);
  });

  it('leaves a second request node out with its edges, and says so', () => {
    const { drawing, said } = paste(starter, copyOf(starter, ['enter', 'protect']), { x: 0, y: 900 });
    expect(said).toEqual(['The request node was left out: a policy has one, and it is there already.']);
    expect(drawing.graph.nodes.map(({ id }) => id).slice(6)).toEqual(['protect-2']);
    expect(drawing.graph.edges).toEqual(starter.graph.edges);
    const alone = paste(starter, copyOf(starter, ['enter']), { x: 0, y: 0 });
    expect([alone.drawing === starter, alone.ids]).toEqual([true, []]);
  });

  it('keeps budgets and models that are not known here', () => {
    const month = paste(empty, copyOf(starter, ['month']), { x: 0, y: 0 }).drawing.graph.nodes[0];
    expect(month?.settings).toEqual(starter.graph.nodes.find(({ id }) => id === 'month')?.settings);
  });

  it('makes nothing dangle or double of a text that was changed by hand', () => {
    const clipping = copyOf(starter, ['sort', 'cheap', 'strong']);
    const edges = [
      { from: 'sort', port: 'simple', to: 'strong' },
      { from: 'sort', port: 'sideways', to: 'strong' },
      { from: 'sort', port: 'complex', to: 'gone' },
      { from: 'gone', port: 'next', to: 'sort' },
    ];
    const forged = { ...clipping, graph: { ...clipping.graph, edges: [...clipping.graph.edges, ...edges] } };
    const nodes = [...forged.graph.nodes, ...forged.graph.nodes];
    const { graph } = paste(empty, { ...forged, graph: { ...forged.graph, nodes } }, { x: 0, y: 0 }).drawing;
    expect(graph.nodes).toHaveLength(3);
    expect(graph.edges).toEqual(clipping.graph.edges);
  });

  it('pastes nothing where it does not fit, and says so', () => {
    const many: Clipping = {
      ...copyOf(starter, []),
      graph: {
        schema: 1,
        nodes: Array.from({ length: 999 }, (_, i) => ({ ...starter.graph.nodes[5]!, id: `n${i}` })),
        edges: [],
      },
    };
    const { drawing, said, ids } = paste(starter, many, { x: 0, y: 0 });
    expect(drawing).toBe(starter);
    expect([said, ids]).toEqual([['Nothing was pasted: a drawing holds at most 1000 nodes.'], []]);
  });

  it('makes of any copy the same again', () => {
    fc.assert(
      fc.property(
        anyTemplate,
        fc.infiniteStream(fc.boolean()),
        fc.boolean(),
        ({ graph, layout }, chosen, elsewhere) => {
          const drawing: Drawing = { graph, layout };
          const clipping = copyOf(
            drawing,
            all(drawing).filter((id) => chosen.next().value && (elsewhere || id !== 'enter')),
          );
          expect(clippingSchema.parse(JSON.parse(JSON.stringify(clipping)))).toEqual(clipping);
          const target = elsewhere ? empty : drawing;
          const { drawing: pasted, ids } = paste(target, clipping, { x: 7, y: 9 });
          const again = copyOf(pasted, ids);
          const renamed = new Map(clipping.graph.nodes.map(({ id }, i) => [id, again.graph.nodes[i]?.id ?? '']));
          expect(again.graph.nodes).toEqual(
            clipping.graph.nodes.map((node) => ({ ...node, id: renamed.get(node.id) })),
          );
          expect(again.graph.edges).toEqual(
            clipping.graph.edges.map(({ from, port, to }) => ({ from: renamed.get(from), port, to: renamed.get(to) })),
          );
          const places = (one: Clipping) => [
            ...one.graph.nodes.map(({ id }) => one.layout.positions[id]!),
            ...one.layout.stickies.map(({ at }) => at),
          ];
          const [from, to] = [places(clipping), places(again)];
          for (const [i, point] of to.entries()) {
            expect(point.x - from[i]!.x).toBe(to[0]!.x - from[0]!.x);
            expect(point.y - from[i]!.y).toBe(to[0]!.y - from[0]!.y);
          }
          if (to.length > 0)
            expect([Math.min(...to.map(({ x }) => x)), Math.min(...to.map(({ y }) => y))]).toEqual([7, 9]);
          expect(again.layout.stickies.map(({ text }) => text)).toEqual(
            clipping.layout.stickies.map(({ text }) => text),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('duplicating', () => {
  it('puts the copy a little aside', () => {
    const { drawing, ids } = duplicate(starter, ['strong', 'cheap']);
    expect(ids).toEqual(['strong-2', 'cheap-2']);
    expect(waysOf(drawing).at(-1)).toBe('strong-2.failed > cheap-2');
    expect(drawing.layout.positions['strong-2']).toEqual({ x: 1400, y: 40 });
    expect(drawing.layout.positions['cheap-2']).toEqual({ x: 1740, y: 190 });
  });
});
