import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Budget } from '../../policies/budget.ts';
import { compileGraph } from '../../policies/compile.ts';
import { sayPath } from '../../policies/evaluate.ts';
import type { Graph } from '../../policies/graph.ts';
import { type PolicyTest, policyTestSchema, runPolicyTest } from '../../policies/policy-test.ts';
import { statusOf } from '../../policies/refusal.ts';
import { simulate } from '../../policies/simulate.ts';
import { shippedPolicies } from '../../server/control/shipped.ts';
import { createEditing, type PolicyDocument } from '../../ui/editing/document.ts';
import { type House, houseOf } from '../../ui/editing/house.ts';
import { asksOf } from '../../ui/trying/asks.ts';
import { changedWords } from '../../ui/trying/changed-words.ts';
import { compareSides } from '../../ui/trying/compare.ts';
import {
  addTest,
  expectedIn,
  expecting,
  expectingLess,
  freeTestId,
  MOST_TESTS,
  moveTest,
  removeTest,
  replaceTest,
} from '../../ui/trying/kept-tests.ts';
import { likelyCost } from '../../ui/trying/likely-cost.ts';
import { sayOutcome } from '../../ui/trying/outcome-words.ts';
import { samplesFor } from '../../ui/trying/shipped-samples.ts';
import { createTestRuns } from '../../ui/trying/test-runs.ts';
import { type Trial, trialOf, trialOfTest } from '../../ui/trying/trial.ts';
import { casesOf } from '../../ui/trying/truths.ts';
import { type Tried, tryOut } from '../../ui/trying/try-out.ts';
import { body, callerTags, draw, drawing, moment, outside, smallHouse } from '../policies/drawings.ts';
import { budgetOf } from '../policies/house.ts';
import { houseAnswer } from './trying-house.ts';

const templates = await shippedPolicies();
const NOW = Date.UTC(2026, 2, 2, 12);
const house = houseOf(houseAnswer([budgetOf('month', { name: 'The month' })]));

const SORTING = draw(
  {
    enter: ['request', {}],
    month: ['budget', { budget: 'month', warnAt: 0.8 }],
    large: ['model', { model: 'sandbox/large' }],
    small: ['model', { model: 'sandbox/small' }],
    no: ['block', { status: 402, message: 'The month is spent.' }],
  },
  ['enter.next > month', 'month.within > large', 'month.warning > small', 'month.exhausted > no'],
);

const asking = (model = 'sandbox/large'): Trial =>
  trialOf({ model, messages: [{ role: 'user', content: 'Hello' }] }, {}, { source: 'ready one', name: 'One' });

async function tried(graph: Graph, trial: Trial, where: House = house): Promise<Tried> {
  const result = await tryOut(graph, trial, where, NOW);
  if (result.kind !== 'tried') throw new Error(JSON.stringify(result));
  return result;
}

describe('trying a request in the browser', () => {
  it.each(templates.map((template) => [template.name, template] as const))(
    'goes the way of every sample of the shipped policy %s',
    async (_name, { graph, budgets, samples }) => {
      const known = budgets.map(({ key, ...budget }): Budget => ({ ...budget, id: key, revision: 1 }));
      const answer = houseAnswer(known);
      const models = new Map(answer.models.map((model) => [model.id, model]));
      // Models of vendors that samples name are as good as the sandbox's own.
      for (const id of asksOf(graph).models) {
        const [stand] = answer.models;
        if (stand && id !== 'asked' && !models.has(id)) models.set(id, { ...stand, id, names: [] });
      }
      const there = houseOf({ ...answer, models: [...models.values()] });
      const tests = samplesFor(graph, { graph, samples });
      expect(tests.map((test) => test.name)).toEqual(samples.map((sample) => sample.name));
      let same = 0;
      for (const test of tests) {
        const { simulation } = await tried(graph, trialOfTest(test, asksOf(graph).budgets), there);
        const result = await runPolicyTest(compileGraph(graph), test, there.world(null));
        expect(simulation.decision).toEqual(result.simulation.decision);
        if (result.passed) same += 1;
      }
      expect(same).toBeGreaterThan(0);
    },
  );

  it('stands in a budget as the house has it now, unless the trial says otherwise', async () => {
    const use = [{ scope: '', spent: 9_000_000_000, held: 0, resetsAt: null }];
    const answer = houseAnswer([budgetOf('month')]);
    const [first] = answer.budgets;
    if (!first) throw new Error('no budget');
    const spent = houseOf({ ...answer, budgets: [{ ...first, use }] });
    expect((await tried(SORTING, asking(), spent)).simulation.decision.outcome).toMatchObject({
      model: 'sandbox/small',
    });
    const set = { ...asking(), outside: { ...asking().outside, budgets: { month: { spent: 0, held: 0 } } } };
    expect((await tried(SORTING, set, spent)).simulation.decision.outcome).toMatchObject({ model: 'sandbox/large' });
  });

  it('names the problems that keep a drawing from running, and none that do not', async () => {
    const wrong = draw({ enter: ['request', {}], ask: ['model', { model: 7 }] }, ['enter.next > ask']);
    const result = await tryOut(wrong, asking(), house, NOW);
    expect(result).toMatchObject({ kind: 'in the way', inTheWay: { problems: [{ code: 'settings', node: 'ask' }] } });
    const loose = draw({ enter: ['request', {}], what: ['classify', {}] }, ['enter.next > what']);
    const { simulation, graph } = await tried(loose, asking());
    expect(statusOf(simulation.decision)).toBe(500);
    expect(sayOutcome(simulation, graph).text).toContain('“what”');
  });

  it('is not sent while it is not complete, and says why', async () => {
    expect(await tryOut(SORTING, asking(' '), house, NOW)).toEqual({
      kind: 'unfinished',
      why: ['Say which model the app asks for.'],
    });
    const answer = houseAnswer([]);
    const [key] = answer.keys;
    if (!key) throw new Error('no key');
    const strict = houseOf({ ...answer, keys: [{ ...key, requiredTags: ['feature'] }] });
    const result = await tryOut(SORTING, { ...asking(), key: key.id }, strict, NOW);
    expect(result).toMatchObject({ kind: 'unfinished', why: [expect.stringContaining('“feature”')] });
  });

  it('says the end in words: a budget with its state, a failed model, a block', async () => {
    const say = async (graph: Graph, trial: Trial) => {
      const { simulation, graph: compiled } = await tried(graph, trial);
      return sayOutcome(simulation, compiled);
    };
    const { outside: as } = asking();
    const spent = { ...asking(), outside: { ...as, budgets: { month: { spent: 10_000_000_000, held: 0 } } } };
    const refused = await say(SORTING, spent);
    expect(refused.title).toBe('Refused with status 429: too much for now');
    expect(refused.text).toMatch(/^The month is spent\. .*\$10\.00 of \$10\.00 spent/);
    const down = { ...asking(), outside: { ...as, down: { 'sandbox/large': 'timeout' as const } } };
    expect(await say(SORTING, down)).toEqual({
      kind: 'refused',
      title: 'Refused with status 504: too slow',
      text: 'sandbox/large: it did not answer in time.',
    });
  });
});

