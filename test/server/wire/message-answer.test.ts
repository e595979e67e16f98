import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Placeholders } from '../../../policies/text/placeholders.ts';
import { MessageStream, readWholeMessage } from '../../../server/wire/message-answer.ts';
import { messageUsage } from '../../../server/wire/message-usage.ts';
import { callBlock, messageEvents, textBlock, thinkingBlock, wholeMessage } from '../gateway/message-samples.ts';
import { sse } from '../providers/upstream.ts';

const placeholders = new Placeholders();
const EMAIL = 'ada"@engines.example';
placeholders.take('email', EMAIL);

const STREAM = sse(
  messageEvents(
    [
      thinkingBlock('c2ln', 'To [[EMA', 'IL_1]]?'),
      textBlock('Grüß [', '[EMA', 'IL_1]', '] 🚦 [[EMAIL_9]] [['),
      callBlock('a', 'mail', '', '{"to":"[[', 'EMAIL_1]]"}'),
      callBlock('b', 'clock', ''),
    ],
    { stopReason: 'tool_use' },
  ),
);

interface Passage {
  readonly forwarded: string;
  readonly tail: string;
  readonly stream: MessageStream;
}

function passed(pieces: readonly Buffer[], restore: boolean): Passage {
  const stream = new MessageStream(restore ? placeholders : null);
  const out: Buffer[] = [];
  for (const piece of pieces) out.push(stream.push(piece) ?? Buffer.alloc(0));
  out.push(stream.end() ?? Buffer.alloc(0));
  return { forwarded: Buffer.concat(out).toString(), tail: stream.tail().toString(), stream };
}

const summary = ({ forwarded, tail, stream }: Passage) => ({
  forwarded,
  tail,
  answer: stream.assembledAnswer(),
  usage: stream.usage,
  received: stream.received,
  texts: stream.texts(),
  complete: stream.complete,
  error: stream.error,
});

/** The data of every event, whatever ends its lines. */
const dataOf = (text: string): unknown[] =>
  text
    .split(/\r?\n\r?\n/)
    .filter((event) => event !== '')
    .map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)));

/** Text, arguments and thoughts as a client puts them together. */
function read(text: string): string[] {
  const blocks: string[] = [];
  for (const event of dataOf(text)) {
    const { type, index, delta } = Object(event);
    if (type === 'content_block_start') blocks[index] = '';
    if (type === 'content_block_delta') blocks[index] += delta.text ?? delta.partial_json ?? delta.thinking ?? '';
  }
  return blocks;
}

