import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GRAPH_SCHEMA, graphSchema, parseGraph, type Upgrade } from '../../policies/graph.ts';
import { documentSchema } from '../../policies/language.ts';
import { draw } from './drawings.ts';

const good = draw({ enter: ['request', {}], no: ['block', { message: 'No.' }] }, ['enter.next > no']);

describe('reading a document', () => {
  it('gives the graph that was written', () => {
    expect(parseGraph(JSON.parse(JSON.stringify(good)))).toEqual(good);
  });

  it('takes kinds and settings that are not right yet: a draft is saved as it is', () => {
    const draft = draw({ enter: ['request', { timeZone: 'Mars' }], odd: ['oracle', {}] }, ['enter.sideways > odd']);
    expect(parseGraph(draft)).toEqual(draft);
  });

  const refused: [string, unknown][] = [
    ['no object', 'graph'],
    ['no schema', { nodes: [], edges: [] }],
    ['a schema that is no number', { ...good, schema: '1' }],
    ['a member that nobody knows', { ...good, colour: 'red' }],
    ['an id with a space', { ...good, nodes: [{ id: 'a b', kind: 'block', title: '', settings: {} }] }],
    ['an id that is empty', { ...good, nodes: [{ id: '', kind: 'block', title: '', settings: {} }] }],
    [
      'more nodes than a drawing can hold',
      {
        ...good,
        nodes: Array.from({ length: 1001 }, (_, i) => ({ id: `n${i}`, kind: 'block', title: '', settings: {} })),
      },
    ],
  ];
  it.each(refused)('refuses %s', (_what, document) => {
    expect(() => parseGraph(document)).toThrow();
  });
});

describe('documents of another schema', () => {
  /** A language with two older schemas: in the first, nodes were steps; in the second, edges were arrows. */
  const upgrades: ReadonlyMap<number, Upgrade> = new Map<number, Upgrade>([
    [1, ({ steps, ...rest }) => ({ ...rest, nodes: steps })],
    [2, ({ arrows, ...rest }) => ({ ...rest, edges: arrows })],
  ]);
  const { nodes, edges } = good;

  it('are brought up one schema after the other', () => {
    expect(parseGraph({ schema: 1, steps: nodes, arrows: edges }, upgrades, 3)).toEqual(good);
    expect(parseGraph({ schema: 2, nodes, arrows: edges }, upgrades, 3)).toEqual(good);
    expect(parseGraph({ schema: 3, nodes, edges }, upgrades, 3)).toEqual(good);
  });

  it('are not changed themselves', () => {
    const stored = { schema: 1, steps: nodes, arrows: edges };
    const text = JSON.stringify(stored);
    parseGraph(Object.freeze(stored), upgrades, 3);
    expect(JSON.stringify(stored)).toBe(text);
  });

  it('are not guessed at: a schema that cannot be read any more, and one from the future, are said', () => {
    expect(() => parseGraph({ schema: 1, steps: nodes, arrows: edges }, new Map([...upgrades].slice(1)), 3)).toThrow(
      'Policies of schema 1 cannot be read any more.',
    );
    expect(() => parseGraph({ ...good, schema: GRAPH_SCHEMA + 1 })).toThrow('made by a newer version of Signalbox');
  });

  it('have to be right in the end', () => {
    expect(() => parseGraph({ schema: 2, nodes, edges }, upgrades, 3)).toThrow();
  });
});

describe('the schema of the whole language', () => {
  it('takes what is drawn, and refuses settings and kinds that the drawing only warns of', () => {
    const language = documentSchema();
    expect(language.safeParse(good).success).toBe(true);
    expect(graphSchema.safeParse(draw({ odd: ['oracle', {}] }, [])).success).toBe(true);
    expect(language.safeParse(draw({ odd: ['oracle', {}] }, [])).success).toBe(false);
    expect(language.safeParse(draw({ enter: ['request', { timeZone: 'Mars' }] }, [])).success).toBe(false);
  });

  it('can be written as JSON Schema, with titles and help', () => {
    const text = JSON.stringify(z.toJSONSchema(documentSchema(), { io: 'input', unrepresentable: 'any' }));
    expect(text).toContain('"title":"Time zone"');
    expect(text).toContain('The first case whose condition holds is taken.');
  });
});
