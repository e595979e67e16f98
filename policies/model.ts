/** A model of a provider: what it can do and what it costs. */

/** Nano-dollars (10^-9 US dollar) for one million tokens, so that every published price is a whole number. */
export interface Rate {
  /** This rate applies when the input has more than this many tokens (0 for the first). */
  readonly aboveInputTokens: number;
  readonly input: number;
  readonly cachedInput: number;
  /** Putting input into a cache that keeps it for minutes. */
  readonly cacheWrite: number;
  /** Putting input into a cache that keeps it for an hour; as `cacheWrite` where it is not there. */
  readonly cacheWriteHour?: number | undefined;
  /** Sound in the input; as `input` where it is not there. */
  readonly audioInput?: number | undefined;
  /** Sound that is read from a cache; as `cachedInput` where it is not there. */
  readonly cachedAudio?: number | undefined;
  /** Images in the input; as `input` where it is not there. */
  readonly imageInput?: number | undefined;
  readonly output: number;
  /** Sound in the output; as `output` where it is not there. */
  readonly audioOutput?: number | undefined;
  /** Nano-dollars for each request besides its tokens; none where it is not there. */
  readonly perRequest?: number | undefined;
}

/** The amounts of a rate that need not be there. */
export const SPECIAL_AMOUNTS = [
  'cacheWriteHour',
  'audioInput',
  'cachedAudio',
  'imageInput',
  'audioOutput',
  'perRequest',
] as const satisfies readonly (keyof Rate)[];
/** All amounts of a rate. */
export const AMOUNTS = ['input', 'cachedInput', 'cacheWrite', 'output', ...SPECIAL_AMOUNTS] as const;

/** Rates in rising order of `aboveInputTokens`; the first starts at 0. */
export type Price = readonly [Rate, ...Rate[]];

export type Tier = 'small' | 'standard' | 'large';

/** A published tokenizer, which can be asked how many tokens a text is. */
export const TOKENIZERS = ['o200k', 'cl100k'] as const;
export type Tokenizer = (typeof TOKENIZERS)[number];

export interface Model {
  /** `provider/name`, as policies and clients write it. */
  readonly id: string;
  readonly provider: string;
  /** The name that the provider knows it by. */
  readonly name: string;
  readonly label: string;
  /** Null when the price is not known: then it cannot be used behind a money budget. */
  readonly price: Price | null;
  readonly tier: Tier;
  /** Largest input plus output in tokens; null when not known. */
  readonly contextTokens: number | null;
  /** What the model reads texts with; null where that is not known. */
  readonly tokenizer: Tokenizer | null;
  /** Most tokens that one image can cost. */
  readonly imageTokens: number;
  readonly supports: {
    readonly tools: boolean;
    readonly images: boolean;
    readonly audio: boolean;
    readonly files: boolean;
    readonly jsonSchema: boolean;
  };
  /** Whether it makes embeddings too, or nothing but them; a model that only chats has none of it. */
  readonly embeddings?: 'also' | 'only' | undefined;
  /** What its account may do with it in a minute, where an administrator has said so. */
  readonly perMinute?: { readonly requests?: number | undefined; readonly tokens?: number | undefined };
  /** On the bound of its tokens; above 1 where its provider has reported more than the bound. */
  readonly boundFactor?: number;
  /** False for a model that runs on the organisation's own machines. */
  readonly leavesHouse: boolean;
  /** Where its machines stand, as its account says; not there where nobody has said it. */
  readonly region?: string;
}

/** Finds a model by its full id, by an alias or by the bare name that an app already uses; undefined when there is none. */
export type ModelLookup = (idOrName: string) => Model | undefined;
