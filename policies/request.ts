/** The request as policies see it, whatever protocol the client spoke, and what a model reported to have used. */

export type Role = 'system' | 'user' | 'assistant' | 'tool';

/**
 * What a text is: instructions to the model, a message, the arguments of a tool call, a tool's result, what a model thought
 * before it answered, or a label that stands beside them, such as the name of an end user or the description of a tool.
 */
export type TextPurpose = 'instructions' | 'message' | 'arguments' | 'result' | 'thinking' | 'label';

/** One piece of text in the client's body, with the place it stands at, so that it can be replaced there. */
export interface TextSlot {
  /** Keys and indexes from the top of the client's parsed body to the string. */
  readonly path: readonly (string | number)[];
  readonly role: Role;
  readonly purpose: TextPurpose;
  /** Index of the message that holds it. */
  readonly message: number;
  readonly text: string;
}

/** What a request uses of a model; a model that lacks one of them is not chosen for it. */
export interface Needs {
  readonly tools: boolean;
  readonly images: boolean;
  readonly audio: boolean;
  readonly files: boolean;
  readonly jsonSchema: boolean;
}

/** What apps can ask for, as facts and records call it. */
export const ENDPOINTS = ['chat.completions', 'messages', 'responses', 'embeddings'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** For how long the app wants the vendor's cache to keep parts of the input. */
export type CacheWrites = 'no' | 'minutes' | 'hour';

export interface RequestView {
  readonly endpoint: Endpoint;
  /** The model as the client named it. */
  readonly model: string;
  readonly stream: boolean;
  readonly slots: readonly TextSlot[];
  readonly messages: number;
  /** How many messages the person wrote: the depth of the conversation. */
  readonly turns: number;
  readonly toolNames: readonly string[];
  /**
   * The tool whose result stands at a place, where the request says which call it answers: by the index of the message, or by
   * those of the message and of its block ("4.1"). Null where there is none.
   */
  readonly toolResults: ReadonlyMap<string, string> | null;
  readonly images: number;
  readonly audio: number;
  readonly files: number;
  readonly needs: Needs;
  /** The client's own limit on the answer, in tokens; null when it set none. */
  readonly maxOutputTokens: number | null;
  /** How many answers of text were asked for (`n`); none of embeddings. */
  readonly choices: number;
  /** UTF-8 bytes that the model reads besides the slots: tool definitions, names, an answer schema. */
  readonly otherBytes: number;
  /** What those bytes are, as it stands in the body. */
  readonly others: readonly unknown[];
  /** Tokens that the app sent in place of texts, which nobody can look into; none where it is not there. */
  readonly tokens?: number;
  /** Whether parts of the input are marked to be kept in the vendor's cache, which is dearer than to read them. */
  readonly cacheWrites: CacheWrites;
  /** Things in the input whose size cannot be known from the body, in words ("a file by its id"). */
  readonly unbounded: readonly string[];
}

/** A request with nothing in it, for runs whose facts come from elsewhere. */
export const EMPTY_VIEW: RequestView = {
  endpoint: 'chat.completions',
  model: '',
  stream: false,
  slots: [],
  messages: 0,
  turns: 0,
  toolNames: [],
  toolResults: null,
  images: 0,
  audio: 0,
  files: 0,
  needs: { tools: false, images: false, audio: false, files: false, jsonSchema: false },
  maxOutputTokens: null,
  choices: 1,
  otherBytes: 0,
  others: [],
  cacheWrites: 'no',
  unbounded: [],
};

/** The text of the last message that the person wrote. */
export function lastUserText(view: RequestView): string {
  let message = -1;
  let text = '';
  for (let i = view.slots.length - 1; i >= 0; i--) {
    const slot = view.slots[i];
    if (slot?.role !== 'user') continue;
    if (message === -1) message = slot.message;
    if (slot.message !== message) break;
    text = text === '' ? slot.text : `${slot.text}\n${text}`;
  }
  return text;
}

/** Where a tag came from: fixed by the key, said by the caller, or set by a rule of the policy. */
export type TagSource = 'key' | 'caller' | 'rule';
export interface Tag {
  readonly value: string;
  readonly source: TagSource;
}
export type Tags = ReadonlyMap<string, Tag>;

/**
 * Tokens of one attempt, in one form for all vendors. The input is what was read plainly, from a cache, into a cache, as
 * sound and as images: each token is in one of these, and all are in `inputTokens`.
 */
export interface Usage {
  readonly inputTokens: number;
  /** Read from a cache; `cachedAudioTokens` of them are sound. */
  readonly cachedInputTokens: number;
  readonly cachedAudioTokens: number;
  /** Put into a cache; `cacheWriteHourTokens` of them for an hour, the others for minutes. */
  readonly cacheWriteTokens: number;
  readonly cacheWriteHourTokens: number;
  /** Sound and images that came from no cache. */
  readonly audioInputTokens: number;
  readonly imageInputTokens: number;
  readonly outputTokens: number;
  /** Parts of the output. */
  readonly reasoningTokens: number;
  readonly audioOutputTokens: number;
}

/** Who counted: the provider, our tokenizer, or an estimate from the bytes seen. */
export type UsageSource = 'provider' | 'counted' | 'estimated';

export const NO_USAGE: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cachedAudioTokens: 0,
  cacheWriteTokens: 0,
  cacheWriteHourTokens: 0,
  audioInputTokens: 0,
  imageInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  audioOutputTokens: 0,
};

/** The kinds of tokens that a usage tells apart. */
const USAGE_NAMES = Object.keys(NO_USAGE) as (keyof Usage)[];

/** A usage made of what `of` gives for each kind of token. */
export function mapUsage(of: (name: keyof Usage) => number): Usage {
  const usage = { ...NO_USAGE };
  for (const name of USAGE_NAMES) usage[name] = of(name);
  return usage;
}
