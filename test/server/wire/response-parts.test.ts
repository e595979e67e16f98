/** Answers of other vendors' models, as their packages hand them on, in OpenAI's responses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GenerateResult, StreamPart } from '../../../server/providers/translate/sdk-types.ts';
import { ResponseStream } from '../../../server/wire/response-answer.ts';
import { ResponseEvents, wholeResponse } from '../../../server/wire/response-parts.ts';
import type { ResponseEvent } from './response-events.ts';

const asked = {
  body: Buffer.from(JSON.stringify({ model: 'm', input: 'Hi', instructions: 'Be kind.', tool_choice: 'required' })),
  requestId: 'req_7',
};
const usage: GenerateResult['usage'] = {
  inputTokens: { total: 30, noCache: 10, cacheRead: 15, cacheWrite: 5 },
  outputTokens: { total: 12, text: 8, reasoning: 4 },
};
const ended = (unified: GenerateResult['finishReason']['unified'] = 'stop') => ({ unified, raw: unified });
type Content = GenerateResult['content'];

const whole = (content: Content, more: Partial<GenerateResult> = {}) =>
  JSON.parse(wholeResponse({ content, finishReason: ended(), usage, warnings: [], ...more }, 'm', 5, asked).toString());

/** The parts in which a package streams a content. */
function partsOf(content: Content, finish: Partial<Extract<StreamPart, { type: 'finish' }>> = {}): StreamPart[] {
  const parts: StreamPart[] = [{ type: 'response-metadata', id: 'v1', modelId: 'm' }];
  for (const [i, part] of content.entries()) {
    const id = String(i);
    if (part.type === 'text' || part.type === 'reasoning') {
      parts.push({ type: `${part.type}-start`, id });
      for (const delta of part.text) parts.push({ type: `${part.type}-delta`, id, delta });
      parts.push({ type: `${part.type}-end`, id });
    } else if (part.type === 'tool-call') {
      parts.push({ type: 'tool-input-start', id: part.toolCallId, toolName: part.toolName });
      for (const delta of part.input) parts.push({ type: 'tool-input-delta', id: part.toolCallId, delta });
      parts.push({ type: 'tool-input-end', id: part.toolCallId }, part);
    }
  }
  return [...parts, { type: 'finish', finishReason: ended(), usage, ...finish }];
}

function written(parts: readonly StreamPart[]): { readonly text: string; readonly events: ResponseEvent[] } {
  const events = new ResponseEvents('m', 5, asked);
  const text = parts.map((part) => events.write(part)).join('') + events.end();
  return {
    text,
    events: text
      .split('\n\n')
      .filter((one) => one !== '')
      .map((one) => JSON.parse(one.slice(one.indexOf('data: ') + 6))),
  };
}

const call = (toolCallId: string, input: string) =>
  ({ type: 'tool-call', toolCallId, toolName: 'look', input }) as const;

