import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewOfChat } from '../../policies/chat.ts';
import { type CompiledGraph, compileGraph } from '../../policies/compile.ts';
import type { Decision, TraceStep } from '../../policies/decision.ts';
import { CALL_FAILURES, type Effects } from '../../policies/effects.ts';
import { evaluate, sayPath } from '../../policies/evaluate.ts';
import { liveFacts } from '../../policies/facts.ts';
import type { Graph } from '../../policies/graph.ts';
import { unansweredHold } from '../../policies/hold.ts';
import { Run } from '../../policies/run.ts';
import { throttleResult } from '../../policies/throttle.ts';
import { body, callerTags, draw, drawing, moment } from './drawings.ts';
import { lookup } from './house.ts';

const enter = ['request', {}] as const;
const block = ['block', { message: 'No.' }] as const;

/** Stubs that answer by the numbers of a list, one after the other; each is asked by the rule of `answer`. */
function stubs(numbers: readonly number[], answer: <T>(value: T) => T | Promise<T>): Effects {
  let asked = 0;
  const next = (): number => numbers[asked++ % numbers.length] ?? 0;
  const one = <T>(list: readonly [T, ...T[]]): T => list[next() % list.length] ?? list[0];
  return {
    classify: () => answer({ score: (next() % 11) / 10, reasons: [], scorer: 'stub' }),
    redact: () =>
      answer({
        found: one<Record<string, number>>([{}, { email: 2 }, { word: 1, email: 1 }]),
        rules: 'stub',
        failed: one([false, true]),
      }),
    hold: (need) =>
      answer({
        ...unansweredHold(need, undefined, { port: 'exhausted', why: 'no_budget' }),
        port: one(
          need.warnAt === null
            ? ['within', 'exhausted', 'unavailable']
            : ['within', 'warning', 'exhausted', 'unavailable'],
        ),
      }),
    throttle: (need, run) =>
      answer(
        throttleResult(need, run, {
          port: one(['within', 'limited', 'unavailable']),
          why: 'fits',
          used: 0,
          amount: 1,
          waitedMs: 0,
          resetsAt: null,
          retryAt: null,
        }),
      ),
    alert: ({ channel, scope }) => answer({ alert: one(['noted', 'told_before', 'full']), channel, scope }),
    chance: () => answer({ chance: (next() % 10) / 10 }),
    cache: () => answer({ cache: one(['miss', 'hit', 'other_form', 'bypass']), model: null, ageMs: null }),
    shadow: () => answer({ shadow: one(['sent', 'no_room']), model: null, record: null }),
    order: ({ names, by }) => answer({ order: one([names, [...names].reverse()]), by }),
    call: (need) =>
      answer(
        one([true, false]) ? { ok: true, model: need.model } : { ok: false, model: null, failure: one(CALL_FAILURES) },
      ),
  };
}

const synchronous = <T>(value: T): T => value;
const later = <T>(value: T): Promise<T> => Promise.resolve(value);

function mixed(): <T>(value: T) => T | Promise<T> {
  let turn = 0;
  return (value) => (turn++ % 2 === 0 ? value : Promise.resolve(value));
}

const setting = fc.record({
  graph: drawing,
  chat: body,
  tags: callerTags,
  now: moment,
  numbers: fc.array(fc.nat(1000), { minLength: 1, maxLength: 12 }),
});
type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

function runOf({ chat, tags, now }: Pick<Setting, 'chat' | 'tags' | 'now'>): Run {
  const source = liveFacts({ key: { id: 'k', name: 'k' }, project: 'p', app: null, models: lookup });
  return new Run({ view: viewOfChat(chat), tags, source, now });
}

const decide = (
  given: Setting,
  graph: CompiledGraph,
  answer: Parameters<typeof stubs>[1],
): Decision | Promise<Decision> => evaluate(graph, runOf(given), stubs(given.numbers, answer));

/** A decision that nothing was waited for. */
function atOnce(decision: Decision | Promise<Decision>): Decision {
  if (decision instanceof Promise) throw new Error('it was waited for');
  return decision;
}

