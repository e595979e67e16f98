/** Answers of the vendor SDK in the bytes of the OpenAI chat protocol. */
import { brokenOff } from '../../wire/translation.ts';
import { UpstreamError } from '../provider.ts';
import type { GenerateResult, StreamPart } from './sdk-types.ts';

type SdkUsage = GenerateResult['usage'];
type FinishReason = GenerateResult['finishReason'];

const FINISH_REASONS = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'content_filter',
  'tool-calls': 'tool_calls',
  error: 'stop',
  other: 'stop',
} as const satisfies Record<FinishReason['unified'], string>;

/** What was put into a cache for an hour, which the package hands on only as the vendor said it. */
function writtenForAnHour(raw: SdkUsage['raw']): number {
  const written = raw?.cache_creation;
  const tokens =
    typeof written === 'object' && written !== null && !Array.isArray(written) ? written.ephemeral_1h_input_tokens : 0;
  return typeof tokens === 'number' ? tokens : 0;
}

/**
 * The protocol's usage: `prompt_tokens` is all of the input; what was read from and written to a cache are parts of it.
 * The protocol has no field for cache writes, which cost more; they stand in `cache_write_tokens`, and those of them that
 * are kept for an hour, which cost more still, in `cache_write_1h_tokens`.
 */
function usageOf(usage: SdkUsage) {
  const input = usage.inputTokens.total ?? 0;
  const output = usage.outputTokens.total ?? 0;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: {
      cached_tokens: usage.inputTokens.cacheRead ?? 0,
      cache_write_tokens: usage.inputTokens.cacheWrite ?? 0,
      cache_write_1h_tokens: writtenForAnHour(usage.raw),
    },
    completion_tokens_details: { reasoning_tokens: usage.outputTokens.reasoning ?? 0 },
  };
}

function refusalText(metadata: GenerateResult['providerMetadata']): string {
  const details = metadata?.anthropic?.stopDetails;
  const explanation =
    typeof details === 'object' && details !== null && !Array.isArray(details) ? details.explanation : undefined;
  return typeof explanation === 'string' ? explanation : 'The model declined to answer.';
}

/** An answer that was refused before it began is a failure, so that a policy can go on to another model. */
function refused(text: string): UpstreamError {
  return new UpstreamError('refused', text, { billed: 'maybe' });
}

/**
 * A whole answer as one `chat.completion` document. `model` is the name asked for, `created` seconds since 1970.
 * Throws `UpstreamError` where the answer is a refusal or was cut off.
 */
export function wholeAnswer(result: GenerateResult, model: string, created: number): Buffer {
  let text = '';
  let reasoning = '';
  const toolCalls: object[] = [];
  for (const part of result.content) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'reasoning') reasoning += part.text;
    else if (part.type === 'tool-call') {
      toolCalls.push({
        id: part.toolCallId,
        type: 'function',
        function: { name: part.toolName, arguments: part.input },
      });
    }
  }
  if (result.finishReason.raw === undefined) {
    throw new UpstreamError('bad_answer', 'the answer has no reason for its end', { billed: 'maybe' });
  }
  const refusal = result.finishReason.unified === 'content-filter' ? refusalText(result.providerMetadata) : null;
  if (refusal !== null && text === '' && toolCalls.length === 0) throw refused(refusal);
  const message = {
    role: 'assistant',
    content: text === '' && toolCalls.length > 0 ? null : text,
    refusal,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
  };
  return Buffer.from(
    JSON.stringify({
      id: result.response?.id ?? '',
      object: 'chat.completion',
      created,
      model: result.response?.modelId ?? model,
      choices: [{ index: 0, message, logprobs: null, finish_reason: FINISH_REASONS[result.finishReason.unified] }],
      usage: usageOf(result.usage),
    }),
  );
}

/**
 * Turns the parts of one stream into server-sent events. `write` gives the bytes that a part adds (none for many);
 * `end` gives the last ones, and throws `UpstreamError` when the stream stopped before its end. A stream that is
 * refused before it began fails in `write`.
 */
export class ChatEvents {
  #id = '';
  #model: string;
  readonly #created: number;
  #begun = false;
  #finished = false;
  /** By tool call id: its index in the protocol, and whether any of its arguments were sent. */
  readonly #toolCalls = new Map<string, { index: number; filled: boolean }>();

  constructor(model: string, created: number) {
    this.#model = model;
    this.#created = created;
  }

  write(part: StreamPart): string {
    switch (part.type) {
      case 'response-metadata':
        this.#id = part.id ?? this.#id;
        this.#model = part.modelId ?? this.#model;
        return '';
      case 'text-delta':
        return part.delta === '' ? '' : this.#delta({ content: part.delta });
      case 'reasoning-delta':
        // OpenAI has no place for it; this is the name that most other servers of the protocol have given it.
        return part.delta === '' ? '' : this.#delta({ reasoning_content: part.delta });
      case 'tool-input-start': {
        const index = this.#toolCalls.size;
        this.#toolCalls.set(part.id, { index, filled: false });
        const call = { index, id: part.id, type: 'function', function: { name: part.toolName, arguments: '' } };
        return this.#delta({ tool_calls: [call] });
      }
      case 'tool-input-delta':
        return this.#arguments(part.id, part.delta);
      case 'tool-call':
        // Arguments that never came in pieces: a tool without parameters has "{}" only here.
        return this.#toolCalls.get(part.toolCallId)?.filled ? '' : this.#arguments(part.toolCallId, part.input);
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
    return 'data: [DONE]\n\n';
  }

  #arguments(id: string, text: string): string {
    const call = this.#toolCalls.get(id);
    if (call === undefined || text === '') return '';
    call.filled = true;
    return this.#delta({ tool_calls: [{ index: call.index, function: { arguments: text } }] });
  }

  #finish(part: Extract<StreamPart, { type: 'finish' }>): string {
    if (part.finishReason.raw === undefined) throw brokenOff();
    let events = '';
    if (part.finishReason.unified === 'content-filter') {
      const text = refusalText(part.providerMetadata);
      if (!this.#begun) throw refused(text);
      events += this.#delta({ refusal: text });
    }
    this.#finished = true;
    if (!this.#begun) events += this.#delta({ content: '' });
    events += this.#event([
      { index: 0, delta: {}, logprobs: null, finish_reason: FINISH_REASONS[part.finishReason.unified] },
    ]);
    return events + this.#event([], usageOf(part.usage));
  }

  #delta(delta: object): string {
    const choice = { index: 0, logprobs: null, finish_reason: null };
    if (this.#begun) return this.#event([{ ...choice, delta }]);
    this.#begun = true;
    return (
      this.#event([{ ...choice, delta: { role: 'assistant', content: '' } }]) + this.#event([{ ...choice, delta }])
    );
  }

  #event(choices: readonly object[], usage?: object): string {
    const chunk = {
      id: this.#id,
      object: 'chat.completion.chunk',
      created: this.#created,
      model: this.#model,
      choices,
      ...(usage ? { usage } : {}),
    };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  }
}