describe('conditions shown part by part', () => {
  it('hold exactly where the rules library says so', async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(drawing, body, callerTags, moment, outside, async (graph, chat, tags, now, answers) => {
        const compiled = compileGraph(graph);
        const given = { ...answers, throttles: {} };
        const { explanations } = await simulate(compiled, { body: chat, tags, now }, given, smallHouse);
        for (const one of explanations) {
          const cases = casesOf(one, compiled.nodes.get(one.node)?.conditions ?? []);
          expect(cases.map(({ truth }) => truth.holds)).toEqual(one.cases.map(({ result }) => result));
          seen += cases.length;
        }
      }),
    );
    expect(seen).toBeGreaterThan(0);
  });
});

describe('texts beside each other', () => {
  const word = fc.constantFrom('rose', 'ada@example.com', '[[EMAIL_1]]', ' ', '\n', '(', ')', 'é', '😀');
  const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(''));

  it('are whole, and the same where nothing is marked', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const parts = changedWords(before, after);
        const whole = (side: typeof parts.before) => side.map((part) => part.text).join('');
        const kept = (side: typeof parts.before) => whole(side.filter((part) => !part.isChanged));
        expect(whole(parts.before)).toBe(before);
        expect(whole(parts.after)).toBe(after);
        expect(kept(parts.before)).toBe(kept(parts.after));
        if (before === after) expect(parts.before.some((part) => part.isChanged)).toBe(false);
      }),
    );
  });

  it('mark what was replaced and no more', () => {
    const { before, after } = changedWords('Write to (ada@example.com).', 'Write to ([[EMAIL_1]]).');
    expect(before.filter((part) => part.isChanged).map((part) => part.text)).toEqual(['ada@example.com']);
    expect(after.filter((part) => part.isChanged).map((part) => part.text)).toEqual(['[[EMAIL_1]]']);
  });
});

describe('a draft compared with the live version', () => {
  it('differs in nothing from itself, and else in its end, its cost and where the ways part', async () => {
    const draft = await tried(SORTING, asking());
    expect(compareSides(draft, draft)).toEqual([]);
    const nodes = SORTING.nodes.map((node) =>
      node.id === 'large' ? { ...node, settings: { ...node.settings, model: 'sandbox/small' } } : node,
    );
    const live = await tried({ ...SORTING, nodes }, asking());
    const [end, cost, ...rest] = compareSides(draft, live);
    expect(end).toBe('In the draft: sandbox/large answers. In the live version: sandbox/small answers.');
    expect(cost).toMatch(/^The draft costs \$[\d.]+ at most, the live version \$[\d.]+, \d+ % more\.$/);
    expect(rest).toEqual([]);
    const { outside: as } = asking();
    const warned = { ...asking(), outside: { ...as, budgets: { month: { spent: 9_000_000_000, held: 0 } } } };
    expect(compareSides(draft, await tried(SORTING, warned)).at(-1)).toMatch(/^The ways part at “month”\. The draft: /);
  });

  it('costs likely no more than at most, and more with longer answers', async () => {
    const { body: chat, simulation } = await tried(SORTING, asking());
    const price = house.check.models('sandbox/large')?.price;
    if (!price || simulation.costAtMost === null) throw new Error('it has a price');
    const short = likelyCost(chat, price, 10, simulation.costAtMost);
    expect(short).toBeLessThan(likelyCost(chat, price, 100, simulation.costAtMost));
    expect(likelyCost(chat, price, 1e9, simulation.costAtMost)).toBe(simulation.costAtMost);
    expect(likelyCost({ ...chat, max_tokens: 10 }, price, 100, simulation.costAtMost)).toBe(short);
  });
});

