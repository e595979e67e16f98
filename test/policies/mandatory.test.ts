import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatBody } from '../../policies/chat.ts';
import { viewOfChat } from '../../policies/chat.ts';
import { checkGraph } from '../../policies/check.ts';
import { compileGraph, modelsOf } from '../../policies/compile.ts';
import type { Decision, TraceStep } from '../../policies/decision.ts';
import type { Effects } from '../../policies/effects.ts';
import { evaluate, sayPath } from '../../policies/evaluate.ts';
import { liveFacts } from '../../policies/facts.ts';
import type { Graph } from '../../policies/graph.ts';
import { isMandatory, isRedacted, MANDATORY, partsOf } from '../../policies/mandatory.ts';
import { NO_VERSIONS, type VersionLookup } from '../../policies/pinned.ts';
import type { Recorded } from '../../policies/recorded-facts.ts';
import { replay } from '../../policies/replay.ts';
import type { Tag } from '../../policies/request.ts';
import { Run } from '../../policies/run.ts';
import { type Outside, outsideSchema, simulate, simulatedEffects } from '../../policies/simulate.ts';
import { body, callerTags, draw, drawing, moment, outside, smallHouse } from './drawings.ts';
import { budgetOf, lookup, worldWith } from './house.ts';

const enter = ['request', {}] as const;
const project = ['project', {}] as const;
const model = (name: string) => ['model', { model: name }] as const;
const NOON = Date.UTC(2026, 2, 2, 12);

/**
 * A drawing some of whose ends leave to the policy of the project. No node of it calls "the model asked for" itself, and none
 * draws its lot by its own name, which is another one where it runs alone.
 */
const mandatoryDrawing: fc.Arbitrary<Graph> = fc
  .tuple(drawing, fc.boolean())
  .map(([graph, alsoBlocks]) => ({
    ...graph,
    nodes: graph.nodes.map((node) => {
      const leaves = node.id === 'model' || node.kind === 'answer' || (alsoBlocks && node.kind === 'block');
      if (leaves) return { ...node, kind: 'project', settings: {} };
      const settings = JSON.parse(JSON.stringify(node.settings).replaceAll('"asked"', '"sandbox/local"'));
      return { ...node, settings: node.kind === 'split' ? { ...settings, stickyBy: [] } : settings };
    }),
  }))
  .filter(({ nodes }) => nodes.some(({ kind }) => kind === 'project'));

interface Request {
  readonly body: ChatBody;
  readonly tags: ReadonlyMap<string, Tag>;
  readonly now: number;
}

const runOf = ({ body: chat, tags, now }: Request): Run =>
  new Run({
    view: viewOfChat(chat),
    tags,
    source: liveFacts({ ...smallHouse.facts, models: smallHouse.models }),
    now,
  });

const prefixed = (trace: readonly TraceStep[]): TraceStep[] =>
  trace.map((step) => ({ ...step, node: MANDATORY + step.node }));

/** The same outside for a graph that runs alone: its nodes are known there by longer names, and the models behind it too. */
function asBehind(effects: Effects, behind: readonly string[]): Effects {
  const models = (names: readonly string[]): string[] => [
    ...new Set(names.flatMap((name) => (name === 'asked' ? behind : [name]))),
  ];
  const at = <T extends { readonly node: string }>(need: T): T => ({ ...need, node: MANDATORY + need.node });
  return {
    hold: (need, run) => effects.hold({ ...at(need), within: models(need.within), warning: models(need.warning) }, run),
    throttle: (need, run) => effects.throttle({ ...at(need), models: models(need.models) }, run),
    call: (need, run) => effects.call(at(need), run),
    order: (need, run) => effects.order(at(need), run),
    classify: (need, run) => effects.classify(at(need), run),
    redact: (need, run) => effects.redact(at(need), run),
    alert: (need, run) => effects.alert(at(need), run),
    chance: (need, run) => effects.chance(at(need), run),
    cache: (need, run) => effects.cache(at(need), run),
    shadow: (need, run) => effects.shadow(at(need), run),
  };
}

/** What the one and then the other decide, one after the other, of the same request. */
async function oneAfterAnother(first: Graph, own: Graph, run: Run, effects: Effects): Promise<Decision> {
  const before = await evaluate(compileGraph(first), run, asBehind(effects, modelsOf(own, NO_VERSIONS)));
  const trace = prefixed(before.trace);
  const { outcome } = before;
  if (outcome.type === 'unfinished') return { trace, outcome: { ...outcome, node: MANDATORY + outcome.node } };
  if (outcome.type !== 'project') return { trace, outcome };
  const after = await evaluate(compileGraph(own), run, effects);
  return { trace: [...trace, ...after.trace], outcome: after.outcome };
}

