/** Reads what an upstream answers in the OpenAI chat protocol, on its way to the client. */

import type { Usage } from '../../policies/request.ts';
import type { Placeholders } from '../../policies/text/placeholders.ts';
import { utf8Bytes } from '../../policies/text-size.ts';
import { UpstreamError } from '../providers/provider.ts';
import { failureInAnswer } from './chat-failure.ts';
import { AnswerAssembly, saysAnything, textsOf, textsOfChoices } from './chat-message.ts';
import { ChoiceRestorer } from './chat-restore.ts';
import { usageOf } from './chat-usage.ts';
import { EventStream } from './event-stream.ts';
import { isObject, type JsonObject, listOf, parseJson } from './json-value.ts';
import { type PlainPiece, plainEventAt, plainPiece } from './plain-piece.ts';
import type { AnswerStream, Received, WholeAnswer } from './protocol.ts';
import type { SseEvent } from './sse.ts';

function indexOf(choice: JsonObject): number {
  return typeof choice.index === 'number' ? choice.index : 0;
}

/** Some vendors send an empty reason with every piece. */
function finishOf(choice: JsonObject): string | null {
  const reason = choice.finish_reason;
  return typeof reason === 'string' && reason !== '' ? reason : null;
}

/** A streamed answer on its way through. */
export class ChatStream extends EventStream implements AnswerStream {
  /** The first event has arrived that says anything: from here on no other model can take over. */
  contentSeen = false;
  /** `[DONE]` has arrived. */
  done = false;
  usage: Usage | null = null;
  readonly #usageAsked: boolean;
  readonly #placeholders: Placeholders | null;
  readonly #choices: number;
  readonly #assembly: AnswerAssembly | null;
  readonly #restorers = new Map<number, ChoiceRestorer>();
  readonly #finishes = new Map<number, string>();
  #envelope: JsonObject = {};
  #characters = 0;
  #bytes = 0;

  constructor(options: {
    /** The client asked for the event that carries only usage; otherwise it is dropped. */
    readonly usageAsked: boolean;
    readonly placeholders: Placeholders | null;
    /** Keep the texts for `assembledAnswer`. */
    readonly keepText: boolean;
    /** How many choices the request asks for (`n`). */
    readonly choices: number;
  }) {
    super();
    this.#usageAsked = options.usageAsked;
    this.#placeholders = options.placeholders && options.placeholders.size > 0 ? options.placeholders : null;
    this.#choices = options.choices;
    this.#assembly = options.keepText ? new AnswerAssembly() : null;
  }

  /** Every choice has had its finish reason. */
  get finished(): boolean {
    return this.#finishes.size >= this.#choices;
  }

  /** The answer came to its end; a stream that closes before has broken off. */
  get complete(): boolean {
    return this.error === null && (this.finished || this.done);
  }

