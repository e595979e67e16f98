/** Reads what an upstream answers in OpenAI's responses protocol, on its way to the client. */
import type { Usage } from '../../policies/request.ts';
import type { Placeholders } from '../../policies/text/placeholders.ts';
import { utf8Bytes } from '../../policies/text-size.ts';
import { UpstreamError } from '../providers/provider.ts';
import { EventStream } from './event-stream.ts';
import { isObject, type JsonObject, listOf, parseJson } from './json-value.ts';
import { KeptText } from './kept-text.ts';
import type { AnswerStream, Received, WholeAnswer } from './protocol.ts';
import { failureInResponse } from './response-failure.ts';
import { ItemSoFar, isText, textsOfItem } from './response-items.ts';
import { PieceRestorer, restoreWithin } from './response-restore.ts';
import { responseUsage } from './response-usage.ts';
import type { SseEvent } from './sse.ts';

const eventOf = (data: JsonObject): Buffer =>
  Buffer.from(`event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`);

const isError = (event: JsonObject): boolean =>
  event.type === 'error' || (event.type === undefined && isObject(event.error));

/** They repeat all of the request's settings, which may be long, and say nothing of an answer. */
const ANNOUNCEMENTS = new Set(['response.created', 'response.queued', 'response.in_progress']);

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** A streamed response on its way through. */
export class ResponseStream extends EventStream implements AnswerStream {
  contentSeen = false;
  done = false;
  usage: Usage | null = null;
  /** The number of the last event that was passed on: they rise, also where events were added. */
  lastNumber = -1;
  readonly #placeholders: Placeholders | null;
  readonly #restorer: PieceRestorer | null;
  readonly #items = new Map<number, ItemSoFar>();
  readonly #kept = new KeptText();
  /** How much text of each item was counted. */
  readonly #counted = new Map<number, { characters: number; bytes: number }>();
  #announced: Buffer[] = [];
  #end: { readonly status: unknown; readonly incomplete_details: unknown } | null = null;

  constructor(placeholders: Placeholders | null) {
    super();
    this.#placeholders = placeholders;
    this.#restorer = placeholders && new PieceRestorer(placeholders);
  }

  get complete(): boolean {
    return this.error === null && this.done;
  }

  get receivedBytes(): number {
    return this.received.bytes;
  }

  get received(): Received {
    let [characters, bytes] = [0, 0];
    for (const counted of this.#counted.values()) {
      characters += counted.characters;
      bytes += counted.bytes;
    }
    return { characters, bytes };
  }

  assembledAnswer(): string {
    return JSON.stringify({ output: this.#output(), ...this.#end });
  }

  texts(): readonly string[] {
    return this.#output().flatMap(textsOfItem);
  }

  #output(): JsonObject[] {
    return [...this.#items].sort(([a], [b]) => a - b).map(([, item]) => item.toJson());
  }

  protected override isWhole(data: string): boolean {
    return parseJson(data) !== undefined;
  }

  protected override take({ raw, data }: SseEvent): void {
    if (data === null || data === '[DONE]') {
      this.emit(raw);
      return;
    }
    const event = parseJson(data);
    if (!isObject(event)) {
      this.fail(new UpstreamError('bad_answer', 'an event of the stream is not a JSON object', { billed: 'maybe' }));
    } else if (isError(event)) this.fail(failureInResponse(event));
    else this.#event(event, raw);
  }

  #event(event: JsonObject, raw: Buffer): void {
    const type = String(event.type);
    const response: JsonObject = isObject(event.response) ? event.response : {};
    const index = numberOf(event.output_index);
    this.usage = responseUsage(response.usage) ?? this.usage;
    if (type === 'response.failed') {
      this.fail(failureInResponse(response));
      return;
    }
    for (const piece of this.#restorer?.ending(event) ?? []) this.#add(piece);
    if (type.endsWith('.delta') && typeof event.delta === 'string') {
      this.#piece(type.slice(0, -'.delta'.length), index, event, event.delta, raw);
      return;
    }
    if (type === 'response.output_item.added' && isObject(event.item)) this.#begun(index, event.item);
    else if (type === 'response.output_item.done' && isObject(event.item)) this.#whole(index, event.item);
    else if (type === 'response.completed' || type === 'response.incomplete') {
      for (const [i, item] of listOf(response.output).entries()) if (isObject(item)) this.#whole(i, item);
      this.#end = { status: response.status, incomplete_details: response.incomplete_details };
      this.done = true;
      this.withhold();
    }
    const restored = this.#placeholders ? restoreWithin(event, this.#placeholders) : event;
    this.#send(event, isObject(restored) ? restored : event, raw);
  }

  #begun(index: number, item: JsonObject): void {
    this.#items.set(index, new ItemSoFar(item, this.#kept));
    // A call says something by its name alone; a message or a thought does by its text.
    if (item.type !== 'message' && item.type !== 'reasoning') this.contentSeen = true;
  }

  #whole(index: number, item: JsonObject): void {
    const so = this.#items.get(index) ?? new ItemSoFar(item, this.#kept);
    so.replace(item);
    this.#items.set(index, so);
    const texts = textsOfItem(item);
    if (texts.length > 0) this.contentSeen = true;
    // Where more has come than its pieces said, or no pieces at all.
    const text = texts.join('');
    const counted = this.#countedOf(index);
    counted.characters = Math.max(counted.characters, text.length);
    counted.bytes = Math.max(counted.bytes, utf8Bytes(text));
  }

