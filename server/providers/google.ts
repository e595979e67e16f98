/** Google's Gemini API, called for clients of every protocol through the vendor's package. */
import { createGoogleGenerativeAI, type GoogleLanguageModelOptions } from '@ai-sdk/google';
import { Agent } from 'undici';
import { z } from 'zod';
import { LEAST_THOUGHT, THOUGHT } from '../wire/message-thinking.ts';
import type { TranslatedCall } from '../wire/translation.ts';
import { googleEmbeddings } from './google-embeddings.ts';
import { googleFailure, googleFailureWithin } from './google-failure.ts';
import type { Connecting } from './network.ts';
import type { Provider } from './provider.ts';
import { unsupported } from './translate/chat-body.ts';
import { fileByAddress } from './translate/inline-files.ts';
import { sdkFailure } from './translate/sdk-failure.ts';
import type { CallOptions, Prompt } from './translate/sdk-types.ts';
import { type ToolPart, toolText } from './translate/tool-results.ts';
import { sendTranslated, type Vendor } from './translated.ts';

type Thinking = NonNullable<GoogleLanguageModelOptions['thinkingConfig']>;

/** Families that think within a number of tokens (ai.google.dev/gemini-api/docs/thinking), with the most that they take. */
const THINKS_BY_TOKENS = [
  { name: /^gemini-2\.5-pro/, most: 32_768, canStop: false },
  { name: /^gemini-2\.5-flash/, most: 24_576, canStop: true },
] as const;
/** Newer ones think at a level and cannot stop, and take images as results of tools. */
const NEWER = /^gemini-([3-9]|flash-latest|pro-latest)/;
const LEVELS = { minimal: 'minimal', low: 'low', medium: 'medium', high: 'high', xhigh: 'high' } as const;

/** How hard to think, in the vendor's words; thoughts count towards the limit on the answer, of which they get half. */
function thinkingOf(name: string, reasoning: TranslatedCall['reasoning'], limit: number | undefined): Thinking | null {
  if (!reasoning) return null;
  const effort = 'effort' in reasoning ? reasoning.effort : null;
  const family = THINKS_BY_TOKENS.find((one) => one.name.test(name));
  if (effort === 'none') {
    if (family?.canStop) return { thinkingBudget: 0 };
    if (family || NEWER.test(name)) throw unsupported(`reasoning_effort "none" for ${name}`);
    return null;
  }
  if (!family && !NEWER.test(name)) throw unsupported(`reasoning for ${name}`);
  if (!family && effort !== null) return { thinkingLevel: LEVELS[effort], includeThoughts: true };
  const wanted = Math.min(
    'tokens' in reasoning ? reasoning.tokens : THOUGHT[effort ?? 'medium'],
    family?.most ?? 32_768,
  );
  const thinkingBudget = Math.min(wanted, Math.floor((limit ?? Number.POSITIVE_INFINITY) / 2));
  if (thinkingBudget < Math.min(wanted, LEAST_THOUGHT)) {
    throw unsupported(`reasoning with an output limit below ${2 * LEAST_THOUGHT} tokens`);
  }
  return { thinkingBudget, includeThoughts: true };
}

/**
 * Each call of a tool has one result there, which older families know as text alone: the package would put images beside it,
 * and several texts into as many results.
 */
function promptOf(prompt: Prompt, name: string): Prompt {
  const hasOthers = (part: ToolPart) =>
    part.type === 'tool-result' &&
    part.output.type === 'content' &&
    part.output.value.some(({ type }) => type !== 'text');
  const resultOf = (part: ToolPart) => (hasOthers(part) && NEWER.test(name) ? part : toolText(part));
  return prompt.map((message) =>
    message.role === 'tool' ? { ...message, content: message.content.map(resultOf) } : message,
  );
}

/**
 * The vendor has no name for the person whom an app acts for: that stays with the gateway's own record of the request.
 * Tools are called in parallel as the model likes, and files are taken by their bytes alone.
 */
function callOf({ options, reasoning, parallelTools }: TranslatedCall, name: string): CallOptions {
  const byAddress = fileByAddress(options.prompt);
  if (byAddress) throw byAddress;
  if (!parallelTools && options.tools) throw unsupported('way to call one tool at a time (parallel_tool_calls false)');
  const thinking = thinkingOf(name, reasoning, options.maxOutputTokens);
  return {
    ...options,
    prompt: promptOf(options.prompt, name),
    ...(thinking && { providerOptions: { google: { thinkingConfig: thinking } } }),
  };
}

