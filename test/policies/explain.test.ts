import { afterEach, describe, expect, it } from 'vitest';
import { compileGraph } from '../../policies/compile.ts';
import { evaluate } from '../../policies/evaluate.ts';
import { explain } from '../../policies/explain.ts';
import { parseGraph } from '../../policies/graph.ts';
import { operators } from '../../policies/operators.ts';
import { probe } from '../../policies/probe.ts';
import { Run } from '../../policies/run.ts';
import { shippedPolicies } from '../../server/control/shipped.ts';
import { viewOf } from './view.ts';

const graph = parseGraph({
  schema: 1,
  nodes: [
    { id: 'enter', kind: 'request', title: '', settings: {} },
    {
      id: 'sort',
      kind: 'match',
      title: '',
      settings: {
        cases: [
          {
            port: 'big',
            label: '',
            when: {
              all: [
                { fact: 'team', operator: 'in', value: ['search', 'ads'] },
                { fact: 'tokens.input', operator: 'greaterThan', value: 2000 },
              ],
            },
          },
          { port: 'night', label: '', when: { fact: 'time.of_day', operator: 'during', value: ['22:00', '06:00'] } },
          { port: 'secret', label: '', when: { fact: 'text.last_user', operator: 'contains', value: 'Project X' } },
        ],
      },
    },
    { id: 'say', kind: 'answer', title: '', settings: { text: 'hello' } },
  ],
  edges: [
    { from: 'enter', port: 'next', to: 'sort' },
    ...['big', 'night', 'secret', 'else'].map((port) => ({ from: 'sort', port, to: 'say' })),
  ],
});

const noEffects = {
  hold: () => expect.unreachable(),
  call: () => expect.unreachable(),
  classify: () => expect.unreachable(),
  redact: () => expect.unreachable(),
  throttle: () => expect.unreachable(),
  alert: () => expect.unreachable(),
  chance: () => expect.unreachable(),
  cache: () => expect.unreachable(),
  shadow: () => expect.unreachable(),
  order: () => expect.unreachable(),
};

async function explained(values: Record<string, string | number>) {
  const source = {
    read: (fact: string) => values[fact] ?? null,
    truth: (_: string, __: Run, compute: () => boolean) => compute(),
  };
  const run = new Run({ view: viewOf({}), tags: new Map(), source, now: 0 });
  const compiled = compileGraph(graph);
  const [step] = await explain(compiled, await evaluate(compiled, run, noEffects), run, false);
  return step;
}

/** Turns one form of an operator around; gives the function that puts it right again. */
function spoil(name: 'greaterThan' | 'during' | 'contains'): () => void {
  const { engine } = operators[name];
  Object.assign(operators[name], { engine: (...args: Parameters<typeof engine>) => !engine(...args) });
  return () => Object.assign(operators[name], { engine });
}

let mend = (): void => undefined;
afterEach(() => mend());

describe('the explanation of a decision', () => {
  it('shows each comparison up to the case that was taken, and that both evaluators agree', async () => {
    const step = await explained({ team: 'ads', 'tokens.input': 10, 'time.of_day': '23:00' });
    expect(step).toMatchObject({ node: 'sort', taken: 'night', library: 'night', agree: true });
    expect(step?.cases.map(({ port, result }) => [port, result])).toEqual([
      ['big', false],
      ['night', true],
    ]);
    expect(step?.cases[0]?.leaves).toMatchObject([
      { fact: 'team', found: 'ads', result: true },
      { fact: 'tokens.input', found: 10, result: false },
    ]);
  });

  it('says so when the rules library would go elsewhere', async () => {
    mend = spoil('during');
    expect(await explained({ 'time.of_day': '12:00' })).toMatchObject({
      taken: 'else',
      library: 'night',
      agree: false,
    });
  });

  it('does not repeat what people wrote', async () => {
    const step = await explained({ 'text.last_user': 'all about project x, please' });
    expect(step).toMatchObject({ taken: 'secret', agree: true });
    expect(JSON.stringify(step)).not.toContain('please');
  });
});

describe('the probe before a publish', () => {
  it('finds nothing in what is shipped', async () => {
    for (const shipped of await shippedPolicies()) expect(await probe(compileGraph(shipped.graph))).toEqual([]);
    expect(await probe(compileGraph(graph))).toEqual([]);
  });

  for (const name of ['greaterThan', 'during', 'contains'] as const) {
    it(`finds the condition whose evaluators differ, were “${name}” changed in one of them`, async () => {
      mend = spoil(name);
      expect((await probe(compileGraph(graph))).map(({ node }) => node)).toEqual(['sort']);
    });
  }
});
