import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../../policies/check.ts';
import { type Mend, mendFor } from '../../../policies/editing/mend.ts';
import type { Graph } from '../../../policies/graph.ts';
import { draw } from '../drawings.ts';
import { check, house, keyOf, onCanvas } from './mending.ts';

const ways = (graph: Graph): string[] => graph.edges.map(({ from, port, to }) => `${from}.${port} > ${to}`);

const enter = ['request', {}] as const;
const block = ['block', { message: 'No.' }] as const;
const small = ['model', { model: 'sandbox/small' }] as const;
const tag = ['tag', { tags: { a: 'b' } }] as const;
const when = (fact: string, operator: string, value: unknown) => ({ fact, operator, value });
const matchOn = (...conditions: object[]) =>
  ['match', { cases: conditions.map((one, i) => ({ port: `case${i}`, label: '', when: one })) }] as const;
const yes = when('team', 'exists', true);

/** The first mend of the first problem of that code, done. */
function mended(code: ProblemCode, graph: Graph): { label: string; graph: Graph; left: string[] } {
  const problem = check(graph).find((one) => one.code === code);
  if (!problem) throw new Error(`There is no ${code} in this drawing: ${check(graph).map(keyOf).join(', ')}`);
  const mend = mendFor(problem, onCanvas(graph), house);
  if (!mend || 'go' in mend) throw new Error(`Nothing here mends ${keyOf(problem)}.`);
  const after = mend.apply(onCanvas(graph)).graph;
  return { label: mend.label, graph: after, left: check(after).map(keyOf) };
}

