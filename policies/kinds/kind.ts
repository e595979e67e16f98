/** What a kind of node is made of. One folder a kind; forms, palette, checks, words and the API document come from it. */
import { z } from 'zod';
import type { Condition } from '../condition.ts';
import type { Outcome } from '../decision.ts';
import type { EffectName, EffectTable } from '../effects.ts';
import type { FactValue } from '../facts.ts';
import type { Run } from '../run.ts';
import { plainError } from './issues.ts';

export interface Port {
  readonly name: string;
  readonly label: string;
  /** What the app gets when nothing is connected here; a port without it has to lead somewhere. */
  readonly ifLoose?: string;
}

/** What a node answers: the port to leave by, the end of the way, or a question to the outside and what follows from it. */
export type Step =
  | { readonly port: string; readonly reason: string; readonly provides?: Readonly<Record<string, FactValue>> }
  | { readonly end: Outcome; readonly reason: string }
  | Asking;

export interface Asking {
  readonly need: EffectTable[EffectName]['need'];
  readonly then: (result: never) => Step;
}

/** Asks the outside; `then` gets the answer that belongs to the question. */
export function ask<N extends EffectName>(
  need: EffectTable[N]['need'] & { type: N },
  then: (result: EffectTable[N]['result']) => Step,
): Asking {
  return { need, then };
}

/** What a node learns of the rest of the graph when it is compiled. */
export interface CompileEnv {
  readonly node: string;
  /** Models that can be reached from one of this node's ports, "asked" included. */
  modelsFrom(port: string): readonly string[];
  /** Whether the policy of the request's project goes on where this one leaves to it. */
  readonly projectFollows: boolean;
}

export type Program = (run: Run) => Step;

/** A condition of a node, and where in its settings it stands. */
export interface ConditionUse {
  readonly field: string;
  readonly port: string;
  readonly condition: Condition;
}

/** A problem that a node can see in its own settings. */
export interface SettingsProblem {
  readonly field: string;
  readonly message: string;
  readonly fix: string;
}

/** One version of another policy, which never changes. */
export interface PinnedVersion {
  /** Id of the policy. */
  readonly policy: string;
  readonly version: number;
}

/** A node with settings that fit its kind's schema. */
export interface BoundNode {
  readonly ports: readonly Port[];
  /** What it does, in one sentence for people. */
  readonly sentence: string;
  readonly conditions?: readonly ConditionUse[];
  /** Models that it may call: ids, or "asked". */
  readonly models?: readonly string[];
  /** Models that get a copy and do not answer: ids, or "asked". */
  readonly shadows?: readonly string[];
  /** The version of another policy in which requests go on. */
  readonly continues?: PinnedVersion;
  /** Requests go on in the policy of their project. */
  readonly leavesToProject?: true;
  readonly budgets?: readonly string[];
  /** Names of the channels that it tells. */
  readonly channels?: readonly string[];
  /** What it counts apart by itself, such as `user` or `tags.feature`. */
  readonly scope?: readonly string[];
  readonly problems?: readonly SettingsProblem[];
  compile(env: CompileEnv): Program;
}

export type KindGroup = 'start' | 'decide' | 'protect' | 'spend' | 'answer';

/** Words and looks of a kind, for palette and help. */
export interface KindLooks {
  readonly title: string;
  /** Name of a Tabler icon. */
  readonly icon: string;
  readonly group: KindGroup;
  readonly summary: string;
}

export type Bound =
  | { readonly ok: true; readonly node: BoundNode }
  | { readonly ok: false; readonly error: z.ZodError };

export interface Kind extends KindLooks {
  readonly settings: z.ZodType;
  /** Settings of a node that was just put on the canvas. */
  readonly initial: unknown;
  /** Fits settings to the schema; the error says what does not fit. */
  bind(settings: unknown): Bound;
}

/** Puts a kind together from its schema and what a node with such settings does. */
export function defineKind<S extends z.ZodType>(
  looks: KindLooks,
  settings: S,
  initial: z.input<S>,
  node: (settings: z.output<S>) => BoundNode,
): Kind {
  return {
    ...looks,
    settings,
    initial,
    bind(value) {
      const parsed = settings.safeParse(value);
      return parsed.success ? { ok: true, node: node(parsed.data) } : { ok: false, error: plainError(parsed.error) };
    },
  };
}

/** How a form shows a field, where its type alone does not say. */
export interface FormHint {
  /**
   * `money` keeps nano-dollars, `duration` the unit named (else milliseconds), `percentage` a share from 0 to 1; the
   * `weight`s of a list add up to 100; a `name` is that of a port or a finding, one of its own for each entry of a list.
   */
  readonly widget?:
    | 'money'
    | 'duration'
    | 'percentage'
    | 'weight'
    | 'model'
    | 'budget'
    | 'channel'
    | 'policy'
    | 'version'
    | 'timezone'
    | 'condition'
    | 'pattern'
    | 'long text'
    | 'tag'
    | 'scope'
    | 'name';
  readonly unit?: string;
  /** What the values of a choice are called, where that is not the value itself. */
  readonly words?: Readonly<Record<string, string>>;
  /** What a field without a value means, such as “no warning”; for fields that can be left empty. */
  readonly empty?: string;
  /** What one entry of a list is called, such as “case”. */
  readonly entry?: string;
  /** The field beside it that is the other end of a range: both are set on one slider. */
  readonly upTo?: string;
  /** The field beside it that a name is made from as long as nobody has written another. */
  readonly madeFrom?: string;
  /** The field beside it that holds the policy whose version this is. */
  readonly versionOf?: string;
}

declare module 'zod' {
  interface GlobalMeta {
    form?: FormHint;
  }
}

/** Adds a title, help and a form hint to a field's schema; they reach Monaco and the API document too. */
export function field<S extends z.ZodType>(schema: S, title: string, help: string, form: FormHint = {}): S {
  return schema.meta({ title, description: help, form });
}

/** The name of a model as settings hold it: `provider/name`, or "asked" for the model that the request names. */
export const modelSetting = z
  .string()
  .min(1)
  .max(200)
  .meta({ form: { widget: 'model' } });
