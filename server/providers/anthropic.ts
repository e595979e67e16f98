import { type AnthropicLanguageModelOptions, createAnthropic as createSdk } from '@ai-sdk/anthropic';
import { Agent } from 'undici';
import { z } from 'zod';
import { messageFailure, messageFailureWithin } from '../wire/message-failure.ts';
import { CANNOT_THINK, LEAST_THOUGHT, THINKS_BY_TOKENS, THOUGHT } from '../wire/message-thinking.ts';
import type { TranslatedCall } from '../wire/translation.ts';
import { countAtAnthropic } from './anthropic-count.ts';
import type { Connecting } from './network.ts';
import { createPassThrough } from './pass-through.ts';
import type { Provider } from './provider.ts';
import { unsupported } from './translate/chat-body.ts';
import { sdkFailure } from './translate/sdk-failure.ts';
import type { CallOptions } from './translate/sdk-types.ts';
import { sendTranslated, type Vendor } from './translated.ts';

type VendorOptions = Pick<AnthropicLanguageModelOptions, 'thinking' | 'effort' | 'disableParallelToolUse' | 'metadata'>;

/**
 * Reasoning at the effort asked for, without spending more output than the client's limit: a budget counts towards
 * the limit here, while the SDK would add it.
 */
export function reasoningOf(name: string, reasoning: TranslatedCall['reasoning'], call: CallOptions): VendorOptions {
  if (!reasoning) return {};
  if ('tokens' in reasoning) return withBudget(reasoning.tokens, call);
  const { effort } = reasoning;
  if (effort === 'none') return CANNOT_THINK.test(name) ? {} : { thinking: { type: 'disabled' } };
  if (CANNOT_THINK.test(name)) throw unsupported(`reasoning_effort "${effort}" for ${name}`);
  if (!THINKS_BY_TOKENS.test(name)) {
    return { thinking: { type: 'adaptive' }, effort: effort === 'minimal' ? 'low' : effort };
  }
  return withBudget(THOUGHT[effort], call);
}

function withBudget(wanted: number, call: CallOptions): VendorOptions {
  const limit = call.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const budgetTokens = Math.min(wanted, Math.floor(limit / 2));
  if (budgetTokens < LEAST_THOUGHT) {
    throw unsupported(`reasoning_effort with an output limit below ${2 * LEAST_THOUGHT} tokens`);
  }
  if (call.maxOutputTokens !== undefined) call.maxOutputTokens -= budgetTokens;
  return { thinking: { type: 'enabled', budgetTokens } };
}

function callOf({ options, reasoning, user, parallelTools }: TranslatedCall, name: string): CallOptions {
  const call = { ...options };
  const own = reasoningOf(name, reasoning, call);
  if (!parallelTools) own.disableParallelToolUse = true;
  if (user) own.metadata = { userId: user };
  return { ...call, providerOptions: { anthropic: own } };
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
function refuseLosses(call: CallOptions, name: string, body: string): void {
  const thinking = call.providerOptions?.anthropic?.thinking;
  const disabled =
    typeof thinking === 'object' && thinking !== null && !Array.isArray(thinking) && thinking.type === 'disabled';
  const forced = call.toolChoice?.type === 'required' || call.toolChoice?.type === 'tool';
  const strict = call.tools?.some((tool) => tool.type === 'function' && tool.strict) ?? false;
  if (call.temperature === undefined && call.topP === undefined && !disabled && !forced && !strict) return;
  const sent = sentBody.parse(JSON.parse(body));
  const lost = (what: string) => unsupported(`${what} for ${name}, as it was asked for`);
  if (sent.temperature !== call.temperature) throw lost(`temperature ${call.temperature}`);
  if (sent.top_p !== call.topP) throw lost(`top_p ${call.topP}`);
  if (disabled && sent.thinking?.type !== 'disabled') throw lost('reasoning_effort "none"');
  if (call.toolChoice?.type === 'required' && sent.tool_choice?.type !== 'any') throw lost('tool_choice "required"');
  if (call.toolChoice?.type === 'tool' && sent.tool_choice?.type !== 'tool') throw lost('tool_choice of one tool');
  if (strict && !sent.tools?.some((tool) => tool.strict)) throw lost('strict tools');
}

const failures = { ofAnswer: messageFailure, inAnswer: messageFailureWithin };

/** The version of the protocol, which every call names. */
export const ANTHROPIC_VERSION = '2023-06-01';

/** The vendor's SDKs write the address without the version, this one with it; both are understood. */
function versioned(baseUrl: string): string {
  const trimmed = baseUrl.replace(/\/+$/, '');
  return trimmed.endsWith('/v1') ? trimmed : `${trimmed}/v1`;
}

/** Anthropic's messages API, or one that speaks it at `baseUrl`. */
export function createAnthropic(options: {
  name: string;
  baseUrl: string;
  apiKey: string;
  connect?: Connecting;
}): Provider {
  const { connect } = options;
  const agent = new Agent(connect ? { connect } : {});
  const baseURL = versioned(options.baseUrl);
  const headers = { 'x-api-key': options.apiKey, 'anthropic-version': ANTHROPIC_VERSION };
  const vendor: Vendor = {
    dispatcher: agent,
    options: callOf,
    model: (name, fetch) => createSdk({ baseURL, apiKey: options.apiKey, fetch })(name),
    check: refuseLosses,
    failure: (error) => sdkFailure(error, failures),
    requestIdHeader: 'request-id',
  };
  const upstream = createPassThrough({
    baseUrl: baseURL,
    paths: { messages: '/messages' },
    headers,
    failures,
    ...(connect && { connect }),
  });
  return {
    name: options.name,
    send: (request, sink) =>
      upstream.speaks(request.protocol.endpoint) ? upstream.send(request, sink) : sendTranslated(vendor, request, sink),
    countTokens: (request) => countAtAnthropic(agent, `${baseURL}/messages/count_tokens`, headers, request),
    async close() {
      await Promise.all([agent.close(), upstream.close()]);
    },
  };
}
