import { readdir, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPolicyFile, writePolicyFile } from '../../policies/policy-file.ts';
import { testFromSample } from '../../policies/policy-test.ts';
import { shippedPolicySchema, type Template } from '../../policies/template.ts';

const FOLDER = new URL('../../policies/templates/', import.meta.url);

const templates: Template[] = await Promise.all(
  (await readdir(FOLDER))
    .filter((file) => file.endsWith('.json'))
    .map(async (file) => shippedPolicySchema.parse(JSON.parse(await readFile(new URL(file, FOLDER), 'utf8')))),
);

/** A shipped policy as it is stored, with ids in place of the template's own keys of budgets. */
function stored({ name, title, description, graph, layout, budgets, samples }: Template) {
  const ids = new Map(budgets.map(({ key }) => [key, key]));
  const tests = samples.map((sample, i) => testFromSample(sample, ids, `sample-${i}`));
  const names = new Map(budgets.map((budget) => [budget.key, budget.name]));
  return { policy: { name, title, description, version: 3, graph, layout, tests }, names };
}

const inverse = (names: ReadonlyMap<string, string>) => new Map([...names].map(([id, name]) => [name, id]));

describe('a policy as a file', () => {
  it.each(templates.map((template) => [template.name, template] as const))('gives %s back as it was', (_, template) => {
    const { policy, names } = stored(template);
    const text = writePolicyFile(policy, names);
    expect(readPolicyFile(text, inverse(names))).toEqual({ ok: true, policy });
    for (const name of names.values()) expect(text).toContain(JSON.stringify(name));
  });

  it('is the same text for the same policy, in whatever order its parts were written', () => {
    for (const { policy, names } of templates.map(stored)) {
      const turned = JSON.parse(JSON.stringify(policy), (_, value: unknown) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).reverse())
          : value,
      );
      expect(writePolicyFile(turned, names)).toBe(writePolicyFile(policy, names));
      expect(writePolicyFile(policy, names).endsWith('}\n')).toBe(true);
    }
  });

  it('may be a graph alone, of which nothing else is known', () => {
    const graph = { schema: 1, nodes: [{ id: 'a', kind: 'request', title: 'A', settings: {} }], edges: [] };
    const policy = { name: null, title: null, description: '', version: null, graph, tests: [] };
    const layout = { positions: {}, stickies: [] };
    expect(readPolicyFile(JSON.stringify(graph), new Map())).toEqual({ ok: true, policy: { ...policy, layout } });
  });

  it('calls budgets that are not known by the names that the file has', () => {
    const node = { id: 'a', kind: 'budget', title: 'A', settings: { budget: 'Elsewhere' } };
    const read = readPolicyFile(JSON.stringify({ schema: 1, nodes: [node], edges: [] }), new Map([['Here', 'bud_1']]));
    expect(read).toMatchObject({ ok: true, policy: { graph: { nodes: [{ settings: { budget: 'Elsewhere' } }] } } });
  });

  it.each([
    ['words', 'hello', 'This file is not JSON'],
    ['another document', '{"colour":"red"}', 'There is no graph in this file.'],
    ['a list', '[]', 'There is no graph in this file.'],
    ['a newer graph', '{"schema":99,"nodes":[],"edges":[]}', 'newer version of Signalbox'],
    ['a newer file', '{"schema":99,"graph":{"schema":1,"nodes":[],"edges":[]}}', 'newer version of Signalbox'],
    ['a broken node', '{"schema":1,"nodes":[{"id":"a"}],"edges":[]}', 'at “nodes, 1, title”'],
  ])('is refused in words when it is %s', (_, text, why) => {
    const read = readPolicyFile(text, new Map());
    expect(read).toEqual({ ok: false, why: expect.stringContaining(why) });
  });

  it('never throws, whatever is in it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const read = readPolicyFile(text, new Map());
        if (!read.ok) expect(read.why).toMatch(/\.$/);
      }),
    );
  });
});
