import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGraph } from '../../policies/compile.ts';
import type { Graph } from '../../policies/graph.ts';
import { impactOf, replayInputSchema } from '../../policies/impact.ts';
import {
  ALLOWED_MODELS_FACT,
  type AllowedModels,
  allowedModels,
  allowsModel,
  modelEntryProblem,
} from '../../policies/key-limits.ts';
import { statusOf } from '../../policies/refusal.ts';
import { NO_USAGE } from '../../policies/request.ts';
import { outsideSchema, type Simulation, simulate } from '../../policies/simulate.ts';
import { SANDBOX_MODELS } from '../../server/providers/sandbox/sandbox.ts';
import { body, callerTags, draw, drawing, moment, outside, smallHouse } from './drawings.ts';
import { budgetOf, lookup, worldWith } from './house.ts';

const enter = ['request', {}] as const;
const small = ['model', { model: 'sandbox/small', retries: 0 }] as const;
const SMALL = allowedModels(['sandbox/small'], () => undefined);

function run(graph: Graph, allowed: AllowedModels | null, model = 'sandbox/large'): Promise<Simulation> {
  const request = { body: { model, messages: [{ role: 'user' as const, content: 'hi' }] }, tags: new Map(), now: 0 };
  const world = { ...worldWith([budgetOf('month')]), allowedModels: allowed };
  return simulate(compileGraph(graph), request, outsideSchema.parse({}), world);
}

describe('an entry of the list of models', () => {
  it('is an id, a pattern, or an alias that leads to an id', () => {
    const aliases = new Map([['cheap', 'sandbox/small']]);
    const allowed = allowedModels(['own/one', 'vendor/big-*', 'cheap', 'gone'], (alias) => aliases.get(alias));
    for (const id of ['own/one', 'vendor/big-', 'vendor/big-2', 'sandbox/small']) {
      expect(allowsModel(allowed, id), id).toBe(true);
    }
    for (const id of ['own/One', 'own/one-more', 'vendor/small', 'other/big-2', 'cheap', 'gone', 'sandbox/large']) {
      expect(allowsModel(allowed, id), id).toBe(false);
    }
    expect(allowsModel(null, 'anything/at-all')).toBe(true);
  });

  it.each(['openai/gpt-5-mini', 'together/meta/llama', 'openai/*', 'openai/gpt-5*', 'cheap', 'v1.2_small'])(
    'can be %s',
    (entry) => expect(modelEntryProblem(entry)).toBeNull(),
  );

  it.each(['', '*', '*/gpt', 'Cheap', 'openai/', '/gpt', 'openai /gpt', 'openai/gpt 5'])('cannot be “%s”', (entry) =>
    expect(modelEntryProblem(entry)).toContain(`“${entry}” names no model`),
  );
});