describe('a mend', () => {
  it('connects a loose port to a new block node that says which way it was', () => {
    const { label, graph, left } = mended(
      'loose_port',
      draw({ enter, look: matchOn(yes), small }, ['enter.next > look', 'look.case0 > small']),
    );
    expect([label, left]).toEqual(['Connect to a new block node', []]);
    expect(graph.nodes.at(-1)).toMatchObject({ id: 'block', kind: 'block' });
    expect(graph.nodes.at(-1)?.settings.message).toBe(
      'This request is not allowed: “look” sent it the way “else”. Ask your administrator why.',
    );
    expect(ways(graph)).toContain('look.else > block');
  });

  it('connects a loose port to what is near where a block node would make it worse', () => {
    const pay = ['budget', { budget: 'month', warnAt: null }] as const;
    const graph = draw({ enter, look: matchOn(yes), pay, no: block, small }, [
      'enter.next > look',
      'look.case0 > small',
      'look.else > pay',
    ]);
    // A budget in front of a block node holds money for nothing; it does so now, but must not go on doing it.
    const done = mended('budget_without_model', {
      ...graph,
      edges: [...graph.edges, { from: 'pay', port: 'within', to: 'no' }],
    });
    expect([done.label, ways(done.graph)]).toEqual([
      'Delete this node',
      ['enter.next > look', 'look.case0 > small', 'look.else > no'],
    ]);
    const withTag = draw({ enter, pay, on: tag, small }, ['enter.next > pay', 'pay.within > on']);
    const connected = mended('loose_port', {
      ...withTag,
      edges: [...withTag.edges, { from: 'pay', port: 'exhausted', to: 'small' }],
    });
    expect(connected.left.filter((key) => !key.startsWith('budget_without_model'))).toEqual([]);
  });

  it('deletes dead edges, and all but the first of a port', () => {
    const dead = draw({ enter, small }, ['enter.next > small', 'small.sideways > small', 'small.failed > gone']);
    expect(ways(mended('edge_nowhere', dead).graph)).not.toContain('small.sideways > small');
    const lost = draw({ enter, small }, ['gone.next > small', 'enter.next > small']);
    expect(mended('edge_nowhere', lost)).toMatchObject({ label: 'Delete the edge', left: [] });
    const twice = draw({ enter, small, no: block }, ['enter.next > small', 'enter.next > no', 'small.failed > no']);
    expect(ways(mended('edge_twice', twice).graph)).toEqual(['enter.next > small', 'small.failed > no']);
    const same = draw({ enter, small }, ['enter.next > small', 'enter.next > small']);
    expect(mended('edge_twice', same)).toMatchObject({ left: [] });
  });

  it('adds a request node in front of where the way begins', () => {
    const graph = draw({ b: small, a: tag }, ['a.next > b']);
    expect(mended('no_request', graph)).toMatchObject({ label: 'Add a request node', left: [] });
    expect(ways(mended('no_request', graph).graph)).toEqual(['a.next > b', 'request.next > a']);
    const first = mended('no_request', draw({}, []));
    expect([first.label, first.left, ways(first.graph)]).toEqual([
      'Add a request node and a model',
      [],
      ['request.next > model'],
    ]);
  });

  it('deletes a second request node, with what only it leads to', () => {
    const two = draw({ enter, again: enter, small }, ['enter.next > small', 'again.next > small']);
    expect(mended('many_requests', two)).toMatchObject({ label: 'Delete this request node', left: [] });
    const alone = draw({ enter, again: enter, small, b: small }, ['enter.next > small', 'again.next > b']);
    expect(mended('many_requests', alone)).toMatchObject({
      label: 'Delete this request node, and what only it leads to',
      left: [],
    });
  });

  it('deletes a node that is there twice, or gives it an id of its own', () => {
    const only = draw({ enter, small }, ['enter.next > small']);
    const same = { ...only, nodes: [...only.nodes, only.nodes[1]!] };
    expect(mended('duplicate_id', same)).toMatchObject({ label: 'Delete the second one', left: [] });
    const different = { ...only, nodes: [...only.nodes, { ...only.nodes[1]!, title: 'Another' }] };
    expect(mended('duplicate_id', different)).toMatchObject({
      label: 'Give the second one an id of its own',
      left: ['unreachable small-2 null'],
    });
  });

  it('deletes a node that no way leads to, or connects it where something depends on it', () => {
    const lost = draw({ enter, small, lost: tag }, ['enter.next > small', 'lost.next > small']);
    expect(mended('unreachable', lost)).toMatchObject({ label: 'Delete this node', left: [] });
    const easy = matchOn(when('complexity.level', 'equal', 'simple'));
    const sort = ['classify', {}] as const;
    const needed = draw({ enter, first: matchOn(yes), sort, easy, small }, [
      'enter.next > first',
      'first.case0 > easy',
      'sort.simple > easy',
      'sort.standard > easy',
      'sort.complex > easy',
      'easy.case0 > small',
      'easy.else > small',
    ]);
    expect(mended('unreachable', needed)).toMatchObject({ label: 'Connect “else” of “first” to it', left: [] });
  });

  it('opens a circle where it closes', () => {
    const round = draw({ enter, a: small, b: small }, ['enter.next > a', 'a.failed > b', 'b.failed > a']);
    const opened = mended('cycle', round);
    expect([opened.label, ways(opened.graph)]).toEqual([
      'Delete the edge back from “b”',
      ['enter.next > a', 'a.failed > b'],
    ]);
    const needed = mended('cycle', draw({ enter, a: tag, b: tag }, ['enter.next > a', 'a.next > b', 'b.next > a']));
    expect([needed.label, needed.left]).toEqual(['Lead “b” to a new block node instead', []]);
    const back = mended('cycle', draw({ enter, a: small }, ['enter.next > a', 'a.failed > enter']));
    expect(ways(back.graph)).toEqual(['enter.next > a']);
  });

  it('puts what finds a fact out before the node that asks for it, into every way', () => {
    const look = matchOn({ all: [when('complexity.level', 'equal', 'simple'), when('redactions.count', 'equal', 0)] });
    const { label, graph, left } = mended(
      'fact_too_early',
      draw({ enter, first: matchOn(yes), look, small }, [
        'enter.next > first',
        'first.case0 > look',
        'first.else > look',
        'look.case0 > small',
        'look.else > small',
      ]),
    );
    expect([label, left]).toEqual(['Put “Classify” and “Redact” before it', []]);
    expect(
      ways(graph)
        .filter((way) => way.startsWith('first') || way.endsWith('look'))
        .sort(),
    ).toEqual(['first.case0 > classify', 'first.else > classify', 'redact.clean > look', 'redact.found > look']);
  });

  it('moves a case before the one that leaves nothing to it', () => {
    const over = (tokens: number) => when('tokens.input', 'greaterThan', tokens);
    const cased = (...tokens: number[]) =>
      draw({ enter, look: matchOn(...tokens.map(over)), small }, [
        'enter.next > look',
        ...tokens.map((_, i) => `look.case${i} > small`),
        'look.else > small',
      ]);
    const order = ({ nodes }: Graph) => JSON.stringify(nodes[1]?.settings).match(/case\d/g);
    const two = mended('shadowed_case', cased(10, 20));
    expect([two.label, order(two.graph), two.left]).toEqual(['Move “case1” before “case0”', ['case1', 'case0'], []]);
    expect(ways(two.graph)).toEqual(ways(cased(10, 20)));
    const problem = check(cased(10, 15, 20)).filter(({ code }) => code === 'shadowed_case')[1]!;
    const three = mendFor(problem, onCanvas(cased(10, 15, 20)), house);
    expect(three?.label).toBe('Put the narrower cases first');
    const same = mended('shadowed_case', cased(10, 10));
    expect([same.label, order(same.graph), same.left]).toEqual(['Delete the case “case1”', ['case0'], []]);
  });

  it('chooses a model that is there: of the same name, else the cheapest of the size', () => {
    const using = (kind: string, settings: object) => draw({ enter, ask: [kind, settings] }, ['enter.next > ask']);
    const chosen = (kind: string, settings: object) =>
      mended('unknown_model', using(kind, settings)).graph.nodes[1]?.settings;
    expect(chosen('model', { model: 'acme/gpt-9' })).toEqual({ model: 'elsewhere/gpt-9' });
    expect(chosen('model', { model: 'acme/gpt-9-mini' })).toEqual({ model: 'sandbox/local' });
    expect(chosen('model', { model: 'acme/opus-3' })).toEqual({ model: 'elsewhere/gpt-9' });
    expect(chosen('fallback', { models: ['sandbox/large', 'acme/a-large', 'acme/b-large'] })).toEqual({
      models: ['sandbox/large', 'elsewhere/gpt-9'],
    });
    // Behind a budget in money, a model without a price will not do.
    const paid = draw({ enter, pay: ['budget', { budget: 'month' }], ask: ['model', { model: 'acme/gpt' }] }, [
      'enter.next > pay',
      'pay.within > ask',
      'pay.warning > ask',
    ]);
    expect(mended('unknown_model', paid).graph.nodes[2]?.settings.model).not.toBe('free/thing');
  });

  it('sets what does not fit to what it is at first, and deletes what does not exist', () => {
    const set = (settings: object) =>
      mended('settings', draw({ enter, ask: ['model', settings] }, ['enter.next > ask']));
    expect(set({ model: 'sandbox/small', retries: 99 }).graph.nodes[1]?.settings).toEqual({
      model: 'sandbox/small',
      retries: 1,
    });
    expect(set({ model: 'sandbox/small', colour: 'red' })).toMatchObject({
      label: 'Delete the setting “colour”',
      left: [],
    });
    expect(set({}).graph.nodes[1]?.settings).toEqual({ model: 'asked' });
    const limit = draw({ enter, less: ['limit', { removeTools: true, topP: 7 }], small }, [
      'enter.next > less',
      'less.next > small',
    ]);
    expect(mended('settings', limit)).toMatchObject({ label: 'Leave it out', left: [] });
  });

  it('asks for the fact that was meant', () => {
    const { label, left } = mended(
      'condition',
      draw({ enter, look: matchOn({ not: when('tokens.inptu', 'greaterThan', 3) }), small }, [
        'enter.next > look',
        'look.case0 > small',
        'look.else > small',
      ]),
    );
    expect([label, left]).toEqual(['Ask for “estimated input tokens”', []]);
  });

  it('is offered also where there are more problems than can be shown', () => {
    const lost = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`lost${i}`, small] as const));
    expect(mended('unreachable', draw({ enter, small, ...lost }, ['enter.next > small'])).label).toBe(
      'Delete this node',
    );
  });

  it('points elsewhere for prices and budgets, and to no page where nothing helps', () => {
    const first = (graph: Graph, code: ProblemCode): Mend | null =>
      mendFor(check(graph).find((one) => one.code === code)!, onCanvas(graph), house);
    const paying = (budget: string, model: string) =>
      draw({ enter, pay: ['budget', { budget, warnAt: null }], ask: ['model', { model }] }, [
        'enter.next > pay',
        'pay.within > ask',
      ]);
    expect(first(paying('month', 'free/thing'), 'unpriced_model')).toEqual({ label: 'Go to the models', go: 'models' });
    expect(first(paying('gone', 'asked'), 'unknown_budget')).toEqual({ label: 'Go to the budgets', go: 'budgets' });
    expect(first(paying('', 'asked'), 'settings')).toEqual({ label: 'Go to the budgets', go: 'budgets' });
    expect(first(draw({ enter, odd: ['oracle', {}] }, ['enter.next > odd']), 'unknown_kind')).toBeNull();
    const poor = { ...house, offered: [] };
    const lone = draw({ enter, ask: ['model', { model: 'acme/none' }] }, ['enter.next > ask']);
    expect(mendFor(check(lone)[0]!, onCanvas(lone), poor)).toEqual({ label: 'Go to the models', go: 'models' });
  });
});
