import { describe, expect, it } from 'vitest';
import { NO_USAGE } from '../../../policies/request.ts';
import { Placeholders } from '../../../policies/text/placeholders.ts';
import { UpstreamError } from '../../../server/providers/provider.ts';
import { ChatStream, readWhole } from '../../../server/wire/chat-answer.ts';

const PLAIN = { usageAsked: false, placeholders: null, keepText: true, choices: 1 };

const event = (choices: unknown, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...more })}\n\n`;
const delta = (fields: object, finish: string | null = null, index = 0) =>
  event([{ index, delta: fields, finish_reason: finish }]);
const reported = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };
const DONE = 'data: [DONE]\n\n';

const START = delta({ role: 'assistant', content: '' });
const STREAM = [START, delta({ content: 'Grüße' }), delta({ content: ' 😀' }), delta({}, 'stop')];
const USAGE = event([], { usage: reported });

/** What a client gets of a stream cut into the pieces: before its end is recorded, and after. */
function through(pieces: readonly Buffer[], options: Partial<ConstructorParameters<typeof ChatStream>[0]> = {}) {
  const stream = new ChatStream({ ...PLAIN, ...options });
  const forwarded = pieces.map((piece) => stream.push(piece));
  forwarded.push(stream.end());
  const before = Buffer.concat(forwarded.filter((bytes) => bytes !== null)).toString();
  return { stream, before, tail: stream.tail().toString() };
}

const pieces = (text: string, length: number) => {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
    bytes.subarray(i * length, (i + 1) * length),
  );
};

/** The texts and reasons that an SDK would put together. */
function read(stream: string) {
  const contents: string[] = [];
  const tools: string[] = [];
  for (const line of stream.split('\n\n')) {
    if (line === '' || line === 'data: [DONE]') continue;
    for (const choice of JSON.parse(line.slice('data: '.length)).choices) {
      contents[choice.index] = (contents[choice.index] ?? '') + (choice.delta.content ?? '');
      for (const call of choice.delta.tool_calls ?? []) {
        tools[call.index] = (tools[call.index] ?? '') + (call.function.arguments ?? '');
      }
    }
  }
  return { contents, tools };
}

describe('a streamed answer', () => {
  it('goes through byte for byte, its end withheld until it is asked for', () => {
    const all = STREAM.join('') + DONE;
    for (const length of [1, 7, 100, all.length]) {
      const { stream, before, tail } = through(pieces(all, length));
      expect(before).toBe(STREAM.slice(0, 3).join(''));
      expect(tail).toBe(STREAM[3] + DONE);
      expect(stream).toMatchObject({
        finished: true,
        done: true,
        complete: true,
        error: null,
        finishReasons: ['stop'],
      });
    }
  });

  it('passes a piece of several events on without copying it', () => {
    const piece = Buffer.from(STREAM.slice(0, 3).join(''));
    expect(new ChatStream(PLAIN).push(piece)).toBe(piece);
  });

  it('drops the event of mere usage unless the client asked for it', () => {
    const all = [Buffer.from(STREAM.join('') + USAGE + DONE)];
    const usage = { ...NO_USAGE, inputTokens: 9, outputTokens: 4 };
    expect(through(all)).toMatchObject({ tail: STREAM[3] + DONE, stream: { usage } });
    expect(through(all, { usageAsked: true })).toMatchObject({ tail: STREAM[3] + USAGE + DONE, stream: { usage } });
  });

  it('keeps events without choices that say something else, and comments', () => {
    const filter = event([], { prompt_filter_results: [] });
    const { before } = through([Buffer.from(`: wait\n\n${filter}${STREAM.join('')}`)]);
    expect(before).toBe(`: wait\n\n${filter}${STREAM.slice(0, 3).join('')}`);
  });

  it('knows the first event that says anything', () => {
    const seenAfter = (...events: string[]) => {
      const stream = new ChatStream(PLAIN);
      stream.push(Buffer.from(events.join('')));
      return stream.contentSeen;
    };
    expect(seenAfter(': wait\n\n', START, delta({ content: null }), delta({ tool_calls: [] }))).toBe(false);
    expect(seenAfter(delta({}, 'stop'), USAGE, DONE)).toBe(false);
    expect(seenAfter(delta({ content: 'x' }))).toBe(true);
    expect(seenAfter(delta({ refusal: 'x' }))).toBe(true);
    expect(seenAfter(delta({ reasoning_content: 'x' }))).toBe(true);
    expect(seenAfter(delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] }))).toBe(
      true,
    );
  });

  it('is finished when every choice is, and withholds only from there', () => {
    const events = [
      delta({ content: 'a' }, null, 0),
      delta({}, 'stop', 0),
      delta({ content: 'b' }, null, 1),
      delta({}, 'length', 1),
    ];
    const { stream, before, tail } = through([Buffer.from(events.join('') + DONE)], { choices: 2 });
    expect(before).toBe(events.slice(0, 3).join(''));
    expect(tail).toBe(events[3] + DONE);
    expect(stream.finishReasons).toEqual(['stop', 'length']);
  });

  it('is not complete when it breaks off, even inside an event', () => {
    const { stream, before } = through([Buffer.from(`${STREAM[1]}data: {"choices":[{"del`)]);
    expect(before).toBe(STREAM[1]);
    expect(stream).toMatchObject({ complete: false, error: null });
  });

  it('takes a last event without its blank line', () => {
    const { stream, tail } = through([Buffer.from(`${STREAM.join('')}data: [DONE]`)]);
    expect(stream.done).toBe(true);
    expect(tail).toBe(STREAM[3] + DONE);
  });

  it('reads an error inside the stream, and forwards nothing from there on', () => {
    const error = { message: 'slow down', type: 'requests', code: 429 };
    const { stream, before, tail } = through([
      Buffer.from(`${STREAM[1]}data: ${JSON.stringify({ error })}\n\n${STREAM[2]}`),
    ]);
    expect(before).toBe(STREAM[1]);
    expect(tail).toBe('');
    expect(stream.error).toMatchObject({ failure: 'rate_limited', message: 'slow down', billed: 'maybe' });
  });

  it('calls what is not an answer by its name', () => {
    expect(through([Buffer.from('data: <html>\n\n')]).stream.error?.failure).toBe('bad_answer');
    expect(through([Buffer.alloc(21 * 1024 * 1024, 'x')]).stream.error?.failure).toBe('bad_answer');
  });

  it('counts and keeps what was received', () => {
    const call = (fields: object) => delta({ tool_calls: [{ index: 0, ...fields }] });
    const events = [
      ...STREAM.slice(0, 3),
      call({ id: 'call_1', type: 'function', function: { name: 'find', arguments: '' } }),
      call({ function: { arguments: '{"a":' } }),
      call({ function: { arguments: '1}' } }),
      delta({}, 'tool_calls'),
    ];
    const { stream } = through([Buffer.from(events.join(''))]);
    expect(stream.received).toEqual({ characters: 'Grüße 😀'.length + 7, bytes: Buffer.byteLength('Grüße 😀') + 7 });
    expect(JSON.parse(stream.assembledAnswer())).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Grüße 😀',
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'find', arguments: '{"a":1}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ]);
    expect(through([Buffer.from(events.join(''))], { keepText: false }).stream.assembledAnswer()).toBe('');
  });
});

