/** A streamed response: events after the public documentation of OpenAI's responses (streaming events), made by hand. */

export interface ResponseEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

export const sse = (events: readonly ResponseEvent[]) =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
export const numbered = (events: readonly ResponseEvent[]) =>
  events.map((event, i) => ({ ...event, sequence_number: i }));

export const usage = {
  input_tokens: 20,
  input_tokens_details: { cached_tokens: 8 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 4 },
  total_tokens: 29,
};
export const response = (status: string, output: readonly object[] = [], more: object = {}) => ({
  id: 'resp_1',
  object: 'response',
  status,
  error: null,
  incomplete_details: null,
  output,
  usage: null,
  ...more,
});

/** A response of one message whose text comes in these pieces, and a call whose arguments do. */
export function answerOf(texts: readonly string[], pieces: readonly string[]): ResponseEvent[] {
  const [text, written] = [texts.join(''), pieces.join('')];
  const part = { type: 'output_text', text, annotations: [] };
  const message = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [part] };
  const call = { id: 'fc_1', type: 'function_call', status: 'completed', call_id: 'c', name: 'f', arguments: written };
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const of = { item_id: 'fc_1', output_index: 1 };
  return numbered([
    { type: 'response.created', response: response('in_progress') },
    { type: 'response.in_progress', response: response('in_progress') },
    { type: 'response.output_item.added', output_index: 0, item: { ...message, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    ...texts.map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', output_index: 0, item: message },
    { type: 'response.output_item.added', output_index: 1, item: { ...call, status: 'in_progress', arguments: '' } },
    ...pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', ...of, delta })),
    { type: 'response.function_call_arguments.done', ...of, name: 'f', arguments: written },
    { type: 'response.output_item.done', output_index: 1, item: call },
    { type: 'response.completed', response: response('completed', [message, call], { usage }) },
  ]);
}
