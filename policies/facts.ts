/** The catalogue of facts: what conditions can read, what type it has, and how it is read from a request. */
import type { Model, ModelLookup } from './model.ts';
import { estimateInputTokens } from './price.ts';
import { ENDPOINTS, lastUserText } from './request.ts';
import type { FactSource, Run } from './run.ts';
import { languageOf } from './text/language.ts';
import { hasCode, QUESTION_FORMS, questionFormOf } from './text/reading.ts';

export type FactValue = string | number | boolean | readonly string[] | null;

/** `text` is a long string that never reaches a record; `time` is "HH:MM". */
export type FactType = 'string' | 'number' | 'boolean' | 'list' | 'text' | 'time';

/** What a live request knows besides the run's own state. */
export interface FactContext {
  readonly key: { readonly id: string; readonly name: string };
  readonly project: string;
  /** The caller's program, such as "OpenAI/JS 6.30.1"; null when it did not say. */
  readonly app: string | null;
  readonly models: ModelLookup;
}

export interface Fact {
  readonly name: string;
  readonly type: FactType;
  readonly label: string;
  readonly example: Exclude<FactValue, null>;
  /** The values there are, when they are few. */
  readonly options?: readonly string[];
  /** The kind of node that provides it; a condition before such a node finds it missing. */
  readonly providedBy?: string;
  /** Tokens, US dollars and so on, for forms and sentences. */
  readonly unit?: string;
  /** Whether a redaction may change it. */
  readonly isOfTexts?: true;
  readonly read?: (run: Run, context: FactContext) => FactValue;
}

const asked = (run: Run, context: FactContext): Model | undefined => context.models(run.view.model);

const formatters = new Map<string, Intl.DateTimeFormat>();
const localParts = { zone: '', minute: -1, weekday: '', hour: 0, time: '' };

/** Local weekday and time of the run's clock in its zone; the last minute is remembered, since formatting is slow. */
function local(run: Run): typeof localParts {
  const minute = Math.floor(run.now / 60_000);
  if (localParts.minute === minute && localParts.zone === run.timeZone) return localParts;
  let formatter = formatters.get(run.timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-GB', {
      timeZone: run.timeZone,
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(run.timeZone, formatter);
  }
  const parts: Record<string, string> = {};
  for (const part of formatter.formatToParts(run.now)) parts[part.type] = part.value;
  localParts.minute = minute;
  localParts.zone = run.timeZone;
  localParts.weekday = (parts.weekday ?? '').toLowerCase();
  localParts.hour = Number(parts.hour);
  localParts.time = `${parts.hour}:${parts.minute}`;
  return localParts;
}

