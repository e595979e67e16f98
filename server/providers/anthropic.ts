import { type AnthropicLanguageModelOptions, createAnthropic as createSdk } from '@ai-sdk/anthropic';
import { Agent } from 'undici';
import { z } from 'zod';
import { type AnswerSink, type Provider, type UpstreamCall, UpstreamError, type UpstreamRequest } from './provider.ts';
import { anthropicFailure } from './translate/anthropic-failure.ts';
import { ChatEvents, wholeAnswer } from './translate/chat-answer.ts';
import { type ChatBody, readChatBody, unsupported } from './translate/chat-body.ts';
import { toCall } from './translate/chat-to-call.ts';
import type { CallOptions } from './translate/sdk-types.ts';
import { upstreamFetch } from './translate/upstream-fetch.ts';

/** Families that cannot reason, and those that reason within a set number of tokens; newer ones choose by effort. */
const NO_REASONING = /claude-(instant|v?[12]\b|3-(?!7))/;
const REASONING_BUDGET = /claude-(3-7|(opus|sonnet|haiku)-4(?!-[6-9]))/;

/** Tokens of reasoning by effort, for families with a budget; the vendor's least is 1,024. */
const BUDGETS = { minimal: 1024, low: 2048, medium: 8192, high: 16_384, xhigh: 32_768 } as const;
const LEAST_BUDGET = 1024;

type VendorOptions = Pick<AnthropicLanguageModelOptions, 'thinking' | 'effort' | 'disableParallelToolUse' | 'metadata'>;

/**
 * Reasoning at the effort asked for, without spending more output than the client's limit: a budget counts towards
 * the limit here, while the SDK would add it.
 */
function applyEffort(name: string, effort: ChatBody['reasoning_effort'], call: CallOptions): VendorOptions {
  const options: VendorOptions = {};
  if (!effort) return options;
  if (effort === 'none') {
    if (!NO_REASONING.test(name)) options.thinking = { type: 'disabled' };
  } else if (NO_REASONING.test(name)) {
    throw unsupported(`reasoning_effort "${effort}" for ${name}`);
  } else if (REASONING_BUDGET.test(name)) {
    const limit = call.maxOutputTokens ?? Number.POSITIVE_INFINITY;
    const budgetTokens = Math.min(BUDGETS[effort], Math.floor(limit / 2));
    if (budgetTokens < LEAST_BUDGET) {
      throw unsupported(`reasoning_effort with an output limit below ${2 * LEAST_BUDGET} tokens`);
    }
    options.thinking = { type: 'enabled', budgetTokens };
    if (call.maxOutputTokens !== undefined) call.maxOutputTokens -= budgetTokens;
  } else {
    options.thinking = { type: 'adaptive' };
    options.effort = effort === 'minimal' ? 'low' : effort;
  }
  return options;
}

function callOf(request: UpstreamRequest, abortSignal: AbortSignal): CallOptions {
  const body = readChatBody(request.body);
  const call = toCall(body);
  const options = applyEffort(request.model.name, body.reasoning_effort, call);
  if (body.parallel_tool_calls === false) options.disableParallelToolUse = true;
  const user = body.safety_identifier ?? body.user;
  if (user) options.metadata = { userId: user };
  return { ...call, providerOptions: { anthropic: options }, headers: request.headers, abortSignal };
}

const sentBody = z.object({
  temperature: z.number().optional(),
  top_p: z.number().optional(),
  thinking: z.object({ type: z.string() }).optional(),
  tool_choice: z.object({ type: z.string() }).optional(),
  tools: z.array(z.object({ strict: z.boolean().optional() })).optional(),
});

/**
 * The SDK drops settings that a model does not take and says so only in a warning after the call. Here each of them is
 * compared with what is about to be sent, and the call refused where one is gone.
 */
