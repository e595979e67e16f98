/** The types of the vendor SDK's third specification, taken from packages that we call. */
import type { AnthropicProvider } from '@ai-sdk/anthropic';
import type { GoogleGenerativeAIProvider } from '@ai-sdk/google';

export type LanguageModel = ReturnType<AnthropicProvider['languageModel']>;

export type CallOptions = Parameters<LanguageModel['doGenerate']>[0];
export type Prompt = CallOptions['prompt'];
export type FunctionTool = Extract<NonNullable<CallOptions['tools']>[number], { type: 'function' }>;
export type JsonSchema = FunctionTool['inputSchema'];
export type GenerateResult = Awaited<ReturnType<LanguageModel['doGenerate']>>;
export type StreamPart =
  Awaited<ReturnType<LanguageModel['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never;

export type EmbeddingModel = ReturnType<GoogleGenerativeAIProvider['embeddingModel']>;
export type EmbeddingOptions = NonNullable<Parameters<EmbeddingModel['doEmbed']>[0]['providerOptions']>;
export type EmbeddingResult = Awaited<ReturnType<EmbeddingModel['doEmbed']>>;
