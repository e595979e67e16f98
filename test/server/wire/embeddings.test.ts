/** OpenAI's embeddings: what policies see of a request, what goes out of it, and how an answer is read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lacks, tooLong } from '../../../policies/model-fit.ts';
import { estimateInputTokens, inputTokenBound, usageBound } from '../../../policies/price.ts';
import { Run } from '../../../policies/run.ts';
import { SignalboxError } from '../../../server/errors.ts';
import { UpstreamError } from '../../../server/providers/provider.ts';
import { openAiEmbeddings } from '../../../server/wire/embeddings.ts';
import { modelNamed } from '../providers/upstream.ts';

const source = { read: () => null, truth: (_leaf: string, _run: Run, compute: () => boolean) => compute() };
const parse = (body: unknown) => openAiEmbeddings.parse(Buffer.from(JSON.stringify(body)));
const runOf = (body: unknown) => new Run({ view: parse(body).view, tags: new Map(), source, now: 0 });
const embedding = { ...modelNamed('embed'), embeddings: 'only' } as const;

function refusal(body: unknown): string {
  try {
    parse(body);
  } catch (error) {
    if (error instanceof SignalboxError) return error.message;
  }
  return 'accepted';
}

describe('understanding a request for embeddings', () => {
  it('sees one text, or each of a list, as a message of the user', () => {
    const one = parse({ model: 'm', input: 'hello' }).view;
    expect(one).toMatchObject({ endpoint: 'embeddings', model: 'm', messages: 1, turns: 0, stream: false });
    expect(one.slots).toMatchObject([{ path: ['input'], role: 'user', purpose: 'message', message: 0, text: 'hello' }]);
    const two = parse({ model: 'm', input: ['a', 'b'], user: 'ada' }).view;
    expect(two.slots.map(({ path, text, purpose }) => [path, text, purpose])).toEqual([
      [['input', 0], 'a', 'message'],
      [['input', 1], 'b', 'message'],
      [['user'], 'ada', 'label'],
    ]);
  });

  it.each([
    [[1, 2, 3], 3, 1],
    [
      [
        [1, 2],
        [3, 4, 5],
      ],
      5,
      2,
    ],
  ])('counts the tokens of %j, which nobody can look into', (input, tokens, messages) => {
    const { view } = parse({ model: 'm', input });
    expect(view).toMatchObject({ tokens, messages, slots: [] });
    expect(estimateInputTokens(view)).toBe(tokens);
    expect(inputTokenBound(view, { imageTokens: 0 })).toBeGreaterThanOrEqual(tokens);
  });

  it('never bounds the input below its tokens, and the output at nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(fc.string(), { minLength: 1 }),
          fc.array(fc.array(fc.nat(), { minLength: 1 }), { minLength: 1 }),
        ),
        (input) => {
          const { view } = parse({ model: 'm', input });
          const bound = usageBound(view, { imageTokens: 0 }, 4096);
          let least = 0;
          for (const one of input) least += typeof one === 'string' ? Buffer.byteLength(one) : one.length;
          expect(bound.inputTokens).toBeGreaterThanOrEqual(least);
          expect(bound.outputTokens).toBe(0);
        },
      ),
    );
  });

  it.each([
    ['nothing', {}],
    ['an empty list', { input: [] }],
    ['texts and tokens together', { input: ['a', 1] }],
    ['a number', { input: 7 }],
    ['broken tokens', { input: [1.5] }],
  ])('refuses %s as the input, in words', (_what, body) => {
    expect(refusal({ model: 'm', ...body })).toContain('a text, a list of texts, the tokens of a text');
  });

  it('refuses a list of tokens that has none', () => {
    expect(refusal({ model: 'm', input: [[1], []] })).toContain('input.1: has no tokens in it');
  });

  it('takes what a person says about the request', () => {
    expect(parse({ model: 'm', input: 'a', user: 'ada', metadata: { feature: 'x' } })).toMatchObject({
      user: 'ada',
      metadata: { feature: 'x' },
    });
  });
});

describe('what goes out', () => {
  it('is the very bytes of the client, but for the name of the model', () => {
    const text = '{ "input" : "h\\u00e9",  "model":"embed","dimensions":8, "encoding_format":"base64"}';
    const request = openAiEmbeddings.parse(Buffer.from(text));
    const run = new Run({ view: request.view, tags: new Map(), source, now: 0 });
    expect(request.outgoing(run, modelNamed('embed')).toString()).toBe(text);
    expect(request.outgoing(run, modelNamed('other')).toString()).toBe(text.replace('"embed"', '"other"'));
  });

  it('has the texts that a policy has changed, and no metadata', () => {
    const request = parse({ model: 'embed', input: ['a', 'b'], metadata: { team: 'x' } });
    const run = new Run({ view: request.view, tags: new Map(), source, now: 0 });
    run.view = { ...run.view, slots: run.view.slots.map((slot) => ({ ...slot, text: slot.text.toUpperCase() })) };
    run.textsChanged = true;
    expect(JSON.parse(request.outgoing(run, modelNamed('embed')).toString())).toEqual({
      model: 'embed',
      input: ['A', 'B'],
    });
  });

  it('knows nothing of limits on an answer', () => {
    const request = parse({ model: 'embed', input: 'a' });
    const run = new Run({ view: request.view, tags: new Map(), source, now: 0 });
    run.outputLimit = 5;
    run.outputLimitChanged = true;
    run.parameters.temperature = 0.5;
    expect(JSON.parse(request.outgoing(run, modelNamed('embed')).toString())).toEqual({ model: 'embed', input: 'a' });
  });
});

describe('a model', () => {
  it('takes embeddings only where it makes them, and chats only where it makes nothing else', () => {
    const run = runOf({ model: 'm', input: 'a' });
    expect(lacks(modelNamed('chat'), run)).toBe('test/chat does not make embeddings');
    expect(lacks(embedding, run)).toBeNull();
    const chat = new Run({ view: { ...run.view, endpoint: 'chat.completions' }, tags: new Map(), source, now: 0 });
    expect(lacks(embedding, chat)).toBe('test/embed makes embeddings and nothing else');
    expect(lacks({ ...embedding, embeddings: 'also' }, chat)).toBeNull();
  });

  it('takes no instructions with them', () => {
    const run = runOf({ model: 'm', input: 'a' });
    run.instructions.push('Be brief.');
    expect(lacks(embedding, run)).toBe('the policy adds instructions, which only a chat can have');
  });

  it('reads each text of a list by itself', () => {
    const model = { ...embedding, contextTokens: 100 };
    expect(tooLong(runOf({ model: 'm', input: Array(50).fill('x'.repeat(300)) }), model)).toBe(false);
    expect(tooLong(runOf({ model: 'm', input: ['a', 'x'.repeat(500)] }), model)).toBe(true);
  });
});

describe('an answer', () => {
  const read = (body: unknown) =>
    parse({ model: 'm', input: 'a' }).readWhole(
      Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      null,
    );
  const item = (vector: unknown) => ({ object: 'embedding', index: 0, embedding: vector });

  it('is forwarded as it is; of it the record keeps no numbers', () => {
    const body = { object: 'list', data: [item([0.5, -0.5])], usage: { prompt_tokens: 3, total_tokens: 3 } };
    const whole = read(body);
    expect(JSON.parse(whole.bytes.toString())).toEqual(body);
    expect(whole.usage).toMatchObject({ inputTokens: 3, outputTokens: 0 });
    expect(whole.text).toBe('{"embeddings":1,"dimensions":2}');
    expect(whole.texts()).toEqual([]);
  });

  it('tells its dimensions where its numbers are written as base64', () => {
    const vector = Buffer.from(new Float32Array([1, 2, 3]).buffer).toString('base64');
    expect(read({ data: [item(vector), item(vector)] })).toMatchObject({
      text: '{"embeddings":2,"dimensions":3}',
      usage: null,
    });
  });

  it.each([['hello'], [[]], [{ data: [] }], [{ data: [{ index: 0 }] }], [{ error: { message: 'no' } }]])(
    'is none: %j',
    (body) => {
      expect(() => read(body)).toThrow(UpstreamError);
    },
  );
});
