/** The protocols that clients speak, by the path at which they are spoken. One line each. */
import { anthropicMessages, countedMessages } from './anthropic-messages.ts';
import { openAiEmbeddings } from './embeddings.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiResponses } from './openai-responses.ts';
import type { ClientProtocol } from './protocol.ts';

export const PROTOCOLS = {
  '/v1/chat/completions': openAiChat,
  '/v1/responses': openAiResponses,
  '/v1/messages': anthropicMessages,
  '/v1/messages/count_tokens': countedMessages,
  '/v1/embeddings': openAiEmbeddings,
} as const satisfies Readonly<Record<`/v1/${string}`, ClientProtocol>>;
