/** Embeddings of Google's Gemini API: `embedContent`, and `batchEmbedContents` for up to 100 texts at once. */
import type { GoogleEmbeddingModelOptions, GoogleGenerativeAIProvider } from '@ai-sdk/google';
import { z } from 'zod';
import type { EmbeddingPurpose } from '../wire/embedding-translation.ts';
import { unsupported } from './translate/chat-body.ts';
import type { EmbeddingVendor } from './translate/embed.ts';

const TASKS = {
  search_document: 'RETRIEVAL_DOCUMENT',
  search_query: 'RETRIEVAL_QUERY',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
} as const satisfies Record<EmbeddingPurpose, GoogleEmbeddingModelOptions['taskType']>;

/** Newer models read what the vectors are for out of the text itself (ai.google.dev/gemini-api/docs/embeddings). */
const TAKES_TASKS = /^(gemini-embedding-(001|exp)|text-embedding-)/;

/** Said by some models and versions of the API, and left out by the others. */
const counted = z.object({ usageMetadata: z.object({ promptTokenCount: z.int().positive() }) });

/** `packageFor` gives the vendor's package over a connection. */
export function googleEmbeddings(
  packageFor: (fetch: typeof globalThis.fetch) => GoogleGenerativeAIProvider,
): EmbeddingVendor {
  return {
    options({ dimensions, purpose }, name) {
      if (purpose !== null && !TAKES_TASKS.test(name)) throw unsupported(`input_type for ${name}`);
      return {
        google: {
          ...(dimensions !== null && { outputDimensionality: dimensions }),
          ...(purpose !== null && { taskType: TASKS[purpose] }),
        },
      };
    },
    model: (name, fetch) => packageFor(fetch).embeddingModel(name),
    tokens: ({ response }) => counted.safeParse(response?.body).data?.usageMetadata.promptTokenCount ?? null,
  };
}
