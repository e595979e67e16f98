/** What a route of the control API is: one definition, from which Express and the API document are both made. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Permission } from '../../policies/access/permissions.ts';
import type { Model, ModelLookup } from '../../policies/model.ts';
import type { Caller } from '../access/caller.ts';
import type { Sessions } from '../access/sessions.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Audit } from '../audit/audit.ts';
import { type ErrorCode, SignalboxError } from '../errors.ts';
import type { RecordExports } from '../export/exports.ts';
import type { UpstreamState } from '../gateway/upstreams.ts';
import type { BudgetCounters } from '../money/counters.ts';
import type { AcceptedList, PriceAt } from '../money/prices.ts';
import type { ContentSeals } from '../records/content-sealing.ts';
import type { RecordStore } from '../records/record.ts';
import type { Retention } from '../records/retention.ts';
import type { Scans } from '../usage/scans.ts';
import type { UsageStores } from '../usage/stores.ts';
import type { Summing } from '../usage/summing.ts';
import type { LiveWatchers } from '../usage-live/watchers.ts';
import type { ChannelTools } from './channels.ts';
import type { Control } from './control.ts';
import { parseInput } from './input.ts';
import type { PlacedParam } from './placed.ts';
import type { ShippedList } from './price-list.ts';
import type { SignInTools } from './sign-in-tools.ts';
import type { BudgetEntry } from './snapshot.ts';

/** What one scope of a budget has used of its open window, in the budget's unit. */
export interface BudgetUse {
  /** The scope's value, such as `team=search`; empty for the whole organisation. */
  readonly scope: string;
  readonly spent: number;
  readonly held: number;
  /** Milliseconds since 1970; null for a budget that never resets. */
  readonly resetsAt: number | null;
  /** What was added to the limit for this window only; not there where nothing was. */
  readonly toppedUp?: number;
}

/** What the control API needs of the rest of the gateway. */
export interface ControlDeps {
  readonly records: RecordStore;
  /** Opens what was said. */
  readonly contents: Pick<ContentSeals, 'open'>;
  /** Deletes what is not to be kept. */
  readonly retention: Retention;
  /** The models of the configured providers, at the organisation's prices of now; or as they were with another price list. */
  readonly models: (
    organisation: string,
    list?: AcceptedList,
  ) => {
    readonly models: readonly Model[];
    readonly lookup: ModelLookup;
    readonly aliases: ReadonlyMap<string, string>;
    readonly priceAt: PriceAt;
  };
  /** How the models of an organisation that were called are doing, by their ids. */
  readonly modelStates: (organisation: string) => ReadonlyMap<string, UpstreamState>;
  /** The price list that comes with the program. */
  readonly shippedList: ShippedList;
  /** Names of the providers that the environment sets up, which stand before the slash in the ids of their models. */
  readonly providers: readonly string[];
  /** What each scope of a budget has used of the window that is open now. */
  readonly budgetUse: (budget: BudgetEntry) => readonly BudgetUse[];
  /** What is spent and held now: top-ups and resets act on it at once. */
  readonly counters: BudgetCounters;
  /** What usage is answered from, and who reads many records for it. */
  readonly usage: { readonly stores: UsageStores; readonly summing: Summing; readonly scans: Scans };
  /** Makes files of many records. */
  readonly exports: RecordExports;
  /** What makes the past provable. */
  readonly audit: Audit;
  /** Those who watch the traffic as it goes through. */
  readonly watchers: LiveWatchers;
  /** How people are let in, and told of it. */
  readonly signIn: SignInTools;
  /** What channels are made with. */
  readonly channels: ChannelTools;
  /** Sends what waits, tests, and tells what becomes of approvals. */
  readonly alerts: Pick<Alerts, 'wake' | 'delivery' | 'approvals'>;
  /** The name under which this gateway writes its records. */
  readonly gateway: string;
  /** Lets programs in with `Authorization: Bearer`; null for nobody. */
  readonly adminToken: string | null;
  /** Reads and keeps the sessions of people. */
  readonly sessions: Sessions['handle'];
  /** Told of every error that is no fault of the caller; the caller learns nothing of it. */
  readonly reportFault: (error: unknown) => void;
}

export interface RouteContext {
  readonly control: Control;
  readonly deps: ControlDeps;
  /** Who asks; on a route for anyone it is nobody. */
  readonly actor: Caller;
  readonly request: Request;
}

interface Parts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

