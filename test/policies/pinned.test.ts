import { describe, expect, it } from 'vitest';
import { checkGraph } from '../../policies/check.ts';
import { compileGraph, modelsWithin } from '../../policies/compile.ts';
import { sayPath } from '../../policies/evaluate.ts';
import type { Graph } from '../../policies/graph.ts';
import { pinnedIn, type VersionLookup } from '../../policies/pinned.ts';
import { replay } from '../../policies/replay.ts';
import { outsideSchema, simulate } from '../../policies/simulate.ts';
import { draw } from './drawings.ts';
import { budgetOf, worldWith } from './house.ts';

const enter = ['request', {}] as const;
const model = (name: string) => ['model', { model: name }] as const;
const into = (policy: string, version = 1) => ['policy', { policy, version }] as const;
const house = worldWith([budgetOf('month')]);
const body = { model: 'sandbox/small', messages: [{ role: 'user' as const, content: 'hello' }] };
const outside = outsideSchema.parse({});

const lookupOf =
  (graphs: Readonly<Record<string, Graph>>): VersionLookup =>
  (policy, version) => {
    const graph = graphs[`${policy}@${version}`];
    return graph && { name: `The ${policy}`, graph };
  };

/** Leads on into another policy, or to a model where there is none. */
const chain = (next: string | null): Graph =>
  draw({ enter, on: next === null ? model('sandbox/small') : into(next) }, ['enter.next > on']);

const sorting = draw(
  {
    enter,
    month: ['budget', { budget: 'month', warnAt: null }],
    sort: ['classify', {}],
    cheap: model('sandbox/small'),
    dear: model('sandbox/large'),
  },
  ['enter.next > month', 'month.within > sort', 'sort.simple > cheap', 'sort.standard > dear', 'sort.complex > dear'],
);
const outer = draw({ enter, mark: ['tag', { tags: { usage: 'vibing' }, override: true }], rest: into('sorting', 4) }, [
  'enter.next > mark',
  'mark.next > rest',
]);
const versions = lookupOf({ 'sorting@4': sorting });

describe('a way into another policy', () => {
  it('goes through its nodes as through those of one drawing, with the node before their ids, to their end', async () => {
    const graph = compileGraph(outer, versions);
    const request = { body, tags: new Map(), now: 0 };
    const { decision, explanations } = await simulate(graph, request, outside, house);
    expect(sayPath(decision.trace)).toBe(
      'enter.next > mark.next > rest.into > rest/enter.next > rest/month.within > rest/sort.simple > rest/cheap',
    );
    expect(decision.outcome).toEqual({ type: 'model', model: 'sandbox/small' });
    expect(explanations.every(({ agree }) => agree)).toBe(true);
    const recorded = { trace: decision.trace, tags: new Map(), now: 0, facts: { 'request.model': body.model } };
    expect((await replay(graph, recorded, true)).result).toBe('same');
  });

  it('lets a budget before it know which models are behind it', async () => {
    const before = draw({ enter, month: ['budget', { budget: 'month', warnAt: null }], rest: into('sorting', 4) }, [
      'enter.next > month',
      'month.within > rest',
    ]);
    expect(checkGraph(before, { ...house, versions }).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect([...modelsWithin({ policy: 'sorting', version: 4 }, versions)].sort()).toEqual([
      'sandbox/large',
      'sandbox/small',
    ]);
    const { decision } = await simulate(
      compileGraph(before, versions),
      { body, tags: new Map(), now: 0 },
      outside,
      house,
    );
    const hold = decision.trace[1]?.results?.[0];
    expect(hold && 'within' in hold ? [...hold.within].sort() : null).toEqual(['sandbox/large', 'sandbox/small']);
  });

  it('can lead through the same policy from two places, each with names of its own', async () => {
    const twice = draw(
      {
        enter,
        sort: ['classify', {}],
        one: into('end'),
        two: into('end'),
      },
      ['enter.next > sort', 'sort.simple > one', 'sort.standard > two', 'sort.complex > two'],
    );
    const graph = compileGraph(twice, lookupOf({ 'end@1': chain(null) }));
    expect([...graph.nodes.keys()]).toEqual(expect.arrayContaining(['one/enter', 'one/on', 'two/enter', 'two/on']));
  });
});

describe('a drawing that goes on in another policy', () => {
  const problemsOf = (graph: Graph, graphs: Readonly<Record<string, Graph>>) =>
    checkGraph(graph, { ...house, versions: lookupOf(graphs) }).map(({ node, message }) => `${node}: ${message}`);

  it('has no problem where that policy has none, five deep', () => {
    const graphs = {
      'a@1': chain('b'),
      'b@1': chain('c'),
      'c@1': chain('d'),
      'd@1': chain('e'),
      'e@1': chain(null),
    };
    expect(problemsOf(chain('a'), graphs)).toEqual([]);
    expect(compileGraph(chain('a'), lookupOf(graphs)).nodes.has('on/on/on/on/on/on')).toBe(true);
    const deeper = { ...graphs, 'e@1': chain('f'), 'f@1': chain(null) };
    expect(problemsOf(chain('a'), deeper)).toEqual([
      expect.stringContaining('more than 5 policies stand one behind the other'),
    ]);
    expect(() => compileGraph(chain('a'), lookupOf(deeper))).toThrow(/more than 5 policies/);
  });

  it('says when policies lead into each other in a circle', () => {
    const graphs = { 'a@1': chain('b'), 'b@1': chain('a') };
    expect(problemsOf(chain('a'), graphs)).toEqual([expect.stringContaining('in a circle')]);
    expect(() => compileGraph(chain('a'), lookupOf(graphs))).toThrow(/in a circle/);
    expect(modelsWithin({ policy: 'a', version: 1 }, lookupOf(graphs))).toEqual([]);
  });

  it('shows the problems of the other policy at its own node', () => {
    const broken = draw({ enter, look: model('nobody/knows') }, ['enter.next > look']);
    expect(problemsOf(chain('a'), { 'a@1': broken })).toEqual([
      'on: “on”, in version 1 of “The a”: “look” uses “nobody/knows”, which no configured provider offers.',
    ]);
  });

  it('says when there is no such version, and is taken to be right where nobody can look', () => {
    expect(problemsOf(chain('a'), {})).toEqual(['on: “on” cannot go on: there is no version 1 of the policy chosen.']);
    expect(checkGraph(chain('a'), house)).toEqual([]);
    expect(() => compileGraph(chain('a'))).toThrow(/there is no version 1/);
  });

  it('names the versions that it goes on in, and none of settings that do not fit', () => {
    expect(pinnedIn(outer)).toEqual([{ policy: 'sorting', version: 4 }]);
    expect(pinnedIn(draw({ enter, on: ['policy', { policy: 'x' }] }, []))).toEqual([]);
  });
});