describe('a key that is limited to some models', () => {
  it('is answered by none but those, on any drawing', async () => {
    const names = ['small', 'large', 'local', 'embed'].map((name) => `sandbox/${name}`);
    await fc.assert(
      fc.asyncProperty(
        ...([drawing, body, callerTags, moment, outside, fc.subarray([...names, 'sandbox/l*'])] as const),
        async (graph, sent, tags, now, said, entries) => {
          const allowed = allowedModels(entries, () => undefined);
          const world = { ...smallHouse, allowedModels: allowed };
          const { decision } = await simulate(compileGraph(graph), { body: sent, tags, now }, said, world);
          const { outcome } = decision;
          if (outcome.type === 'model') expect(allowsModel(allowed, outcome.model)).toBe(true);
          for (const result of decision.trace.flatMap(({ results }) => results ?? [])) {
            if ('ok' in result && result.model && !allowsModel(allowed, result.model)) {
              expect(result.failure).toBe('not_allowed');
            }
          }
        },
      ),
    );
  });

  it('goes on to the next one of a list, and the trace says why', async () => {
    const tries = draw({ enter, tries: ['fallback', { models: ['sandbox/large', 'sandbox/small'] }] }, [
      'enter.next > tries',
    ]);
    const { outcome, trace } = (await run(tries, SMALL)).decision;
    expect(outcome).toEqual({ type: 'model', model: 'sandbox/small' });
    expect(trace.at(-1)?.reason).toBe(
      'sandbox/small answered, after sandbox/large: the key of this request may not use it.',
    );
  });

  it('has none of the others chosen for it, however they are chosen', async () => {
    for (const choose of ['cheapest', 'fastest', 'least_loaded', 'round_robin', 'shares']) {
      const settings = { model: 'sandbox/large', others: [{ model: 'sandbox/small' }], choose };
      const chosen = draw({ enter, chosen: ['model', settings] }, ['enter.next > chosen']);
      expect((await run(chosen, SMALL)).decision.outcome).toEqual({ type: 'model', model: 'sandbox/small' });
    }
  });

  it('holds no more of a budget than the dearest model that it may use could cost', async () => {
    const paying = (of: readonly [string, object]) =>
      draw({ enter, pay: ['budget', { budget: 'month' }], last: [of[0], { ...of[1] }] }, [
        'enter.next > pay',
        'pay.within > last',
      ]);
    const amountOf = async (graph: Graph, allowed: AllowedModels | null): Promise<unknown> => {
      const { trace } = (await run(graph, allowed)).decision;
      const held = trace.flatMap(({ results }) => results ?? []).find((result) => 'budgetName' in result);
      return held && 'amount' in held ? held.amount : null;
    };
    const both = paying(['fallback', { models: ['sandbox/large', 'sandbox/small'] }]);
    expect(await amountOf(both, SMALL)).toBe(await amountOf(paying(small), null));
    expect(await amountOf(both, SMALL)).not.toBe(await amountOf(both, null));
  });

  it('is refused where the policy has none of them', async () => {
    const large = draw({ enter, large: ['model', { model: 'asked' }] }, ['enter.next > large']);
    const { decision } = await run(large, SMALL);
    expect(statusOf(decision)).toBe(403);
    expect(decision.trace.at(-1)?.reason).toBe('sandbox/large: the key of this request may not use it.');
    expect(statusOf((await run(large, SMALL, 'sandbox/nothing')).decision)).toBe(404);
  });

  it('hears what a model said that it may use, rather than that it may not use another', async () => {
    const settings = { models: ['sandbox/embed', 'sandbox/large'] };
    const tries = draw({ enter, tries: ['fallback', settings] }, ['enter.next > tries']);
    const { decision } = await run(
      tries,
      allowedModels(['sandbox/embed'], () => undefined),
    );
    expect(statusOf(decision)).toBe(400);
  });

  it('gets no copy sent to another', async () => {
    const copied = draw({ enter, copy: ['shadow', { model: 'sandbox/large', share: 1 }], small }, [
      'enter.next > copy',
      'copy.next > small',
    ]);
    expect((await run(copied, SMALL)).decision.trace[1]?.reason).toBe(
      'No copy: the key of this request may not use sandbox/large.',
    );
  });

  it('is not promised another by a draft that is tried on its requests', async () => {
    const before = draw({ enter, small }, ['enter.next > small']);
    const { decision, tags } = await run(before, SMALL);
    const request = (facts: object) =>
      replayInputSchema.parse({
        id: 'req_1',
        at: 0,
        policy: 'pol_1',
        version: 1,
        status: 'ok',
        httpStatus: 200,
        tags,
        model: 'sandbox/small',
        requestedModel: 'sandbox/large',
        cost: 1000,
        trace: decision.trace,
        usage: { ...NO_USAGE, inputTokens: 10, outputTokens: 10 },
        facts: { 'request.model': 'sandbox/large', 'request.max_tokens': null, ...facts },
      });
    const draft = compileGraph(
      draw({ enter, large: ['model', { model: 'sandbox/large', retries: 0 }] }, ['enter.next > large']),
    );
    const kindOf = async (facts: object): Promise<string | undefined> => {
      const quiet = { pause: async () => {}, cancelled: () => false, onProgress: () => {} };
      const impact = await impactOf(() => draft, [request(facts)], lookup, quiet);
      return impact?.buckets.find(({ count }) => count === 1)?.kind;
    };
    expect(await kindOf({})).toBe('other model');
    expect(await kindOf({ [ALLOWED_MODELS_FACT]: ['sandbox/small'] })).toBe('refused now');
    expect(await kindOf({ [ALLOWED_MODELS_FACT]: ['sandbox/*'] })).toBe('other model');
  });
});

it('every model of the sandbox has an id that a list can name', () => {
  for (const { id } of SANDBOX_MODELS) expect(modelEntryProblem(id)).toBeNull();
});
