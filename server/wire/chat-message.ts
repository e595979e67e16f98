/** The texts of a message that a model wrote, whole (`message`) or in pieces (`delta`): both have the same shape. */
import { isObject, type JsonObject, listOf, parseJson } from './json-value.ts';
import { KeptText } from './kept-text.ts';

/** One text, and where it stands. */
export interface MessageText {
  readonly text: string;
  /** The object and its field, for replacing the text. */
  readonly holder: JsonObject;
  readonly field: string;
  /** Names the text within its choice, the same in every piece: "content", "tool:0". */
  readonly key: string;
  /** True for arguments of a call, whose text is JSON. */
  readonly isJson: boolean;
  /** A delta that holds only this text. */
  readonly wrap: (text: string) => JsonObject;
}

const PLAIN_FIELDS = ['content', 'refusal', 'reasoning_content', 'reasoning'];

/** Every text that is not empty, in the order of the message. */
export function* textsOf(message: JsonObject): Generator<MessageText> {
  for (const field of PLAIN_FIELDS) {
    const text = message[field];
    if (typeof text === 'string' && text !== '') {
      yield { text, holder: message, field, key: field, isJson: false, wrap: (rest) => ({ [field]: rest }) };
    }
  }
  let position = 0;
  for (const call of listOf(message.tool_calls)) {
    if (!isObject(call)) continue;
    const index = typeof call.index === 'number' ? call.index : position;
    position += 1;
    for (const [kind, field] of [
      ['function', 'arguments'],
      ['custom', 'input'],
    ] as const) {
      const holder = call[kind];
      const text = isObject(holder) ? holder[field] : undefined;
      if (!isObject(holder) || typeof text !== 'string' || text === '') continue;
      const wrap = (rest: string) => ({ tool_calls: [{ index, [kind]: { [field]: rest } }] });
      yield { text, holder, field, key: `tool:${index}`, isJson: kind === 'function', wrap };
    }
  }
  const called = message.function_call;
  if (isObject(called) && typeof called.arguments === 'string' && called.arguments !== '') {
    const wrap = (rest: string) => ({ function_call: { arguments: rest } });
    yield { text: called.arguments, holder: called, field: 'arguments', key: 'function_call', isJson: true, wrap };
  }
}

/** The texts of choices with their messages, given as JSON. */
export function textsOfChoices(choices: string): string[] {
  return listOf(parseJson(choices)).flatMap((choice) =>
    isObject(choice) && isObject(choice.message) ? [...textsOf(choice.message)].map(({ text }) => text) : [],
  );
}

/** Whether the message says anything: text, a call, sound, or content in a form of the vendor's own. */
export function saysAnything(message: JsonObject): boolean {
  if (listOf(message.tool_calls).length > 0 || isObject(message.function_call) || isObject(message.audio)) return true;
  if (listOf(message.content).length > 0) return true;
  return PLAIN_FIELDS.some((field) => typeof message[field] === 'string' && message[field] !== '');
}

interface CallSoFar {
  readonly fields: Record<string, unknown>;
  text: string;
  readonly kind: 'function' | 'custom';
  name: string;
}

interface ChoiceSoFar {
  role: string;
  readonly texts: Map<string, string>;
  readonly calls: Map<number, CallSoFar>;
  finish: string | null;
}

/** Puts the pieces of a streamed answer together, for the record. */
export class AnswerAssembly {
  readonly #choices = new Map<number, ChoiceSoFar>();
  readonly #kept = new KeptText();

  /** A piece of the content and nothing else. */
  addContent(index: number, text: string): void {
    const { texts } = this.#choice(index);
    if (text !== '') texts.set('content', this.#kept.join(texts.get('content') ?? '', text));
  }

  #choice(index: number): ChoiceSoFar {
    let choice = this.#choices.get(index);
    if (!choice) {
      choice = { role: 'assistant', texts: new Map(), calls: new Map(), finish: null };
      this.#choices.set(index, choice);
    }
    return choice;
  }

  add(index: number, delta: JsonObject, finish: string | null): void {
    const choice = this.#choice(index);
    if (typeof delta.role === 'string') choice.role = delta.role;
    if (finish !== null) choice.finish = finish;
    for (const field of PLAIN_FIELDS) {
      const text = delta[field];
      if (typeof text !== 'string' || text === '') continue;
      choice.texts.set(field, this.#kept.join(choice.texts.get(field) ?? '', text));
    }
    let position = 0;
    for (const call of listOf(delta.tool_calls)) {
      if (isObject(call)) this.#call(choice, call, typeof call.index === 'number' ? call.index : position);
      position += 1;
    }
  }

  #call(choice: ChoiceSoFar, piece: JsonObject, index: number): void {
    const kind = isObject(piece.custom) ? 'custom' : 'function';
    let call = choice.calls.get(index);
    if (!call) {
      call = { fields: {}, text: '', kind, name: '' };
      choice.calls.set(index, call);
    }
    if (typeof piece.id === 'string' && piece.id !== '') call.fields.id = piece.id;
    const holder = piece[kind];
    if (!isObject(holder)) return;
    if (typeof holder.name === 'string') call.name += holder.name;
    const text = holder[kind === 'custom' ? 'input' : 'arguments'];
    if (typeof text === 'string') call.text = this.#kept.join(call.text, text);
  }

  /** The choices in the form of a whole answer, as JSON. */
  toJson(): string {
    const choices = [...this.#choices].sort(([a], [b]) => a - b);
    return JSON.stringify(
      choices.map(([index, choice]) => {
        const calls = [...choice.calls]
          .sort(([a], [b]) => a - b)
          .map(([, call]) => ({
            ...call.fields,
            type: call.kind,
            [call.kind]: { name: call.name, [call.kind === 'custom' ? 'input' : 'arguments']: call.text },
          }));
        return {
          index,
          message: {
            role: choice.role,
            ...Object.fromEntries(choice.texts),
            ...(calls.length > 0 ? { tool_calls: calls } : {}),
          },
          finish_reason: choice.finish,
        };
      }),
    );
  }
}
