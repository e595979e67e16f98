/** Reads what an upstream answers in Anthropic's messages protocol, on its way to the client. */
import type { Usage } from '../../policies/request.ts';
import type { Placeholders } from '../../policies/text/placeholders.ts';
import { utf8Bytes } from '../../policies/text-size.ts';
import { UpstreamError } from '../providers/provider.ts';
import { EventStream } from './event-stream.ts';
import { isObject, type JsonObject, listOf, parseJson } from './json-value.ts';
import { KeptText } from './kept-text.ts';
import { assembledBlocks, type BlockSoFar, beginBlock, writtenTexts } from './message-blocks.ts';
import { messageFailureWithin } from './message-failure.ts';
import { BlockRestorer, restoreBlocks } from './message-restore.ts';
import { messageUsage } from './message-usage.ts';
import type { AnswerStream, Received, WholeAnswer } from './protocol.ts';
import type { SseEvent } from './sse.ts';

const eventOf = (data: JsonObject): Buffer =>
  Buffer.from(`event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`);

/** A streamed message on its way through. */
export class MessageStream extends EventStream implements AnswerStream {
  contentSeen = false;
  done = false;
  usage: Usage | null = null;
  readonly #placeholders: Placeholders | null;
  readonly #restorers = new Map<number, BlockRestorer>();
  readonly #blocks = new Map<number, BlockSoFar>();
  readonly #kept = new KeptText();
  /** What the beginning has reported; the end reports the rest, and sometimes all of it again. */
  #reported: JsonObject = {};
  #stopReason: string | null = null;
  #characters = 0;
  #bytes = 0;

  constructor(placeholders: Placeholders | null) {
    super();
    this.#placeholders = placeholders;
  }

  get complete(): boolean {
    return this.error === null && (this.#stopReason !== null || this.done);
  }

  get receivedBytes(): number {
    return this.#bytes;
  }

  get received(): Received {
    return { characters: this.#characters, bytes: this.#bytes };
  }

  assembledAnswer(): string {
    return JSON.stringify({ content: assembledBlocks(this.#blocks), stop_reason: this.#stopReason });
  }

  texts(): readonly string[] {
    return [...this.#blocks.values()].map(({ text }) => text).filter((text) => text !== '');
  }

  protected override isWhole(data: string): boolean {
    return parseJson(data) !== undefined;
  }

  protected override take({ raw, data }: SseEvent): void {
    if (data === null) {
      this.emit(raw);
      return;
    }
    const event = parseJson(data);
    if (!isObject(event)) {
      this.fail(new UpstreamError('bad_answer', 'an event of the stream is not a JSON object', { billed: 'maybe' }));
    } else if (event.type === 'error') this.fail(messageFailureWithin(event));
    else this.#event(event, raw);
  }

  #event(event: JsonObject, raw: Buffer): void {
    const index = typeof event.index === 'number' ? event.index : 0;
    switch (event.type) {
      case 'message_start':
        if (isObject(event.message) && isObject(event.message.usage)) this.#reported = event.message.usage;
        break;
      case 'content_block_start':
        if (isObject(event.content_block)) {
          this.#begin(index, event, event.content_block, raw);
          return;
        }
        break;
      case 'content_block_delta':
        if (isObject(event.delta)) {
          this.#delta(index, event, event.delta, raw);
          return;
        }
        break;
      case 'content_block_stop':
        this.#flush(index);
        break;
      case 'message_delta':
        this.#ending(event);
        break;
      case 'message_stop':
        this.done = true;
        this.withhold();
        break;
    }
    this.emit(raw);
  }

  #begin(index: number, event: JsonObject, block: JsonObject, raw: Buffer): void {
    const begun = beginBlock(block, this.#kept);
    this.#blocks.set(index, begun);
    // A call says something by its name alone.
    if (begun.text !== '' || (block.type !== 'text' && block.type !== 'thinking')) this.contentSeen = true;
    this.#count(begun.text);
    if (this.#placeholders && restoreBlocks([block], this.#placeholders)) {
      this.altered();
      this.emit(eventOf(event));
    } else this.emit(raw);
  }

  #delta(index: number, event: JsonObject, delta: JsonObject, raw: Buffer): void {
    const block = this.#blocks.get(index);
    const text = block?.add(delta) ?? '';
    if (text !== '') this.contentSeen = true;
    this.#count(text);
    if (!this.#placeholders) {
      this.emit(raw);
      return;
    }
    let restorer = this.#restorers.get(index);
    if (!restorer) {
      restorer = new BlockRestorer(this.#placeholders);
      this.#restorers.set(index, restorer);
    }
    if (restorer.apply(delta)) {
      this.altered();
      this.emit(eventOf(event));
    } else this.emit(raw);
  }

  /** Sends what a block still holds back, ahead of the event that ends it. */
  #flush(index: number): void {
    const delta = this.#restorers.get(index)?.flush();
    this.#restorers.delete(index);
    if (!delta) return;
    this.altered();
    this.emit(eventOf({ type: 'content_block_delta', index, delta }));
  }

  #ending(event: JsonObject): void {
    const later = Object.entries(isObject(event.usage) ? event.usage : {}).filter(([, value]) => value !== null);
    this.usage = messageUsage({ ...this.#reported, ...Object.fromEntries(later) }) ?? this.usage;
    const reason = isObject(event.delta) ? event.delta.stop_reason : null;
    if (typeof reason !== 'string') return;
    for (const index of [...this.#restorers.keys()]) this.#flush(index);
    this.#stopReason = reason;
    this.withhold();
  }

  #count(text: string): void {
    this.#characters += text.length;
    this.#bytes += utf8Bytes(text);
  }
}

/** Reads a message that came in one piece. Throws UpstreamError for what is none. */
export function readWholeMessage(bytes: Buffer, placeholders: Placeholders | null): WholeAnswer {
  const answer = parseJson(bytes.toString('utf8'));
  if (!isObject(answer)) throw new UpstreamError('bad_answer', 'it is not a JSON object', { billed: 'maybe' });
  if (answer.type === 'error') throw messageFailureWithin(answer);
  if (!Array.isArray(answer.content)) {
    throw new UpstreamError('bad_answer', 'it has no content', { billed: 'maybe' });
  }
  const blocks = listOf(answer.content).filter(isObject);
  const text = JSON.stringify({ content: blocks, stop_reason: answer.stop_reason ?? null });
  const texts = writtenTexts(blocks);
  let [characters, size] = [0, 0];
  for (const one of texts) {
    characters += one.length;
    size += utf8Bytes(one);
  }
  const restored = placeholders !== null && placeholders.size > 0 && restoreBlocks(blocks, placeholders);
  return {
    bytes: restored ? Buffer.from(JSON.stringify(answer)) : bytes,
    usage: messageUsage(answer.usage),
    text,
    received: { characters, bytes: size },
    texts: () => texts,
  };
}