describe('a streamed answer with placeholders', () => {
  const placeholders = new Placeholders('salt');
  const mail = placeholders.take('email', 'a"b@c.d');

  it('gets the values back, however the pieces are cut', () => {
    const text = `Write to ${mail}, or to ${mail}`;
    for (let length = 1; length <= text.length; length++) {
      const contents = pieces(text, length).map((piece) => delta({ content: piece.toString() }));
      const { stream, before, tail } = through([Buffer.from(contents.join('') + delta({}, 'stop') + DONE)], {
        placeholders,
      });
      expect(read(before).contents[0]).toBe('Write to a"b@c.d, or to a"b@c.d');
      expect(tail).toBe(delta({}, 'stop') + DONE);
      expect(JSON.parse(stream.assembledAnswer())[0].message.content).toBe(text);
    }
  });

  it('gets them back escaped in the arguments of each call', () => {
    const args = JSON.stringify({ to: mail });
    const calls = [...args].flatMap((character) =>
      [0, 1].map((index) => delta({ tool_calls: [{ index, function: { arguments: character } }] })),
    );
    const { before } = through([Buffer.from(calls.join('') + delta({}, 'tool_calls'))], { placeholders });
    expect(read(before).tools.map((text) => JSON.parse(text))).toEqual([{ to: 'a"b@c.d' }, { to: 'a"b@c.d' }]);
  });

  it('sends what was held back ahead of the finish reason, also when both come in one event', () => {
    const open = delta({ content: 'see [' });
    const apart = through([Buffer.from(open + delta({}, 'stop'))], { placeholders });
    expect(read(apart.before).contents[0]).toBe('see [');
    expect(apart.tail).toBe(delta({}, 'stop'));
    const together = through([Buffer.from(delta({ content: 'see [' }, 'stop'))], { placeholders });
    expect(read(together.before + together.tail).contents[0]).toBe('see [');
    const never = through([Buffer.from(open + DONE)], { placeholders });
    expect(read(never.before).contents[0]).toBe('see [');
    expect(never.tail).toBe(DONE);
  });

  it('keeps the choices apart', () => {
    const [head, rest] = [mail.slice(0, 4), mail.slice(4)];
    const events = [head, rest].flatMap((content) => [0, 1].map((index) => delta({ content }, null, index)));
    const { before } = through([Buffer.from(events.join(''))], { placeholders, choices: 2 });
    expect(read(before).contents).toEqual(['a"b@c.d', 'a"b@c.d']);
  });

  it('leaves events alone in which there is nothing to put back', () => {
    const { before, tail } = through([Buffer.from(STREAM.join('') + DONE)], { placeholders });
    expect(before + tail).toBe(STREAM.join('') + DONE);
  });
});

