/** The document of a response that the gateway writes itself, for models of other vendors and for fixed answers. */
import type { GenerateResult } from '../providers/translate/sdk-types.ts';
import { isObject, type JsonObject, parseJson } from './json-value.ts';
import type { Asked } from './translation.ts';

type SdkUsage = GenerateResult['usage'];

/** What was put into a cache for an hour, which the package hands on only as the vendor said it. */
function writtenForAnHour(raw: SdkUsage['raw']): number {
  const written = raw?.cache_creation;
  const tokens = isObject(written) ? written.ephemeral_1h_input_tokens : 0;
  return typeof tokens === 'number' ? tokens : 0;
}

/**
 * The protocol's usage. It has no field for what was written to a cache, which costs more; that stands in
 * `cache_write_tokens`, and what of it is kept for an hour in `cache_write_1h_tokens`.
 */
export function documentUsage({ inputTokens, outputTokens, raw }: SdkUsage): JsonObject {
  const input = inputTokens.total ?? 0;
  const output = outputTokens.total ?? 0;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: inputTokens.cacheRead ?? 0,
      cache_write_tokens: inputTokens.cacheWrite ?? 0,
      cache_write_1h_tokens: writtenForAnHour(raw),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: outputTokens.reasoning ?? 0 },
    total_tokens: input + output,
  };
}

/** Settings that a response repeats from its request, each with what it says where the request said nothing. */
const REPEATED: Readonly<Record<string, unknown>> = {
  instructions: null,
  max_output_tokens: null,
  parallel_tool_calls: true,
  reasoning: { effort: null, summary: null },
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  truncation: 'disabled',
  user: null,
};

const OWN_THOUGHT = /^rs_[0-9a-f-]{36}_\d+$/;

/** Whether an item of an input is a thought that came with an answer of another vendor's model, by the id we gave it. */
export function isOwnThought(item: unknown): boolean {
  return isObject(item) && item.type === 'reasoning' && typeof item.id === 'string' && OWN_THOUGHT.test(item.id);
}

/** Everything of a response that is the same from its beginning to its end. */
export class ResponseDocument {
  readonly #id: string;
  readonly #fixed: JsonObject;
  model: string;

  /** `vendorId` names the answer where the request has no id of ours. */
  constructor(model: string, created: number, { body, requestId }: Asked, vendorId = '') {
    const asked = parseJson(body.toString('utf8'));
    const settings: JsonObject = isObject(asked) ? asked : {};
    this.model = model;
    this.#id = requestId.replace(/^req_/, '') || vendorId.replace(/^resp_/, '');
    this.#fixed = {
      created_at: created,
      background: false,
      previous_response_id: null,
      // Nobody keeps it: it cannot be named in a later request.
      store: false,
      metadata: {},
      ...Object.fromEntries(Object.entries(REPEATED).map(([name, none]) => [name, settings[name] ?? none])),
    };
  }

  /** The id of an item: the prefix of its type, and its place. */
  itemId(prefix: 'msg' | 'rs' | 'fc', index: number): string {
    return `${prefix}_${this.#id}_${index}`;
  }

  /** The document with what changes in it; `incomplete` is why the answer stopped before its end. */
  toJson(
    status: 'in_progress' | 'completed' | 'incomplete',
    output: readonly object[],
    usage: JsonObject | null,
    incomplete: string | null = null,
  ): JsonObject {
    return {
      id: `resp_${this.#id}`,
      object: 'response',
      status,
      model: this.model,
      output,
      usage,
      error: null,
      incomplete_details: incomplete === null ? null : { reason: incomplete },
      ...this.#fixed,
    };
  }
}
