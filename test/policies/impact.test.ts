import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../policies/bucket.ts';
import { compileGraph } from '../../policies/compile.ts';
import { sayPath } from '../../policies/evaluate.ts';
import type { Graph } from '../../policies/graph.ts';
import {
  type ImpactOptions,
  impactOf,
  type ReplayInput,
  recordedFrom,
  replayInputSchema,
} from '../../policies/impact.ts';
import { type AllowedModels, allowedModels } from '../../policies/key-limits.ts';
import type { ModelLookup } from '../../policies/model.ts';
import { NO_USAGE } from '../../policies/request.ts';
import { simulate } from '../../policies/simulate.ts';
import { exampleRecord } from '../server/records/example.ts';
import { body, callerTags, draw, drawing, editedDrawing, moment, outside, smallHouse } from './drawings.ts';
import { lookup } from './house.ts';
import {
  always,
  ask,
  countsOf,
  enter,
  impact,
  large,
  no,
  nothingSaid,
  only,
  QUIET,
  record,
  says,
  small,
  sorting,
} from './recorded.ts';

/** What a key may use: mostly everything. */
const limit: fc.Arbitrary<AllowedModels | null> = fc.option(
  fc
    .subarray(['sandbox/small', 'sandbox/large', 'sandbox/local'])
    .map((entries) => allowedModels(entries, () => undefined)),
  { freq: 1 },
);

/** Mostly edits of what decided, else drawings that have nothing to do with each other. */
const drafted = fc.oneof({ weight: 4, arbitrary: editedDrawing }, { weight: 1, arbitrary: fc.tuple(drawing, drawing) });

/** The lots that a recorded request drew or, by its id, would have drawn in a drawing. */
const lots = ({ nodes }: Graph, { id = '', trace }: ReplayInput): Record<string, number> => {
  const drawnAt = (node: string, of: 'split' | 'model'): number | undefined =>
    trace
      .filter((step) => step.node === node)
      .flatMap(({ results = [] }) => results)
      .map((result) => {
        if (of === 'split') return 'chance' in result ? result.chance : undefined;
        return 'order' in result ? result.drawn : undefined;
      })
      .find((lot) => lot !== undefined);
  return Object.fromEntries(
    nodes.flatMap((node): [string, number][] => {
      if (node.kind === 'split') return [[node.id, drawnAt(node.id, 'split') ?? bucketOf(id, node.id)]];
      const drawn = drawnAt(node.id, 'model');
      return drawn === undefined ? [] : [[node.id, drawn]];
    }),
  );
};

/** The models of the tests, one of which takes no tools. */
const someLacking: ModelLookup = (name) => {
  const model = lookup(name);
  return model?.id === 'sandbox/local' ? { ...model, supports: { ...model.supports, tools: false } } : model;
};

