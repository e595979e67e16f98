/** A request to be tried, as it stands in the form: what was typed is kept as it was typed, whether it is right or not. */
import type { ChatBody } from '../../policies/chat.ts';
import type { PolicyTest } from '../../policies/policy-test.ts';
import { type Outside, outsideSchema } from '../../policies/simulate.ts';

export type TrialMessage = ChatBody['messages'][number];
type MessageRole = TrialMessage['role'];

export const ROLE_WORDS: Readonly<Record<MessageRole, string>> = {
  user: 'The person asks',
  system: 'Instructions',
  developer: 'Instructions of the developer',
  assistant: 'The model has answered',
  tool: 'Result of a tool',
  function: 'Result of a function',
};

export interface TagRow {
  readonly name: string;
  readonly value: string;
}

export interface Trial {
  /** What it was begun with: the value of a choice, such as `ready simple` or `test t1`. */
  readonly source: string;
  /** What that is called; a test that is kept gets this name at first. */
  readonly name: string;
  /** Whether anything of it was changed since. */
  readonly isChanged: boolean;
  /** What is to be known of it, in sentences. */
  readonly notes: readonly string[];
  readonly model: string;
  readonly messages: readonly TrialMessage[];
  /** Names of the tools that it offers. */
  readonly tools: readonly string[];
  readonly stream: boolean;
  /** The app's limit on the answer, in tokens, as it was typed; empty for none. */
  readonly answerLimit: string;
  /** Everything of the body that has no field here, and the definitions of the tools. */
  readonly rest: ChatBody;
  readonly tags: readonly TagRow[];
  /** Id of the key that sends it; null for none. */
  readonly key: string | null;
  /** Its moment in milliseconds since 1970; null for now. */
  readonly at: number | null;
  readonly outside: Outside;
}

/** Nothing set: the outside answers as it stands now. */
const OUTSIDE_AS_IT_IS: Outside = outsideSchema.parse({});

type Beginning = Pick<Trial, 'source' | 'name'> & Partial<Pick<Trial, 'notes' | 'key' | 'at' | 'outside'>>;

/** A trial of a body with tags; the outside stands as it is unless the beginning says otherwise. */
export function trialOf(body: ChatBody, tags: Readonly<Record<string, string>>, beginning: Beginning): Trial {
  const limit = body.max_completion_tokens ?? body.max_tokens ?? null;
  return {
    notes: [],
    key: null,
    at: null,
    outside: OUTSIDE_AS_IT_IS,
    ...beginning,
    isChanged: false,
    model: body.model,
    messages: body.messages,
    tools: (body.tools ?? []).map(toolName),
    stream: body.stream ?? false,
    answerLimit: limit === null ? '' : String(limit),
    rest: body,
    tags: Object.entries(tags).map(([name, value]) => ({ name, value })),
  };
}

/** A test as a trial: budgets that it does not name stand at nothing spent, as they do when it runs. */
export function trialOfTest(test: PolicyTest, budgets: readonly string[]): Trial {
  const untouched = Object.fromEntries(budgets.map((id) => [id, { spent: 0, held: 0 }]));
  return trialOf(test.request, test.tags, {
    source: `test ${test.id}`,
    name: test.name,
    at: Date.parse(test.at),
    outside: { ...test.outside, budgets: { ...untouched, ...test.outside.budgets } },
  });
}

type Tool = NonNullable<ChatBody['tools']>[number];

const toolName = (tool: Tool): string => tool.function?.name ?? tool.custom?.name ?? tool.type;

/** The body that the form stands for; else what is not right in it yet, in sentences. */
export function bodyOf(
  trial: Trial,
): { readonly ok: true; readonly body: ChatBody } | { readonly ok: false; readonly why: string[] } {
  const { model, messages, stream, rest } = trial;
  const why: string[] = [];
  if (model.trim() === '') why.push('Say which model the app asks for.');
  const limit = trial.answerLimit.trim() === '' ? null : Number(trial.answerLimit.replaceAll(',', ''));
  if (limit !== null && (!Number.isSafeInteger(limit) || limit < 1)) {
    why.push('The limit on the answer is a whole number of tokens from 1 on, or empty for none.');
  }
  if (why.length > 0) return { ok: false, why };
  const { tools: _tools, max_tokens: older, max_completion_tokens: newer, ...others } = rest;
  const tools = toolsOf(trial);
  const limits = {
    ...(older != null && { max_tokens: limit }),
    ...(newer != null && { max_completion_tokens: limit }),
  };
  const body: ChatBody = {
    ...others,
    model: model.trim(),
    messages: [...messages],
    stream,
    ...(limit === null ? {} : Object.keys(limits).length > 0 ? limits : { max_tokens: limit }),
    ...(tools.length > 0 && { tools }),
  };
  return { ok: true, body };
}

/** Tools that were defined keep their definitions; one that was only named has no more than its name. */
function toolsOf({ tools, rest }: Trial): Tool[] {
  const known = new Map((rest.tools ?? []).map((tool) => [toolName(tool), tool]));
  return tools.map((name) => known.get(name) ?? { type: 'function', function: { name } });
}

/** The text of a message, its parts one under the other. */
export function textOf({ content }: TrialMessage): string {
  if (typeof content === 'string') return content;
  return (content ?? []).flatMap(({ text }) => text ?? []).join('\n');
}

/** The message with another text; pictures and files stay. */
export function withText(message: TrialMessage, text: string): TrialMessage {
  const { content } = message;
  const others = Array.isArray(content) ? content.filter((part) => part.text === undefined) : [];
  return { ...message, content: others.length === 0 ? text : [{ type: 'text', text }, ...others] };
}

const PART_WORDS: Readonly<Record<string, string>> = {
  image_url: 'a picture',
  input_audio: 'a recording',
  file: 'a file',
  refusal: 'a refusal of the model',
};

/** What a message has besides its text, in words: "a picture", "a call of the tool search". */
export function besidesText({ content, tool_calls: calls }: TrialMessage): string[] {
  const parts = Array.isArray(content) ? content.filter(({ text }) => text === undefined) : [];
  return [
    ...parts.map(({ type }) => PART_WORDS[type] ?? `something of the type “${type}”`),
    ...(calls ?? []).map((call) => `a call of the tool ${call.function?.name ?? call.custom?.name ?? ''}`),
  ];
}
