import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatStream } from '../../../server/wire/chat-answer.ts';
import { plainEventAt, plainPiece } from '../../../server/wire/plain-piece.ts';

const chunkOf = (text: string, index = 0, more: object = {}): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'gpt',
  system_fingerprint: null,
  choices: [{ index, delta: { content: text }, logprobs: null, finish_reason: null }],
  usage: null,
  ...more,
});

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constant('"content":"x"},"finish_reason":"stop"'),
);

describe('a piece of text read without parsing', () => {
  it('is what the parser would read, for any text', () => {
    fc.assert(
      fc.property(text, fc.nat(9), (given, index) => {
        expect(plainPiece(JSON.stringify(chunkOf(given, index)))).toEqual({ index, text: given });
      }),
    );
  });

  const others: [string, string][] = [
    ['a finish', JSON.stringify(chunkOf('a')).replace('"finish_reason":null', '"finish_reason":"stop"')],
    ['usage', JSON.stringify(chunkOf('a', 0, { usage: { prompt_tokens: 1 } }))],
    ['an error beside it', JSON.stringify(chunkOf('a', 0, { error: 'broken' }))],
    [
      'two choices',
      JSON.stringify({
        choices: [
          { index: 0, delta: { content: 'a' } },
          { index: 1, delta: {} },
        ],
      }),
    ],
    ['a role', '{"choices":[{"index":0,"delta":{"role":"assistant","content":"a"},"finish_reason":null}]}'],
    ['reasoning', '{"choices":[{"index":0,"delta":{"content":"a","reasoning_content":"b"},"finish_reason":null}]}'],
    ['a wrong escape', String.raw`{"choices":[{"index":0,"delta":{"content":"\x"},"finish_reason":null}]}`],
    ['a raw line break', '{"choices":[{"index":0,"delta":{"content":"a\nb"},"finish_reason":null}]}'],
    ['something after it', `${JSON.stringify(chunkOf('a'))} {}`],
  ];
  for (const [what, data] of others) {
    it(`leaves an event with ${what} to the parser`, () => {
      expect(plainPiece(data)).toBeNull();
    });
  }

  it('makes no difference to what is forwarded, counted and kept, wherever the stream is cut', () => {
    const given = fc.array(fc.oneof(fc.tuple(text, fc.nat(2)), fc.constant(null)), { minLength: 1, maxLength: 8 });
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 });
    fc.assert(
      fc.property(given, cuts, (pieces, at) => {
        const read = (space: string, cutAt: readonly number[]) => {
          const stream = new ChatStream({ usageAsked: false, placeholders: null, keepText: true, choices: 3 });
          // A comment among the events, as some upstreams send it to keep the connection.
          const events = pieces.map((one) =>
            one === null ? ': alive\n\n' : `data: ${space}${JSON.stringify(chunkOf(...one))}${space}\n\n`,
          );
          const bytes = Buffer.from(events.join(''));
          const places = [...cutAt.map((share) => Math.floor(share * bytes.length)), bytes.length].sort(
            (a, b) => a - b,
          );
          const out: Buffer[] = [];
          let from = 0;
          for (const to of places) {
            const forward = stream.push(bytes.subarray(from, to));
            if (forward) out.push(forward);
            from = to;
          }
          return {
            same: Buffer.concat(out).equals(bytes),
            received: stream.received,
            seen: stream.contentSeen,
            kept: stream.assembledAnswer(),
          };
        };
        // A space after the event is nothing to the parser, and keeps the short way from being taken.
        const slow = read(' ', []);
        expect(slow.same).toBe(true);
        expect(read('', at)).toEqual(slow);
      }),
    );
  });

  it('reads events one after another, up to the first that is another one', () => {
    const event = (given: string) => `data: ${JSON.stringify(chunkOf(given))}\n\n`;
    const begin = Buffer.from(event('a') + event('Größe “€” 🙂')).toString('latin1');
    const first = plainEventAt(begin, 0);
    expect(first?.text).toBe('a');
    for (const rest of ['', 'data: [DONE]\n\n', 'data: {"id"', `data:${JSON.stringify(chunkOf('c'))}\r\n\r\n`]) {
      const second = plainEventAt(begin + rest, first?.end ?? 0);
      expect(second).toEqual({ index: 0, text: 'Größe “€” 🙂', end: begin.length });
      expect(plainEventAt(begin + rest, begin.length)).toBeNull();
    }
  });

  it('reads bytes that are no UTF-8 as the parser does', () => {
    const bytes = Buffer.from(`data: ${JSON.stringify(chunkOf('a?é?b'))}\n\n`);
    for (let at = bytes.indexOf('?'); at !== -1; at = bytes.indexOf('?', at)) bytes[at] = 0xc3;
    const data = bytes.toString('utf8').slice('data: '.length, -2);
    expect(plainEventAt(bytes.toString('latin1'), 0)).toEqual({ ...plainPiece(data), end: bytes.length });
  });
});
