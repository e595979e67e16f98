import type { Model, Tokenizer } from '../../policies/model.ts';
import { type ListedModel, type ListedPrices, listedModels } from '../money/prices.ts';
import type { ModelSource } from './catalogue.ts';

/** What the models of a family can do; the first family whose `name` fits counts. */
interface Family {
  readonly name: RegExp;
  /** Whether its models are offered for choice; others are found by name only: superseded, or fine-tuned. */
  readonly offered: boolean;
  readonly supports: Model['supports'];
  readonly embeddings?: Model['embeddings'];
}

const TEXT = { tools: false, images: false, audio: false, files: false, jsonSchema: false };
const TEXT_TOOLS = { ...TEXT, tools: true };
const FULL = { tools: true, images: true, audio: false, files: true, jsonSchema: true };
const SOUND = { ...TEXT_TOOLS, audio: true };
const FORMS = { ...TEXT_TOOLS, jsonSchema: true };
/** Of servers whose models are not described: nothing is kept from them, and what they do not take they refuse. */
const UNKNOWN = { tools: true, images: true, audio: true, files: true, jsonSchema: true };

/** Names of models of other kinds, by what vendors call them. */
const NOT_CHAT = /embed|whisper|moderation|guard|ocr|voice|tts|image|transcri|rerank/i;

interface Vendor {
  /** Names that the price list has but no endpoint here serves, or not at a price of text tokens alone. */
  readonly notServed: RegExp;
  readonly families: readonly Family[];
}

const VENDORS = {
  openai: {
    notServed:
      /-audio-preview|realtime|transcribe|tts|image|search|vision|instruct|extended|codex|deep-research|-pro\b|\.ft-|^gpt-oss|^ft:gpt-4-0/,
    families: [
      { name: /^(ft:)?gpt-3\.5-turbo/, offered: false, supports: TEXT_TOOLS },
      { name: /^gpt-4(-|$)/, offered: false, supports: TEXT_TOOLS },
      { name: /^gpt-4o-2024-05-13/, offered: false, supports: { ...TEXT_TOOLS, images: true } },
      { name: /^o1-(mini|preview)/, offered: false, supports: TEXT },
      { name: /^o3-mini/, offered: true, supports: { ...TEXT_TOOLS, jsonSchema: true } },
      { name: /^gpt-audio/, offered: true, supports: SOUND },
      { name: /^ft:gpt-4/, offered: false, supports: FULL },
      { name: /^(gpt-4o|gpt-4\.1|gpt-[5-9]|o[1-9])/, offered: true, supports: FULL },
      { name: /^text-embedding-/, offered: true, supports: TEXT, embeddings: 'only' },
    ],
  },
  anthropic: {
    notServed: /^claude-(v?[12]|instant)/,
    families: [
      { name: /^claude-3/, offered: false, supports: FULL },
      { name: /^claude-/, offered: true, supports: FULL },
    ],
  },
  google: {
    notServed: /(?<!^gemini-)embedding|image|tts|live|omni|^claude|gemini-(1\.|pro|flash-1)/,
    families: [
      { name: /^gemini-embedding/, offered: true, supports: TEXT, embeddings: 'only' },
      { name: /^gemma-/, offered: true, supports: { ...TEXT, images: true } },
      { name: /^gemini-2\.0/, offered: false, supports: FULL },
      { name: /^gemini-/, offered: true, supports: FULL },
    ],
  },
  aws: {
    notServed: /(?<!amazon\.titan-|cohere\.|multimodal-)embed|embed-image|sonic|rerank|canvas|reel|titan-text/,
    families: [
      { name: /embed/, offered: true, supports: TEXT, embeddings: 'only' },
      { name: /anthropic\.claude-3/, offered: false, supports: FULL },
      { name: /anthropic\.claude-/, offered: true, supports: FULL },
      { name: /amazon\.nova-micro/, offered: true, supports: FORMS },
      { name: /amazon\.nova-/, offered: true, supports: FULL },
      { name: /(^|\.)openai\./, offered: true, supports: FORMS },
      { name: /(llama4|llama3-3|mistral-large|pixtral|deepseek|qwen|nemotron)/, offered: true, supports: FORMS },
      { name: /./, offered: false, supports: TEXT },
    ],
  },
  mistral: {
    notServed: NOT_CHAT,
    families: [{ name: /./, offered: true, supports: UNKNOWN }],
  },
  groq: {
    notServed: NOT_CHAT,
    families: [{ name: /./, offered: false, supports: UNKNOWN }],
  },
  together: {
    notServed: NOT_CHAT,
    families: [{ name: /./, offered: false, supports: UNKNOWN }],
  },
  'x-ai': {
    notServed: NOT_CHAT,
    families: [
      { name: /^grok-2/, offered: false, supports: UNKNOWN },
      { name: /./, offered: true, supports: UNKNOWN },
    ],
  },
  deepseek: {
    notServed: NOT_CHAT,
    families: [{ name: /./, offered: true, supports: UNKNOWN }],
  },
} as const satisfies Record<string, Vendor>;