describe('an answer in one piece', () => {
  const answer = (message: object, more: object = {}) =>
    Buffer.from(JSON.stringify({ id: 'c', choices: [{ index: 0, message, finish_reason: 'stop' }], ...more }, null, 1));

  function failureOf(bytes: Buffer): UpstreamError | null {
    try {
      readWhole(bytes, null);
      return null;
    } catch (error) {
      return error instanceof UpstreamError ? error : null;
    }
  }

  it('stays as it is where nothing is put back', () => {
    const bytes = answer({ role: 'assistant', content: 'hi' }, { usage: reported });
    const whole = readWhole(bytes, new Placeholders('salt'));
    expect(whole.bytes).toBe(bytes);
    expect(whole).toMatchObject({ usage: { inputTokens: 9, outputTokens: 4 }, received: { characters: 2, bytes: 2 } });
    expect(whole.texts()).toEqual(['hi']);
  });

  it('gets values back in texts and, escaped, in arguments; the record keeps the placeholders', () => {
    const placeholders = new Placeholders('salt');
    const mail = placeholders.take('email', 'a"b@c.d');
    const call = { id: '1', type: 'function', function: { name: 'f', arguments: JSON.stringify({ to: mail }) } };
    const { bytes, text } = readWhole(answer({ role: 'assistant', content: mail, tool_calls: [call] }), placeholders);
    const { message } = JSON.parse(bytes.toString()).choices[0];
    expect(message.content).toBe('a"b@c.d');
    expect(JSON.parse(message.tool_calls[0].function.arguments)).toEqual({ to: 'a"b@c.d' });
    expect(text).not.toContain('c.d');
    expect(text).toContain(mail);
  });

  it('fails when it is no answer', () => {
    for (const text of ['', '<html>', '[]', '{}', '{"choices":[]}']) {
      expect(failureOf(Buffer.from(text)), text).toMatchObject({ failure: 'bad_answer', billed: 'maybe' });
    }
    expect(failureOf(Buffer.from('{"error":{"code":"content_filter","message":"no"}}'))).toMatchObject({
      failure: 'refused',
    });
  });
});

describe('reported usage', () => {
  const usageOf = (usage: object) =>
    readWhole(Buffer.from(JSON.stringify({ choices: [{ message: {} }], usage })), null).usage;

  it('counts cached and reasoning tokens as parts of the totals', () => {
    const details = { prompt_tokens_details: { cached_tokens: 5 }, completion_tokens_details: { reasoning_tokens: 3 } };
    const expected = { ...NO_USAGE, inputTokens: 9, cachedInputTokens: 5, outputTokens: 4, reasoningTokens: 3 };
    expect(usageOf({ ...reported, ...details })).toEqual(expected);
    expect(usageOf({ ...reported, prompt_cache_hit_tokens: 99 })?.cachedInputTokens).toBe(9);
  });

  it('tells sound, images and what was put into caches apart, each token once', () => {
    const prompt_tokens_details = {
      cached_tokens: 30,
      cache_write_tokens: 20,
      cache_write_1h_tokens: 8,
      audio_tokens: 25,
      image_tokens: 40,
      cached_tokens_details: { audio_tokens: 10 },
    };
    const completion_tokens_details = { reasoning_tokens: 3, audio_tokens: 5 };
    const usage = { prompt_tokens: 100, completion_tokens: 9, prompt_tokens_details, completion_tokens_details };
    expect(usageOf(usage)).toEqual({
      inputTokens: 100,
      cachedInputTokens: 30,
      cachedAudioTokens: 10,
      cacheWriteTokens: 20,
      cacheWriteHourTokens: 8,
      audioInputTokens: 15,
      // Of the 40 only so many are left beside the others.
      imageInputTokens: 35,
      outputTokens: 9,
      reasoningTokens: 3,
      audioOutputTokens: 5,
    });
  });

  it.each([
    { cache_creation_input_tokens: 9, cache_creation: { ephemeral_1h_input_tokens: 4 } },
    {
      prompt_tokens_details: {
        cache_creation_tokens: 9,
        cache_creation_token_details: { ephemeral_1h_input_tokens: 4 },
      },
    },
  ])('understands the other names that upstreams have for what was put into caches', (written) => {
    expect(usageOf({ prompt_tokens: 50, completion_tokens: 1, ...written })).toMatchObject({
      cacheWriteTokens: 9,
      cacheWriteHourTokens: 4,
    });
  });

  it('adds reasoning that a vendor counts in the total alone', () => {
    expect(usageOf({ ...reported, total_tokens: 20 })).toMatchObject({ outputTokens: 11, reasoningTokens: 7 });
  });

  it('is unknown when it makes no sense', () => {
    for (const usage of [
      {},
      { prompt_tokens: -1, completion_tokens: 2 },
      { prompt_tokens: 1.5, completion_tokens: 2 },
      { prompt_tokens: '3' },
    ]) {
      expect(usageOf(usage)).toBeNull();
    }
  });
});
