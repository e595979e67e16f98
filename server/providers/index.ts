import { z } from 'zod';
import { createAnthropic } from './anthropic.ts';
import { fixedSource, type ModelSource, openSource } from './catalogue.ts';
import { listedSource } from './listed-source.ts';
import { createOpenAiCompatible } from './openai-compatible.ts';
import type { Provider } from './provider.ts';
import { SANDBOX_MODELS, startSandbox } from './sandbox/sandbox.ts';

/** One setting, for the documented table. */
export interface ProviderSetting {
  readonly name: string;
  readonly description: string;
  /** In words; null where the setting is off or empty unless set. */
  readonly default: string | null;
}

/** A provider that can be set up: in words for people, with what sets it up. */
export interface ProviderChoice {
  readonly title: string;
  readonly settings: readonly ProviderSetting[];
}

/** A provider that is ready to be called, with the models that it serves. */
export interface ConfiguredProvider {
  readonly provider: Provider;
  readonly source: ModelSource;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface ProviderEntry extends ProviderChoice {
  /** Null where the settings do not ask for the provider. Throws a sentence that names a setting which is wrong. */
  readonly create: (environment: Environment) => Promise<ConfiguredProvider | null>;
}

/** Ties a provider's settings, the schema that reads them and its making together. */
function entry<Shape extends z.ZodRawShape>(
  title: string,
  shape: Shape,
  settings: Readonly<Record<keyof Shape & string, readonly [description: string, default_: string | null]>>,
  create: (values: z.infer<z.ZodObject<Shape>>) => ConfiguredProvider | null | Promise<ConfiguredProvider | null>,
): ProviderEntry {
  return {
    title,
    settings: Object.entries(settings).map(([name, [description, default_]]) => ({
      name,
      description,
      default: default_,
    })),
    create: async (environment) => {
      // An empty variable means the same as an absent one.
      const set = Object.keys(shape).flatMap((name) => (environment[name] ? [[name, environment[name]]] : []));
      const parsed = z.object(shape).safeParse(Object.fromEntries(set));
      if (parsed.success) return create(parsed.data);
      const issue = parsed.error.issues[0];
      throw new Error(`The setting ${issue?.path.join('.')} cannot be used: ${issue?.message}.`);
    },
  };
}

const key = z.string().optional();
const address = z.url({ protocol: /^https?$/, error: 'it must be an address such as https://host/v1' });
const flag = z.enum(['true', 'false'], { error: 'it must be true or false' });
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'it must be small letters, digits and hyphens')
  .refine((value) => !['openai', 'anthropic', 'sandbox'].includes(value), 'another provider has that name');

const openai = entry(
  'OpenAI',
  { OPENAI_API_KEY: key, OPENAI_BASE_URL: address.optional() },
  {
    OPENAI_API_KEY: ['Key of the OpenAI account. Set it to offer its models.', null],
    OPENAI_BASE_URL: ['Another address for the OpenAI API.', 'https://api.openai.com/v1'],
  },
  ({ OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl }) =>
    apiKey === undefined && baseUrl === undefined
      ? null
      : {
          provider: createOpenAiCompatible({
            name: 'openai',
            baseUrl: baseUrl ?? 'https://api.openai.com/v1',
            apiKey: apiKey ?? null,
          }),
          source: listedSource('openai', 'openai'),
        },
);

const anthropic = entry(
  'Anthropic',
  { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: address.optional() },
  {
    ANTHROPIC_API_KEY: ['Key of the Anthropic account. Set it to offer its models.', null],
    ANTHROPIC_BASE_URL: ['Another address for the Anthropic API.', 'https://api.anthropic.com'],
  },
  ({ ANTHROPIC_API_KEY: apiKey, ANTHROPIC_BASE_URL: baseUrl }) =>
    apiKey === undefined && baseUrl === undefined
      ? null
      : {
          provider: createAnthropic({
            name: 'anthropic',
            baseUrl: baseUrl ?? 'https://api.anthropic.com',
            apiKey: apiKey ?? '',
          }),
          source: listedSource('anthropic', 'anthropic'),
        },
);

