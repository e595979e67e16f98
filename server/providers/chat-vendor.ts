/** A server that speaks the OpenAI chat protocol, called for clients that speak another one. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Dispatcher } from 'undici';
import type { TranslatedCall } from '../wire/translation.ts';
import type { FailureReader } from './pass-through.ts';
import { unsupported } from './translate/chat-body.ts';
import { sdkFailure } from './translate/sdk-failure.ts';
import type { CallOptions, Prompt } from './translate/sdk-types.ts';
import type { Vendor } from './translated.ts';

export interface ChatVendorOptions {
  readonly name: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
  readonly failures: FailureReader;
  /** The name that the limit on the answer goes by. */
  readonly tokenLimit: 'max_tokens' | 'max_completion_tokens';
}

/** Tokens of thought that each effort stands for at least, the hardest first. */
const EFFORT_FROM = [
  [16_384, 'high'],
  [8192, 'medium'],
  [0, 'low'],
] as const;

function effortOf(reasoning: NonNullable<TranslatedCall['reasoning']>): string {
  if ('effort' in reasoning) return reasoning.effort;
  return EFFORT_FROM.find(([from]) => reasoning.tokens >= from)?.[1] ?? 'low';
}

type ToolPart = Extract<Prompt[number], { role: 'tool' }>['content'][number];

/** The protocol knows texts only as results of tools; anything else would be written as JSON, images too. */
function toolText(part: ToolPart): ToolPart {
  if (part.type !== 'tool-result' || part.output.type !== 'content') return part;
  const texts = part.output.value.map((piece) => {
    if (piece.type !== 'text') throw unsupported('image or file in the result of a tool');
    return piece.text;
  });
  return { ...part, output: { type: 'text', value: texts.join('\n\n') } };
}

const promptOf = (prompt: Prompt): Prompt =>
  prompt.map((message) => (message.role === 'tool' ? { ...message, content: message.content.map(toolText) } : message));

/** What is called by way of the vendor's package. */
export function createChatVendor(vendor: ChatVendorOptions): Vendor {
  const { name, headers, dispatcher, failures, tokenLimit } = vendor;
  return {
    dispatcher,
    options({ options, reasoning, user, parallelTools }): CallOptions {
      if (options.topK !== undefined) throw unsupported('top_k');
      return {
        ...options,
        prompt: promptOf(options.prompt),
        providerOptions: {
          openaiCompatible: {
            ...(reasoning && { reasoningEffort: effortOf(reasoning) }),
            ...(user !== null && { user }),
          },
          // What stands under the provider's name is written into the body as it is.
          ...(!parallelTools && { [name]: { parallel_tool_calls: false } }),
        },
      };
    },
    model: (model, fetch) =>
      createOpenAICompatible({
        name,
        baseURL: vendor.baseUrl,
        headers: { ...headers },
        fetch,
        includeUsage: true,
        supportsStructuredOutputs: true,
        transformRequestBody: ({ max_tokens, ...body }) => ({
          ...body,
          ...(max_tokens !== undefined && { [tokenLimit]: max_tokens }),
        }),
      })(model),
    check() {},
    failure: (error) => sdkFailure(error, failures),
    requestIdHeader: 'x-request-id',
  };
}