  /** By choice. */
  get finishReasons(): readonly string[] {
    return [...this.#finishes].sort(([a], [b]) => a - b).map(([, reason]) => reason);
  }

  /** UTF-8 bytes of text so far. */
  get receivedBytes(): number {
    return this.#bytes;
  }

  get received(): Received {
    return { characters: this.#characters, bytes: this.#bytes };
  }

  /**
   * Takes the pieces of text with which these bytes begin, which go through as they are; gives the bytes that they take.
   * Nearly all of a stream is of this kind and comes an event at a time: to split it first takes half as long again.
   */
  protected override takePlain(bytes: Buffer): number {
    if (this.#placeholders) return 0;
    const latin1 = bytes.toString('latin1');
    let taken = 0;
    while (taken < latin1.length) {
      const event = plainEventAt(latin1, taken);
      if (!event) break;
      this.#piece(event);
      taken = event.end;
    }
    return taken;
  }

  protected override isWhole(data: string): boolean {
    return data === '[DONE]' || parseJson(data) !== undefined;
  }

  /** The answer so far as JSON, a list of choices with their messages; empty where texts are not kept. */
  assembledAnswer(): string {
    return this.#assembly?.toJson() ?? '';
  }

  texts(): readonly string[] {
    return textsOfChoices(this.assembledAnswer());
  }

  protected override take({ raw, data }: SseEvent): void {
    if (data === null) {
      this.emit(raw);
      return;
    }
    if (data === '[DONE]') {
      this.done = true;
      for (const index of this.#restorers.keys()) this.#flush(index);
      this.withhold();
      this.emit(raw);
      return;
    }
    const piece = this.#placeholders ? null : plainPiece(data);
    if (piece) {
      this.#piece(piece);
      this.emit(raw);
      return;
    }
    const chunk = parseJson(data);
    if (!isObject(chunk)) {
      this.fail(new UpstreamError('bad_answer', 'an event of the stream is not a JSON object', { billed: 'maybe' }));
    } else if (chunk.error) this.fail(failureInAnswer(chunk));
    else this.#chunk(chunk, raw);
  }

  #piece({ index, text }: PlainPiece): void {
    if (text !== '') this.contentSeen = true;
    this.#characters += text.length;
    this.#bytes += utf8Bytes(text);
    this.#assembly?.addContent(index, text);
  }

  #chunk(chunk: JsonObject, raw: Buffer): void {
    const choices = listOf(chunk.choices);
    if (isObject(chunk.usage)) {
      this.usage = usageOf(chunk.usage) ?? this.usage;
      if (choices.length === 0 && !this.#usageAsked) {
        this.altered();
        return;
      }
    }
    let restored = false;
    if (this.#placeholders) this.#envelope = chunk;
    for (const choice of choices) if (isObject(choice) && this.#choice(choice)) restored = true;
    if (this.finished) this.withhold();
    if (restored) this.altered();
    this.emit(restored ? Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`) : raw);
  }

  /** Reads one choice of an event; answers whether its texts were changed. */
  #choice(choice: JsonObject): boolean {
    const index = indexOf(choice);
    const finish = finishOf(choice);
    const delta = isObject(choice.delta) ? choice.delta : null;
    if (delta) {
      if (!this.contentSeen) this.contentSeen = saysAnything(delta);
      for (const { text } of textsOf(delta)) {
        this.#characters += text.length;
        this.#bytes += utf8Bytes(text);
      }
    }
    this.#assembly?.add(index, delta ?? {}, finish);
    const restored = delta !== null && this.#restore(index, delta, finish !== null);
    if (finish !== null) {
      this.#flush(index);
      if (!this.#finishes.has(index)) this.#finishes.set(index, finish);
    }
    return restored;
  }

  #restore(index: number, delta: JsonObject, last: boolean): boolean {
    if (!this.#placeholders) return false;
    let restorer = this.#restorers.get(index);
    if (!restorer) {
      restorer = new ChoiceRestorer(this.#placeholders);
      this.#restorers.set(index, restorer);
    }
    return restorer.apply(delta, last);
  }

  /** Sends what the choice still holds back, in events of its own, ahead of the event that finishes it. */
  #flush(index: number): void {
    const { choices: _, usage: __, ...envelope } = this.#envelope;
    for (const delta of this.#restorers.get(index)?.flush() ?? []) {
      const choice = { index, delta, finish_reason: null };
      this.altered();
      this.emit(Buffer.from(`data: ${JSON.stringify({ ...envelope, choices: [choice] })}\n\n`));
    }
  }
}

/** Reads an answer that came in one piece. Throws UpstreamError for what is not a chat completion. */
export function readWhole(bytes: Buffer, placeholders: Placeholders | null): WholeAnswer {
  const answer = parseJson(bytes.toString('utf8'));
  if (!isObject(answer)) throw new UpstreamError('bad_answer', 'it is not a JSON object', { billed: 'maybe' });
  if (answer.error) throw failureInAnswer(answer);
  if (listOf(answer.choices).length === 0) {
    throw new UpstreamError('bad_answer', 'it has no choices', { billed: 'maybe' });
  }
  const choices = listOf(answer.choices).filter(isObject);
  const text = JSON.stringify(choices.map(({ index, message, finish_reason }) => ({ index, message, finish_reason })));
  let [characters, size, restored] = [0, 0, false];
  for (const choice of choices) {
    if (!isObject(choice.message)) continue;
    for (const piece of textsOf(choice.message)) {
      characters += piece.text.length;
      size += utf8Bytes(piece.text);
    }
    if (placeholders && placeholders.size > 0 && new ChoiceRestorer(placeholders).apply(choice.message, true)) {
      restored = true;
    }
  }
  return {
    bytes: restored ? Buffer.from(JSON.stringify(answer)) : bytes,
    usage: usageOf(answer.usage),
    text,
    received: { characters, bytes: size },
    texts: () => textsOfChoices(text),
  };
}
