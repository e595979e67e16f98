import type { Model, Tokenizer } from '../../policies/model.ts';
import { tierOf } from '../../policies/price.ts';
import { type ListedModel, listedModels, stepAt } from '../money/prices.ts';
import type { ModelSource } from './catalogue.ts';

/** What the models of a family can do; the first family whose `name` fits counts. */
interface Family {
  readonly name: RegExp;
  /** Whether its models are offered for choice; others are found by name only: superseded, or fine-tuned. */
  readonly offered: boolean;
  readonly supports: Model['supports'];
}

const TEXT = { tools: false, images: false, audio: false, files: false, jsonSchema: false };
const TEXT_TOOLS = { ...TEXT, tools: true };
// Audio is priced apart from text, which a price here cannot say, so no family takes it.
const FULL = { tools: true, images: true, audio: false, files: true, jsonSchema: true };

interface Vendor {
  /** Names that the price list has but the chat endpoint does not serve, or not at a price of text tokens alone. */
  readonly notChat: RegExp;
  readonly families: readonly Family[];
}

const VENDORS = {
  openai: {
    notChat:
      /audio|realtime|transcribe|tts|image|search|vision|instruct|extended|codex|deep-research|-pro\b|\.ft-|^gpt-oss|^ft:gpt-4-0/,
    families: [
      { name: /^(ft:)?gpt-3\.5-turbo/, offered: false, supports: TEXT_TOOLS },
      { name: /^gpt-4(-|$)/, offered: false, supports: TEXT_TOOLS },
      { name: /^gpt-4o-2024-05-13/, offered: false, supports: { ...TEXT_TOOLS, images: true } },
      { name: /^o1-(mini|preview)/, offered: false, supports: TEXT },
      { name: /^o3-mini/, offered: true, supports: { ...TEXT_TOOLS, jsonSchema: true } },
      { name: /^ft:gpt-4/, offered: false, supports: FULL },
      { name: /^(gpt-4o|gpt-4\.1|gpt-[5-9]|o[1-9])/, offered: true, supports: FULL },
    ],
  },
  anthropic: {
    notChat: /^claude-(v?[12]|instant)/,
    families: [
      { name: /^claude-3/, offered: false, supports: FULL },
      { name: /^claude-/, offered: true, supports: FULL },
    ],
  },
} as const satisfies Record<string, Vendor>;

/** Tokens that one image costs at most: above the largest of the vendors' formulas but for the ones below. */
const IMAGE_TOKENS = 3000;
/** gpt-4o-mini counts 2,833 and 5,667 for each of up to 8 tiles. */
const COSTLY_IMAGES = { name: /^(ft:)?gpt-4o-mini/, tokens: 48_169 };

/** The tokenizers that vendors have published, by the names of their models. What is newer than these may read otherwise. */
const TOKENIZER_FAMILIES: readonly { readonly name: RegExp; readonly tokenizer: Tokenizer }[] = [
  { name: /^((ft:)?gpt-4(o|\.[15])|gpt-5|o[134])/, tokenizer: 'o200k' },
  { name: /^(ft:)?gpt-(3\.5-turbo|4(-|$))/, tokenizer: 'cl100k' },
];

/**
 * The models of a vendor of the price list, for the provider `provider`. Dated snapshots and aliases are found by their
 * own names at the price of the model that the list means by them.
 */
export function listedSource(provider: string, vendor: keyof typeof VENDORS): ModelSource {
  const { notChat, families }: Vendor = VENDORS[vendor];
  const listed = listedModels(vendor);
  const byId = new Map(listed.map((entry) => [entry.id, entry]));
  const entryOf = (name: string): ListedModel | undefined =>
    byId.get(name) ?? listed.find((entry) => entry.matches(name));
  const familyOf = (name: string) =>
    notChat.test(name) ? undefined : families.find((family) => family.name.test(name));

  const modelOf = (name: string, entry: ListedModel, family: Family, now: number): Model => {
    const price = stepAt(entry.steps, now)?.price ?? null;
    return {
      id: `${provider}/${name}`,
      provider,
      name,
      label: name === entry.id ? entry.label : name,
      price,
      tier: tierOf(price),
      contextTokens: entry.contextTokens,
      tokenizer: TOKENIZER_FAMILIES.find((known) => known.name.test(name))?.tokenizer ?? null,
      imageTokens: COSTLY_IMAGES.name.test(name) ? COSTLY_IMAGES.tokens : IMAGE_TOKENS,
      supports: family.supports,
      leavesHouse: true,
    };
  };
  return {
    provider,
    models: (now) =>
      listed.flatMap((entry) => {
        const family = familyOf(entry.id);
        return family?.offered ? [modelOf(entry.id, entry, family, now)] : [];
      }),
    find: (name, now) => {
      const entry = entryOf(name);
      const family = familyOf(name);
      return entry && family && modelOf(name, entry, family, now);
    },
    listing: (name) => {
      const entry = familyOf(name) && entryOf(name);
      return entry && { id: `${provider}/${entry.id}`, steps: entry.steps };
    },
  };
}
