/** A server that speaks the OpenAI chat protocol, called for clients that speak another one. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { TranslatedCall } from '../wire/translation.ts';
import type { FailureReader } from './pass-through.ts';
import { unsupported } from './translate/chat-body.ts';
import { sdkFailure } from './translate/sdk-failure.ts';
import type { CallOptions, Prompt } from './translate/sdk-types.ts';
import { toolText } from './translate/tool-results.ts';
import type { Vendor } from './translated.ts';

export interface ChatVendorOptions {
  readonly name: string;
  /** Where the path begins, or what gives that for a model's name. */
  readonly baseUrl: string | ((model: string) => string);
  /** What follows every path after its question mark. */
  readonly query?: Readonly<Record<string, string>>;
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

type UserPart = Extract<Prompt[number], { role: 'user' }>['content'][number];

/** An address that is written as it came: to write a signed one anew would break its signature. */
class ExactAddress extends URL {
  readonly #written: string;

  constructor(address: string) {
    super(address);
    this.#written = address;
  }

  override toString(): string {
    return this.#written;
  }
}

/** The package takes a text for the bytes of a file, and knows an address by its type alone. */
function withAddress(part: UserPart): UserPart {
  if (part.type !== 'file' || typeof part.data !== 'string' || !/^https?:\/\//i.test(part.data)) return part;
  return URL.canParse(part.data) ? { ...part, data: new ExactAddress(part.data) } : part;
}

const promptOf = (prompt: Prompt): Prompt =>
  prompt.map((message) => {
    // The protocol knows texts only as results of tools; anything else would be written as JSON, images too.
    if (message.role === 'tool') return { ...message, content: message.content.map(toolText) };
    return message.role === 'user' ? { ...message, content: message.content.map(withAddress) } : message;
  });

const answerPart = z.object({ refusal: z.string().nullish() });
const answerPiece = z.object({
  choices: z.array(z.object({ message: answerPart.nullish(), delta: answerPart.nullish() })).nullish(),
});

/** What the model says when it declines, which the package leaves out. */
function refusalOf(body: unknown): string {
  const [choice] = answerPiece.safeParse(body).data?.choices ?? [];
  return choice?.message?.refusal ?? choice?.delta?.refusal ?? '';
}

const refusals = {
  extractMetadata: ({ parsedBody }: { parsedBody: unknown }) =>
    Promise.resolve({ signalbox: { refusal: refusalOf(parsedBody) } }),
  createStreamExtractor() {
    let refusal = '';
    return {
      processChunk(chunk: unknown) {
        refusal += refusalOf(chunk);
      },
      buildMetadata: () => ({ signalbox: { refusal } }),
    };
  },
};

/** What is called by way of the vendor's package. */
export function createChatVendor(vendor: ChatVendorOptions): Vendor {
  const { name, baseUrl, query, headers, dispatcher, failures, tokenLimit } = vendor;
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
        baseURL: typeof baseUrl === 'string' ? baseUrl : baseUrl(model),
        ...(query && { queryParams: { ...query } }),
        headers: { ...headers },
        fetch,
        includeUsage: true,
        supportsStructuredOutputs: true,
        metadataExtractor: refusals,
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
