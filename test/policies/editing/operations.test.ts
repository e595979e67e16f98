import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addNode } from '../../../policies/editing/add.ts';
import { copyOf, duplicate, paste } from '../../../policies/editing/clipping.ts';
import { connect, disconnect, removeEdge } from '../../../policies/editing/connect.ts';
import { moveNodes, placeNodes } from '../../../policies/editing/move.ts';
import { removeNodes } from '../../../policies/editing/remove.ts';
import { retitle, setNote, setSettings } from '../../../policies/editing/settings.ts';
import {
  addSticky,
  editSticky,
  removeSticky,
  resizeSticky,
  stickyOnCanvas,
} from '../../../policies/editing/stickies.ts';
import type { Drawing } from '../../../policies/graph.ts';
import { kinds } from '../../../policies/kinds/index.ts';
import { anyTemplate, flawsOf, templates } from './shipped.ts';

interface Step {
  readonly what: keyof typeof OPERATIONS;
  readonly a: number;
  readonly b: number;
  readonly text: string;
  readonly kind: string;
  readonly settings: Record<string, unknown>;
}

const at = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)];
const idsOf = ({ graph, layout }: Drawing): string[] => [
  ...graph.nodes.map(({ id }) => id),
  ...layout.stickies.map(({ id }) => stickyOnCanvas(id)),
];
const PORTS = ['next', 'simple', 'yes', 'else', 'clean', 'found', 'within', 'warning', 'failed', 'nowhere'];
const nodeAt = ({ graph }: Drawing, index: number): string => at(graph.nodes, index)?.id ?? 'nobody';
const stickyAt = ({ layout }: Drawing, index: number): string => at(layout.stickies, index)?.id ?? 'nobody';
const some = (drawing: Drawing, { a, b }: Step): string[] =>
  idsOf(drawing).filter((_, i) => i % (2 + (a % 3)) === b % 2 || i === a % 7);

const OPERATIONS = {
  addAt: (drawing: Drawing, { kind, a, b }: Step) => addNode(drawing, kind, { at: { x: a, y: b } }).drawing,
  addInto: (drawing: Drawing, { kind, a }: Step) =>
    addNode(drawing, kind, { edge: at(drawing.graph.edges, a) ?? { from: 'no', port: 'no', to: 'no' } }).drawing,
  addToPort: (drawing: Drawing, { kind, a, b }: Step) =>
    addNode(drawing, kind, { from: nodeAt(drawing, a), port: at(PORTS, b) ?? '' }).drawing,
  addAfter: (drawing: Drawing, { kind, a }: Step) => addNode(drawing, kind, { after: nodeAt(drawing, a) }).drawing,
  connect: (drawing: Drawing, { a, b }: Step) =>
    connect(drawing, nodeAt(drawing, a), at(PORTS, a + b) ?? '', nodeAt(drawing, b)).drawing,
  disconnect: (drawing: Drawing, { a, b }: Step) => disconnect(drawing, nodeAt(drawing, a), at(PORTS, b) ?? ''),
  removeEdge: (drawing: Drawing, { a }: Step) => {
    const edge = at(drawing.graph.edges, a);
    return edge ? removeEdge(drawing, edge) : drawing;
  },
  removeOne: (drawing: Drawing, { a }: Step) => removeNodes(drawing, [at(idsOf(drawing), a) ?? 'nobody']).drawing,
  removeSome: (drawing: Drawing, step: Step) => removeNodes(drawing, some(drawing, step)).drawing,
  paste: (drawing: Drawing, step: Step) =>
    paste(drawing, copyOf(drawing, some(drawing, step)), { x: step.a, y: step.b }).drawing,
  pasteForeign: (drawing: Drawing, step: Step) => {
    const other = at(templates, step.a) ?? templates[0]!;
    return paste(drawing, copyOf(other, idsOf(other)), { x: step.a, y: step.b }).drawing;
  },
  duplicate: (drawing: Drawing, step: Step) => duplicate(drawing, some(drawing, step)).drawing,
  move: (drawing: Drawing, step: Step) => moveNodes(drawing, some(drawing, step), { x: step.a, y: -step.b }),
  place: (drawing: Drawing, { a, b }: Step) =>
    placeNodes(drawing, new Map([[at(idsOf(drawing), a) ?? '', { x: a, y: b }]])),
  retitle: (drawing: Drawing, { a, text }: Step) => retitle(drawing, nodeAt(drawing, a), text),
  note: (drawing: Drawing, { a, text }: Step) => setNote(drawing, nodeAt(drawing, a), text),
  set: (drawing: Drawing, { a, settings }: Step) => setSettings(drawing, nodeAt(drawing, a), settings).drawing,
  addSticky: (drawing: Drawing, { a, b, text }: Step) => addSticky(drawing, text, { x: a, y: b }).drawing,
  editSticky: (drawing: Drawing, { a, text }: Step) => editSticky(drawing, stickyAt(drawing, a), text),
  resizeSticky: (drawing: Drawing, { a, b }: Step) =>
    resizeSticky(drawing, stickyAt(drawing, a), { width: a - 500, height: b }),
  removeSticky: (drawing: Drawing, { a }: Step) => removeSticky(drawing, stickyAt(drawing, a)),
};