  #piece(kind: string, index: number, event: JsonObject, delta: string, raw: Buffer): void {
    if (delta !== '') this.contentSeen = true;
    if (!isText(kind)) {
      this.#send(event, event, raw);
      return;
    }
    this.#items.get(index)?.add(kind, numberOf(event.content_index ?? event.summary_index), delta);
    const counted = this.#countedOf(index);
    counted.characters += delta.length;
    counted.bytes += utf8Bytes(delta);
    this.#send(event, this.#restorer?.piece(kind, event, delta) ?? event, raw);
  }

  #countedOf(index: number): { characters: number; bytes: number } {
    let counted = this.#counted.get(index);
    if (!counted) {
      counted = { characters: 0, bytes: 0 };
      this.#counted.set(index, counted);
    }
    return counted;
  }

  /** Sends an event that the upstream has not sent. */
  #add(event: JsonObject): void {
    this.altered();
    this.emit(eventOf(this.#numbered(event)));
  }

  /** Sends an event as it came, or what it has become. */
  #send(event: JsonObject, restored: JsonObject, raw: Buffer): void {
    const numbered = this.#numbered(restored);
    const same = numbered === event;
    const bytes = same ? raw : eventOf(numbered);
    if (!same) this.altered();
    if (ANNOUNCEMENTS.has(String(event.type)) && !this.contentSeen) {
      // Until there is more, another model may still take over.
      this.altered();
      this.#announced.push(bytes);
      return;
    }
    if (this.#announced.length > 0) {
      this.altered();
      for (const announced of this.#announced.splice(0)) this.emit(announced);
    }
    this.emit(bytes);
  }

  #numbered(event: JsonObject): JsonObject {
    const number = event.sequence_number;
    if (typeof number !== 'number') return event;
    this.lastNumber = Math.max(number, this.lastNumber + 1);
    return this.lastNumber === number ? event : { ...event, sequence_number: this.lastNumber };
  }
}

/** Reads a response that came in one piece. Throws UpstreamError for what is none, and for one that has failed. */
export function readWholeResponse(bytes: Buffer, placeholders: Placeholders | null): WholeAnswer {
  const answer = parseJson(bytes.toString('utf8'));
  const wrong = (why: string) => new UpstreamError('bad_answer', why, { billed: 'maybe' });
  if (!isObject(answer)) throw wrong('it is not a JSON object');
  if (isObject(answer.error) || answer.status === 'failed') throw failureInResponse(answer);
  if (!Array.isArray(answer.output)) throw wrong('it has no output');
  const { status } = answer;
  if (status === 'queued' || status === 'in_progress' || status === 'cancelled') throw wrong(`it is ${status}`);
  const output = listOf(answer.output).filter(isObject);
  const texts = output.flatMap(textsOfItem);
  let [characters, size] = [0, 0];
  for (const one of texts) {
    characters += one.length;
    size += utf8Bytes(one);
  }
  const restored = placeholders ? restoreWithin(answer, placeholders) : answer;
  return {
    bytes: restored === answer ? bytes : Buffer.from(JSON.stringify(restored)),
    usage: responseUsage(answer.usage),
    text: JSON.stringify({ output, status, incomplete_details: answer.incomplete_details ?? null }),
    received: { characters, bytes: size },
    texts: () => texts,
  };
}