interface RouteWords {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With parameters in braces: `/policies/{policy}`. */
  readonly path: `/${string}`;
  /** The part of the API document in which it stands. */
  readonly tag: string;
  readonly summary: string;
  readonly status: 200 | 201 | 204;
  /** Errors besides those that every route has. */
  readonly errors?: readonly ErrorCode[];
  /** What somebody has to be allowed to do; `signed in` for one's own account, `anyone` for what needs no sign-in. */
  readonly may: Permission | 'signed in' | 'anyone';
  /**
   * What lets callers in who may do it in some places only: the parameter of the path that names what has to be there, or
   * `handler` where the handler sees to it that they reach nothing else. Without it, only those who may do it in the whole
   * organisation are let in.
   */
  readonly placed?: PlacedParam | 'handler';
  /** True where attempts are counted and limited. */
  readonly limited?: true;
  /** True where a whole policy is sent, which may be larger than other bodies; `file` for the file of another program. */
  readonly large?: true | 'file';
  /** True where events are sent for as long as the client listens: see `defineStream`; `lines` for lines of JSON. */
  readonly streams?: true | 'lines';
  /** True where a file is answered and not JSON: its handler gives an `AnsweredFile`; `csv` where `format=csv` asks for one. */
  readonly file?: true | 'csv';
}

/** What a route that answers a file gives. */
export const answeredFileSchema = z.object({
  name: z.string(),
  /** Its media type. */
  type: z.string(),
  text: z.string(),
  /** SHA-256 of its bytes in hexadecimal; it goes along as the header `x-signalbox-sha256`. */
  digest: z.string(),
});

export interface Route extends RouteWords {
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** Null where no body is read. */
  readonly body: z.ZodType | null;
  /** Null where nothing is answered; of a stream, each of its events. */
  readonly response: z.ZodType | null;
  /**
   * Reads the parts of a request strictly, does the work, and gives the answer as the schema has it. Only a stream writes
   * to the response itself.
   */
  run(parts: Parts, context: RouteContext, response: Response): Promise<unknown>;
}

const nothing = z.strictObject({});
const noBody = z.undefined();

interface RouteSpec<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R extends z.ZodType>
  extends RouteWords {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response?: R;
  handle(
    input: { readonly params: z.output<P>; readonly query: z.output<Q>; readonly body: z.output<B> },
    context: RouteContext,
  ): Promise<z.input<R>> | z.input<R>;
}

function readBody<B extends z.ZodType>(schema: B, body: unknown): z.output<B> {
  if (body === undefined) {
    throw new SignalboxError('invalid_input', { why: 'Send a JSON object with the content type application/json' });
  }
  return parseInput(schema, body);
}

/** Puts a route together; its handler gets what its schemas give, and must answer what its schema takes. */
export function defineRoute<
  P extends z.ZodObject = typeof nothing,
  Q extends z.ZodObject = typeof nothing,
  B extends z.ZodType = typeof noBody,
  R extends z.ZodType = typeof noBody,
>(spec: RouteSpec<P, Q, B, R>): Route {
  const { params, query, body, response, handle, ...words } = spec;
  return {
    ...words,
    params: params ?? nothing,
    query: query ?? nothing,
    body: body ?? null,
    response: response ?? null,
    async run(parts, context) {
      // Where no schema was given, its type parameter is that of the stand-in: the casts say no more than that.
      const input = {
        params: parseInput((params ?? nothing) as P, parts.params),
        query: parseInput((query ?? nothing) as Q, parts.query),
        body: (body === undefined ? undefined : readBody(body, parts.body)) as z.output<B>,
      };
      const answer = await handle(input, context);
      return response === undefined ? undefined : response.parse(answer);
    },
  };
}

interface StreamSpec extends Omit<RouteWords, 'method' | 'status' | 'streams'> {
  /** What each event carries as JSON. */
  readonly event: z.ZodType;
  /** Takes the response over and begins to send; what it throws is answered as by any other route. */
  begin(context: RouteContext, response: Response): void;
}

/** A route that answers server-sent events (`text/event-stream`) to a GET, until one of the two sides ends it. */
export function defineStream({ event, begin, ...words }: StreamSpec): Route {
  return {
    ...words,
    method: 'get',
    status: 200,
    streams: true,
    params: nothing,
    query: nothing,
    body: null,
    response: event,
    async run(parts, context, response) {
      parseInput(nothing, parts.params);
      parseInput(nothing, parts.query);
      begin(context, response);
    },
  };
}
