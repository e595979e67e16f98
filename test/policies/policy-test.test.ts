import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGraph } from '../../policies/compile.ts';
import {
  type PolicyTest,
  policyTestSchema,
  runPolicyTest,
  testFromSample,
  testFromSimulation,
} from '../../policies/policy-test.ts';
import { statusOf } from '../../policies/refusal.ts';
import { outsideSchema, simulate } from '../../policies/simulate.ts';
import { shippedPolicySchema } from '../../policies/template.ts';
import { refusalOf } from '../../server/gateway/refusal.ts';
import { body, callerTags, draw, drawing, moment, outside, smallHouse } from './drawings.ts';
import { budgetOf, worldWith } from './house.ts';

const FOLDER = new URL('../../policies/templates/', import.meta.url);
const templates = readdirSync(FOLDER).map((file) =>
  shippedPolicySchema.parse(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))),
);

const sorting = draw(
  {
    enter: ['request', {}],
    hide: ['redact', { rules: [{ detect: 'email', action: 'mask' }] }],
    month: ['budget', { budget: 'month', warnAt: 0.8 }],
    large: ['model', { model: 'sandbox/large' }],
    small: ['model', { model: 'sandbox/small' }],
    no: ['block', { status: 402, message: 'The month is spent.' }],
  },
  [
    'enter.next > hide',
    'hide.clean > month',
    'hide.found > month',
    'month.within > large',
    'month.warning > small',
    'month.exhausted > no',
  ],
);
const graph = compileGraph(sorting);
const house = worldWith([budgetOf('month')]);

const test = (expect: PolicyTest['expect'], more: object = {}): PolicyTest =>
  policyTestSchema.parse({
    id: 'one',
    name: 'One',
    request: { model: 'sandbox/large', messages: [{ role: 'user', content: 'Write to ada@example.com' }] },
    at: '2026-03-02T12:00:00Z',
    expect,
    ...more,
  });
const spent = (amount: number) => ({ outside: { budgets: { month: { spent: amount } } } });

describe('a test of a policy', () => {
  it('passes where model, status, path and findings are as expected', async () => {
    const expectation = {
      model: 'sandbox/large',
      status: 200,
      path: 'enter.next > hide.found > month.within > large',
      redactions: { email: 1 },
    };
    const result = await runPolicyTest(graph, test(expectation), house);
    expect(result.differences).toEqual([]);
    expect(result.passed).toBe(true);
    expect(result.simulation.decision.outcome).toEqual({ type: 'model', model: 'sandbox/large' });
  });

  it.each<[what: string, test: PolicyTest, differences: unknown[]]>([
    [
      'another model',
      test({ model: 'sandbox/small', status: 200 }),
      ['It was to be answered by sandbox/small, but sandbox/large answers.'],
    ],
    [
      'a refusal that was not expected',
      test({ model: 'sandbox/large', status: 200 }, spent(10_000_000_000)),
      ['It was to be answered by sandbox/large, but it is refused with status 429: Refused: The month is spent.'],
    ],
    [
      'an answer that was not expected',
      test({ model: null, status: 429 }),
      ['It was to be refused with status 429, but sandbox/large answers.'],
    ],
    [
      'another way',
      test(
        { model: 'sandbox/small', status: 200, path: 'enter.next > hide.found > month.within > small' },
        spent(9_000_000_000),
      ),
      [
        expect.stringMatching(
          /^At “month” the request was to leave by “within”, but leaves by “warning”: month is past/,
        ),
      ],
    ],
    [
      'another node',
      test({ model: 'sandbox/large', status: 200, path: 'enter.next > month.within > large' }),
      ['The way was to go from “enter” to “month”, but goes to “hide”.'],
    ],
    [
      'a longer way',
      test({ model: 'sandbox/large', status: 200, path: 'enter.next > hide.found' }),
      ['The way was to end at “hide”, but goes on to “month”.'],
    ],
    [
      'a shorter way',
      test({
        model: 'sandbox/large',
        status: 200,
        path: 'enter.next > hide.found > month.within > large.failed > small',
      }),
      ['At “large” the request was to leave by “failed”, but ends there: sandbox/large answered.'],
    ],
    [
      'other findings',
      test({ model: 'sandbox/large', status: 200, redactions: { phone: 2 } }),
      [
        '“phone” was to be found 2 times, but is found not at all.',
        '“email” was to be found not at all, but is found once.',
      ],
    ],
  ])('says %s', async (_what, one, differences) => {
    const result = await runPolicyTest(graph, one, house);
    expect(result.differences).toEqual(differences);
    expect(result.passed).toBe(false);
  });

  it('begins with empty budgets, whatever is spent of them now', async () => {
    const poor = { ...house, state: () => ({ spent: 10_000_000_000, held: 0 }) };
    expect((await runPolicyTest(graph, test({ model: 'sandbox/large', status: 200 }), poor)).passed).toBe(true);
  });
});

