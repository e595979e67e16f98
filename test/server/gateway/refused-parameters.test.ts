/** A parameter that a model has refused is not sent to it again for an hour. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallResult } from '../../../policies/effects.ts';
import { RefusedParameters } from '../../../server/gateway/refused-parameters.ts';
import { openSource } from '../../../server/providers/catalogue.ts';
import { UpstreamError } from '../../../server/providers/provider.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { withoutLacking } from '../../../server/wire/lacking.ts';
import { answer, type BehavingModels, startBehavingModels, status } from './behaving-models.ts';
import { replayAll } from './harness.ts';

const HOUR_MS = 3_600_000;

let models: BehavingModels;
let now = 0;

beforeAll(async () => {
  models = await startBehavingModels();
});
beforeEach(() => {
  models.fresh();
  now = performance.now();
  vi.spyOn(models.gateway.running.gateway.upstreams, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  try {
    await replayAll(models.gateway);
  } finally {
    await models.stop();
  }
});

type Body = Record<string, unknown>;
const sent = (): Body[] => models.upstream.requests.map(({ body }) => JSON.parse(body));
const resultsOf = ({ trace }: RequestRecord): CallResult[] =>
  trace.flatMap(({ results }) => results ?? []).filter((result): result is CallResult => 'ok' in result);
const reasonOf = ({ trace }: RequestRecord): string | undefined => trace.at(-1)?.reason;

/** Makes a model refuse what is told of a body, null for nothing. */
function refusing(model: string, why: (body: Body) => string | null): void {
  models.behaviours.set(model, (response) => {
    const message = why(sent().at(-1) ?? {});
    if (message === null) answer(response, model, false);
    else status(400, {}, message)(response);
  });
}
const lacking = (name: string) => (body: Body) =>
  name in body ? `Unsupported parameter: '${name}' is not supported with this model.` : null;

/** Asks, and gives what was sent for it without what all requests have. */
async function ask(policy: string, body: Body): Promise<{ record: RequestRecord; bodies: Body[] }> {
  const before = models.upstream.requests.length;
  const { record, text } = await models.ask(policy, body);
  expect(text).toContain('from ');
  const bodies = sent().slice(before);
  return { record, bodies: bodies.map(({ messages: _, model: __, max_tokens: ___, ...others }) => others) };
}

const fallback = { models: ['up/a', 'up/b'], coolDownSeconds: 0 };

describe('a parameter that a model has refused', () => {
  it('is left out of the next requests from the start, whatever its value, and the record says so', async () => {
    refusing('a', lacking('seed'));
    const policy = await models.policyOf('fallback', fallback);
    const first = await ask(policy, { seed: 1, top_p: 0.5 });
    expect(first.bodies).toEqual([{ seed: 1, top_p: 0.5 }, { top_p: 0.5 }]);
    expect(reasonOf(first.record)).toBe('up/a answered without the seed, which it lacks.');

    const second = await ask(policy, { seed: 2, top_p: 0.5 });
    expect(second.bodies).toEqual([{ top_p: 0.5 }]);
    expect(second.record.attempts).toMatchObject([{ ok: true }]);
    expect(resultsOf(second.record)).toEqual([{ ok: true, model: 'up/a', asked: 'up/a', refusedBefore: ['the seed'] }]);
    expect(reasonOf(second.record)).toBe('up/a answered without the seed, as it refused it before.');
  });

  it('is tried again after an hour', async () => {
    refusing('a', lacking('seed'));
    const policy = await models.policyOf('fallback', fallback);
    await ask(policy, { seed: 1 });
    now += HOUR_MS - 1;
    expect((await ask(policy, { seed: 1 })).bodies).toEqual([{}]);
    models.behaviours.delete('a');
    now += 1;
    const { bodies, record } = await ask(policy, { seed: 1 });
    expect(bodies).toEqual([{ seed: 1 }]);
    expect(reasonOf(record)).toBe('up/a answered.');
  });

  it('is sent to other models, by policies that leave nothing out, and when the account is another one', async () => {
    refusing('a', lacking('seed'));
    await ask(await models.policyOf('fallback', fallback), { seed: 1 });
    const other = await models.policyOf('fallback', { ...fallback, models: ['up/b', 'up/a'] });
    expect((await ask(other, { seed: 1 })).bodies).toEqual([{ seed: 1 }]);
    const strict = await models.policyOf('model', { model: 'up/a', retries: 0 });
    expect((await models.ask(strict, { seed: 1 })).response.status).toBe(400);
    for (const [, known] of models.gateway.running.gateway.upstreams.all()) known.forget('up');
    const again = await ask(await models.policyOf('fallback', fallback), { seed: 1 });
    expect(again.bodies).toEqual([{ seed: 1 }, {}]);
  });

  it('may be one of several, of which each is said', async () => {
    refusing('a', (body) => lacking('seed')(body) ?? lacking('logit_bias')(body));
    const policy = await models.policyOf('fallback', fallback);
    await ask(policy, { seed: 1 });
    const both = await ask(policy, { seed: 1, logit_bias: { 5: 1 } });
    expect(both.bodies).toEqual([{ logit_bias: { 5: 1 } }, {}]);
    expect(reasonOf(both.record)).toBe(
      'up/a answered without biases of tokens, which it lacks, and without the seed, as it refused it before.',
    );
    expect((await ask(policy, { seed: 1, logit_bias: { 5: 1 } })).bodies).toEqual([{}]);
  });

  it('is one of those that are left out together, and not the others', async () => {
    refusing('a', lacking('frequency_penalty'));
    const policy = await models.policyOf('fallback', fallback);
    const both = { frequency_penalty: 1, presence_penalty: 1 };
    expect((await ask(policy, both)).bodies).toEqual([both, {}]);
    expect((await ask(policy, both)).bodies).toEqual([{}]);
    expect((await ask(policy, { presence_penalty: 1 })).bodies).toEqual([{ presence_penalty: 1 }]);
  });
});

