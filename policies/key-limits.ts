/** What an API key can be limited to, in the words of pages and errors, and which models a limit lets through. */
import { fitsPattern } from './name-pattern.ts';

/** What a key can be allowed to do, as settings name it. */
export const KEY_ENDPOINTS = [
  'chat.completions',
  'responses',
  'messages',
  'embeddings',
  'models',
  'count_tokens',
  'feedback',
  'requests',
] as const;
export type KeyEndpoint = (typeof KEY_ENDPOINTS)[number];

/** To follow “may” or “for”. */
export const ENDPOINT_WORDS: Readonly<Record<KeyEndpoint, string>> = {
  'chat.completions': 'chat completions',
  responses: 'responses',
  messages: 'messages',
  embeddings: 'embeddings',
  models: 'the list of models',
  count_tokens: 'counting tokens',
  feedback: 'feedback on answers',
  requests: 'reading its own requests',
};

/** `provider/name`, in whose name `*` stands for any characters; or an alias. */
const MODEL_ENTRY = /^([^\s/*]+\/\S+|[a-z0-9][a-z0-9._-]*)$/;

/** What is wrong with an entry of the list of models, as a sentence; null where it is one. */
export function modelEntryProblem(entry: string): string | null {
  if (MODEL_ENTRY.test(entry)) return null;
  return `“${entry}” names no model. Write one such as openai/gpt-5-mini, all of a provider such as openai/*, or an alias.`;
}

/** What a record says of the models that the key could use, where it was limited: their ids and patterns. */
export const ALLOWED_MODELS_FACT = 'key.models';

/** The models that a key may use: all whose ids fit one of these. Aliases have been led to their models. */
export interface AllowedModels {
  readonly ids: ReadonlySet<string>;
  readonly patterns: readonly string[];
}

/**
 * What the entries of a key allow: full ids of models, patterns such as `openai/*`, and aliases. `modelOf` gives the id that
 * an alias leads to; one that leads nowhere allows nothing.
 */
export function allowedModels(
  entries: readonly string[],
  modelOf: (alias: string) => string | undefined,
): AllowedModels {
  const ids = new Set<string>();
  const patterns: string[] = [];
  for (const entry of entries) {
    if (entry.includes('*')) patterns.push(entry);
    else {
      const id = entry.includes('/') ? entry : modelOf(entry);
      if (id !== undefined) ids.add(id);
    }
  }
  return { ids, patterns };
}

/** Whether a model of that full id is among those that are allowed; null allows all. */
export function allowsModel(allowed: AllowedModels | null, id: string): boolean {
  return allowed === null || allowed.ids.has(id) || allowed.patterns.some((pattern) => fitsPattern(pattern, id));
}
