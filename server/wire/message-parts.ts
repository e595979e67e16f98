/** Answers of models of other vendors in Anthropic's messages. */
import { UpstreamError } from '../providers/provider.ts';
import type { GenerateResult, StreamPart } from '../providers/translate/sdk-types.ts';
import { parseJson } from './json-value.ts';
import type { PartWriter } from './translation.ts';

const STOP_REASONS = {
  stop: 'end_turn',
  length: 'max_tokens',
  'content-filter': 'refusal',
  'tool-calls': 'tool_use',
  error: 'end_turn',
  other: 'end_turn',
} as const satisfies Record<GenerateResult['finishReason']['unified'], string>;

function usageOf({ inputTokens, outputTokens }: GenerateResult['usage']) {
  const read = inputTokens.cacheRead ?? 0;
  const written = inputTokens.cacheWrite ?? 0;
  return {
    input_tokens: Math.max(0, (inputTokens.total ?? 0) - read - written),
    cache_read_input_tokens: read,
    cache_creation_input_tokens: written,
    output_tokens: outputTokens.total ?? 0,
  };
}

const unfinished = () => new UpstreamError('bad_answer', 'the answer has no reason for its end', { billed: 'maybe' });

/** A refusal before anything was said is a failure, so that a policy can go on to another model. */
const refused = () => new UpstreamError('refused', 'The model declined to answer.', { billed: 'maybe' });

/** A message in one piece. */
export function wholeMessage(result: GenerateResult, model: string): Buffer {
  const content = result.content.flatMap((part): object[] => {
    if (part.type === 'text') return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    // No vendor but one signs its thoughts; what is not signed is not sent on when it comes back.
    if (part.type === 'reasoning') return [{ type: 'thinking', thinking: part.text, signature: '' }];
    if (part.type !== 'tool-call') return [];
    const input = parseJson(part.input === '' ? '{}' : part.input);
    return [{ type: 'tool_use', id: part.toolCallId, name: part.toolName, input }];
  });
  const { unified, raw } = result.finishReason;
  if (raw === undefined) throw unfinished();
  if (unified === 'content-filter' && content.length === 0) throw refused();
  return Buffer.from(
    JSON.stringify({
      id: result.response?.id ?? '',
      type: 'message',
      role: 'assistant',
      model: result.response?.modelId ?? model,
      content,
      stop_reason: STOP_REASONS[unified],
      stop_sequence: null,
      usage: usageOf(result.usage),
    }),
  );
}

/** Turns the parts of one stream into the events of a message. */
export class MessageEvents implements PartWriter {
  #id = '';
  #model: string;
  #begun = false;
  #finished = false;
  #next = 0;
  /** By the part's id: its index in the message, and whether anything was written in it. */
  readonly #blocks = new Map<string, { readonly index: number; filled: boolean; open: boolean }>();

  constructor(model: string) {
    this.#model = model;
  }

  write(part: StreamPart): string {
    switch (part.type) {
      case 'response-metadata':
        this.#id = part.id ?? this.#id;
        this.#model = part.modelId ?? this.#model;
        return '';
      case 'text-delta':
        return this.#piece(`text ${part.id}`, { type: 'text', text: '' }, part.delta, (text) => ({
          type: 'text_delta',
          text,
        }));
      case 'text-end':
        return this.#stop(`text ${part.id}`);
      case 'reasoning-delta':
        return this.#piece(
          `reasoning ${part.id}`,
          { type: 'thinking', thinking: '', signature: '' },
          part.delta,
          (thinking) => ({ type: 'thinking_delta', thinking }),
        );
      case 'reasoning-end':
        return this.#stop(`reasoning ${part.id}`);
      case 'tool-input-start':
        return this.#start(part.id, { type: 'tool_use', id: part.id, name: part.toolName, input: {} });
      case 'tool-input-delta':
        return this.#arguments(part.id, part.delta);
      case 'tool-call':
        return this.#call(part);
      case 'finish':
        return this.#finish(part);
      case 'error':
        throw part.error;
      default:
        return '';
    }
  }

  end(): string {
    if (!this.#finished)
      throw new UpstreamError('bad_answer', 'the stream stopped before its end', { billed: 'maybe' });
    return this.#event({ type: 'message_stop' });
  }

  #piece(id: string, block: object, text: string, delta: (text: string) => object): string {
    if (text === '') return '';
    const begun = this.#blocks.has(id) ? '' : this.#start(id, block);
    return begun + this.#delta(id, delta(text));
  }

  /** Arguments that never came in pieces: a tool without parameters has "{}" only here. */
  #call(part: Extract<StreamPart, { type: 'tool-call' }>): string {
    const { toolCallId: id, toolName: name } = part;
    const begun = this.#blocks.has(id) ? '' : this.#start(id, { type: 'tool_use', id, name, input: {} });
    const rest = this.#blocks.get(id)?.filled ? '' : this.#arguments(id, part.input);
    return begun + rest + this.#stop(id);
  }

  #arguments(id: string, text: string): string {
    return text === '' ? '' : this.#delta(id, { type: 'input_json_delta', partial_json: text });
  }

  #start(id: string, block: object): string {
    const index = this.#next++;
    this.#blocks.set(id, { index, filled: false, open: true });
    return this.#begin() + this.#event({ type: 'content_block_start', index, content_block: block });
  }

  #delta(id: string, delta: object): string {
    const block = this.#blocks.get(id);
    if (!block) return '';
    block.filled = true;
    return this.#event({ type: 'content_block_delta', index: block.index, delta });
  }

  #stop(id: string): string {
    const block = this.#blocks.get(id);
    if (!block?.open) return '';
    block.open = false;
    return this.#event({ type: 'content_block_stop', index: block.index });
  }

  #finish(part: Extract<StreamPart, { type: 'finish' }>): string {
    const { unified, raw } = part.finishReason;
    if (raw === undefined) throw unfinished();
    if (unified === 'content-filter' && !this.#begun) throw refused();
    let events = this.#begin();
    for (const id of this.#blocks.keys()) events += this.#stop(id);
    this.#finished = true;
    const delta = { stop_reason: STOP_REASONS[unified], stop_sequence: null };
    return events + this.#event({ type: 'message_delta', delta, usage: usageOf(part.usage) });
  }

  #begin(): string {
    if (this.#begun) return '';
    this.#begun = true;
    const usage = { input_tokens: 0, output_tokens: 0 };
    const message = { id: this.#id, type: 'message', role: 'assistant', model: this.#model, content: [] };
    return this.#event({
      type: 'message_start',
      message: { ...message, stop_reason: null, stop_sequence: null, usage },
    });
  }

  #event(data: { readonly type: string; readonly [member: string]: unknown }): string {
    return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
  }
}
