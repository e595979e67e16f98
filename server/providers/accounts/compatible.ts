/** Accounts of servers that speak OpenAI's protocols, hosted or one's own: each differs only in what is said here. */
import type { PricedVendor } from '../listed-source.ts';
import { createOpenAiCompatible } from '../openai-compatible.ts';
import { type AccountKind, addressField, keyField, settingOf } from './kind.ts';

interface Compatible {
  readonly title: string;
  readonly help: string;
  /** Null where it has no address that is the same for all. */
  readonly address: string | null;
  /** An example, where it has none. */
  readonly example?: string;
  readonly key: 'wanted' | 'perhaps';
  readonly prices?: PricedVendor;
  readonly offersListed?: boolean;
  readonly ownMachines?: boolean;
  /** It speaks OpenAI's responses too. */
  readonly responses?: boolean;
}

function compatible(spec: Compatible): AccountKind {
  const { title, help, address, key, prices = null, ownMachines = false, responses = false } = spec;
  const where =
    address === null
      ? `Up to and with the version, such as ${spec.example}.`
      : 'Only where it is reached by another address than the usual one.';
  return {
    title,
    help,
    fields: [
      addressField(where, address),
      key === 'wanted'
        ? keyField('It is sealed before it is stored, and never shown again.')
        : keyField('Leave it empty where the server wants none.', false),
    ],
    prices,
    offersListed: spec.offersListed ?? false,
    ownMachines,
    region: null,
    create: (settings) =>
      createOpenAiCompatible({
        name: settings.name,
        baseUrl: settingOf(settings, 'address'),
        apiKey: settingOf(settings, 'key') || null,
        responses,
        tokenLimit: prices === 'openai' ? 'max_completion_tokens' : 'max_tokens',
        connect: settings.connect,
      }),
    modelList: (settings) => {
      const apiKey = settingOf(settings, 'key');
      const headers: Record<string, string> = apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
      return { url: `${settingOf(settings, 'address')}/models`, headers };
    },
  };
}

export const openai = compatible({
  title: 'OpenAI',
  help: 'Keys are made at platform.openai.com, under “API keys”.',
  address: 'https://api.openai.com/v1',
  key: 'wanted',
  prices: 'openai',
  offersListed: true,
  responses: true,
});

export const mistral = compatible({
  title: 'Mistral',
  help: 'Keys are made at console.mistral.ai, under “API keys”.',
  address: 'https://api.mistral.ai/v1',
  key: 'wanted',
  prices: 'mistral',
  offersListed: true,
});

export const groq = compatible({
  title: 'Groq',
  help: 'Keys are made at console.groq.com, under “API keys”. Ask the server which models it has.',
  address: 'https://api.groq.com/openai/v1',
  key: 'wanted',
  prices: 'groq',
});

export const together = compatible({
  title: 'Together AI',
  help: 'Keys are made at api.together.ai, under “Settings”. Ask the server which models it has.',
  address: 'https://api.together.xyz/v1',
  key: 'wanted',
  prices: 'together',
});

export const xai = compatible({
  title: 'xAI',
  help: 'Keys are made at console.x.ai, under “API keys”.',
  address: 'https://api.x.ai/v1',
  key: 'wanted',
  prices: 'x-ai',
  offersListed: true,
});

export const deepseek = compatible({
  title: 'DeepSeek',
  help: 'Keys are made at platform.deepseek.com, under “API keys”.',
  address: 'https://api.deepseek.com/v1',
  key: 'wanted',
  prices: 'deepseek',
  offersListed: true,
});

export const openrouter = compatible({
  title: 'OpenRouter',
  help: 'Keys are made at openrouter.ai, under “Keys”. Ask the server which models it has, then set their prices.',
  address: 'https://openrouter.ai/api/v1',
  key: 'wanted',
});

export const vllm = compatible({
  title: 'vLLM',
  help: 'A server of your own. It wants a key only where it was started with one.',
  address: null,
  example: 'http://gpu-1.example.com:8000/v1',
  key: 'perhaps',
  ownMachines: true,
});

export const ollama = compatible({
  title: 'Ollama',
  help: 'On a machine of your own. It wants no key.',
  address: 'http://127.0.0.1:11434/v1',
  key: 'perhaps',
  ownMachines: true,
});

export const lmstudio = compatible({
  title: 'LM Studio',
  help: 'On a machine of your own, with its server switched on. It wants no key.',
  address: 'http://127.0.0.1:1234/v1',
  key: 'perhaps',
  ownMachines: true,
});

export const llamacpp = compatible({
  title: 'llama.cpp',
  help: 'The server of llama.cpp on a machine of your own. It wants a key only where it was started with one.',
  address: 'http://127.0.0.1:8080/v1',
  key: 'perhaps',
  ownMachines: true,
});

export const litellm = compatible({
  title: 'LiteLLM proxy',
  help: 'A proxy of your own, before other providers: say that requests leave the house where theirs do.',
  address: null,
  example: 'http://litellm.example.com:4000/v1',
  key: 'perhaps',
});

export const other = compatible({
  title: 'Another server that speaks the OpenAI protocol',
  help: 'Any server with chat completions.',
  address: null,
  example: 'https://models.example.com/v1',
  key: 'perhaps',
});
