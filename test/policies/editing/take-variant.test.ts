import { describe, expect, it } from 'vitest';
import { takeVariant } from '../../../policies/editing/take-variant.ts';
import type { Drawing } from '../../../policies/graph.ts';
import { draw } from '../drawings.ts';
import { waysOf } from './shipped.ts';

const variants = [
  { port: 'a', label: 'A', weight: 50 },
  { port: 'b', label: 'B', weight: 50 },
];
const graph = draw(
  {
    enter: ['request', {}],
    trial: ['split', { variants }],
    short: ['limit', { maxOutputTokens: 10 }],
    small: ['model', { model: 'sandbox/small' }],
    large: ['model', { model: 'sandbox/large' }],
    sorry: ['block', { message: 'No.' }],
  },
  [
    'enter.next > trial',
    'trial.a > short',
    'short.next > small',
    'small.failed > large',
    'trial.b > large',
    'large.failed > sorry',
  ],
);
const drawing: Drawing = {
  graph,
  layout: { positions: Object.fromEntries(graph.nodes.map(({ id }, i) => [id, { x: i, y: 0 }])), stickies: [] },
};

describe('taking a variant', () => {
  it('leads straight to it, and keeps what another way still leads to', () => {
    const { drawing: taken, said } = takeVariant(drawing, 'trial', 'a');
    expect(waysOf(taken)).toEqual([
      'enter.next > short',
      'short.next > small',
      'small.failed > large',
      'large.failed > sorry',
    ]);
    expect(Object.keys(taken.layout.positions)).not.toContain('trial');
    expect(said).toEqual([]);
  });

  it('takes out what only the others led to, and says so', () => {
    const { drawing: taken, said } = takeVariant(drawing, 'trial', 'b');
    expect(waysOf(taken)).toEqual(['enter.next > large', 'large.failed > sorry']);
    expect(taken.graph.nodes.map(({ id }) => id)).toEqual(['enter', 'large', 'sorry']);
    expect(said).toEqual([expect.stringMatching(/short.*small.*only other variants led there/)]);
  });

  it('changes nothing where there is no such split, or its variant leads nowhere', () => {
    for (const [split, port] of [
      ['gone', 'a'],
      ['short', 'next'],
      ['trial', 'c'],
    ] as const) {
      const { drawing: same, said } = takeVariant(drawing, split, port);
      expect(same).toBe(drawing);
      expect(said).toHaveLength(1);
    }
  });
});
