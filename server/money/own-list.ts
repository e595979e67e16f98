/** What the price list that comes with the program lacks: models that make embeddings, as their vendors publish them. */

/**
 * A model beyond the list, or one of the list of which it does not say all or takes others for it. Prices and contexts that
 * the list has count more.
 */
export interface OwnEntry {
  readonly id: string;
  readonly label: string;
  /** The longest text, in tokens. */
  readonly contextTokens: number;
  /** Dollars for a million tokens of input; embeddings have no output. Null where the list itself has its price. */
  readonly dollars: number | null;
  /** Names that mean this model. */
  readonly names: RegExp;
}

/** Before the name of a model, where another region may answer than the one that is asked. */
const across = (name: string): RegExp => new RegExp(`^([a-z-]+\\.)?${name}$`);

/**
 * By vendor of the list. Contexts: ai.google.dev/gemini-api/docs/models, and the model cards and parameters at
 * docs.aws.amazon.com/bedrock and /nova. Prices: aws.amazon.com/bedrock/pricing, on demand in us-east-1.
 */
export const OWN_LIST: Readonly<Record<string, readonly OwnEntry[]>> = {
  google: [
    {
      id: 'gemini-embedding-001',
      label: 'Gemini Embedding',
      contextTokens: 2048,
      dollars: null,
      names: /^gemini-embedding-001$/,
    },
  ],
  aws: [
    {
      id: 'amazon.titan-embed-text-v1',
      label: 'Titan Embeddings G1 - Text',
      contextTokens: 8192,
      dollars: null,
      names: across('amazon\\.titan-embed-text-v1(:\\d+)?'),
    },
    {
      id: 'amazon.titan-embed-text-v2:0',
      label: 'Titan Text Embeddings V2',
      contextTokens: 8192,
      dollars: 0.02,
      names: across('amazon\\.titan-embed-text-v2(:\\d+)?'),
    },
    {
      id: 'amazon.nova-2-multimodal-embeddings-v1:0',
      label: 'Nova Multimodal Embeddings',
      contextTokens: 8172,
      dollars: 0.135,
      names: across('amazon\\.nova-2-multimodal-embeddings-v1(:\\d+)?'),
    },
    {
      id: 'cohere.embed-v4:0',
      label: 'Cohere Embed 4',
      contextTokens: 128_000,
      dollars: 0.12,
      names: across('cohere\\.embed-v4(:\\d+)?'),
    },
    {
      id: 'cohere.embed-english-v3',
      label: 'Cohere Embed 3 English',
      contextTokens: 512,
      dollars: 0.1,
      names: across('cohere\\.embed-english-v3(:\\d+)?'),
    },
    {
      id: 'cohere.embed-multilingual-v3',
      label: 'Cohere Embed 3 Multilingual',
      contextTokens: 512,
      dollars: 0.1,
      names: across('cohere\\.embed-multilingual-v3(:\\d+)?'),
    },
  ],
};
