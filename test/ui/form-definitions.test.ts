import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Graph, GraphNode } from '../../policies/graph.ts';
import { field } from '../../policies/kinds/kind.ts';
import { documentSchema } from '../../policies/language.ts';
import type { PolicyDocument } from '../../ui/editing/document.ts';
import { jsonSchemaOf } from '../../ui/monaco/json-schema.ts';
import {
  putGraph,
  putNode,
  readGraph,
  readNode,
  writeDefinition,
} from '../../ui/screens/editor/inspector/definition-text.ts';

const known = { fact: 'team', operator: 'exists', value: true };
const graph: Graph = {
  schema: 1,
  nodes: [
    { id: 'enter', kind: 'request', title: 'Request', settings: {} },
    { id: 'what', kind: 'match', title: 'What', settings: { cases: [{ port: 'yes', label: 'yes', when: known }] } },
    { id: 'ask', kind: 'model', title: 'Ask', settings: { model: 'asked' } },
  ],
  edges: [
    { from: 'enter', port: 'next', to: 'what' },
    { from: 'what', port: 'yes', to: 'ask' },
    { from: 'what', port: 'else', to: 'ask' },
  ],
};
const document: PolicyDocument = {
  graph,
  layout: { positions: { enter: { x: 1, y: 1 }, what: { x: 2, y: 2 } }, stickies: [] },
  tests: [],
};
const what = graph.nodes[1] ?? expect.fail('there is a match');

const written = (text: string, id = 'what'): GraphNode => {
  const node = readNode(text, id);
  return node.ok ? node.value : expect.fail(node.why);
};

describe('a definition', () => {
  it('says what it says, and nothing else', () => {
    expect(written(writeDefinition(what))).toEqual(what);
    expect(readGraph(writeDefinition(graph))).toEqual({ ok: true, value: graph });
  });

  it('says in words why it cannot be taken', () => {
    const why = (text: string): string => {
      const node = readNode(text, 'what');
      return node.ok ? expect.fail('it was taken') : node.why;
    };
    expect(why('{"id": "what"')).toMatch(/^This is no JSON yet/);
    expect(why('{"id": "what", "kind": "match", "title": "x"}')).toBe('settings: This is missing.');
    expect(why(JSON.stringify({ ...what, id: 'other' }))).toContain('“what”');
    expect(why(JSON.stringify({ ...what, colour: 'red' }))).toContain('“colour”');
    expect(why('[]')).not.toContain('undefined');
  });

  it('takes settings that do not fit yet, since the form does so too', () => {
    expect(written(JSON.stringify({ ...what, settings: { cases: [] } })).settings).toEqual({ cases: [] });
  });

  it('leads edges along when a port is renamed, and drops those of ports that are gone', () => {
    const renamed = { ...what, settings: { cases: [{ port: 'known', label: 'yes', when: known }] } };
    expect(putNode(document, renamed).graph.edges).toEqual([
      { from: 'enter', port: 'next', to: 'what' },
      { from: 'what', port: 'known', to: 'ask' },
      { from: 'what', port: 'else', to: 'ask' },
    ]);
    const other = { ...what, kind: 'tag', settings: { tags: { a: 'b' }, override: true } };
    expect(putNode(document, other).graph.edges).toEqual([{ from: 'enter', port: 'next', to: 'what' }]);
    expect(putNode(document, { ...what, title: 'Who', note: 'why' }).graph.nodes[1]).toEqual({
      ...what,
      title: 'Who',
      note: 'why',
    });
    expect(putNode(document, { ...what, id: 'gone' })).toBe(document);
  });

  it('leaves a node where it stands when its id is changed in the whole', () => {
    const text = writeDefinition(graph).replaceAll('"what"', '"who"');
    const next = readGraph(text);
    if (!next.ok) expect.fail(next.why);
    const after = putGraph(document, next.value);
    expect(after.layout.positions.who).toEqual({ x: 2, y: 2 });
    expect(after.graph.edges[0]?.to).toBe('who');
    expect(putGraph(document, graph).layout).toBe(document.layout);
  });
});

describe('the schema in the text editor', () => {
  it('is made from the language: every kind, its words, and what may be left out', () => {
    const schema = JSON.stringify(jsonSchemaOf(documentSchema(), { model: ['asked', 'sandbox/small'] }));
    expect(schema).toContain('"const":"fallback"');
    expect(schema).toContain('Longest wait for each answer to begin');
    expect(schema).toContain('"examples":["asked","sandbox/small"]');
    expect(schema).toContain('tokens.input');
    expect(schema).not.toContain('"form"');
  });

  it('follows any schema', () => {
    const one = z.strictObject({
      must: z.string(),
      may: z.int().default(1),
      how: field(z.enum(['a', 'b']), 'How', 'In which way.', { words: { a: 'the first', b: 'the second' } }),
    });
    expect(jsonSchemaOf(one, {})).toMatchObject({
      required: ['must', 'how'],
      additionalProperties: false,
      properties: {
        how: { title: 'How', description: 'In which way.', enumDescriptions: ['the first', 'the second'] },
      },
    });
  });
});