const tag = (name: string) => (run: Run) => run.tags.get(name)?.value ?? null;

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const CATALOGUE: readonly Fact[] = [
  { name: 'key.id', type: 'string', label: 'API key', example: 'key_…', read: (_, c) => c.key.id },
  {
    name: 'key.name',
    type: 'string',
    label: 'name of the API key',
    example: 'search backend',
    read: (_, c) => c.key.name,
  },
  { name: 'project', type: 'string', label: 'project', example: 'search', read: (_, c) => c.project },
  { name: 'team', type: 'string', label: 'team', example: 'search', read: tag('team') },
  { name: 'user', type: 'string', label: 'user', example: 'ada', read: tag('user') },
  {
    name: 'usage',
    type: 'string',
    label: 'usage mode',
    example: 'vibing',
    options: ['vibing', 'building'],
    read: tag('usage'),
  },
  { name: 'app', type: 'string', label: 'app', example: 'OpenAI/JS 6.30.1', read: (_, c) => c.app },
  {
    name: 'request.endpoint',
    type: 'string',
    label: 'endpoint',
    example: 'chat.completions',
    options: ENDPOINTS,
    read: (run) => run.view.endpoint,
  },
  { name: 'request.model', type: 'string', label: 'requested model', example: 'gpt-5', read: (run) => run.view.model },
  {
    name: 'request.model.price',
    type: 'number',
    unit: 'US dollars per million tokens of output',
    label: 'price of the requested model',
    example: 10,
    read: (run, c) => {
      const price = asked(run, c)?.price;
      return price ? price[0].output / 1e9 : null;
    },
  },
  {
    name: 'request.model.tier',
    type: 'string',
    label: 'tier of the requested model',
    example: 'large',
    options: ['small', 'standard', 'large'],
    read: (run, c) => asked(run, c)?.tier ?? null,
  },
  {
    name: 'request.model.leaves_house',
    type: 'boolean',
    label: 'the requested model is outside the house',
    example: true,
    read: (run, c) => asked(run, c)?.leavesHouse ?? null,
  },
  {
    name: 'request.model.region',
    type: 'string',
    label: 'region of the requested model',
    example: 'eu-central-1',
    read: (run, c) => asked(run, c)?.region ?? null,
  },
  { name: 'request.stream', type: 'boolean', label: 'streaming', example: true, read: (run) => run.view.stream },
  {
    name: 'request.max_tokens',
    type: 'number',
    unit: 'tokens',
    label: 'limit on the answer',
    example: 1000,
    read: (run) => run.outputLimit,
  },
  {
    name: 'text.last_user',
    type: 'text',
    label: 'last message of the user',
    example: 'Translate this',
    isOfTexts: true,
    read: (run) => lastUserText(run.view),
  },
  {
    name: 'text.language',
    type: 'string',
    label: 'language',
    example: 'en',
    isOfTexts: true,
    read: (run) => languageOf(lastUserText(run.view)),
  },
  {
    name: 'text.code',
    type: 'boolean',
    label: 'contains code',
    example: true,
    isOfTexts: true,
    read: (run) => hasCode(lastUserText(run.view)),
  },
  {
    name: 'text.question',
    type: 'string',
    label: 'form of the question',
    example: 'yes_no',
    options: QUESTION_FORMS,
    isOfTexts: true,
    read: (run) => questionFormOf(lastUserText(run.view)),
  },
  {
    name: 'conversation.turns',
    type: 'number',
    label: 'turns of the conversation',
    example: 3,
    read: (run) => run.view.turns,
  },
  { name: 'content.images', type: 'number', label: 'images', example: 1, read: (run) => run.view.images },
  {
    name: 'content.tools',
    type: 'list',
    label: 'tools offered',
    example: ['search'],
    read: (run) => (run.toolsRemoved ? [] : run.view.toolNames),
  },
  {
    name: 'tokens.input',
    type: 'number',
    unit: 'tokens',
    label: 'estimated input tokens',
    example: 2000,
    isOfTexts: true,
    read: (run) => estimateInputTokens(run.view),
  },
  { name: 'time.of_day', type: 'time', label: 'time of day', example: '09:30', read: (run) => local(run).time },
  { name: 'time.hour', type: 'number', label: 'hour of the day', example: 9, read: (run) => local(run).hour },
  {
    name: 'time.weekday',
    type: 'string',
    label: 'weekday',
    example: 'monday',
    options: WEEKDAYS,
    read: (run) => local(run).weekday,
  },
  {
    name: 'complexity.level',
    type: 'string',
    label: 'complexity',
    example: 'simple',
    options: ['simple', 'standard', 'complex'],
    providedBy: 'classify',
  },
  {
    name: 'complexity.score',
    type: 'number',
    label: 'complexity score',
    example: 0.4,
    unit: '0 to 1',
    providedBy: 'classify',
  },
  { name: 'redactions.count', type: 'number', label: 'redactions', example: 2, providedBy: 'redact' },
  { name: 'redactions.types', type: 'list', label: 'types of redacted data', example: ['email'], providedBy: 'redact' },
];

export const facts: ReadonlyMap<string, Fact> = new Map(CATALOGUE.map((fact) => [fact.name, fact]));

/** Names of tags: a letter, then letters, digits, `_`, `-` and `.`; at most 64. */
export const TAG_NAME = /^[a-z][a-z0-9_.-]{0,63}$/i;

const TAG_FACT = /^tags\.(.+)$/;
const SOURCE_FACT = /^tag_source\.(.+)$/;

/** The fact of that name, also for the open families `tags.<name>` and `tag_source.<name>`; undefined when unknown. */
export function findFact(name: string): Fact | undefined {
  const known = facts.get(name);
  if (known) return known;
  const tagName = TAG_FACT.exec(name)?.[1];
  if (tagName && TAG_NAME.test(tagName)) {
    return { name, type: 'string', label: `tag ${tagName}`, example: 'value', read: tag(tagName) };
  }
  const sourceOf = SOURCE_FACT.exec(name)?.[1];
  if (sourceOf && TAG_NAME.test(sourceOf)) {
    return {
      name,
      type: 'string',
      label: `source of tag ${sourceOf}`,
      example: 'key',
      options: ['key', 'caller', 'rule'],
      read: (run) => run.tags.get(sourceOf)?.source ?? null,
    };
  }
  return undefined;
}

/** Facts of a request that is here now. */
export function liveFacts(context: FactContext): FactSource {
  return {
    read: (name, run) => findFact(name)?.read?.(run, context) ?? null,
    truth: (_leaf, _run, compute) => compute(),
  };
}