describe('a streamed message', () => {
  it.each([false, true])('is the same wherever the stream is cut (placeholders: %s)', (restore) => {
    const bytes = Buffer.from(STREAM);
    const whole = summary(passed([bytes], restore));
    expect(whole).toMatchObject({ complete: true, error: null });
    for (let at = 1; at < bytes.length; at++) {
      expect(summary(passed([bytes.subarray(0, at), bytes.subarray(at)], restore))).toEqual(whole);
    }
    for (let size = 1; size < 40; size++) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      expect(summary(passed(pieces, restore))).toEqual(whole);
    }
    if (!restore) expect(whole.forwarded + whole.tail).toBe(STREAM);
  });

  it.each([false, true])('says the same in pieces of any size and with any line ends (placeholders: %s)', (restore) => {
    const expected = read(passed([Buffer.from(STREAM)], restore).forwarded);
    fc.assert(
      fc.property(
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 30 }),
        (end, sizes) => {
          const text = STREAM.replaceAll('\n', end);
          const bytes = Buffer.from(text);
          const pieces: Buffer[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length] ?? 1;
            pieces.push(bytes.subarray(at, at + size));
            at += size;
          }
          const { forwarded, tail, stream } = passed(pieces, restore);
          expect(stream).toMatchObject({ complete: true, done: true, error: null });
          // An event is over with its last carriage return: the line feed after it is waited for by nobody.
          if (!restore) expect((forwarded + tail).trimEnd()).toBe(text.trimEnd());
          // Line ends of events that go through stay as they came.
          expect(read(forwarded.replaceAll('\r\n', '\n').replaceAll('\r', '\n'))).toEqual(expected);
          expect(stream.usage).toMatchObject({ inputTokens: 20, outputTokens: 12 });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives values back in texts and arguments, but not in thoughts, and withholds its end', () => {
    const { forwarded, tail, stream } = passed([Buffer.from(STREAM)], true);
    expect(read(forwarded)).toEqual([
      'To [[EMAIL_1]]?',
      `Grüß ${EMAIL} 🚦 [[EMAIL_9]] [[`,
      JSON.stringify({ to: EMAIL }),
      '',
    ]);
    expect(dataOf(tail)).toMatchObject([{ type: 'message_delta' }, { type: 'message_stop' }]);
    expect(JSON.parse(stream.assembledAnswer())).toEqual({
      content: [
        { type: 'thinking', thinking: 'To [[EMAIL_1]]?', signature: 'c2ln' },
        { type: 'text', text: 'Grüß [[EMAIL_1]] 🚦 [[EMAIL_9]] [[' },
        { type: 'tool_use', id: 'a', name: 'mail', input: { to: '[[EMAIL_1]]' } },
        { type: 'tool_use', id: 'b', name: 'clock', input: {} },
      ],
      stop_reason: 'tool_use',
    });
  });

  it('keeps no more of an endless answer than a record can hold, and counts all of it', () => {
    const flood = 'x'.repeat(400_000);
    const { stream, forwarded } = passed([Buffer.from(sse(messageEvents([textBlock(flood, flood, flood)])))], false);
    expect(stream.received.characters).toBe(1_200_000);
    expect(stream.assembledAnswer().length).toBeLessThan(1_000_200);
    expect(stream.assembledAnswer()).toContain('what follows is not kept');
    expect(forwarded.length).toBeGreaterThan(1_200_000);
  });

  it('has broken off where it has no reason for its end', () => {
    const events = messageEvents([textBlock('Well')]);
    for (let count = 0; count < events.length - 2; count++) {
      expect(passed([Buffer.from(sse(events.slice(0, count)))], false).stream.complete).toBe(false);
    }
    expect(passed([Buffer.from(sse(events.slice(0, -1)))], false).stream.complete).toBe(true);
  });

  it('fails on an event that is no JSON, and on an error', () => {
    const broken = 'event: content_block_delta\ndata: {"type":\n\n';
    expect(passed([Buffer.from(broken)], false).stream.error).toMatchObject({ failure: 'bad_answer' });
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    expect(passed([Buffer.from(sse([{ event: 'error', data: error }]))], false).stream.error).toMatchObject({
      failure: 'server_error',
      billed: 'maybe',
    });
  });

  it('begins with the first thing that is said, and not with a sign of life', () => {
    const stream = new MessageStream(null);
    const [start, ping, begins, delta] = messageEvents([textBlock('Well')]).map((event) => Buffer.from(sse([event])));
    const seen = [start, ping, begins, delta].map((event) => {
      stream.push(event ?? Buffer.alloc(0));
      return stream.contentSeen;
    });
    expect(seen).toEqual([false, false, false, true]);
  });
});

describe('a message in one piece', () => {
  const bytes = (content: readonly object[]) => Buffer.from(JSON.stringify(wholeMessage({ content })));

  it('goes through as it came where nothing is to be put back', () => {
    const given = bytes([{ type: 'text', text: 'Well [[EMAIL_2]]' }]);
    expect(readWholeMessage(given, null).bytes).toBe(given);
    expect(readWholeMessage(given, placeholders).bytes).toBe(given);
    expect(readWholeMessage(given, null)).toMatchObject({ received: { characters: 16, bytes: 16 } });
  });

  it('keeps the placeholders for the record', () => {
    const answer = readWholeMessage(bytes([{ type: 'text', text: 'To [[EMAIL_1]]' }]), placeholders);
    expect(JSON.parse(answer.bytes.toString()).content).toEqual([{ type: 'text', text: `To ${EMAIL}` }]);
    expect(answer.text).toContain('[[EMAIL_1]]');
    expect(answer.texts()).toEqual(['To [[EMAIL_1]]']);
  });

  it.each(['no JSON', '[]', '{"type":"message"}', '{"type":"error","error":{"type":"api_error","message":"x"}}'])(
    'is none: %s',
    (text) => {
      expect(() => readWholeMessage(Buffer.from(text), null)).toThrow();
    },
  );
});

describe('usage', () => {
  it('counts what was read from a cache and written to it as parts of the input', () => {
    expect(
      messageUsage({
        input_tokens: 20,
        cache_read_input_tokens: 300,
        cache_creation_input_tokens: 70,
        cache_creation: { ephemeral_5m_input_tokens: 50, ephemeral_1h_input_tokens: 20 },
        output_tokens: 12,
        output_tokens_details: { thinking_tokens: 40 },
      }),
    ).toMatchObject({
      inputTokens: 390,
      cachedInputTokens: 300,
      cacheWriteTokens: 70,
      cacheWriteHourTokens: 20,
      outputTokens: 12,
      reasoningTokens: 12,
    });
    expect(messageUsage({ input_tokens: 3 })).toBeNull();
    expect(messageUsage(null)).toBeNull();
  });
});
