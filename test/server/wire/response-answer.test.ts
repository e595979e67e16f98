import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Placeholders } from '../../../policies/text/placeholders.ts';
import { UpstreamError } from '../../../server/providers/provider.ts';
import { ResponseStream, readWholeResponse } from '../../../server/wire/response-answer.ts';
import { answerOf, numbered, type ResponseEvent, response, sse, usage } from './response-events.ts';

/** What a client gets of a stream cut into pieces of a length: before its end is recorded, and after. */
function through(text: string, length: number, placeholders: Placeholders | null = null) {
  const stream = new ResponseStream(placeholders);
  const bytes = Buffer.from(text);
  const forwarded: (Buffer | null)[] = [];
  for (let i = 0; i < bytes.length; i += length) forwarded.push(stream.push(bytes.subarray(i, i + length)));
  forwarded.push(stream.end());
  const before = Buffer.concat(forwarded.filter((piece) => piece !== null)).toString();
  return { stream, before, tail: stream.tail().toString() };
}

const eventsOf = (text: string): ResponseEvent[] =>
  text
    .split('\n\n')
    .filter((one) => one !== '')
    .map((one) => JSON.parse(one.slice(one.indexOf('data: ') + 6)));

const joined = (events: readonly ResponseEvent[], type: string) =>
  events.flatMap((event) => (event.type === type ? [String(event.delta)] : [])).join('');

describe('a streamed response', () => {
  const events = answerOf(['Grüße', ' 😀'], ['{"a"', ':1}']);

  it('goes through byte for byte, its end withheld until it is asked for', () => {
    for (const length of [1, 7, 100, 100_000]) {
      const { stream, before, tail } = through(sse(events), length);
      expect(before).toBe(sse(events.slice(0, -1)));
      expect(tail).toBe(sse(events.slice(-1)));
      expect(stream).toMatchObject({ contentSeen: true, done: true, complete: true, error: null });
      expect(stream.usage).toMatchObject({
        inputTokens: 20,
        cachedInputTokens: 8,
        outputTokens: 9,
        reasoningTokens: 4,
      });
      expect(stream.texts()).toEqual(['Grüße 😀', '{"a":1}']);
      expect(stream.received).toEqual({ characters: 15, bytes: 19 });
      expect(JSON.parse(stream.assembledAnswer())).toMatchObject({
        status: 'completed',
        output: [{ type: 'message' }, { type: 'function_call', name: 'f', arguments: '{"a":1}' }],
      });
    }
  });

  it('keeps what has come of one that is cut off, and is not complete', () => {
    const { stream } = through(sse(events.slice(0, 5)), 50);
    expect(stream.complete).toBe(false);
    expect(stream.texts()).toEqual(['Grüße']);
    expect(JSON.parse(stream.assembledAnswer())).toMatchObject({
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'Grüße' }] }],
    });
  });

  it('has begun with its first text, and with the name of a call', () => {
    expect(through(sse(events.slice(0, 4)), 1000).stream.contentSeen).toBe(false);
    expect(through(sse(events.slice(0, 5)), 1000).stream.contentSeen).toBe(true);
    const call = events.slice(0, 2).concat(events.filter(({ output_index }) => output_index === 1).slice(0, 1));
    expect(through(sse(call), 1000).stream.contentSeen).toBe(true);
  });

  it('is announced only with what follows, so that another model can take over however long its settings are', () => {
    const stream = new ResponseStream(null);
    expect(stream.push(Buffer.from(sse(events.slice(0, 2))))).toBeNull();
    expect(stream.push(Buffer.from(sse(events.slice(2, 3))))?.toString()).toBe(sse(events.slice(0, 3)));
  });

  it('counts text that came in no pieces once, and text in pieces once', () => {
    const whole = events.filter(({ type }) => !type.endsWith('.delta'));
    expect(through(sse(whole), 1000).stream.received).toEqual({ characters: 15, bytes: 19 });
  });

  it('ends where it is incomplete, with the reason', () => {
    const details = { incomplete_details: { reason: 'max_output_tokens' }, usage };
    const cut = numbered([
      ...events.slice(0, 5),
      { type: 'response.incomplete', response: response('incomplete', [], details) },
    ]);
    const { stream, tail } = through(sse(cut), 64);
    expect(stream.complete).toBe(true);
    expect(tail).toContain('max_output_tokens');
    expect(JSON.parse(stream.assembledAnswer())).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ content: [{ text: 'Grüße' }] }],
    });
  });

  it('fails with an error in either of its shapes, and with a response that has failed', () => {
    const failed = { error: { code: 'rate_limit_exceeded', message: 'Slow down' }, usage };
    const shapes: readonly [ResponseEvent, string][] = [
      [{ type: 'error', code: 'server_error', message: 'Broken', param: null }, 'server_error'],
      [{ type: 'error', error: { type: 'tokens', code: 'rate_limit_exceeded', message: 'Slow down' } }, 'rate_limited'],
      [{ type: 'response.failed', response: response('failed', [], failed) }, 'rate_limited'],
      [
        {
          type: 'response.failed',
          response: response('failed', [], { error: { code: 'invalid_prompt', message: 'Flagged' } }),
        },
        'refused',
      ],
      [{ type: 'error', error: { code: 'context_length_exceeded', message: 'Too long' } }, 'context_too_long'],
    ];
    for (const [event, failure] of shapes) {
      const { stream, before } = through(sse([...events.slice(0, 2), event]), 100);
      expect(stream.error).toBeInstanceOf(UpstreamError);
      expect(stream.error).toMatchObject({ failure, billed: 'maybe' });
      expect(stream.complete).toBe(false);
      expect(before).toBe('');
    }
  });

  it('is broken where an event is no JSON object', () => {
    expect(through('data: [1]\n\n', 100).stream.error).toMatchObject({ failure: 'bad_answer' });
  });
});

