/**
 * What a request can do without where a model lacks it: a table of rules. Only what colours an answer is in it; tools, the
 * form of the answer, how many answers there are and where they stop are never left out.
 */
import type { Endpoint } from '../../policies/request.ts';
import type { UpstreamError } from '../providers/provider.ts';
import { type ClearRefusal, clearRefusal, isNamed } from './clear-refusal.ts';
import { scanObject } from './json-scan.ts';
import { isObject, type JsonObject } from './json-value.ts';
import { splice } from './splice.ts';

interface Rule {
  /** What people call it. */
  readonly words: string;
  /** How vendors, and the gateway's own translations, name it where they refuse it. */
  readonly named: RegExp;
  /** Where it stands in a body, by what was asked for: a member, or a member of one. */
  readonly places: Partial<Record<Endpoint, readonly string[]>>;
  /** Values that stand for nearly the same, tried before it is left out. */
  readonly instead?: Readonly<Record<string, string>>;
}

const RULES: readonly Rule[] = [
  {
    words: 'the effort of reasoning',
    named: /reasoning|thinking|effort/i,
    places: {
      'chat.completions': ['reasoning_effort'],
      messages: ['output_config.effort', 'thinking'],
      responses: ['reasoning.effort', 'reasoning'],
    },
    instead: { minimal: 'low', xhigh: 'high', max: 'high' },
  },
  {
    words: 'log probabilities',
    named: /logprobs/i,
    places: { 'chat.completions': ['logprobs', 'top_logprobs'], responses: ['top_logprobs', 'include'] },
  },
  {
    words: 'whether tools are called in parallel',
    named: /parallel_tool/i,
    places: {
      'chat.completions': ['parallel_tool_calls'],
      messages: ['tool_choice.disable_parallel_tool_use'],
      responses: ['parallel_tool_calls'],
    },
  },
  { words: 'top k', named: /\btop_?k\b/i, places: { 'chat.completions': ['top_k'], messages: ['top_k'] } },
  {
    words: 'top p',
    named: /\btop_?p\b/i,
    places: { 'chat.completions': ['top_p'], messages: ['top_p'], responses: ['top_p'] },
  },
  {
    words: 'the temperature',
    named: /\btemperature\b/i,
    places: { 'chat.completions': ['temperature'], messages: ['temperature'], responses: ['temperature'] },
  },
  { words: 'the seed', named: /\bseed\b/i, places: { 'chat.completions': ['seed'] } },
  {
    words: 'penalties for repeating',
    named: /(frequency|presence)_?penalty/i,
    places: { 'chat.completions': ['frequency_penalty', 'presence_penalty'] },
  },
  { words: 'biases of tokens', named: /logit_?bias/i, places: { 'chat.completions': ['logit_bias'] } },
  {
    words: 'the verbosity',
    named: /\bverbosity\b/i,
    places: { 'chat.completions': ['verbosity'], responses: ['text.verbosity'] },
  },
  {
    words: 'the service tier',
    named: /service_?tier/i,
    places: { 'chat.completions': ['service_tier'], messages: ['service_tier'], responses: ['service_tier'] },
  },
  { words: 'what the embeddings are for', named: /\binput_?type\b/i, places: { embeddings: ['input_type'] } },
];

/** Words of vendors for a parameter that a model does not take, apart from those for one with a wrong value. */
const NOT_TAKEN =
  /unsupported|not support|n't support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|not available|extra inputs/i;

/** What an answer depends on so much that a parameter may be refused because of it alone, by what was asked for. */
const BESIDE: Partial<Record<Endpoint, readonly string[]>> = {
  'chat.completions': ['reasoning_effort'],
  messages: ['output_config.effort', 'thinking.type'],
  responses: ['reasoning.effort'],
};

/** A body without what its model has just refused. */
export interface LessBody {
  readonly body: Buffer;
  /** What is gone, in words. */
  readonly dropped: string;
  /** Names for `withoutRefused` what the vendor surely refused; null where its words leave a doubt. */
  readonly refused: string | null;
}

/** A body without all that its model has refused before, and what is gone, in words. */
export interface LeastBody {
  readonly body: Buffer;
  readonly dropped: readonly string[];
}

/** A body's members as they are being changed; null for one that is taken out of its bytes. */
interface Draft {
  readonly members: Record<string, unknown>;
  readonly changes: Map<string, string | null>;
}

/**
 * The body without the thing for which a call was refused; null where it was refused for something else, or for what a
 * request cannot do without. All other bytes stay as they are.
 */