/** Decisions without the words of the step that leads from the one into the other. */
const told = ({ trace, outcome }: Decision): Decision => ({
  outcome,
  trace: trace.map((step) => (step.kind === 'project' ? { ...step, port: null, reason: '' } : step)),
});

const changed = ({ view, tags, outputLimit, parameters, instructions, redactions, toolsRemoved }: Run) => ({
  texts: view.slots.map(({ text }) => text),
  tags: [...tags],
  outputLimit,
  parameters,
  instructions,
  redactions,
  toolsRemoved,
});

async function record(first: Graph, own: Graph, request: Request, said: Outside): Promise<Recorded> {
  const { decision } = await simulate(compileGraph(own, NO_VERSIONS, first), request, said, smallHouse);
  const view = viewOfChat(request.body);
  const facts = {
    'request.model': view.model,
    'request.max_tokens': view.maxOutputTokens,
    'content.tools': view.toolNames,
  };
  return { trace: JSON.parse(JSON.stringify(decision.trace)), tags: request.tags, now: request.now, facts };
}

describe('a policy behind the organisation’s own', () => {
  it('decides as both do one after the other', async () => {
    let both = 0;
    await fc.assert(
      fc.asyncProperty(mandatoryDrawing, drawing, body, callerTags, moment, outside, async (first, own, ...rest) => {
        const [chat, tags, now, said] = rest;
        const request = { body: chat, tags, now };
        const effects = simulatedEffects(outsideSchema.parse(said), smallHouse);
        const [together, apart] = [runOf(request), runOf(request)];
        const decision = await evaluate(compileGraph(own, NO_VERSIONS, first), together, effects);
        expect(told(decision)).toEqual(told(await oneAfterAnother(first, own, apart, effects)));
        expect(changed(together)).toEqual(changed(apart));
        if (partsOf(decision.trace).own.length > 0) both += 1;
      }),
      { numRuns: 100 },
    );
    expect(both).toBeGreaterThan(20);
  });

  it('is decided the same again from its record', async () => {
    await fc.assert(
      fc.asyncProperty(mandatoryDrawing, drawing, body, callerTags, moment, outside, async (first, own, ...rest) => {
        const [chat, tags, now, said] = rest;
        const recorded = await record(first, own, { body: chat, tags, now }, outsideSchema.parse(said));
        expect((await replay(compileGraph(own, NO_VERSIONS, first), recorded, true)).result).toBe('same');
      }),
      { numRuns: 80 },
    );
  });

  it('goes through the nodes of both, which keep names of their own', async () => {
    const first = draw({ enter, mark: ['tag', { tags: { usage: 'vibing' }, override: true }], on: project }, [
      'enter.next > mark',
      'mark.next > on',
    ]);
    const own = draw({ enter, mark: model('sandbox/small') }, ['enter.next > mark']);
    const graph = compileGraph(own, NO_VERSIONS, first);
    const request = { body: { model: 'sandbox/large', messages: [] }, tags: new Map(), now: NOON };
    const { decision, tags } = await simulate(graph, request, outsideSchema.parse({}), smallHouse);
    expect(sayPath(decision.trace)).toBe(
      'organisation:enter.next > organisation:mark.next > organisation:on.into > enter.next > mark',
    );
    expect(decision.outcome).toEqual({ type: 'model', model: 'sandbox/small' });
    expect(tags.usage).toEqual({ value: 'vibing', source: 'rule' });
    expect(partsOf(decision.trace).own.map(({ node }) => node)).toEqual(['enter', 'mark']);
    expect(decision.trace.filter(({ node }) => isMandatory(node))).toHaveLength(3);
  });

  it('lets the budget of the organisation know which models the project’s policy can come to', async () => {
    const month = ['budget', { budget: 'month', warnAt: null }] as const;
    const first = draw({ enter, month, on: project }, ['enter.next > month', 'month.within > on']);
    const shared = draw({ enter, call: model('sandbox/large') }, ['enter.next > call']);
    const versions: VersionLookup = (id) => (id === 'shared' ? { name: 'shared', graph: shared } : undefined);
    const own = draw(
      {
        enter,
        sort: ['classify', {}],
        cheap: model('sandbox/small'),
        rest: ['policy', { policy: 'shared', version: 1 }],
      },
      ['enter.next > sort', 'sort.simple > cheap', 'sort.standard > rest', 'sort.complex > rest'],
    );
    const request = { body: { model: 'gpt-99', messages: [] }, tags: new Map(), now: NOON };
    const { decision } = await simulate(compileGraph(own, versions, first), request, outsideSchema.parse({}), {
      ...worldWith([budgetOf('month')]),
    });
    const hold = decision.trace[1]?.results?.[0];
    expect(hold && 'within' in hold ? [...hold.within].sort() : null).toEqual(['sandbox/large', 'sandbox/small']);
  });

  it('by itself ends where the policy of the project would go on', async () => {
    const first = draw({ enter, on: project }, ['enter.next > on']);
    const request = { body: { model: 'sandbox/small', messages: [] }, tags: new Map(), now: NOON };
    const { decision } = await simulate(compileGraph(first), request, outsideSchema.parse({}), smallHouse);
    expect(decision.outcome).toEqual({ type: 'project' });
  });

  it('has its texts kept only when a redact node of each was passed that has one', () => {
    const hide = ['redact', { rules: [{ detect: 'email', action: 'mask' }] }] as const;
    const first = draw({ enter, hide, on: project }, ['enter.next > hide', 'hide.clean > on', 'hide.found > on']);
    const own = draw({ enter, hide, call: model('sandbox/small') }, [
      'enter.next > hide',
      'hide.clean > call',
      'hide.found > call',
    ]);
    const both = compileGraph(own, NO_VERSIONS, first);
    const step = (node: string) => ({ node, kind: 'redact' });
    expect(isRedacted([step(`${MANDATORY}hide`), step('hide')], both)).toBe(true);
    expect(isRedacted([step(`${MANDATORY}hide`)], both)).toBe(false);
    expect(isRedacted([step('hide')], both)).toBe(false);
    expect(isRedacted([step('hide')], compileGraph(own))).toBe(true);
    const plain = draw({ enter, call: model('sandbox/small') }, ['enter.next > call']);
    expect(isRedacted([step(`${MANDATORY}hide`)], compileGraph(plain, NO_VERSIONS, first))).toBe(true);
  });
});

