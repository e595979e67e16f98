import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatStream } from '../../../server/wire/chat-answer.ts';
import { plainPiece } from '../../../server/wire/plain-piece.ts';

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

  it('makes no difference to what is forwarded, counted and kept', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.nat(2)), { minLength: 1, maxLength: 8 }), (pieces) => {
        const read = (space: string) => {
          const stream = new ChatStream({ usageAsked: false, placeholders: null, keepText: true, choices: 3 });
          const events = pieces.map(
            ([given, index]) => `data: ${space}${JSON.stringify(chunkOf(given, index))}${space}\n\n`,
          );
          const out = stream.push(Buffer.from(events.join('')));
          return {
            same: out?.toString() === events.join(''),
            received: stream.received,
            seen: stream.contentSeen,
            kept: stream.assembledAnswer(),
          };
        };
        // A space after the event is nothing to the parser, and keeps the short way from being taken.
        expect(read('')).toEqual(read(' '));
      }),
    );
  });
});
