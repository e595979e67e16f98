/** Answers of models of other vendors in OpenAI's responses. */
import { UpstreamError } from '../providers/provider.ts';
import type { GenerateResult, StreamPart } from '../providers/translate/sdk-types.ts';
import { documentUsage, ResponseDocument } from './response-document.ts';
import { type Asked, brokenOff, type PartWriter } from './translation.ts';

type Metadata = GenerateResult['providerMetadata'];

/** Why an answer stopped before its end; other reasons are those of a whole one. */
const INCOMPLETE: Partial<Record<GenerateResult['finishReason']['unified'], string>> = {
  length: 'max_output_tokens',
  'content-filter': 'content_filter',
};

/** What the vendor said of a refusal, as its adapter or its package hands it on; empty where it said nothing of one. */
function refusalIn(metadata: Metadata): string {
  const details = metadata?.anthropic?.stopDetails;
  const explanation =
    typeof details === 'object' && details !== null && !Array.isArray(details) ? details.explanation : undefined;
  const said = metadata?.signalbox?.refusal || explanation;
  return typeof said === 'string' ? said : '';
}

/** A refusal before anything was said is a failure, so that a policy can go on to another model. */
const refused = (why: string) =>
  new UpstreamError('refused', why || 'The model declined to answer.', { billed: 'maybe' });

const textPart = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });
const refusalPart = (refusal: string) => ({ type: 'refusal', refusal });

const messageItem = (id: string, status: string, content: readonly object[]) => ({
  id,
  type: 'message',
  status,
  role: 'assistant',
  content,
});
const thoughtItem = (id: string, text: string) => ({
  id,
  type: 'reasoning',
  summary: text === '' ? [] : [{ type: 'summary_text', text }],
});
const callItem = (id: string, status: string, call: { id: string; name: string; arguments: string }) => ({
  id,
  type: 'function_call',
  status,
  call_id: call.id,
  name: call.name,
  arguments: call.arguments,
});

/** A response in one piece. */
export function wholeResponse(result: GenerateResult, model: string, created: number, asked: Asked): Buffer {
  const document = new ResponseDocument(result.response?.modelId ?? model, created, asked, result.response?.id);
  const { unified, raw } = result.finishReason;
  if (raw === undefined) {
    throw new UpstreamError('bad_answer', 'the answer has no reason for its end', { billed: 'maybe' });
  }
  const output: object[] = [];
  let said = false;
  for (const part of result.content) {
    const at = output.length;
    if (part.type === 'text' && part.text !== '') {
      output.push(messageItem(document.itemId('msg', at), 'completed', [textPart(part.text)]));
    } else if (part.type === 'reasoning' && part.text !== '') {
      output.push(thoughtItem(document.itemId('rs', at), part.text));
    } else if (part.type === 'tool-call') {
      const call = { id: part.toolCallId, name: part.toolName, arguments: part.input || '{}' };
      output.push(callItem(document.itemId('fc', at), 'completed', call));
    }
    said ||= part.type !== 'reasoning' && output.length > at;
  }
  const refusal = refusalIn(result.providerMetadata);
  if (!said && (unified === 'content-filter' || refusal !== '')) throw refused(refusal);
  if (refusal !== '') {
    output.push(messageItem(document.itemId('msg', output.length), 'completed', [refusalPart(refusal)]));
  }
  const incomplete = INCOMPLETE[unified] ?? null;
  const status = incomplete === null ? 'completed' : 'incomplete';
  return Buffer.from(JSON.stringify(document.toJson(status, output, documentUsage(result.usage), incomplete)));
}

/** A text or a thought that is being written. */
interface Written {
  readonly kind: 'text' | 'reasoning' | 'refusal';
  /** The id of its parts in the stream. */
  readonly part: string;
  readonly index: number;
  readonly id: string;
  text: string;
}

/** A call that is being written. */
interface Called {
  readonly index: number;
  readonly item: string;
  readonly call: { readonly id: string; readonly name: string; arguments: string };
  open: boolean;
}

/** Turns the parts of one stream into the events of a response. */
export class ResponseEvents implements PartWriter {
  readonly #document: ResponseDocument;
  readonly #output: object[] = [];
  readonly #calls = new Map<string, Called>();
  #number = 0;
  #begun = false;
  #said = false;
  #finished = false;
  #written: Written | null = null;

  constructor(model: string, created: number, asked: Asked) {
    this.#document = new ResponseDocument(model, created, asked, String(created));
  }

  write(part: StreamPart): string {
    switch (part.type) {
      case 'response-metadata':
        this.#document.model = part.modelId ?? this.#document.model;
        return '';
      case 'text-delta':
        return this.#piece('text', part.id, part.delta);
      case 'reasoning-delta':
        return this.#piece('reasoning', part.id, part.delta);
      case 'text-end':
      case 'reasoning-end':
        return this.#written?.part === part.id ? this.#stop() : '';
      case 'tool-input-start':
        return this.#call(part.id, part.toolName);
      case 'tool-input-delta':
        return this.#arguments(part.id, part.delta);
      case 'tool-call':
        return this.#called(part);
      case 'finish':
        return this.#finish(part);
      case 'error':
        throw part.error;
      default:
        return '';
    }
  }