const testOf = (id: string, model = 'sandbox/large'): PolicyTest =>
  policyTestSchema.parse({
    id,
    name: id,
    request: { model: 'sandbox/large', messages: [{ role: 'user', content: 'Hello' }] },
    at: '2026-03-02T12:00:00Z',
    expect: { model, status: 200 },
  });
const documentOf = (tests: readonly PolicyTest[]): PolicyDocument => ({
  graph: SORTING,
  layout: { positions: {}, stickies: [] },
  tests,
});
const idsOf = ({ tests }: PolicyDocument) => tests.map(({ id }) => id);

describe('tests that are kept', () => {
  it('are added, replaced, moved and removed; what changes nothing gives the same document', () => {
    const start = documentOf([testOf('a'), testOf('b'), testOf('c')]);
    expect(idsOf(addTest(start, testOf('d')))).toEqual(['a', 'b', 'c', 'd']);
    expect(idsOf(moveTest(start, 'c', 0))).toEqual(['c', 'a', 'b']);
    expect(idsOf(removeTest(start, 'b'))).toEqual(['a', 'c']);
    expect(replaceTest(start, { ...testOf('b'), name: 'B' }).tests[1]?.name).toBe('B');
    for (const same of [
      moveTest(start, 'a', -1),
      moveTest(start, 'c', 3),
      moveTest(start, 'b', 1),
      removeTest(start, 'x'),
      replaceTest(start, testOf('x')),
    ])
      expect(same).toBe(start);
    const full = documentOf(Array.from({ length: MOST_TESTS }, (_, i) => testOf(`t${i}`)));
    expect(addTest(full, testOf('one-more'))).toBe(full);
  });

  it('have ids that nobody has', () => {
    expect(freeTestId([])).toBe('test-1');
    expect(freeTestId([testOf('test-2'), testOf('x')])).toBe('test-3');
    expect(freeTestId([testOf('test-3'), testOf('x')])).toBe('test-4');
  });

  it('expect what has happened, as much of it as is wanted, and then pass', async () => {
    const { simulation, graph } = await tried(SORTING, asking());
    const wrong = testOf('a', 'sandbox/small');
    const all = expecting(wrong, simulation, { path: true, redactions: true });
    expect(all.expect).toEqual({
      model: 'sandbox/large',
      status: 200,
      path: sayPath(simulation.decision.trace),
      redactions: {},
    });
    expect((await runPolicyTest(graph, all, house.world(null))).passed).toBe(true);
    expect(policyTestSchema.parse(all)).toEqual(all);
    expect(expectedIn(all)).toEqual({ path: true, redactions: true });
    expect(expectingLess(all, { path: false, redactions: false }).expect).toEqual({
      model: 'sandbox/large',
      status: 200,
    });
  });
});

describe('tests that run after each change', () => {
  it('pass or fail with the drawing, and say what stands in the way', async () => {
    const editing = createEditing(documentOf([testOf('a'), testOf('b', 'sandbox/small')]));
    const testRuns = createTestRuns(editing);
    const settled = () =>
      new Promise<void>((resolve) => {
        const stop = testRuns.state.subscribe(({ isRunning }) => {
          if (isRunning) return;
          stop();
          resolve();
        });
      });
    const passed = () => {
      const { runs } = testRuns.state.getState();
      return editing.getState().document.tests.map((test) => runs.get(test)?.passed);
    };
    const first = settled();
    const close = testRuns.open(house);
    await first;
    expect(passed()).toEqual([true, false]);

    const setModel = (model: unknown) =>
      editing.getState().change('Change', (document) => {
        const nodes = document.graph.nodes.map((node) =>
          node.id === 'large' ? { ...node, settings: { model } } : node,
        );
        return { ...document, graph: { ...document.graph, nodes } };
      });
    const second = settled();
    setModel('sandbox/small');
    expect(testRuns.state.getState().isRunning).toBe(true);
    await second;
    expect(passed()).toEqual([false, true]);

    const third = settled();
    setModel(7);
    await third;
    expect(testRuns.state.getState().inTheWay?.problems).toMatchObject([{ code: 'settings', node: 'large' }]);

    const fourth = settled();
    editing.getState().undo();
    await fourth;
    expect(passed()).toEqual([false, true]);
    expect(testRuns.state.getState().inTheWay).toBeNull();
    close();
  });
});
