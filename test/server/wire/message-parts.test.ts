import { describe, expect, it } from 'vitest';
import type { GenerateResult, StreamPart } from '../../../server/providers/translate/sdk-types.ts';
import { MessageEvents, wholeMessage } from '../../../server/wire/message-parts.ts';

const usage: GenerateResult['usage'] = {
  inputTokens: { total: 20, noCache: 10, cacheRead: 6, cacheWrite: 4 },
  outputTokens: { total: 12, text: 8, reasoning: 4 },
};
const finish = (unified: GenerateResult['finishReason']['unified'], raw: string | null = 'x'): StreamPart => ({
  type: 'finish',
  finishReason: { unified, raw: raw ?? undefined },
  usage,
});
const call = (id: string, input: string): StreamPart => ({
  type: 'tool-call',
  toolCallId: id,
  toolName: 'weather',
  input,
});

/** The events, each as short as it can be told. */
function told(parts: readonly StreamPart[]): unknown[] {
  const events = new MessageEvents('m');
  const text = parts.map((part) => events.write(part)).join('') + events.end();
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const { type, index, content_block: block, delta } = JSON.parse(event.slice(event.indexOf('data: ') + 6));
      if (type === 'content_block_start') return `${index}: ${block.type} ${block.id ?? ''}`.trim();
      if (type === 'content_block_delta') return `${index}+ ${delta.text ?? delta.partial_json ?? delta.thinking}`;
      if (type === 'content_block_stop') return `${index}.`;
      return type === 'message_delta' ? delta.stop_reason : type;
    });
}

describe('a stream of another vendor', () => {
  it('has one block after the other, whatever the order in which calls come', () => {
    const parts: StreamPart[] = [
      { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
      { type: 'text-delta', id: 't', delta: 'So.' },
      { type: 'tool-input-start', id: 'a', toolName: 'weather' },
      { type: 'tool-input-delta', id: 'a', delta: '{"a"' },
      { type: 'tool-input-start', id: 'b', toolName: 'weather' },
      { type: 'tool-input-delta', id: 'b', delta: '{}' },
      { type: 'text-delta', id: 't', delta: 'More.' },
      { type: 'tool-input-delta', id: 'a', delta: ':1}' },
      call('b', '{}'),
      call('a', '{"a":1}'),
      call('c', '{"c":3}'),
      finish('tool-calls'),
    ];
    expect(told(parts)).toEqual([
      'message_start',
      ...['0: thinking', '0+ Hm.', '0.'],
      ...['1: text', '1+ So.', '1.'],
      ...['2: tool_use a', '2+ {"a"', '2+ :1}', '2.'],
      ...['3: tool_use b', '3+ {}', '3.'],
      ...['4: text', '4+ More.', '4.'],
      ...['5: tool_use c', '5+ {"c":3}', '5.'],
      'tool_use',
      'message_stop',
    ]);
  });

  it('ends with the reason that clients go by, also where a server names another', () => {
    expect(told([call('a', '{}'), finish('stop')]).at(-2)).toBe('tool_use');
    expect(told([{ type: 'text-delta', id: 't', delta: 'So' }, finish('length')]).at(-2)).toBe('max_tokens');
    expect(told([finish('stop')])).toEqual(['message_start', 'end_turn', 'message_stop']);
  });

  it('fails without its end, and where it was refused before it began', () => {
    expect(() => told([{ type: 'text-delta', id: 't', delta: 'So' }])).toThrow(
      expect.objectContaining({ failure: 'broken' }),
    );
    expect(() => told([finish('stop', null)])).toThrow(expect.objectContaining({ failure: 'broken' }));
    expect(() => told([finish('content-filter')])).toThrow('declined');
  });
});

describe('a whole answer of another vendor', () => {
  const result = (content: GenerateResult['content']): GenerateResult => ({
    content,
    finishReason: { unified: 'stop', raw: 'stop' },
    usage,
    warnings: [],
  });

  it('tells what was read from a cache and written to one apart from the rest of the input', () => {
    const message = JSON.parse(wholeMessage(result([{ type: 'text', text: 'So' }]), 'm').toString());
    expect(message).toMatchObject({
      model: 'm',
      content: [{ type: 'text', text: 'So' }],
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: 6,
        cache_creation_input_tokens: 4,
        output_tokens: 12,
        output_tokens_details: { thinking_tokens: 4 },
      },
    });
  });

  it.each(['{"a":', '[1]', '"a"'])('is no answer where the arguments of a call are not an object: %s', (input) => {
    const bad = result([{ type: 'tool-call', toolCallId: 'a', toolName: 'weather', input }]);
    expect(() => wholeMessage(bad, 'm')).toThrow('not a JSON object');
  });
});