  end(): string {
    if (!this.#finished) throw brokenOff();
    return '';
  }

  #event(type: string, fields: object): string {
    const data = { type, sequence_number: this.#number++, ...fields };
    return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  #begin(): string {
    if (this.#begun) return '';
    this.#begun = true;
    const response = this.#document.toJson('in_progress', [], null);
    return this.#event('response.created', { response }) + this.#event('response.in_progress', { response });
  }

  /** A new item, of which `item` is its beginning. */
  #added(prefix: 'msg' | 'rs' | 'fc', item: (id: string) => object): { index: number; id: string; events: string } {
    const index = this.#output.length;
    const id = this.#document.itemId(prefix, index);
    const begun = this.#begin();
    this.#output.push(item(id));
    const added = this.#event('response.output_item.added', { output_index: index, item: item(id) });
    return { index, id, events: begun + added };
  }

  #done(index: number, item: object): string {
    this.#output[index] = item;
    return this.#event('response.output_item.done', { output_index: index, item });
  }

  #piece(kind: Written['kind'], part: string, delta: string): string {
    if (delta === '') return '';
    const same = this.#written?.kind === kind && this.#written.part === part;
    const begun = same ? '' : this.#stop() + this.#start(kind, part);
    const written = this.#written;
    if (!written) return begun;
    written.text += delta;
    this.#said ||= kind !== 'reasoning';
    const at = this.#placeOf(written);
    if (kind === 'reasoning') return begun + this.#event('response.reasoning_summary_text.delta', { ...at, delta });
    if (kind === 'refusal') return begun + this.#event('response.refusal.delta', { ...at, delta });
    return begun + this.#event('response.output_text.delta', { ...at, delta, logprobs: [] });
  }

  #placeOf({ kind, id, index }: Written): object {
    const place = kind === 'reasoning' ? { summary_index: 0 } : { content_index: 0 };
    return { item_id: id, output_index: index, ...place };
  }

  #start(kind: Written['kind'], part: string): string {
    const isThought = kind === 'reasoning';
    const { index, id, events } = this.#added(isThought ? 'rs' : 'msg', (id) =>
      isThought ? thoughtItem(id, '') : messageItem(id, 'in_progress', []),
    );
    this.#written = { kind, part, index, id, text: '' };
    const at = this.#placeOf(this.#written);
    if (isThought) {
      const begun = { ...at, part: { type: 'summary_text', text: '' } };
      return events + this.#event('response.reasoning_summary_part.added', begun);
    }
    const begun = { ...at, part: kind === 'refusal' ? refusalPart('') : textPart('') };
    return events + this.#event('response.content_part.added', begun);
  }

  /** Ends the text or thought that is being written. */
  #stop(status = 'completed'): string {
    const written = this.#written;
    if (!written) return '';
    this.#written = null;
    const { kind, index, id, text } = written;
    const at = this.#placeOf(written);
    if (kind === 'reasoning') {
      return (
        this.#event('response.reasoning_summary_text.done', { ...at, text }) +
        this.#event('response.reasoning_summary_part.done', { ...at, part: { type: 'summary_text', text } }) +
        this.#done(index, thoughtItem(id, text))
      );
    }
    const part = kind === 'refusal' ? refusalPart(text) : textPart(text);
    const done =
      kind === 'refusal'
        ? this.#event('response.refusal.done', { ...at, refusal: text })
        : this.#event('response.output_text.done', { ...at, text, logprobs: [] });
    return (
      done +
      this.#event('response.content_part.done', { ...at, part }) +
      this.#done(index, messageItem(id, status, [part]))
    );
  }

  #call(id: string, name: string): string {
    const stopped = this.#stop();
    const call = { id, name, arguments: '' };
    const { index, id: item, events } = this.#added('fc', (item) => callItem(item, 'in_progress', call));
    this.#calls.set(id, { index, item, call, open: true });
    this.#said = true;
    return stopped + events;
  }

  #arguments(id: string, delta: string): string {
    const called = this.#calls.get(id);
    if (!called || delta === '') return '';
    called.call.arguments += delta;
    const at = { item_id: called.item, output_index: called.index };
    return this.#event('response.function_call_arguments.delta', { ...at, delta });
  }

  /** Arguments that never came in pieces: a tool without parameters has "{}" only here. */
  #called({ toolCallId: id, toolName: name, input }: Extract<StreamPart, { type: 'tool-call' }>): string {
    const begun = this.#calls.has(id) ? '' : this.#call(id, name);
    const filled = this.#calls.get(id)?.call.arguments !== '';
    return begun + (filled ? '' : this.#arguments(id, input || '{}')) + this.#callEnded(id, 'completed');
  }

  #callEnded(id: string, status: string): string {
    const called = this.#calls.get(id);
    if (!called?.open) return '';
    called.open = false;
    const { item, index, call } = called;
    const done = { item_id: item, output_index: index, name: call.name, arguments: call.arguments };
    return this.#event('response.function_call_arguments.done', done) + this.#done(index, callItem(item, status, call));
  }

  #finish(part: Extract<StreamPart, { type: 'finish' }>): string {
    const { unified, raw } = part.finishReason;
    if (raw === undefined) throw brokenOff();
    const refusal = refusalIn(part.providerMetadata);
    if (!this.#said && (unified === 'content-filter' || refusal !== '')) throw refused(refusal);
    const incomplete = INCOMPLETE[unified] ?? null;
    const status = incomplete === null ? 'completed' : 'incomplete';
    let events = this.#begin() + this.#stop(status);
    for (const id of this.#calls.keys()) events += this.#callEnded(id, status);
    if (refusal !== '') events += this.#piece('refusal', 'refusal', refusal) + this.#stop();
    this.#finished = true;
    const response = this.#document.toJson(status, this.#output, documentUsage(part.usage), incomplete);
    return events + this.#event(`response.${status}`, { response });
  }
}
