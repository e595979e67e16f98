/** What a simulated model answers: the same for the same request, and saying that it is simulated. */
import { type ChatBody, viewOfChat } from '../../../policies/chat.ts';
import type { Model } from '../../../policies/model.ts';
import { inputTokenBound } from '../../../policies/price.ts';
import type { RequestView } from '../../../policies/request.ts';
import { lastUserText } from '../../../policies/request.ts';
import { isObject } from '../../wire/json-value.ts';
import { exampleOf } from './example.ts';

export interface ToolCall {
  readonly id: string;
  readonly kind: 'function' | 'custom';
  readonly name: string;
  readonly text: string;
}

export interface ReplyChoice {
  readonly content: string | null;
  readonly toolCall: ToolCall | null;
  readonly finishReason: 'stop' | 'length' | 'tool_calls';
}

export interface ReportedUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

export interface Reply {
  readonly id: string;
  readonly choices: readonly ReplyChoice[];
  /** Null for a model that does not report. */
  readonly usage: ReportedUsage | null;
}

/** Which usage is reported: what was said, the gateway's bound, something below it, or none. */
export type UsageMode = 'said' | 'exact' | 'random' | 'none';

/** Tokens of this tokenizer are four UTF-16 units long. */
const UNITS_PER_TOKEN = 4;
const DEFAULT_OUTPUT_LIMIT = 4_096;
const IMAGE_TOKENS = 85;
const ECHO_LENGTH = 400;
const ARGUMENT_LENGTH = 60;

export const tokensOf = (text: string): number => Math.ceil(text.length / UNITS_PER_TOKEN);

/** FNV-1a with 32 bits, so that one text always gives one number. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The beginning of a text, never half a character. */
function beginning(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

function excerpt(text: string): string {
  return text.length > ECHO_LENGTH ? `${beginning(text, ECHO_LENGTH)}…` : text;
}

type Tool = NonNullable<ChatBody['tools']>[number];
const toolName = (tool: Tool): string | undefined => tool.function?.name ?? tool.custom?.name;

/** The tool that the request makes this model call: the one forced, or one that the user's text mentions. */
function toolToCall(body: ChatBody, text: string): Tool | undefined {
  const tools = (body.tools ?? []).filter((tool) => toolName(tool) !== undefined);
  const choice = body.tool_choice;
  if (choice === 'none') return undefined;
  if (isObject(choice)) {
    const named = isObject(choice.function) ? choice.function : choice.custom;
    const name = isObject(named) ? named.name : undefined;
    return tools.find((tool) => toolName(tool) === name) ?? tools[0];
  }
  const last = body.messages.at(-1)?.role;
  if (last === 'tool' || last === 'function') return undefined;
  if (choice === 'required') return tools[0];
  const words = text.toLowerCase();
  const mentioned = (name: string) => words.includes(name) || words.includes(name.replaceAll('_', ' '));
  return (
    tools.find((tool) => mentioned((toolName(tool) ?? '').toLowerCase())) ??
    (/\btools?\b/.test(words) ? tools[0] : undefined)
  );
}

function callOf(tool: Tool, text: string, id: string): ToolCall {
  const hint = beginning(text, ARGUMENT_LENGTH);
  const name = toolName(tool) ?? '';
  if (tool.custom) return { id, kind: 'custom', name, text: hint };
  return { id, kind: 'function', name, text: JSON.stringify(exampleOf(tool.function?.parameters, hint) ?? {}) };
}

function formattedAnswer(body: ChatBody, text: string): string | null {
  const format = body.response_format;
  if (format?.type === 'json_object') return JSON.stringify({ simulated: true, echo: excerpt(text) });
  if (format?.type !== 'json_schema' || !isObject(format.json_schema)) return null;
  return JSON.stringify(exampleOf(format.json_schema.schema, beginning(text, ARGUMENT_LENGTH)));
}

function sentence(body: ChatBody, view: RequestView, model: Model, text: string, index: number): string {
  const parts = [`[Simulated answer of ${model.id}: no real model was asked.]`];
  const instructions = view.slots.filter((slot) => slot.purpose === 'instructions').map((slot) => slot.text);
  if (instructions.length > 0) parts.push(`My instructions: "${excerpt(instructions.join('\n'))}".`);
  const lastMessage = body.messages.length - 1;
  const results = view.slots.filter((slot) => slot.purpose === 'result' && slot.message === lastMessage);
  if (results.length > 0) parts.push(`The tool answered: "${excerpt(results.map((slot) => slot.text).join('\n'))}".`);
  else parts.push(`You wrote: "${excerpt(text)}".`);
  if (view.images > 0) parts.push(view.images === 1 ? 'I was sent 1 image.' : `I was sent ${view.images} images.`);
  if (view.choices > 1) parts.push(`This is choice ${index + 1} of ${view.choices}.`);
  return parts.join(' ');
}

function choiceOf(body: ChatBody, view: RequestView, model: Model, hash: number, index: number): ReplyChoice {
  const text = lastUserText(view);
  const units = (view.maxOutputTokens ?? DEFAULT_OUTPUT_LIMIT) * UNITS_PER_TOKEN;
  const tool = toolToCall(body, text);
  if (tool) {
    const call = callOf(tool, text, `call_sandbox_${hash.toString(16)}_${index}`);
    const cut = call.text.length > units;
    const toolCall = { ...call, text: beginning(call.text, units) };
    return { content: null, toolCall, finishReason: cut ? 'length' : 'tool_calls' };
  }
  const said = formattedAnswer(body, text) ?? sentence(body, view, model, text, index);
  return { content: beginning(said, units), toolCall: null, finishReason: said.length > units ? 'length' : 'stop' };
}

function usageFor(view: RequestView, model: Model, choices: readonly ReplyChoice[], mode: UsageMode, hash: number) {
  const inputBound = inputTokenBound(view, model);
  const outputBound = (view.maxOutputTokens ?? DEFAULT_OUTPUT_LIMIT) * view.choices;
  if (mode === 'none') return null;
  if (mode === 'exact') return usage(inputBound, outputBound);
  if (mode === 'random') return usage(1 + (hash % inputBound), (Math.imul(hash, 31) >>> 0) % (outputBound + 1));
  let input =
    Math.ceil(view.otherBytes / UNITS_PER_TOKEN) + view.images * IMAGE_TOKENS + view.messages * UNITS_PER_TOKEN;
  for (const slot of view.slots) input += tokensOf(slot.text);
  let output = 0;
  for (const { content, toolCall } of choices) output += tokensOf(content ?? '') + tokensOf(toolCall?.text ?? '');
  return usage(Math.min(input, inputBound), Math.min(output, outputBound));
}

function usage(prompt_tokens: number, completion_tokens: number): ReportedUsage {
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

/** The whole reply of a sandbox model to a request. */
export function replyTo(body: ChatBody, model: Model, mode: UsageMode): Reply {
  const view = viewOfChat(body);
  const hash = hashOf(view.slots.map((slot) => slot.text).join('\n'));
  const choices = Array.from({ length: view.choices }, (_, index) => choiceOf(body, view, model, hash, index));
  return { id: `chatcmpl-sandbox-${hash.toString(16)}`, choices, usage: usageFor(view, model, choices, mode, hash) };
}