/** Tokens that one image costs at most: above the largest of the vendors' formulas but for the ones below. */
const IMAGE_TOKENS = 3000;
/** gpt-4o-mini counts 2,833 and 5,667 for each of up to 8 tiles. */
const COSTLY_IMAGES = { name: /^(ft:)?gpt-4o-mini/, tokens: 48_169 };

/** The tokenizers that vendors have published, by the names of their models. What is newer than these may read otherwise. */
const TOKENIZER_FAMILIES: readonly { readonly name: RegExp; readonly tokenizer: Tokenizer }[] = [
  { name: /^((ft:)?gpt-4(o|\.[15])|gpt-5|o[134])/, tokenizer: 'o200k' },
  { name: /^((ft:)?gpt-(3\.5-turbo|4(-|$))|text-embedding-)/, tokenizer: 'cl100k' },
];

/** A vendor whose models are in the price list. */
export type PricedVendor = keyof typeof VENDORS;

const familyOf = ({ notServed, families }: Vendor, name: string): Family | undefined =>
  notServed.test(name) ? undefined : families.find((family) => family.name.test(name));

/** The prices that come with the program, of all models that can be served. Costs milliseconds: for the start. */
export function shippedPrices(): ListedPrices {
  return Object.fromEntries(
    Object.entries(VENDORS).map(([vendor, known]) => [
      vendor,
      Object.fromEntries(
        listedModels(vendor)
          .filter(({ id, steps }) => steps.length > 0 && familyOf(known, id) !== undefined)
          .map(({ id, label, steps }) => [id, { label, steps }]),
      ),
    ]),
  );
}

/**
 * The models of a vendor of the price list, for the provider `provider`. Dated snapshots and aliases are found by their
 * own names at the price of the model that the list means by them.
 */
export function listedSource(provider: string, vendor: PricedVendor): ModelSource {
  const known: Vendor = VENDORS[vendor];
  const listed = listedModels(vendor);
  const byId = new Map(listed.map((entry) => [entry.id, entry]));
  const entryOf = (name: string): ListedModel | undefined =>
    byId.get(name) ?? listed.find((entry) => entry.matches(name));

  const modelOf = (name: string, label: string, contextTokens: number | null, family: Family): Model => ({
    id: `${provider}/${name}`,
    provider,
    name,
    label,
    price: null,
    tier: 'standard',
    contextTokens,
    tokenizer: TOKENIZER_FAMILIES.find((one) => one.name.test(name))?.tokenizer ?? null,
    imageTokens: COSTLY_IMAGES.name.test(name) ? COSTLY_IMAGES.tokens : IMAGE_TOKENS,
    supports: family.supports,
    ...(family.embeddings && { embeddings: family.embeddings }),
    leavesHouse: true,
  });
  return {
    provider,
    vendor,
    models: () =>
      listed.flatMap(({ id, label, contextTokens, steps }) => {
        // What the list has no price for could be used behind no budget.
        const family = steps.length === 0 ? undefined : familyOf(known, id);
        return family?.offered ? [modelOf(id, label, contextTokens, family)] : [];
      }),
    find: (name) => {
      const entry = entryOf(name);
      const family = familyOf(known, name);
      return entry && family && modelOf(name, name === entry.id ? entry.label : name, entry.contextTokens, family);
    },
    listing: (name) => {
      const entry = familyOf(known, name) && entryOf(name);
      return entry && { id: `${provider}/${entry.id}`, listed: { vendor, model: entry.id } };
    },
    forgotten: (name, label) => {
      const family = familyOf(known, name);
      return family && modelOf(name, label, null, family);
    },
  };
}
