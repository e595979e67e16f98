/** Every kind of account that people can set up, one line each, in the order in which they are offered. */
import { anthropic } from './anthropic.ts';
import { azure } from './azure.ts';
import { bedrock } from './bedrock.ts';
import {
  deepseek,
  groq,
  litellm,
  llamacpp,
  lmstudio,
  mistral,
  ollama,
  openai,
  openrouter,
  other,
  together,
  vllm,
  xai,
} from './compatible.ts';
import { google } from './google.ts';
import type { AccountKind } from './kind.ts';

const KINDS = {
  openai,
  anthropic,
  azure,
  google,
  bedrock,
  mistral,
  groq,
  together,
  xai,
  deepseek,
  openrouter,
  vllm,
  ollama,
  lmstudio,
  llamacpp,
  litellm,
  other,
} as const satisfies Record<string, AccountKind>;

export const accountKinds: Readonly<Record<string, AccountKind>> = KINDS;

/** The kind of that name; undefined where there is none. */
export function findAccountKind(name: string): AccountKind | undefined {
  return Object.hasOwn(accountKinds, name) ? accountKinds[name] : undefined;
}
