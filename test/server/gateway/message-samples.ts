/**
 * Answers of Anthropic's messages for tests of the gateway: shape after the public documentation of the Messages API
 * (streaming, extended thinking, prompt caching, citations), made by hand.
 */
import type { Event } from '../providers/upstream.ts';

export interface SampleMessage {
  readonly content: readonly object[];
  readonly stopReason?: string;
  readonly usage?: object;
}

const MODEL = 'claude-haiku-4-5-20251001';
const USAGE = { input_tokens: 20, output_tokens: 12 };

/** A message in one piece. */
export const wholeMessage = ({ content, stopReason = 'end_turn', usage = USAGE }: SampleMessage) => ({
  id: 'msg_01',
  type: 'message',
  role: 'assistant',
  model: MODEL,
  content,
  stop_reason: stopReason,
  stop_sequence: null,
  usage,
});

const named = (data: { readonly type: string; readonly [member: string]: unknown }): Event => ({
  event: data.type,
  data,
});

/** One block of a stream: how it begins, and its pieces. */
export interface SampleBlock {
  readonly begins: object;
  readonly deltas: readonly object[];
}

export const textBlock = (...pieces: readonly string[]): SampleBlock => ({
  begins: { type: 'text', text: '' },
  deltas: pieces.map((text) => ({ type: 'text_delta', text })),
});

export const callBlock = (id: string, name: string, ...pieces: readonly string[]): SampleBlock => ({
  begins: { type: 'tool_use', id, name, input: {} },
  deltas: pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
});

export const thinkingBlock = (signature: string, ...pieces: readonly string[]): SampleBlock => ({
  begins: { type: 'thinking', thinking: '', signature: '' },
  deltas: [...pieces.map((thinking) => ({ type: 'thinking_delta', thinking })), { type: 'signature_delta', signature }],
});

/** A message as a stream. `usage` is what its beginning says, `end` what its end says. */
export function messageEvents(
  blocks: readonly SampleBlock[],
  {
    stopReason = 'end_turn',
    usage = { input_tokens: 20, output_tokens: 1 } as object,
    end = { output_tokens: 12 } as object,
  } = {},
): Event[] {
  const { content: _, ...message } = wholeMessage({ content: [], usage });
  return [
    named({ type: 'message_start', message: { ...message, content: [], stop_reason: null } }),
    named({ type: 'ping' }),
    ...blocks.flatMap(({ begins, deltas }, index) => [
      named({ type: 'content_block_start', index, content_block: begins }),
      ...deltas.map((delta) => named({ type: 'content_block_delta', index, delta })),
      named({ type: 'content_block_stop', index }),
    ]),
    named({ type: 'message_delta', delta: { stop_reason: stopReason, stop_sequence: null }, usage: end }),
    named({ type: 'message_stop' }),
  ];
}