describe('what a draft would have done', () => {
  it('is nothing new where the draft is what decided', async () => {
    await fc.assert(
      fc.asyncProperty(drawing, body, callerTags, moment, outside, async (graph, chat, tags, now, said) => {
        const records = [await record(graph, { body: chat, tags, now }, said)];
        expect(countsOf(await impact(graph, records))).toEqual({ same: 1 });
      }),
      { numRuns: 150 },
    );
  });

  it('is what it does with the same request, wherever it says so', async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(drafted, body, callerTags, moment, outside, limit, async (...drawn) => {
        const [[before, after], chat, tags, now, said, limited] = drawn;
        const world = { ...smallHouse, models: someLacking, allowedModels: limited };
        // Records do not say whether there were files.
        const request = { body: { ...chat, messages: chat.messages.slice(0, 1) }, tags, now };
        const allUp = { ...said, down: {} };
        const kept = await record(before, request, allUp, {}, world);
        const { decision } = await simulate(
          compileGraph(after),
          request,
          { ...allUp, chances: lots(after, kept) },
          world,
        );
        const result = await impact(after, [kept], someLacking);
        const counts = countsOf(result);
        expect(Object.values(counts)).toEqual([1]);
        if (counts['cannot tell']) return;
        told += 1;
        const type = decision.outcome.type;
        const answered = type === 'model' || type === 'answer';
        const answeredBefore = kept.status !== 'blocked';
        if (answered !== answeredBefore)
          expect(counts).toEqual(answered ? { 'answered now': 1 } : { 'refused now': 1 });
        else if (answered) {
          const by = type === 'model' ? decision.outcome.model : null;
          expect(result.moves).toEqual(by === kept.model ? [] : [{ from: kept.model, to: by, count: 1 }]);
        }
        if (counts.same || counts['other way']) {
          expect(counts).toEqual(sayPath(decision.trace) === sayPath(kept.trace) ? { same: 1 } : { 'other way': 1 });
        }
      }),
      { numRuns: 500 },
    );
    expect(told).toBeGreaterThan(30);
  });

  it('counts who goes to another model, and what that saves', async () => {
    const records = [
      await record(sorting(0.9), ask('hi'), says({ complexity: 0.1 })),
      await record(sorting(0.9), ask('hi'), says({ complexity: 0.3 })),
      await record(sorting(0.9), ask('hi'), says({ complexity: 0.95 })),
    ];
    const result = await impact(sorting(0.2), records);
    expect(countsOf(result)).toEqual({ same: 2, 'other model': 1 });
    expect(result.moves).toEqual([{ from: 'sandbox/small', to: 'sandbox/large', count: 1 }]);
    const [cheap, dear] = [360_000, 10_000_000];
    expect(result.money).toEqual({
      costBefore: 2 * cheap + dear,
      costByDraft: cheap + 2 * dear,
      cheaper: { count: 0, by: 0 },
      dearer: { count: 1, by: dear - cheap },
      notComparable: 0,
    });
    const moved = result.buckets.find(({ kind }) => kind === 'other model');
    expect(moved?.examples).toEqual([
      {
        id: records[1]?.id,
        why: 'sandbox/large instead of sandbox/small. The ways part at “sort”: Scored 30 %, standard.',
      },
    ]);
    expect(result.assumptions).toHaveLength(3);
  });

  it('takes the cheapest of a list by what was used, and cannot tell who would have been faster', async () => {
    const records = [await record(only(large), ask('hi'), nothingSaid)];
    const choosing = (choose: string): Graph =>
      only(['model', { model: 'sandbox/large', others: [{ model: 'sandbox/small' }], choose }]);
    const { moves, money } = await impact(choosing('cheapest'), records);
    expect(moves).toEqual([{ from: 'sandbox/large', to: 'sandbox/small', count: 1 }]);
    expect(money.cheaper.count).toBe(1);
    expect(countsOf(await impact(choosing('fastest'), records))).toEqual({ 'cannot tell': 1 });
  });

  it('says who is refused now, and who is answered now', async () => {
    const answered = [await record(only(small), ask('hi'), nothingSaid)];
    const refused = [await record(only(no), ask('hi'), nothingSaid)];
    expect(countsOf(await impact(only(no), answered))).toEqual({ 'refused now': 1 });
    expect(countsOf(await impact(only(small), refused))).toEqual({ 'answered now': 1 });
    const { money } = await impact(only(no), answered);
    expect(money).toMatchObject({ costByDraft: 0, cheaper: { count: 1, by: 360_000 } });
    expect((await impact(only(small), refused)).money).toMatchObject({ costBefore: 0, notComparable: 1 });
  });

  it('says who takes another way to the same model', async () => {
    const longer = draw({ enter, mark: ['tag', { tags: { usage: 'building' } }], model: small }, [
      'enter.next > mark',
      'mark.next > model',
    ]);
    const records = [await record(only(small), ask('hi'), nothingSaid)];
    expect(countsOf(await impact(longer, records))).toEqual({ 'other way': 1 });
  });

  it('counts a fixed text as another answer', async () => {
    const closed = only(['answer', { text: 'Closed.' }]);
    const result = await impact(closed, [await record(only(small), ask('hi'), nothingSaid)]);
    expect(result.moves).toEqual([{ from: 'sandbox/small', to: null, count: 1 }]);
    expect(countsOf(await impact(closed, [await record(closed, ask('hi'), nothingSaid)]))).toEqual({ same: 1 });
  });

  it('keeps the failure of a model that was called, and takes others to have answered', async () => {
    const down = says({ down: { 'sandbox/large': 'server_error' } });
    const chain = (...models: string[]): Graph => only(['fallback', { models }]);
    const failed = [await record(only(large), ask('hi'), down)];
    expect(countsOf(await impact(chain('sandbox/large', 'asked'), failed))).toEqual({ same: 1 });
    const result = await impact(chain('sandbox/large', 'sandbox/small'), failed);
    expect(countsOf(result)).toEqual({ 'answered now': 1 });
    expect(result.assumptions[0]).toMatch(/was not called/);
    const strange = [await record(only(['model', { model: 'asked' }]), ask('hi', { model: 'gpt-99' }), nothingSaid)];
    expect(countsOf(await impact(chain('asked', 'sandbox/small'), strange))).toEqual({ 'answered now': 1 });
  });

  it('does not take a model to answer what it cannot take', async () => {
    const tiny = lookup('sandbox/small');
    if (!tiny) throw new Error('The sandbox has lost its small model.');
    const records = [
      await record(only(large), ask('hi'), nothingSaid),
      await record(only(large), ask('hi', { tools: [{ type: 'function', function: { name: 'find' } }] }), nothingSaid),
    ];
    const among = async (changed: object): Promise<unknown> =>
      countsOf(
        (await impactOf(
          always(compileGraph(only(small))),
          records,
          (name) => (name === tiny.id ? { ...tiny, ...changed } : lookup(name)),
          QUIET,
        )) ?? { buckets: [], moves: [], money: result.money, assumptions: [] },
      );
    const result = await impact(only(small), records);
    expect(countsOf(result)).toEqual({ 'other model': 2 });
    expect(await among({ supports: { ...tiny.supports, tools: false } })).toEqual({
      'other model': 1,
      'refused now': 1,
    });
    expect(await among({ contextTokens: 900 })).toEqual({ 'refused now': 2 });
  });
});

