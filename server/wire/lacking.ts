/**
 * What a request can do without where a model lacks it: a table of rules. Only what colours an answer is in it; tools, the
 * form of the answer, how many answers there are and where they stop are never left out.
 */
import type { Endpoint } from '../../policies/request.ts';
import type { UpstreamError } from '../providers/provider.ts';
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
];

/** Words of vendors for a parameter that a model does not take, apart from those for one with a wrong value. */
const NOT_TAKEN =
  /unsupported|not support|n't support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|not available|extra inputs/i;

/** A body without what a model lacks. */
export interface LessBody {
  readonly body: Buffer;
  /** What is gone, in words. */
  readonly dropped: string;
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
  for (const { words, places, instead } of suspects) {
    const changes = new Map<string, string | null>();
    const there = (places[endpoint] ?? []).filter((place) => at(value, place) != null);
    for (const place of there) {
      const given = at(value, place);
      const nearly = typeof given === 'string' ? instead?.[given] : undefined;
      if (nearly === undefined) continue;
      change(value, changes, place, nearly);
      return { body: splice(body, members, changes), dropped: `${words} “${given}” (sent as “${nearly}”)` };
    }
    for (const place of there) change(value, changes, place, undefined);
    if (changes.size > 0) return { body: splice(body, members, changes), dropped: words };
  }
  return null;
}

function at(body: JsonObject, place: string): unknown {
  const [member = '', within] = place.split('.');
  const value = body[member];
  return within === undefined ? value : isObject(value) ? value[within] : undefined;
}

/** Notes what a member becomes when one place of it is set, or left out where there is no value. */
function change(body: JsonObject, changes: Map<string, string | null>, place: string, value: string | undefined): void {
  const [member = '', within] = place.split('.');
  const whole = body[member];
  if (within === undefined || !isObject(whole)) {
    changes.set(member, value === undefined ? null : JSON.stringify(value));
    return;
  }
  if (changes.get(member) === null) return;
  const { [within]: _, ...others } = whole;
  const left = value === undefined ? others : { ...others, [within]: value };
  changes.set(member, Object.keys(left).length === 0 ? null : JSON.stringify(left));
}
