/** Answers of models of other vendors in Anthropic's messages. */
import { UpstreamError } from '../providers/provider.ts';
import type { GenerateResult, StreamPart } from '../providers/translate/sdk-types.ts';
import { isObject, parseJson } from './json-value.ts';
import { brokenOff, type PartWriter } from './translation.ts';

const STOP_REASONS = {
  stop: 'end_turn',
  length: 'max_tokens',
  'content-filter': 'refusal',
  'tool-calls': 'tool_use',
  error: 'end_turn',
  other: 'end_turn',
} as const satisfies Record<GenerateResult['finishReason']['unified'], string>;

/** Some servers end an answer that calls tools as any other; clients go by the reason. */
const stopReason = (unified: keyof typeof STOP_REASONS, calls: boolean) =>
  unified === 'stop' && calls ? 'tool_use' : STOP_REASONS[unified];

function usageOf({ inputTokens, outputTokens }: GenerateResult['usage']) {
  const read = inputTokens.cacheRead ?? 0;
  const written = inputTokens.cacheWrite ?? 0;
  return {
    input_tokens: Math.max(0, (inputTokens.total ?? 0) - read - written),
    cache_read_input_tokens: read,
    cache_creation_input_tokens: written,
    output_tokens: outputTokens.total ?? 0,
    output_tokens_details: { thinking_tokens: outputTokens.reasoning ?? 0 },
  };
}

/** What the vendor said of a refusal, as its adapter hands it on; null where it said nothing of one. */
function refusalIn(metadata: GenerateResult['providerMetadata']): string | null {
  const refusal = metadata?.signalbox?.refusal;
  return typeof refusal === 'string' && refusal !== '' ? refusal : null;
}

/** A refusal before anything was said is a failure, so that a policy can go on to another model. */
const refused = (why: string | null) =>
  new UpstreamError('refused', why ?? 'The model declined to answer.', { billed: 'maybe' });

/** A message in one piece. */
export function wholeMessage(result: GenerateResult, model: string): Buffer {
  const content = result.content.flatMap((part): object[] => {
    if (part.type === 'text') return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    // No vendor but one signs its thoughts; what is not signed is not sent on when it comes back.
    if (part.type === 'reasoning') return [{ type: 'thinking', thinking: part.text, signature: '' }];
    if (part.type !== 'tool-call') return [];
    const input = parseJson(part.input === '' ? '{}' : part.input);
    if (!isObject(input)) {
      throw new UpstreamError('bad_answer', 'the arguments of a tool call are not a JSON object', { billed: 'maybe' });
    }
    return [{ type: 'tool_use', id: part.toolCallId, name: part.toolName, input }];
  });
  const { unified, raw } = result.finishReason;
  if (raw === undefined) {
    throw new UpstreamError('bad_answer', 'the answer has no reason for its end', { billed: 'maybe' });
  }
  const refusal = refusalIn(result.providerMetadata);
  const declined = unified === 'content-filter' || refusal !== null;
  if (declined && content.length === 0) throw refused(refusal);
  if (refusal !== null) content.push({ type: 'text', text: refusal });
  return Buffer.from(
    JSON.stringify({
      id: result.response?.id ?? '',
      type: 'message',
      role: 'assistant',
      model: result.response?.modelId ?? model,
      content,
      stop_reason: declined
        ? 'refusal'
        : stopReason(
            unified,
            result.content.some(({ type }) => type === 'tool-call'),
          ),
      stop_sequence: null,
      usage: usageOf(result.usage),
    }),
  );
}

interface OpenBlock {
  readonly id: string;
  readonly index: number;
  readonly isCall: boolean;
}

/** The block that a part writes into; null for parts that write nothing. */
function blockOf(part: StreamPart): string | null {
  if (part.type === 'text-delta') return `text ${part.id}`;
  if (part.type === 'reasoning-delta') return `reasoning ${part.id}`;
  if (part.type === 'tool-input-start' || part.type === 'tool-input-delta') return part.id;
  return part.type === 'tool-call' ? part.toolCallId : null;
}