const generationConfig = z.looseObject({
  maxOutputTokens: z.number().optional(),
  temperature: z.number().optional(),
  topP: z.number().optional(),
  topK: z.number().optional(),
  stopSequences: z.array(z.string()).optional(),
  responseSchema: z.unknown().optional(),
});
const declaration = z.looseObject({ name: z.string(), parameters: z.unknown().optional() });
const sentBody = z.looseObject({
  generationConfig,
  tools: z.array(z.looseObject({ functionDeclarations: z.array(declaration).optional() })).optional(),
});

/**
 * The package writes JSON Schemas anew in an older notation that has no place for much of them. The vendor takes them as
 * they are, under other names (`parametersJsonSchema`, `responseJsonSchema`): nothing of what was asked for is lost.
 */
function withWholeSchemas(body: string, { tools, responseFormat }: CallOptions): string {
  const schema = responseFormat?.type === 'json' ? responseFormat.schema : undefined;
  if (!tools && !schema) return body;
  const sent = sentBody.parse(JSON.parse(body));
  const schemaOf = (name: string) => tools?.find((tool) => tool.type === 'function' && tool.name === name);
  const { responseSchema: _, ...config } = sent.generationConfig;
  return JSON.stringify({
    ...sent,
    generationConfig: { ...config, ...(schema && { responseJsonSchema: schema }) },
    ...(sent.tools && {
      tools: sent.tools.map((one) => ({
        ...one,
        functionDeclarations: one.functionDeclarations?.map(({ parameters: __, ...rest }) => {
          const tool = schemaOf(rest.name);
          return { ...rest, ...(tool?.type === 'function' && { parametersJsonSchema: tool.inputSchema }) };
        }),
      })),
    }),
  });
}

/** Compares what is about to be sent with what was asked for, and refuses the call where something is gone. */
function refuseLosses(call: CallOptions, name: string, body: string): void {
  const sent = sentBody.parse(JSON.parse(body));
  const config = sent.generationConfig;
  const lost = (what: string) => unsupported(`${what} for ${name}, as it was asked for`);
  if (config.temperature !== call.temperature) throw lost(`temperature ${call.temperature}`);
  if (config.topP !== call.topP) throw lost(`top_p ${call.topP}`);
  if (config.topK !== call.topK) throw lost(`top_k ${call.topK}`);
  if (config.maxOutputTokens !== call.maxOutputTokens) throw lost('limit on the output');
  if ((config.stopSequences?.length ?? 0) !== (call.stopSequences?.length ?? 0)) throw lost('stop sequences');
  const declared = sent.tools?.flatMap((one) => one.functionDeclarations ?? []) ?? [];
  if (declared.length !== (call.tools?.length ?? 0)) throw lost('tools');
}

const failures = { ofAnswer: googleFailure, inAnswer: googleFailureWithin };

export interface GoogleOptions {
  readonly name: string;
  /** Up to and with the version, such as "https://generativelanguage.googleapis.com/v1beta". */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly connect?: Connecting;
}

/** The Gemini API, or one that speaks it at `baseUrl`. */
export function createGoogle({ name, baseUrl, apiKey, connect }: GoogleOptions): Provider {
  const agent = new Agent(connect ? { connect } : {});
  const baseURL = baseUrl.replace(/\/+$/, '');
  const packageFor = (fetch: typeof globalThis.fetch) => createGoogleGenerativeAI({ baseURL, apiKey, fetch });
  const vendor: Vendor = {
    dispatcher: agent,
    options: callOf,
    model: (model, fetch, options) =>
      packageFor((input, init) =>
        fetch(input, {
          ...init,
          ...(typeof init?.body === 'string' && { body: withWholeSchemas(init.body, options) }),
        }),
      )(model),
    embeddings: googleEmbeddings(packageFor),
    check: refuseLosses,
    failure: (error) => sdkFailure(error, failures),
    requestIdHeader: null,
  };
  return {
    name,
    send: (request, sink) => sendTranslated(vendor, request, sink),
    close: () => agent.close(),
  };
}