export function withoutLacking(body: Buffer, endpoint: Endpoint, error: UpstreamError): LessBody | null {
  const { failure, message } = error;
  if (failure !== 'unsupported' && !(failure === 'bad_request' && NOT_TAKEN.test(message))) return null;
  const suspects = RULES.filter(({ named }) => named.test(message));
  if (suspects.length === 0) return null;
  const { value, members } = scanObject(body);
  const draft: Draft = { members: { ...value }, changes: new Map() };
  // What no vendor has answered is refused again for nothing.
  const clear = error.status === null ? null : clearRefusal(message);
  const surely = suspects.filter((rule) => clear && refusedPlace(clear, rule, endpoint, value));
  for (const rule of [...surely, ...suspects]) {
    const place = clear && refusedPlace(clear, rule, endpoint, value);
    const isWhole = clear?.value === null && place != null;
    const dropped = lessen(draft, rule, placesOf(rule, endpoint, value), isWhole);
    if (dropped === null) continue;
    const refused = place == null ? null : nameOf(endpoint, place, isWhole ? null : at(value, place), value);
    return { body: splice(body, members, draft.changes), dropped, refused };
  }
  return null;
}

/** The body without all that was refused before (`wasRefused` knows the names that refusals were given); null for nothing. */
export function withoutRefused(
  body: Buffer,
  endpoint: Endpoint,
  wasRefused: (refused: string) => boolean,
): LeastBody | null {
  const { value, members } = scanObject(body);
  const draft: Draft = { members: { ...value }, changes: new Map() };
  const dropped: string[] = [];
  for (const rule of RULES) {
    // One refusal may uncover another: "high" may be refused where it stands for "max".
    for (;;) {
      const there = placesOf(rule, endpoint, draft.members);
      const isRefused = (place: string, given: unknown) => wasRefused(nameOf(endpoint, place, given, draft.members));
      const whole = there.some((place) => isRefused(place, null));
      if (!whole && !there.some((place) => isRefused(place, at(draft.members, place)))) break;
      const words = lessen(draft, rule, there, whole);
      if (words === null) break;
      dropped.push(words);
    }
  }
  return dropped.length === 0 ? null : { body: splice(body, members, draft.changes), dropped };
}

const placesOf = ({ places }: Rule, endpoint: Endpoint, members: JsonObject): readonly string[] =>
  (places[endpoint] ?? []).filter((place) => at(members, place) != null);

/** Where a body has what surely was refused. */
const refusedPlace = ({ name, value }: ClearRefusal, rule: Rule, endpoint: Endpoint, body: JsonObject) =>
  placesOf(rule, endpoint, body).find(
    (place) => isNamed(name, place) && (value === null || String(at(body, place)) === value),
  );

/** Takes what a rule is about out of a body, or puts what is nearly the same in its place; says what, null for nothing. */
function lessen(draft: Draft, { words, instead }: Rule, there: readonly string[], isWhole: boolean): string | null {
  for (const place of isWhole ? [] : there) {
    const given = at(draft.members, place);
    const nearly = typeof given === 'string' ? instead?.[given] : undefined;
    if (nearly === undefined) continue;
    change(draft, place, nearly);
    return `${words} “${given}” (sent as “${nearly}”)`;
  }
  for (const place of there) change(draft, place, undefined);
  return there.length === 0 ? null : words;
}

/** The name of a refusal: of a value, or of any (null), beside what it may be due to. */
function nameOf(endpoint: Endpoint, place: string, given: unknown, members: JsonObject): string {
  const beside = (BESIDE[endpoint] ?? []).filter((one) => one !== place && !one.startsWith(`${place}.`));
  const others = beside.map((one) => at(members, one) ?? null);
  return JSON.stringify([endpoint, place, given, others, members.tools != null]);
}

function at(body: JsonObject, place: string): unknown {
  const [member = '', within] = place.split('.');
  const value = body[member];
  return within === undefined ? value : isObject(value) ? value[within] : undefined;
}

/** Sets one place of a body, or leaves it out where there is no value. */
function change({ members, changes }: Draft, place: string, value: string | undefined): void {
  const [member = '', within] = place.split('.');
  const whole = members[member];
  let next: unknown = value;
  if (within !== undefined && isObject(whole)) {
    const { [within]: _, ...others } = whole;
    const left = value === undefined ? others : { ...others, [within]: value };
    next = Object.keys(left).length === 0 ? undefined : left;
  }
  members[member] = next;
  changes.set(member, next === undefined ? null : JSON.stringify(next));
}