const caseOf = fc.record({
  port: fc.constantFrom('yes', 'no', 'a', 'b', 'Not a name', ''),
  label: fc.constantFrom('', 'Yes', 'No'),
  when: fc.constantFrom({ fact: 'team', operator: 'exists', value: true }, { fact: 'team' }),
});
const settings: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.record({ cases: fc.array(caseOf, { maxLength: 4 }) }),
  fc.record({ budget: fc.constantFrom('month', ''), warnAt: fc.constantFrom(null, 0.5, 7) }),
  fc.record({ simpleBelow: fc.double({ min: 0, max: 1 }), complexFrom: fc.double({ min: 0, max: 1 }) }),
  fc.record({ model: fc.constantFrom('asked', '', 'sandbox/large') }),
  fc.dictionary(fc.constantFrom('cases', 'rules', 'tags', 'other'), fc.jsonValue({ maxDepth: 2 })),
);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    what: fc.constantFrom(...(Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[])),
    a: fc.nat(1000),
    b: fc.nat(1000),
    text: fc.oneof(fc.string(), fc.constantFrom('', '🚂'.repeat(70), 'x'.repeat(5000))),
    kind: fc.constantFrom(...Object.keys(kinds), 'oracle'),
    settings,
  }),
  { minLength: 1, maxLength: 12 },
);

describe('any row of edits of a shipped policy', () => {
  it('leaves a sound drawing: it can be saved, and nothing dangles, doubles or goes in a circle', () => {
    fc.assert(
      fc.property(anyTemplate, steps, ({ graph, layout }, row) => {
        let drawing: Drawing = { graph, layout };
        for (const step of row) {
          const before = JSON.stringify(drawing);
          const after = OPERATIONS[step.what](drawing, step);
          // An edit never changes what it was given.
          expect(JSON.stringify(drawing)).toBe(before);
          expect(flawsOf(after), step.what).toEqual([]);
          drawing = after;
        }
      }),
      { numRuns: 150 },
    );
  });

  it('gives the same drawing each time', () => {
    fc.assert(
      fc.property(anyTemplate, steps, ({ graph, layout }, row) => {
        const play = (): Drawing =>
          row.reduce((drawing, step) => OPERATIONS[step.what](drawing, step), { graph, layout } as Drawing);
        expect(play()).toEqual(play());
      }),
      { numRuns: 50 },
    );
  });

  it('keeps every node that it does not touch as the very same object, and whatever else the document holds', () => {
    fc.assert(
      fc.property(anyTemplate, steps, ({ graph, layout }, row) => {
        let drawing: Drawing = { graph, layout };
        for (const step of row) {
          const before = new Map(drawing.graph.nodes.map((node) => [node.id, node]));
          const after = OPERATIONS[step.what](drawing, step);
          for (const node of after.graph.nodes) {
            const old = before.get(node.id);
            if (old && JSON.stringify(old) === JSON.stringify(node)) expect(node).toBe(old);
          }
          if (JSON.stringify(after) === JSON.stringify(drawing)) expect(after).toBe(drawing);
          drawing = after;
        }
        const tests = [{ name: 'kept' }];
        expect(addNode({ ...drawing, tests }, 'block', { at: { x: 0, y: 0 } }).drawing.tests).toBe(tests);
        expect(removeNodes({ ...drawing, tests }, idsOf(drawing)).drawing.tests).toBe(tests);
      }),
      { numRuns: 100 },
    );
  });
});
