/** What was said, read from the texts that a record keeps, in whichever of the clients' protocols they are. */
import { z } from 'zod';
import { readJson } from '../../api/client.ts';

export interface Said {
  /** As the protocol calls it; `text` where it was not kept, `thinking` for what a model thought. */
  readonly role: string;
  readonly text: string;
}

const text = z.string().nullish();
const called = z.looseObject({ name: text, arguments: text, input: text });

/** A part of a message, a block, or an item of a response: they differ in the names of their members only. */
const part = z.looseObject({
  type: text,
  role: text,
  text,
  thinking: text,
  refusal: text,
  name: text,
  arguments: text,
  input: z.unknown().optional(),
  content: z.unknown().optional(),
  summary: z.unknown().optional(),
  output: z.unknown().optional(),
  reasoning_content: text,
  tool_calls: z.array(z.looseObject({ function: called.nullish(), custom: called.nullish() })).nullish(),
  function_call: called.nullish(),
});
type Part = z.infer<typeof part>;

const content = z.union([z.string(), z.array(part)]);

const request = z.looseObject({
  instructions: text,
  system: content.nullish(),
  messages: z.array(part).nullish(),
  input: z.union([content, z.array(z.string())]).nullish(),
});

/** Of chat completions a list of choices, of messages their blocks, of responses their items. */
const answer = z.union([
  z.array(z.looseObject({ message: part })).transform((choices) => choices.map(({ message }) => message)),
  z.looseObject({ output: z.array(part) }).transform(({ output }) => output),
  z.looseObject({ content: z.array(part) }).transform((message) => [{ ...message, role: 'assistant' }]),
]);

/** How texts are kept of a request that was never sent to a model. */
const textsAlone = z.object({ texts: z.array(z.string()) });

const WORDS: Readonly<Record<string, string>> = {
  image: 'a picture',
  image_url: 'a picture',
  input_image: 'a picture',
  input_audio: 'a recording',
  document: 'a file',
  file: 'a file',
  input_file: 'a file',
  redacted_thinking: 'thoughts that the model keeps to itself',
  reasoning: 'thoughts that the model keeps to itself',
  item_reference: 'an earlier item by its name',
};

const inWords = (type: string): string => `[${WORDS[type] ?? `something of the type “${type}”`}]`;

/** Values of a call or of its result as they are written, or as JSON. */
const written = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

const sayCall = (name: string | null | undefined, given: unknown): string => `${name ?? ''}(${written(given)})`;

/** What a content says, a line for each of its parts. */
function sayContent(value: unknown): string[] {
  const read = content.safeParse(value);
  if (!read.success) return value === undefined || value === null ? [] : [written(value)];
  return typeof read.data === 'string' ? [read.data] : read.data.flatMap(sayPart);
}

function sayPart(one: Part): string[] {
  const { type } = one;
  const said = [one.thinking, one.reasoning_content, one.text, one.refusal].filter((line) => typeof line === 'string');
  if (type === 'tool_use' || type === 'server_tool_use') return [sayCall(one.name, one.input)];
  if (type === 'function_call') return [sayCall(one.name, one.arguments)];
  if (type === 'custom_tool_call') return [sayCall(one.name, one.input)];
  if (type === 'reasoning') return [...sayContent(one.summary), ...sayContent(one.content)];
  const inner = [...sayContent(one.content), ...sayContent(one.output)];
  for (const call of one.tool_calls ?? []) {
    const made = call.function ?? call.custom;
    inner.push(sayCall(made?.name, made?.arguments ?? made?.input));
  }
  if (one.function_call) inner.push(sayCall(one.function_call.name, one.function_call.arguments));
  if (said.length + inner.length > 0) return [...said, ...inner];
  return type === null || type === undefined || type === 'message' ? [] : [inWords(type)];
}

const isResult = ({ type }: Part): boolean => type === 'tool_result' || (type?.endsWith('_output') ?? false);

/** Who says it: items and blocks without a role are told apart by their type. */
function roleOf(one: Part): string {
  if (one.role) return one.role;
  if (isResult(one)) return 'tool';
  return one.type === 'reasoning' ? 'thinking' : 'assistant';
}

/** A message, and apart from it what tools have given back, which messages bring as blocks of the one who asks. */
function sayMessage(one: Part): Said[] {
  const blocks = z.array(part).safeParse(one.content);
  const results = blocks.success ? blocks.data.filter(isResult) : [];
  const rest = results.length > 0 && blocks.success ? blocks.data.filter((block) => !isResult(block)) : one.content;
  const lines = sayPart({ ...one, content: rest }).filter((line) => line !== '');
  const role = roleOf(one);
  return [
    ...results.map((result) => ({ role: 'tool', text: sayPart(result).join('\n') })),
    ...(lines.length > 0 || results.length === 0 ? [{ role, text: lines.join('\n') }] : []),
  ];
}

/** The messages of a stored request; null when what is stored is none of the protocols' conversations. */
export function readMessages(stored: string): Said[] | null {
  const json = readJson(stored);
  const kept = textsAlone.safeParse(json);
  if (kept.success) return kept.data.texts.map((alone) => ({ role: 'text', text: alone }));
  const read = request.safeParse(json);
  if (!read.success) return null;
  const { instructions, system, messages, input } = read.data;
  if (!messages && (input === null || input === undefined)) return null;
  const before = [...(instructions ? [instructions] : []), ...sayContent(system)].join('\n');
  return [
    ...(before === '' ? [] : [{ role: 'system', text: before }]),
    ...(messages ?? []).flatMap(sayMessage),
    ...(typeof input === 'string' ? [input] : (input ?? [])).flatMap((one) =>
      typeof one === 'string' ? [{ role: 'user', text: one }] : sayMessage(one),
    ),
  ];
}

/** The answers that were stored: one for each choice or item, or the text itself where a policy gave it. */
export function readAnswers(stored: string): Said[] {
  const read = answer.safeParse(readJson(stored));
  return read.success ? read.data.flatMap(sayMessage) : [{ role: 'assistant', text: stored }];
}