describe('what cannot be told', () => {
  it.each([
    ['lost', /stopped before/],
    ['dry_run', /only asked/],
    ['counted', /how many tokens/],
    ['failed', /before a policy/],
  ])('is a request that ended as %s', async (status, why) => {
    const one = await record(only(small), ask('hi'), nothingSaid, {
      status,
      ...(status === 'failed' && { trace: [] }),
    });
    const result = await impact(only(small), [one]);
    expect(countsOf(result)).toEqual({ 'cannot tell': 1 });
    expect(result.buckets.at(-1)?.examples).toEqual([{ id: one.id, why: expect.stringMatching(why) }]);
  });

  it('is one whose app hung up before an answer, but not one that did so after its beginning', async () => {
    const hungUp = says({ down: { 'sandbox/small': 'aborted' } });
    const before = await record(only(small), ask('hi'), hungUp, { status: 'aborted' });
    const after = await record(only(small), ask('hi'), nothingSaid, { status: 'aborted', model: null });
    expect(countsOf(await impact(only(small), [before, after]))).toEqual({ 'cannot tell': 1, same: 1 });
  });

  it('is the cost of a model without a price, of a request without usage, and of calls that may have been charged', async () => {
    const plain = await record(only(large), ask('hi'), nothingSaid);
    const unpriced = await record(only(['model', { model: 'sandbox/large' }]), ask('hi'), nothingSaid, {
      usage: NO_USAGE,
    });
    const chain = only(['fallback', { models: ['sandbox/local', 'sandbox/large'] }]);
    const twice = await record(chain, ask('hi'), says({ down: { 'sandbox/local': 'timeout' } }));
    expect((await impact(only(small), [plain, unpriced, twice])).money.notComparable).toBe(2);
    const free = await impactOf(
      always(compileGraph(only(small))),
      [plain],
      (name) => {
        const model = lookup(name);
        return model && { ...model, price: null };
      },
      QUIET,
    );
    expect(free?.money).toMatchObject({ notComparable: 1, costBefore: 0, costByDraft: 0 });
  });
});

describe('a long look back', () => {
  it('makes room for others after every fifty requests, and can be called off', async () => {
    const one = await record(only(small), ask('hi'), nothingSaid);
    const records = Array.from({ length: 120 }, (_, i) => ({ ...one, id: `req_${i}` }));
    const seen: string[] = [];
    const options: ImpactOptions = {
      pause: async () => void seen.push('pause'),
      cancelled: () => false,
      onProgress: (done, total) => void seen.push(`${done} of ${total}`),
    };
    const whole = await impactOf(always(compileGraph(only(small))), records, lookup, options);
    expect(seen).toEqual(['50 of 120', 'pause', '100 of 120', 'pause', '120 of 120']);
    expect(whole?.buckets[0]).toMatchObject({ kind: 'same', count: 120 });
    expect(whole?.buckets[0]?.examples.map(({ id }) => id)).toEqual(['req_0', 'req_1', 'req_2', 'req_3', 'req_4']);
    const off = await impactOf(always(compileGraph(only(small))), records, lookup, {
      ...options,
      cancelled: () => true,
    });
    expect(off).toBeNull();
  });
});

describe('a record as it is handed out', () => {
  it('is read as the server reads its own', async () => {
    const replaced = {
      usage: { value: 'building', source: 'rule' as const },
      user: { value: 'ada', source: 'key' as const },
    };
    const facts = { 'tags.usage': 'vibing', 'tag_source.usage': 'caller', 'request.model': 'gpt' };
    const whole = exampleRecord({ tags: replaced, facts });
    const { id, at, policy, version, status, httpStatus, model, requestedModel, usage, cost, tags, trace } = whole;
    const given = {
      id,
      at,
      policy,
      version,
      status,
      httpStatus,
      model,
      requestedModel,
      usage,
      cost,
      tags,
      facts,
      trace,
    };
    const read = replayInputSchema.parse(JSON.parse(JSON.stringify(given)));
    expect(recordedFrom(read)).toEqual(recordedFrom(whole));
    expect(recordedFrom(read).tags.get('usage')).toEqual({ value: 'vibing', source: 'caller' });
  });

  it('loses nothing of what the outside answered', async () => {
    await fc.assert(
      fc.asyncProperty(drawing, body, callerTags, moment, outside, async (graph, chat, tags, now, said) => {
        const { decision } = await simulate(compileGraph(graph), { body: chat, tags, now }, said, smallHouse);
        const { trace } = await record(graph, { body: chat, tags, now }, said);
        expect(trace).toEqual(JSON.parse(JSON.stringify(decision.trace)));
      }),
      { numRuns: 100 },
    );
  });
});