describe('a test made from a simulation', () => {
  it('passes on the same drawing, whatever was spent then', async () => {
    await fc.assert(
      fc.asyncProperty(drawing, body, callerTags, moment, outside, async (drawn, request, tags, now, said) => {
        const compiled = compileGraph(drawn);
        const world = { ...smallHouse, state: () => ({ spent: 120_000_000, held: 7 }) };
        const simulation = await simulate(compiled, { body: request, tags, now }, said, world);
        const plain = Object.fromEntries([...tags].map(([name, { value }]) => [name, value]));
        const kept = testFromSimulation('Kept', 'kept', request, plain, now, said, simulation);
        const result = await runPolicyTest(
          compiled,
          policyTestSchema.parse(JSON.parse(JSON.stringify(kept))),
          smallHouse,
        );
        expect(result.differences).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe.each(templates.map((template) => [template.name, template] as const))('the template %s', (_name, template) => {
  const world = worldWith(template.budgets.map(({ key, ...budget }) => ({ ...budget, id: `bud_${key}`, revision: 1 })));
  const budgetIds = new Map(template.budgets.map(({ key }) => [key, `bud_${key}`]));
  const own = compileGraph({
    ...template.graph,
    nodes: template.graph.nodes.map((node) =>
      typeof node.settings.budget === 'string'
        ? { ...node, settings: { ...node.settings, budget: `bud_${node.settings.budget}` } }
        : node,
    ),
  });

  it.each(template.samples.map((sample) => [sample.name, sample] as const))(
    'passes its sample as a test: %s',
    async (_sample, sample) => {
      const made = policyTestSchema.parse(testFromSample(sample, budgetIds, 'sample-1'));
      expect((await runPolicyTest(own, made, world)).differences).toEqual([]);
    },
  );
});

describe('the status of a decision', () => {
  it('is the one that the gateway gives', async () => {
    await fc.assert(
      fc.asyncProperty(drawing, body, callerTags, moment, outside, async (drawn, request, tags, now, said) => {
        const { decision } = await simulate(compileGraph(drawn), { body: request, tags, now }, said, smallHouse);
        const { type } = decision.outcome;
        const status =
          type === 'model' || type === 'answer'
            ? 200
            : refusalOf(decision, 'some', { publicUrl: null, keyName: () => undefined }).status;
        expect(statusOf(decision)).toBe(status);
      }),
      { numRuns: 400 },
    );
  });

  it('tells content without a known cost from a spent budget', async () => {
    const loose = compileGraph({ ...sorting, edges: sorting.edges.filter(({ port }) => port !== 'exhausted') });
    const content = [{ type: 'file', file: { file_id: 'f' } }];
    const request = {
      body: { model: 'sandbox/large', messages: [{ role: 'user' as const, content }] },
      tags: new Map(),
      now: 0,
    };
    const { decision } = await simulate(loose, request, outsideSchema.parse({}), house);
    expect(decision.outcome).toMatchObject({ type: 'unfinished' });
    expect(statusOf(decision)).toBe(400);
  });
});
