/** Short streams of both vendors, as they came over the wire, with what they say. */

export interface RecordedStream {
  /** As the vendor separates them. */
  readonly events: readonly string[];
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const openAiEvent = (more: object): string =>
  `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', ...more })}\n\n`;
export const openAiPiece = (delta: object, finish: string | null = null): string =>
  openAiEvent({ choices: [{ index: 0, delta, finish_reason: finish }] });

/** The last events of a stream: its reason, its usage, its end. */
export const openAiEnd = (outputTokens: number): readonly string[] => [
  openAiPiece({}, 'stop'),
  openAiEvent({
    choices: [],
    usage: { prompt_tokens: 9, completion_tokens: outputTokens, total_tokens: 9 + outputTokens },
  }),
  'data: [DONE]\n\n',
];

export const openAiStream: RecordedStream = {
  events: [
    openAiPiece({ role: 'assistant', content: '' }),
    openAiPiece({ content: 'Grüß' }),
    openAiPiece({ content: ' Gott 🚦' }),
    ...openAiEnd(4),
  ],
  text: 'Grüß Gott 🚦',
  inputTokens: 9,
  outputTokens: 4,
};

const anthropicEvent = (type: string, more: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;

export const anthropicStream: RecordedStream = {
  events: [
    anthropicEvent('message_start', {
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 9, output_tokens: 1 },
      },
    }),
    anthropicEvent('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    anthropicEvent('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Grüß' } }),
    anthropicEvent('content_block_delta', { index: 0, delta: { type: 'text_delta', text: ' Gott 🚦' } }),
    anthropicEvent('content_block_stop', { index: 0 }),
    anthropicEvent('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 4 },
    }),
    anthropicEvent('message_stop', {}),
  ],
  text: 'Grüß Gott 🚦',
  inputTokens: 9,
  outputTokens: 4,
};