describe('the interpreter', () => {
  it('decides the same whether the outside answers at once, later, or now and then', async () => {
    await fc.assert(
      fc.asyncProperty(setting, async (given) => {
        const graph = compileGraph(given.graph);
        const decision = atOnce(decide(given, graph, synchronous));
        expect(await decide(given, graph, later)).toEqual(decision);
        expect(await decide(given, graph, mixed())).toEqual(decision);
        // A compiled graph keeps nothing of a request.
        expect(decide(given, graph, synchronous)).toEqual(decision);
        expect(decide(given, compileGraph(given.graph), synchronous)).toEqual(decision);
      }),
      { numRuns: 600 },
    );
  });

  it('never takes more steps than there are nodes, and follows the edges that are drawn', () => {
    fc.assert(
      fc.property(setting, (given) => {
        const { trace } = atOnce(decide(given, compileGraph(given.graph), synchronous));
        expect(trace.length).toBeLessThanOrEqual(given.graph.nodes.length);
        expect(new Set(trace.map((step) => step.node)).size).toBe(trace.length);
        trace.forEach((step, i) => {
          const edge = given.graph.edges.find((one) => one.from === step.node && one.port === step.port);
          expect(trace[i + 1]?.node).toBe(edge?.to);
        });
      }),
      { numRuns: 600 },
    );
  });

  it('tells a listener of each step, and of the node that comes next', () => {
    fc.assert(
      fc.property(setting, (given) => {
        const heard: [TraceStep, string | null][] = [];
        const { trace } = atOnce(
          evaluate(compileGraph(given.graph), runOf(given), stubs(given.numbers, synchronous), (...one) => {
            heard.push(one);
          }),
        );
        expect(heard.map(([step]) => step)).toEqual(trace);
        expect(heard.map(([, next]) => next)).toEqual(trace.map((_, i) => trace[i + 1]?.node ?? null));
      }),
    );
  });

  it('walks a thousand nodes, also when each of them waits', async () => {
    const ids = Array.from({ length: 998 }, (_, i) => `sort${i}`);
    const graph = draw({ enter, ...Object.fromEntries(ids.map((id) => [id, ['classify', {}] as const])), no: block }, [
      'enter.next > sort0',
      ...ids.flatMap((id, i) =>
        ['simple', 'standard', 'complex'].map((port) => `${id}.${port} > ${ids[i + 1] ?? 'no'}`),
      ),
    ]);
    for (const answer of [synchronous, later]) {
      const given = {
        chat: { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] },
        tags: new Map(),
        now: 0,
      };
      const { trace } = await evaluate(compileGraph(graph), runOf(given), stubs([3], answer));
      expect(trace).toHaveLength(1000);
    }
  });

  it('passes on what an effect throws, at once or later', async () => {
    const graph = compileGraph(
      draw({ enter, sort: ['classify', {}], no: block }, [
        'enter.next > sort',
        'sort.simple > no',
        'sort.standard > no',
        'sort.complex > no',
      ]),
    );
    const given = { chat: { model: 'm', messages: [] }, tags: new Map(), now: 0 };
    const broken = stubs([0], synchronous);
    const classify = (): never => {
      throw new Error('broken');
    };
    expect(() => evaluate(graph, runOf(given), { ...broken, classify })).toThrow('broken');
    await expect(evaluate(graph, runOf(given), { ...broken, classify: async () => classify() })).rejects.toThrow(
      'broken',
    );
  });

  it('ends where nothing is connected, and says where', async () => {
    const graph = compileGraph(
      draw({ enter, ask: ['model', { model: 'sandbox/small', retries: 0 }] }, ['enter.next > ask']),
    );
    const given = { chat: { model: 'm', messages: [] }, tags: new Map(), now: 0 };
    const decision = await evaluate(graph, runOf(given), stubs([1], synchronous));
    expect(decision.outcome).toEqual({ type: 'unfinished', node: 'ask', port: 'failed' });
    expect(sayPath(decision.trace)).toBe('enter.next > ask.failed');
  });
});

describe('compiling', () => {
  const refused: [what: string, graph: Graph, message: string][] = [
    ['an unknown kind', draw({ enter, odd: ['oracle', {}] }, ['enter.next > odd']), 'unknown kind “oracle”'],
    [
      'settings that do not fit',
      draw({ enter, sort: ['classify', { simpleBelow: 2 }] }, ['enter.next > sort']),
      'It can be at most 1.',
    ],
    ['no request node', draw({ no: block }, []), 'exactly one request node'],
    [
      'two request nodes',
      draw({ enter, again: enter, no: block }, ['enter.next > no', 'again.next > no']),
      'exactly one request node',
    ],
    ['an edge to nowhere', draw({ enter }, ['enter.next > gone']), '“gone”, which does not exist'],
    [
      'two edges at one port',
      draw({ enter, no: block, also: block }, ['enter.next > no', 'enter.next > also']),
      'Two edges leave port “next”',
    ],
    [
      'a circle',
      draw({ enter, a: ['tag', { tags: { b: 'c' } }], b: ['tag', { tags: { b: 'c' } }] }, [
        'enter.next > a',
        'a.next > b',
        'b.next > a',
      ]),
      'a → b → a',
    ],
  ];
  it.each(refused)('refuses %s with a sentence', (_what, graph, message) => {
    expect(() => compileGraph(graph)).toThrow(message);
  });

  it('tells a budget which models each of its ports can reach', async () => {
    const needs: unknown[] = [];
    const graph = draw(
      {
        enter,
        pay: ['budget', { budget: 'b' }],
        sort: ['classify', {}],
        small: ['model', { model: 'sandbox/small' }],
        row: ['fallback', { models: ['sandbox/large', 'asked'] }],
        local: ['model', { model: 'sandbox/local' }],
      },
      [
        'enter.next > pay',
        'pay.within > sort',
        'pay.warning > local',
        'sort.simple > small',
        'sort.standard > small',
        'sort.complex > row',
        'row.failed > small',
      ],
    );
    const effects = stubs([0], synchronous);
    const given = { chat: { model: 'm', messages: [] }, tags: new Map(), now: 0 };
    await evaluate(compileGraph(graph), runOf(given), {
      ...effects,
      hold: (need, run) => {
        needs.push({ within: [...need.within].sort(), warning: need.warning });
        return effects.hold(need, run);
      },
    });
    expect(needs).toEqual([{ within: ['asked', 'sandbox/large', 'sandbox/small'], warning: ['sandbox/local'] }]);
  });
});
