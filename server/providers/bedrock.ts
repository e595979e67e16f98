/** Amazon Bedrock, called for clients of every protocol through the vendor's package: Converse, and InvokeModel to embed. */
import { type AmazonBedrockLanguageModelOptions, createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { Agent } from 'undici';
import { z } from 'zod';
import type { TranslatedCall } from '../wire/translation.ts';
import { reasoningOf } from './anthropic.ts';
import { bedrockEmbeddings } from './bedrock-embeddings.ts';
import { bedrockFailure, bedrockFailureWithin } from './bedrock-failure.ts';
import type { Connecting } from './network.ts';
import type { Provider } from './provider.ts';
import { unsupported } from './translate/chat-body.ts';
import { fileByAddress } from './translate/inline-files.ts';
import { sdkFailure } from './translate/sdk-failure.ts';
import type { CallOptions } from './translate/sdk-types.ts';
import { errorAsText } from './translate/tool-results.ts';
import { sendTranslated, type Vendor } from './translated.ts';

type Reasoning = NonNullable<AmazonBedrockLanguageModelOptions['reasoningConfig']>;

const ANTHROPIC = /anthropic\.claude/;
/** Families besides Anthropic's that take an effort. */
const TAKES_EFFORT = /(^|\.)(openai\.|amazon\.nova-2)/;

/** What `requestMetadata` may hold (docs: Converse). */
const METADATA = /^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/;

function reasoningConfig(name: string, reasoning: TranslatedCall['reasoning'], call: CallOptions): Reasoning | null {
  if (!reasoning) return null;
  if (ANTHROPIC.test(name)) {
    const { thinking, effort } = reasoningOf(name, reasoning, call);
    if (thinking && 'budgetTokens' in thinking) return { type: 'enabled', budgetTokens: thinking.budgetTokens };
    return effort ? { type: 'adaptive', maxReasoningEffort: effort } : null;
  }
  const effort = 'effort' in reasoning ? reasoning.effort : null;
  if (effort === 'none' && !TAKES_EFFORT.test(name)) return null;
  if (effort === null || effort === 'none' || !TAKES_EFFORT.test(name)) throw unsupported(`reasoning for ${name}`);
  const maxReasoningEffort = effort === 'minimal' ? 'low' : effort;
  return name.includes('openai.') ? { maxReasoningEffort } : { type: 'enabled', maxReasoningEffort };
}

/** The package has no way to mark the result of a tool as an error. */
const promptOf = (prompt: CallOptions['prompt']): CallOptions['prompt'] =>
  prompt.map((message) =>
    message.role === 'tool' ? { ...message, content: message.content.map(errorAsText) } : message,
  );

function callOf({ options, reasoning, user, parallelTools }: TranslatedCall, name: string): CallOptions {
  const byAddress = fileByAddress(options.prompt);
  if (byAddress) throw byAddress;
  if (options.topK !== undefined) throw unsupported('top_k');
  const call = { ...options, prompt: promptOf(options.prompt) };
  const config = reasoningConfig(name, reasoning, call);
  const oneTool = !parallelTools && options.tools !== undefined;
  if (oneTool && !ANTHROPIC.test(name)) throw unsupported('way to call one tool at a time (parallel_tool_calls false)');
  if (user && !METADATA.test(user)) throw unsupported('user of that form');
  return {
    ...call,
    providerOptions: {
      bedrock: { ...(config && { reasoningConfig: config }), ...(user && { requestMetadata: { user } }) },
      ...(oneTool && { anthropic: { disableParallelToolUse: true } }),
    },
  };
}

const sentBody = z.object({
  inferenceConfig: z
    .object({ temperature: z.number().optional(), topP: z.number().optional(), maxTokens: z.number().optional() })
    .default({}),
  toolConfig: z
    .object({
      tools: z.array(z.object({ toolSpec: z.object({ name: z.string(), strict: z.boolean().optional() }).optional() })),
      toolChoice: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  additionalModelRequestFields: z
    .object({
      output_config: z.object({ format: z.unknown() }).partial().optional(),
      tool_choice: z.object({ type: z.string() }).optional(),
    })
    .optional(),
});

const hasToolContent = ({ prompt }: CallOptions): boolean =>
  prompt.some(
    ({ role, content }) =>
      role === 'tool' || (role === 'assistant' && content.some(({ type }) => type === 'tool-call')),
  );

/**
 * The package drops what a model does not take and says so only in a warning after the call. Here what is about to be sent is
 * compared with what was asked for, and the call refused where something is gone.
 */
function refuseLosses(call: CallOptions, name: string, body: string): void {
  const { inferenceConfig, toolConfig, additionalModelRequestFields: more } = sentBody.parse(JSON.parse(body));
  const lost = (what: string) => unsupported(`${what} for ${name}, as it was asked for`);
  if (inferenceConfig.temperature !== call.temperature) throw lost(`temperature ${call.temperature}`);
  if (inferenceConfig.topP !== call.topP) throw lost(`top_p ${call.topP}`);
  if (hasToolContent(call) && !toolConfig) throw lost('calls of tools and their results without tools');
  const strict = call.tools?.some((tool) => tool.type === 'function' && tool.strict) ?? false;
  if (strict && !toolConfig?.tools.some(({ toolSpec }) => toolSpec?.strict)) throw lost('strict tools');
  if (call.responseFormat?.type === 'json') {
    if (more?.output_config?.format !== undefined) return;
    // Without a form of its own, the model is made to call a tool of that form: it can then call no other.
    if (call.tools || !toolConfig) throw lost('response_format together with tools, or at all,');
    return;
  }
  const choice = call.toolChoice?.type;
  const forced = more?.tool_choice?.type;
  if (choice === 'required' && !toolConfig?.toolChoice?.any && forced !== 'any') throw lost('tool_choice "required"');
  if (choice === 'tool' && !toolConfig?.toolChoice?.tool && forced !== 'tool') throw lost('tool_choice of one tool');
}

const failures = { ofAnswer: bedrockFailure, inAnswer: bedrockFailureWithin };

/** A key of Bedrock's own, or the pair that signs every call (Signature Version 4), with the token of a session. */
export type BedrockCredentials =
  | { readonly apiKey: string }
  | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string | null };

export interface BedrockOptions {
  readonly name: string;
  readonly region: string;
  /** Another address than the region's; null for the region's. */
  readonly baseUrl: string | null;
  readonly credentials: BedrockCredentials;
  readonly connect?: Connecting;
}

/** The address of a region's runtime. */
export function bedrockAddress(region: string): string {
  return `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** Amazon Bedrock in one region. */
export function createBedrock({ name, region, baseUrl, credentials, connect }: BedrockOptions): Provider {
  const agent = new Agent(connect ? { connect } : {});
  const baseURL = (baseUrl ?? bedrockAddress(region)).replace(/\/+$/, '');
  // What is not given is empty, so that the package does not look for it in the environment.
  const keys =
    'apiKey' in credentials
      ? { apiKey: credentials.apiKey }
      : {
          apiKey: '',
          accessKeyId: credentials.accessKeyId,
          secretAccessKey: credentials.secretAccessKey,
          ...(credentials.sessionToken !== null && { sessionToken: credentials.sessionToken }),
        };
  const packageFor = (fetch: typeof globalThis.fetch) => createAmazonBedrock({ region, baseURL, fetch, ...keys });
  const vendor: Vendor = {
    dispatcher: agent,
    options: callOf,
    model: (model, fetch) => packageFor(fetch)(model),
    embeddings: bedrockEmbeddings(packageFor),
    check: refuseLosses,
    failure: (error) => sdkFailure(error, failures),
    requestIdHeader: 'x-amzn-requestid',
  };
  return {
    name,
    send: (request, sink) => sendTranslated(vendor, request, sink),
    close: () => agent.close(),
  };
}
