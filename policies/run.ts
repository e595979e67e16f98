import type { FactValue } from './facts.ts';
import type { AllowedModels } from './key-limits.ts';
import type { Tokenizer } from './model.ts';
import type { Protection } from './protection.ts';
import type { RequestView, Tag } from './request.ts';
import type { Complexity } from './text/complexity.ts';
import type { Placeholders } from './text/placeholders.ts';
import type { CountedInput } from './token-count.ts';

/** Where facts come from: the live request, or what a record remembers of one. */
export interface FactSource {
  /** The value of a catalogued fact; null where the request has none. */
  read(fact: string, run: Run): FactValue;
  /**
   * Whether a condition on a text fact held. A live source computes it; a record answers from what it stored, since it
   * keeps no text.
   */
  truth(leaf: string, run: Run, compute: () => boolean): boolean;
}

/** What a step read and found, kept in the trace so that the decision can be explained and replayed. */
export interface StepNotes {
  facts?: Record<string, FactValue>;
  truths?: Record<string, boolean>;
}

/** Parameters that a node can set on the request; names are those of the chat protocol. */
export interface ParameterChanges {
  temperature?: number;
  top_p?: number;
  reasoning_effort?: 'minimal' | 'low' | 'medium' | 'high';
}

/**
 * One request on its way through a graph: what nodes read, and what they have changed so far. Nodes change it only
 * through these fields, and the wire applies them to the body that is sent.
 */
export class Run {
  /** The request as it stands now (after redaction, for instance). */
  view: RequestView;
  readonly tags: Map<string, Tag>;
  readonly source: FactSource;
  /** The one clock reading of the request, in milliseconds since 1970. */
  readonly now: number;
  /** Keys the hashes of redacted values; without one they are masked. */
  readonly secret: string;
  /** The models that the key of the request may use; null for all. */
  readonly allowedModels: AllowedModels | null;
  /** IANA zone in which time facts are read; set by the request node. */
  timeZone = 'UTC';
  /** Tokens that the answer may have; null until the client, a limit node or a budget has said. */
  outputLimit: number | null;
  /** True when `outputLimit` is not what the client sent, so that it has to be written into the body. */
  outputLimitChanged = false;
  textsChanged = false;
  readonly parameters: ParameterChanges = {};
  readonly instructions: string[] = [];
  toolsRemoved = false;
  complexity: Complexity | null = null;
  /** What tokenizers have counted of the input; null until one was asked. */
  counted: Map<Tokenizer, CountedInput> | null = null;
  placeholders: Placeholders | null = null;
  redactions: Record<string, number> = {};
  /** What has become of private data in the texts as they stand. */
  protection: Protection = 'not_looked_for';
  notes: StepNotes = {};
  readonly #provided = new Map<string, FactValue>();
  readonly #computed = new Map<string, FactValue>();

  constructor(input: {
    view: RequestView;
    tags: ReadonlyMap<string, Tag>;
    source: FactSource;
    now: number;
    /** Keys the hashes of redacted values. */
    secret?: string;
    /** Those that the key may use, where it is limited. */
    allowedModels?: AllowedModels | null;
  }) {
    this.view = input.view;
    this.tags = new Map(input.tags);
    this.source = input.source;
    this.now = input.now;
    this.secret = input.secret ?? '';
    this.allowedModels = input.allowedModels ?? null;
    this.outputLimit = input.view.maxOutputTokens;
  }

  /** Forgets what was computed from the request, since a node has changed it. */
  changed(): void {
    this.#computed.clear();
  }

  /** Sets a fact that a node provides (`complexity.level`), for the nodes after it. */
  provide(fact: string, value: FactValue): void {
    this.#provided.set(fact, value);
  }

  /** Reads a fact and notes it for the trace; text facts are not noted, so that no text reaches the record. */
  read(fact: string, isText: boolean): FactValue {
    let value = this.#provided.get(fact) ?? this.#computed.get(fact);
    if (value === undefined) {
      value = this.source.read(fact, this);
      this.#computed.set(fact, value);
    }
    if (!isText) {
      this.notes.facts ??= {};
      this.notes.facts[fact] = value;
    }
    return value;
  }

  /** The truth of a condition on a text fact, noted under `leaf`. */
  truth(leaf: string, compute: () => boolean): boolean {
    const held = this.source.truth(leaf, this, compute);
    this.notes.truths ??= {};
    this.notes.truths[leaf] = held;
    return held;
  }

  /** Takes the notes of the step that has just ended. */
  takeNotes(): StepNotes {
    const notes = this.notes;
    this.notes = {};
    return notes;
  }
}