const upstream = entry(
  'A server of your own',
  {
    UPSTREAM_BASE_URL: address.optional(),
    UPSTREAM_API_KEY: key,
    UPSTREAM_NAME: name.default('upstream'),
    UPSTREAM_MODELS: z.string().default(''),
    UPSTREAM_LEAVES_HOUSE: flag.default('false'),
    UPSTREAM_RESPONSES: flag.default('false'),
  },
  {
    UPSTREAM_BASE_URL: ['Address of a server of your own that speaks the OpenAI protocol. Set it to offer it.', null],
    UPSTREAM_API_KEY: ['Key for that server, where it wants one.', null],
    UPSTREAM_NAME: ['What stands before the slash in the ids of its models.', 'upstream'],
    UPSTREAM_MODELS: ['Names of the models to list, separated by commas.', null],
    UPSTREAM_LEAVES_HOUSE: [
      'Set to true if the server is not on your own machines. Its prices are then unknown until they are set.',
      'false',
    ],
    UPSTREAM_RESPONSES: [
      "Set to true if the server speaks OpenAI's responses too. Otherwise they are carried over to chats.",
      'false',
    ],
  },
  (values) => {
    if (values.UPSTREAM_BASE_URL === undefined) return null;
    const names = values.UPSTREAM_MODELS.split(',').map((model) => model.trim());
    return {
      provider: createOpenAiCompatible({
        name: values.UPSTREAM_NAME,
        baseUrl: values.UPSTREAM_BASE_URL,
        apiKey: values.UPSTREAM_API_KEY ?? null,
        responses: values.UPSTREAM_RESPONSES === 'true',
      }),
      source: openSource(
        values.UPSTREAM_NAME,
        names.filter((model) => model !== ''),
        values.UPSTREAM_LEAVES_HOUSE === 'true',
      ),
    };
  },
);

const sandbox = entry(
  'Sandbox',
  { SANDBOX: flag.default('true') },
  { SANDBOX: ['Offer made-up models that cost nobody anything, to try policies with.', 'true'] },
  async (values) => {
    if (values.SANDBOX === 'false') return null;
    const server = await startSandbox();
    const provider = createOpenAiCompatible({ name: 'sandbox', baseUrl: server.baseUrl, apiKey: null });
    return {
      provider: {
        name: provider.name,
        send: (request, sink) => provider.send(request, sink),
        async close() {
          await provider.close();
          await server.close();
        },
      },
      source: fixedSource('sandbox', SANDBOX_MODELS),
    };
  },
);

/** Every provider, one line each. A bare model name means the first of them, in this order, that lists it. */
const PROVIDERS = { openai, anthropic, upstream, sandbox } satisfies Record<string, ProviderEntry>;

/** The settings of all providers, for the documented table. */
export const providerSettings: readonly ProviderSetting[] = Object.values(PROVIDERS).flatMap(
  (provider) => provider.settings,
);

/**
 * Every provider that can be set up, with the name under which it is, as `configured` has them; null where it is not. A name
 * that is nobody's own is the one that was given to the server of one's own.
 */
export function providerChoices(
  configured: readonly string[],
): readonly (ProviderChoice & { readonly name: string | null })[] {
  return Object.entries(PROVIDERS).map(([own, { title, settings }]) => {
    const name = configured.find((one) => (Object.hasOwn(PROVIDERS, one) ? one === own : own === 'upstream'));
    return { title, name: name ?? null, settings };
  });
}

/**
 * Makes the providers that the settings ask for, in the registry's order. Throws an Error whose message names the
 * setting that cannot be used. The caller closes each `provider` at its end.
 */
export async function createProviders(environment: Environment): Promise<ConfiguredProvider[]> {
  const configured: ConfiguredProvider[] = [];
  try {
    for (const provider of Object.values(PROVIDERS)) {
      const made = await provider.create(environment);
      if (made) configured.push(made);
    }
  } catch (error) {
    await Promise.all(configured.map(({ provider }) => provider.close()));
    throw error;
  }
  return configured;
}