describe('a value that a model has refused', () => {
  it('is the only one that is left out, or sent as what is nearly the same', async () => {
    refusing('a', ({ reasoning_effort: effort, temperature }) => {
      const refused = (name: string, value: unknown) =>
        `Unsupported value: '${name}' does not support ${value} with this model.`;
      if (effort === 'minimal') return refused('reasoning_effort', "'minimal'");
      return temperature === undefined || temperature === 1 ? null : refused('temperature', temperature);
    });
    const policy = await models.policyOf('fallback', fallback);
    expect((await ask(policy, { reasoning_effort: 'minimal' })).bodies).toHaveLength(2);
    const nearly = await ask(policy, { reasoning_effort: 'minimal' });
    expect(nearly.bodies).toEqual([{ reasoning_effort: 'low' }]);
    expect(reasonOf(nearly.record)).toBe(
      'up/a answered without the effort of reasoning “minimal” (sent as “low”), as it refused it before.',
    );
    expect((await ask(policy, { reasoning_effort: 'high' })).bodies).toEqual([{ reasoning_effort: 'high' }]);
    expect((await ask(policy, { temperature: 0.7 })).bodies).toHaveLength(2);
    expect((await ask(policy, { temperature: 0.7 })).bodies).toEqual([{}]);
    expect((await ask(policy, { temperature: 1 })).bodies).toEqual([{ temperature: 1 }]);
  });
});

describe('a refusal that may be due to something else', () => {
  it('is not remembered for requests with another effort, or with tools', async () => {
    refusing('a', (body) => ('reasoning_effort' in body || 'tools' in body ? lacking('temperature')(body) : null));
    const policy = await models.policyOf('fallback', fallback);
    const plain = { temperature: 0.5 };
    const thinking = { ...plain, reasoning_effort: 'high' };
    expect((await ask(policy, thinking)).bodies).toHaveLength(2);
    expect((await ask(policy, thinking)).bodies).toEqual([{ reasoning_effort: 'high' }]);
    expect((await ask(policy, plain)).bodies).toEqual([plain]);
    const tools = [{ type: 'function', function: { name: 'look', parameters: {} } }];
    expect((await ask(policy, { ...plain, tools })).bodies).toHaveLength(2);
    expect((await ask(policy, plain)).bodies).toEqual([plain]);
  });

  it('is not remembered where its words have a condition', async () => {
    refusing('a', (body) => ('top_p' in body ? 'top_p is not supported when thinking is enabled.' : null));
    const policy = await models.policyOf('fallback', fallback);
    for (let i = 0; i < 2; i++) {
      const { bodies, record } = await ask(policy, { top_p: 0.5 });
      expect(bodies).toEqual([{ top_p: 0.5 }, {}]);
      expect(reasonOf(record)).toBe('up/a answered without top p, which it lacks.');
    }
  });
});

describe('what is remembered of a model', () => {
  const [model] = openSource('up', ['a'], true).models();
  if (!model) throw new Error('there is one');
  const bodyOf = (fields: Body): Buffer => Buffer.from(JSON.stringify({ model: 'a', ...fields }));
  const nameOf = (fields: Body, message: string, status = 400): string | null | undefined =>
    withoutLacking(
      bodyOf(fields),
      'chat.completions',
      new UpstreamError('bad_request', message, { status, billed: 'no' }),
    )?.refused;
  const seed = nameOf({ seed: 1 }, 'Unrecognized request argument supplied: seed') ?? '';
  const isLess = (refused: RefusedParameters, of = model): boolean =>
    refused.without(bodyOf({ seed: 2 }), 'chat.completions', of, now) !== null;

  it('is forgotten when it is another model under the same name', () => {
    const refused = new RefusedParameters();
    refused.note(seed, model, now);
    expect(isLess(refused)).toBe(true);
    expect(isLess(refused, { ...model, label: 'a (another one)' })).toBe(false);
    expect(isLess(refused)).toBe(false);
  });

  it('has an end: the newest are kept', () => {
    const refused = new RefusedParameters();
    refused.note(seed, model, now);
    for (let i = 1; i < 50; i++) refused.note(`other ${i}`, model, now);
    expect(isLess(refused)).toBe(true);
    refused.note('one more', model, now);
    expect(isLess(refused)).toBe(false);
  });

  it('is nothing that the gateway itself has no place for, nor another thing than what was refused', () => {
    const unsent = new UpstreamError('unsupported', 'Unknown parameter: seed', { billed: 'no' });
    expect(withoutLacking(bodyOf({ seed: 1 }), 'chat.completions', unsent)).toMatchObject({ refused: null });
    expect(nameOf({ seed: 1 }, 'seed is not supported when streaming')).toBeNull();
    expect(nameOf({ temperature: 2 }, "'temperature' does not support 0.7 with this model")).toBeNull();
  });
});