describe('a streamed response with redacted values', () => {
  const VALUE = 'ada "the first" lovelace@engines.example';

  it('has them back in every piece and every repetition, its numbers rising, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 6 }), fc.integer({ min: 1, max: 400 }), (cuts, length) => {
        const placeholders = new Placeholders('secret');
        const placeholder = placeholders.take('email', VALUE);
        const cut = (text: string) => {
          const at = [...new Set(cuts.map((one) => one % text.length))].sort((a, b) => a - b);
          return [0, ...at].map((from, i) => text.slice(from, at[i])).filter((one) => one !== '');
        };
        const text = `Write to ${placeholder}`;
        const sent = answerOf(cut(text), cut(JSON.stringify({ to: placeholder })));
        const { before, tail } = through(sse(sent), length, placeholders);
        const got = eventsOf(before + tail);
        const numbers = got.map(({ sequence_number }) => Number(sequence_number));
        for (const [i, number] of numbers.entries()) if (i > 0) expect(number).toBeGreaterThan(numbers[i - 1] ?? 0);
        expect(joined(got, 'response.output_text.delta')).toBe(`Write to ${VALUE}`);
        const written = joined(got, 'response.function_call_arguments.delta');
        expect(JSON.parse(written)).toEqual({ to: VALUE });
        const parts = got.map((event) => JSON.stringify(event)).join('');
        expect(parts).not.toContain(placeholder);
        const done = got.find(({ type }) => type === 'response.output_text.done');
        expect(done).toMatchObject({ text: `Write to ${VALUE}` });
        expect(got.at(-1)).toMatchObject({
          type: 'response.completed',
          response: { output: [{ content: [{ text: `Write to ${VALUE}` }] }, { arguments: written }] },
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('a whole response', () => {
  const part = { type: 'output_text', text: 'Hello', annotations: [] };
  const message = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [part] };
  const thought = { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Greet.' }] };
  const read = (body: unknown) => readWholeResponse(Buffer.from(JSON.stringify(body)), null);

  it('goes through as it came, with its usage and texts', () => {
    const bytes = Buffer.from(` ${JSON.stringify(response('completed', [thought, message], { usage }))}\n`);
    const answer = readWholeResponse(bytes, null);
    expect(answer.bytes).toBe(bytes);
    expect(answer.usage).toMatchObject({ inputTokens: 20, cachedInputTokens: 8, reasoningTokens: 4 });
    expect(answer.texts()).toEqual(['Greet.', 'Hello']);
    expect(answer.received).toEqual({ characters: 11, bytes: 11 });
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'completed', output: [thought, message] });
  });

  it('is none where it has failed, is not finished or has no output', () => {
    const failed = response('failed', [], { error: { code: 'server_error', message: 'Broken' } });
    expect(() => read(failed)).toThrow(expect.objectContaining({ failure: 'server_error' }));
    expect(() => read(response('queued'))).toThrow(expect.objectContaining({ failure: 'bad_answer' }));
    expect(() => read({ object: 'response' })).toThrow(expect.objectContaining({ failure: 'bad_answer' }));
    expect(() => read([])).toThrow(expect.objectContaining({ failure: 'bad_answer' }));
  });
});