describe('an answer of another vendor', () => {
  it('has its thoughts, texts and calls as items, with what was asked for and used', () => {
    const content: Content = [
      { type: 'reasoning', text: 'Think.' },
      { type: 'text', text: 'Hello' },
      call('c1', '{"a":1}'),
      call('c2', ''),
    ];
    expect(whole(content, { finishReason: ended('tool-calls') })).toMatchObject({
      id: 'resp_7',
      object: 'response',
      created_at: 5,
      status: 'completed',
      instructions: 'Be kind.',
      tool_choice: 'required',
      store: false,
      output: [
        { id: 'rs_7_0', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Think.' }] },
        { id: 'msg_7_1', type: 'message', content: [{ type: 'output_text', text: 'Hello', annotations: [] }] },
        { id: 'fc_7_2', type: 'function_call', call_id: 'c1', name: 'look', arguments: '{"a":1}' },
        { id: 'fc_7_3', type: 'function_call', call_id: 'c2', arguments: '{}' },
      ],
      usage: {
        input_tokens: 30,
        input_tokens_details: { cached_tokens: 15, cache_write_tokens: 5 },
        output_tokens: 12,
        output_tokens_details: { reasoning_tokens: 4 },
        total_tokens: 42,
      },
    });
  });

  it('is the same whole and streamed, and every event names an item and a part that were added before', () => {
    const text = fc.string({ minLength: 1, maxLength: 6 });
    const part = fc.oneof(
      text.map((one) => ({ type: 'text' as const, text: one })),
      text.map((one) => ({ type: 'reasoning' as const, text: one })),
      fc.constantFrom('{}', '{"a":"b"}').map((input) => call('', input)),
    );
    const contents = fc
      .array(part, { maxLength: 6 })
      .map((list) => list.map((one, i) => (one.type === 'tool-call' ? { ...one, toolCallId: `c${i}` } : one)));
    fc.assert(
      fc.property(contents, fc.constantFrom('stop', 'length', 'tool-calls'), (content, unified) => {
        const finishReason = ended(unified);
        const { text, events } = written(partsOf(content, { finishReason }));
        expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
        const last = events.at(-1);
        expect(last?.type).toBe(unified === 'length' ? 'response.incomplete' : 'response.completed');
        expect(last?.response).toEqual(whole(content, { finishReason }));
        const known = new Set<unknown>();
        for (const { type, item_id, output_index, item } of events) {
          if (type === 'response.output_item.added') known.add(output_index).add(Object(item).id);
          else if (item_id !== undefined) expect([known.has(item_id), known.has(output_index)]).toEqual([true, true]);
        }
        const read = new ResponseStream(null);
        expect((read.push(Buffer.from(text)) ?? '').toString()).toBe(
          text.slice(0, text.length - read.tail().toString().length),
        );
        expect(read).toMatchObject({ complete: true, error: null });
        expect(read.usage).toMatchObject({ inputTokens: 30, cachedInputTokens: 15, cacheWriteTokens: 5 });
        expect(JSON.parse(read.assembledAnswer()).output).toEqual(whole(content, { finishReason }).output);
      }),
      { numRuns: 80 },
    );
  });

  it('may call several tools at once', () => {
    const { events } = written([
      { type: 'tool-input-start', id: 'a', toolName: 'look' },
      { type: 'tool-input-start', id: 'b', toolName: 'look' },
      { type: 'tool-input-delta', id: 'b', delta: '{}' },
      { type: 'tool-input-delta', id: 'a', delta: '{"x":1}' },
      call('b', '{}'),
      call('a', '{"x":1}'),
      { type: 'finish', finishReason: ended('tool-calls'), usage },
    ]);
    expect(events.at(-1)?.response).toMatchObject({
      output: [
        { call_id: 'a', arguments: '{"x":1}', status: 'completed' },
        { call_id: 'b', arguments: '{}', status: 'completed' },
      ],
    });
  });

  it('has the words of a refusal as a refusal, and one without any other words is a failure', () => {
    const providerMetadata = { signalbox: { refusal: 'I will not.' } };
    const content: Content = [{ type: 'text', text: 'Well.' }];
    const refusal = { type: 'message', content: [{ type: 'refusal', refusal: 'I will not.' }] };
    expect(whole(content, { providerMetadata }).output[1]).toMatchObject(refusal);
    const { events } = written(partsOf(content, { providerMetadata }));
    expect(events.map(({ type }) => type)).toContain('response.refusal.done');
    expect(events.at(-1)?.response).toEqual(whole(content, { providerMetadata }));
    const failure = expect.objectContaining({ failure: 'refused', message: 'I will not.' });
    expect(() => whole([], { providerMetadata })).toThrow(failure);
    expect(() => written(partsOf([], { providerMetadata }))).toThrow(failure);
    const finishReason = ended('content-filter');
    expect(whole(content, { finishReason })).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'content_filter' },
    });
  });

  it('is none without an end', () => {
    const finishReason = { unified: 'other' as const, raw: undefined };
    expect(() => whole([], { finishReason })).toThrow(expect.objectContaining({ failure: 'bad_answer' }));
    const broken = expect.objectContaining({ failure: 'broken' });
    expect(() => written(partsOf([], { finishReason }))).toThrow(broken);
    expect(() => written(partsOf([{ type: 'text', text: 'Hi' }]).slice(0, -1))).toThrow(broken);
  });
});
