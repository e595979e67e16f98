/** A simulated reply in the form of the OpenAI chat protocol. */
import type { Reply, ReplyChoice } from './reply.ts';

/** Every simulated answer has the same date, so that the same request gets the same bytes. */
export const CREATED = 1_760_000_000;

/** Short enough that placeholders and words come in pieces. */
const PIECE_LENGTH = 12;

function toolCallOf(choice: ReplyChoice): object[] {
  if (!choice.toolCall) return [];
  const { id, kind, name, text } = choice.toolCall;
  return [{ id, type: kind, [kind]: { name, [kind === 'custom' ? 'input' : 'arguments']: text } }];
}

/** The answer as one JSON document. */
export function wholeAnswer(reply: Reply, model: string): string {
  const choices = reply.choices.map((choice, index) => {
    const calls = toolCallOf(choice);
    const message = {
      role: 'assistant',
      content: choice.content,
      refusal: null,
      ...(calls.length > 0 && { tool_calls: calls }),
    };
    return { index, message, logprobs: null, finish_reason: choice.finishReason };
  });
  const usage = reply.usage ? { usage: reply.usage } : {};
  return JSON.stringify({ id: reply.id, object: 'chat.completion', created: CREATED, model, choices, ...usage });
}

function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of text) {
    piece += character;
    if (piece.length < PIECE_LENGTH) continue;
    pieces.push(piece);
    piece = '';
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}

function deltasOf(choice: ReplyChoice): object[] {
  const first = { role: 'assistant', content: choice.toolCall ? null : '', refusal: null };
  const deltas: object[] = [first, ...piecesOf(choice.content ?? '').map((content) => ({ content }))];
  if (choice.toolCall) {
    const { id, kind, name, text } = choice.toolCall;
    const field = kind === 'custom' ? 'input' : 'arguments';
    deltas.push({ tool_calls: [{ index: 0, id, type: kind, [kind]: { name, [field]: '' } }] });
    for (const piece of piecesOf(text)) deltas.push({ tool_calls: [{ index: 0, [kind]: { [field]: piece } }] });
  }
  return deltas;
}

/** The events of a stream in order; the choices take turns. */
export function eventsOf(reply: Reply, model: string, usageAsked: boolean): string[] {
  const event = (choices: readonly object[], more: object = usageAsked ? { usage: null } : {}) => {
    const head = { id: reply.id, object: 'chat.completion.chunk', created: CREATED, model };
    return `data: ${JSON.stringify({ ...head, choices, ...more })}\n\n`;
  };
  const lists = reply.choices.map(deltasOf);
  const events: string[] = [];
  for (let turn = 0; turn < Math.max(...lists.map((list) => list.length)); turn++) {
    for (const [index, list] of lists.entries()) {
      const delta = list[turn];
      if (delta) events.push(event([{ index, delta, logprobs: null, finish_reason: null }]));
    }
  }
  for (const [index, choice] of reply.choices.entries()) {
    events.push(event([{ index, delta: {}, logprobs: null, finish_reason: choice.finishReason }]));
  }
  if (usageAsked && reply.usage) events.push(event([], { usage: reply.usage }));
  events.push('data: [DONE]\n\n');
  return events;
}
