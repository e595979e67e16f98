/** Embeddings of Amazon Bedrock's InvokeModel: one text a call for Titan and Nova, up to 96 for Cohere. */
import type { AmazonBedrockEmbeddingModelOptions, AmazonBedrockProvider } from '@ai-sdk/amazon-bedrock';
import type { EmbeddingPurpose } from '../wire/embedding-translation.ts';
import { unsupported } from './translate/chat-body.ts';
import type { EmbeddingVendor } from './translate/embed.ts';
import type { EmbeddingOptions } from './translate/sdk-types.ts';

type Purpose = EmbeddingPurpose | null;

/** What the models of a family take (docs.aws.amazon.com/bedrock: model parameters; the first whose `name` fits counts). */
interface Family {
  readonly name: RegExp;
  /** The dimensions that can be asked for. */
  readonly dimensions: readonly number[];
  /** Whether it can be told what the vectors are for. */
  readonly takesPurpose: boolean;
  readonly options: (dimensions: number | null, purpose: Purpose) => EmbeddingOptions[string];
}

const NOVA_PURPOSES = {
  search_document: 'GENERIC_INDEX',
  search_query: 'TEXT_RETRIEVAL',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
} as const satisfies Record<EmbeddingPurpose, AmazonBedrockEmbeddingModelOptions['embeddingPurpose']>;

/** What Nova makes where nobody says how many dimensions; the package would ask for another number. */
const NOVA_DIMENSIONS = 3072;

/** The vendor wants to be told. Texts that are stored are by far the most, and too long ones are an error here as elsewhere. */
const cohere = (dimensions: number | null, purpose: Purpose) => ({
  inputType: purpose ?? 'search_document',
  truncate: 'NONE',
  ...(dimensions !== null && { outputDimension: dimensions }),
});

const FAMILIES: readonly Family[] = [
  { name: /cohere\.embed-v4/, dimensions: [256, 512, 1024, 1536], takesPurpose: true, options: cohere },
  { name: /cohere\.embed-/, dimensions: [], takesPurpose: true, options: cohere },
  {
    name: /amazon\.nova-.*embed/,
    dimensions: [256, 384, 1024, NOVA_DIMENSIONS],
    takesPurpose: true,
    options: (dimensions, purpose) => ({
      embeddingPurpose: NOVA_PURPOSES[purpose ?? 'search_document'],
      embeddingDimension: dimensions ?? NOVA_DIMENSIONS,
      truncate: 'NONE',
    }),
  },
  {
    name: /amazon\.titan-embed-text-v2/,
    dimensions: [256, 512, 1024],
    takesPurpose: false,
    options: (dimensions) => (dimensions === null ? {} : { dimensions }),
  },
  { name: /./, dimensions: [], takesPurpose: false, options: () => ({}) },
];

/** `packageFor` gives the vendor's package over a connection. */
export function bedrockEmbeddings(
  packageFor: (fetch: typeof globalThis.fetch) => AmazonBedrockProvider,
): EmbeddingVendor {
  return {
    options({ dimensions, purpose }, name) {
      const family = FAMILIES.find((one) => one.name.test(name));
      if (dimensions !== null && !family?.dimensions.includes(dimensions)) {
        throw unsupported(`dimensions ${dimensions} for ${name}`);
      }
      if (purpose !== null && !family?.takesPurpose) throw unsupported(`input_type for ${name}`);
      return { bedrock: family?.options(dimensions, purpose) ?? {} };
    },
    model: (name, fetch) => packageFor(fetch).embeddingModel(name),
    // The package says nought, or no number, where the vendor has said nothing.
    tokens: ({ usage }) => (usage && usage.tokens > 0 ? usage.tokens : null),
  };
}