describe('the place of a policy', () => {
  const first = draw({ enter, on: project }, ['enter.next > on']);
  const own = draw({ enter, call: model('sandbox/small') }, ['enter.next > call']);
  const said = (graph: Graph, place: NonNullable<Parameters<typeof checkGraph>[1]['place']>) =>
    checkGraph(graph, { ...smallHouse, place }).map(({ severity, node, message }) => `${severity} ${node}: ${message}`);

  it('before all others needs a way on to the policies of projects', () => {
    expect(said(first, { of: 'everybody', behind: [] })).toEqual([]);
    expect(said(own, { of: 'everybody', behind: [] })).toEqual([expect.stringMatching(/^error null: No way leads on/)]);
  });

  it('elsewhere has no use for one', () => {
    expect(said(first, { of: 'organisation', before: null })).toEqual([
      expect.stringMatching(/^warning on: .*refused/),
    ]);
    expect(said(first, { of: 'project', before: null })).toEqual([
      expect.stringMatching(/^error on: .*whole organisation/),
    ]);
    const versions: VersionLookup = () => ({ name: 'first', graph: first });
    const inner = draw({ enter, rest: ['policy', { policy: 'first', version: 1 }] }, ['enter.next > rest']);
    expect(checkGraph(inner, { ...smallHouse, versions, place: { of: 'everybody', behind: [] } })).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'project_out_of_place', severity: 'error', node: 'rest' }),
      ]),
    );
  });

  it('behind the organisation’s budget takes models whose price is known', () => {
    const world = worldWith([budgetOf('month')]);
    const house = {
      ...world,
      models: (name: string) => {
        const found = lookup(name === 'free/thing' ? 'sandbox/small' : name);
        return found && name === 'free/thing' ? { ...found, id: name, price: null } : found;
      },
    };
    const paying = draw({ enter, month: ['budget', { budget: 'month', warnAt: null }], on: project }, [
      'enter.next > month',
      'month.within > on',
    ]);
    const free = draw({ enter, call: model('free/thing') }, ['enter.next > call']);
    const behind = checkGraph(free, { ...house, place: { of: 'project', before: { title: 'Rules', graph: paying } } });
    expect(behind).toMatchObject([{ code: 'unpriced_model', node: 'call', severity: 'error' }]);
    expect(behind[0]?.message).toContain('the budget “month” of “Rules”, which runs before this policy');
    expect(checkGraph(own, { ...house, place: { of: 'project', before: { title: 'Rules', graph: paying } } })).toEqual(
      [],
    );
    const live = [
      { title: 'Chat', graph: free },
      { title: 'Search', graph: own },
    ];
    expect(checkGraph(paying, { ...house, place: { of: 'everybody', behind: live } })).toMatchObject([
      { code: 'unpriced_model', node: 'month', message: expect.stringContaining('In “Chat”, the price of free/thing') },
    ]);
    expect(checkGraph(first, { ...house, place: { of: 'everybody', behind: live } })).toEqual([]);
  });
});