/** Turns the parts of one stream into the events of a message, in which one block ends before the next begins. */
export class MessageEvents implements PartWriter {
  #id = '';
  #model: string;
  #begun = false;
  #finished = false;
  #next = 0;
  #open: OpenBlock | null = null;
  /** Ids of calls whose arguments have come, at least in part. */
  readonly #filled = new Set<string>();
  #calls = 0;
  /** What has come for other blocks while that of a call was open. */
  #waiting: StreamPart[] = [];

  constructor(model: string) {
    this.#model = model;
  }

  write(part: StreamPart): string {
    const block = blockOf(part);
    if (this.#open?.isCall && block !== null && block !== this.#open.id) {
      this.#waiting.push(part);
      return '';
    }
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
      case 'reasoning-delta':
        return this.#piece(
          `reasoning ${part.id}`,
          { type: 'thinking', thinking: '', signature: '' },
          part.delta,
          (thinking) => ({ type: 'thinking_delta', thinking }),
        );
      case 'text-end':
        return this.#open?.id === `text ${part.id}` ? this.#stop() : '';
      case 'reasoning-end':
        return this.#open?.id === `reasoning ${part.id}` ? this.#stop() : '';
      case 'tool-input-start':
        return this.#call(part.id, part.toolName);
      case 'tool-input-delta':
        return this.#arguments(part.id, part.delta);
      case 'tool-call':
        return this.#whole(part);
      case 'finish':
        return this.#finish(part);
      case 'error':
        throw part.error;
      default:
        return '';
    }
  }

  end(): string {
    if (!this.#finished) throw brokenOff();
    return this.#event({ type: 'message_stop' });
  }

  #piece(id: string, block: object, text: string, delta: (text: string) => object): string {
    if (text === '') return '';
    const begun = this.#open?.id === id ? '' : this.#start(id, block, false);
    return begun + this.#delta(delta(text));
  }

  #call(id: string, name: string): string {
    return this.#start(id, { type: 'tool_use', id, name, input: {} }, true);
  }

  #whole(part: Extract<StreamPart, { type: 'tool-call' }>): string {
    const { toolCallId: id, toolName: name } = part;
    const begun = this.#open?.id === id ? '' : this.#call(id, name);
    // Arguments that never came in pieces: a tool without parameters has "{}" only here.
    const rest = this.#filled.has(id) ? '' : this.#arguments(id, part.input);
    return begun + rest + this.#stop() + this.#writeWaiting();
  }

  #writeWaiting(): string {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting.map((part) => this.write(part)).join('');
  }

  #arguments(id: string, text: string): string {
    if (text === '') return '';
    this.#filled.add(id);
    return this.#delta({ type: 'input_json_delta', partial_json: text });
  }

  #start(id: string, block: object, isCall: boolean): string {
    const before = this.#begin() + this.#stop();
    const index = this.#next++;
    this.#open = { id, index, isCall };
    return before + this.#event({ type: 'content_block_start', index, content_block: block });
  }

  #delta(delta: object): string {
    return this.#event({ type: 'content_block_delta', index: this.#open?.index ?? 0, delta });
  }

  #stop(): string {
    const open = this.#open;
    if (!open) return '';
    this.#open = null;
    if (open.isCall) this.#calls += 1;
    return this.#event({ type: 'content_block_stop', index: open.index });
  }

  #finish(part: Extract<StreamPart, { type: 'finish' }>): string {
    const { unified, raw } = part.finishReason;
    if (raw === undefined) throw brokenOff();
    const refusal = refusalIn(part.providerMetadata);
    const declined = unified === 'content-filter' || refusal !== null;
    if (declined && !this.#begun) throw refused(refusal);
    let events = this.#begin() + this.#stop();
    while (this.#waiting.length > 0) events += this.#writeWaiting() + this.#stop();
    if (refusal !== null) {
      events += this.#piece('refusal', { type: 'text', text: '' }, refusal, (text) => ({ type: 'text_delta', text }));
      events += this.#stop();
    }
    this.#finished = true;
    const stop_reason = declined ? 'refusal' : stopReason(unified, this.#calls > 0);
    const delta = { stop_reason, stop_sequence: null };
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