function refuseLosses(call: CallOptions, name: string): (body: string) => void {
  const thinking = call.providerOptions?.anthropic?.thinking;
  const disabled =
    typeof thinking === 'object' && thinking !== null && !Array.isArray(thinking) && thinking.type === 'disabled';
  const forced = call.toolChoice?.type === 'required' || call.toolChoice?.type === 'tool';
  const strict = call.tools?.some((tool) => tool.type === 'function' && tool.strict) ?? false;
  const delicate = call.temperature !== undefined || call.topP !== undefined || disabled || forced || strict;
  return (body) => {
    if (!delicate) return;
    const sent = sentBody.parse(JSON.parse(body));
    const lost = (what: string) => unsupported(`${what} for ${name}, as it was asked for`);
    if (sent.temperature !== call.temperature) throw lost(`temperature ${call.temperature}`);
    if (sent.top_p !== call.topP) throw lost(`top_p ${call.topP}`);
    if (disabled && sent.thinking?.type !== 'disabled') throw lost('reasoning_effort "none"');
    if (call.toolChoice?.type === 'required' && sent.tool_choice?.type !== 'any') throw lost('tool_choice "required"');
    if (call.toolChoice?.type === 'tool' && sent.tool_choice?.type !== 'tool') throw lost('tool_choice of one tool');
    if (strict && !sent.tools?.some((tool) => tool.strict)) throw lost('strict tools');
  };
}

/** Holds the reader back while the client is slow; a call that is cancelled waits for nothing. */
class Gate implements UpstreamCall {
  readonly #abort = new AbortController();
  #waiting: Promise<void> | null = null;
  #open: () => void = () => {};

  pause(): void {
    this.#waiting ??= new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  resume(): void {
    this.#open();
    this.#waiting = null;
  }

  cancel(): void {
    this.#abort.abort();
    this.resume();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async passed(): Promise<void> {
    while (this.#waiting) await this.#waiting;
  }
}

/** The vendor's SDKs write the address without the version, this one with it; both are understood. */
function versioned(baseUrl: string): string {
  const trimmed = baseUrl.replace(/\/+$/, '');
  return trimmed.endsWith('/v1') ? trimmed : `${trimmed}/v1`;
}

/** Anthropic's messages API (or one that speaks it at `baseUrl`), spoken to in the OpenAI chat protocol. */
export function createAnthropic(options: { name: string; baseUrl: string; apiKey: string }): Provider {
  const agent = new Agent();
  const baseURL = versioned(options.baseUrl);

  async function answer(request: UpstreamRequest, sink: AnswerSink, gate: Gate): Promise<void> {
    const { model } = request;
    const { signal } = gate;
    const call = callOf(request, signal);
    const fetch = upstreamFetch(agent, request.timeoutMs, refuseLosses(call, model.name));
    const sdk = createSdk({ baseURL, apiKey: options.apiKey, fetch })(model.name);
    const created = Math.floor(Date.now() / 1000);

    if (!request.stream) {
      const result = await sdk.doGenerate(call);
      const bytes = wholeAnswer(result, model.name, created);
      await gate.passed();
      signal.throwIfAborted();
      const requestId = result.response?.headers?.['request-id'] ?? null;
      sink.head({ status: 200, contentType: 'application/json', requestId });
      sink.data(bytes);
      return sink.end();
    }

    const { stream, response } = await sdk.doStream(call);
    const reader = stream.getReader();
    const events = new ChatEvents(model.name, created);
    let begun = false;
    const emit = (text: string) => {
      if (text === '') return;
      if (!begun) {
        const requestId = response?.headers?.['request-id'] ?? null;
        sink.head({ status: 200, contentType: 'text/event-stream', requestId });
        begun = true;
      }
      sink.data(Buffer.from(text));
    };
    try {
      for (;;) {
        await gate.passed();
        const { done, value } = await reader.read();
        signal.throwIfAborted();
        if (done) break;
        emit(events.write(value));
      }
      emit(events.end());
      sink.end();
    } finally {
      // Frees the connection where the stream was left before its end.
      reader.cancel().catch(() => {});
    }
  }

  return {
    name: options.name,
    send(request, sink) {
      const gate = new Gate();
      // Later, so that the caller holds the call before its first event.
      Promise.resolve()
        .then(() => {
          if (gate.signal.aborted) throw new UpstreamError('aborted', 'the call was ended', { billed: 'no' });
          return answer(request, sink, gate);
        })
        .catch((error: unknown) => {
          const gone = gate.signal.aborted && !(error instanceof UpstreamError);
          sink.fail(
            gone ? new UpstreamError('aborted', 'the call was ended', { billed: 'maybe' }) : anthropicFailure(error),
          );
        });
      return gate;
    },
    async close() {
      await agent.close();
    },
  };
}
