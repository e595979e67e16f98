/** The control API of a running Signalbox, as far as files of policies need it. */
import { z } from 'zod';
import { graphSchema, layoutSchema } from '../../policies/graph.ts';
import { policyTestsSchema } from '../../policies/policy-test.ts';

const ANSWER_MS = 60_000;

/** There is no server at the address, or it did not answer. */
export class Unreachable extends Error {}

/** The server has refused something; the message is its own sentence. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface ServerApi {
  readonly url: string;
  /** Sends a request and reads its answer; rejects with Unreachable, Refused, or an Error for what is no Signalbox. */
  ask<S extends z.ZodType>(
    answer: S,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    path: string,
    body?: unknown,
  ): Promise<z.output<S>>;
}

const failure = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** Speaks to the server at `url` with its admin token. */
export function serverApi(url: string, token: string): ServerApi {
  const base = url.replace(/\/+$/, '');
  return {
    url: base,
    async ask(answer, method, path, body) {
      const { status, text } = await send(`${base}/api${path}`, method, token, body);
      const value = readJson(text);
      const refused = failure.safeParse(value);
      if (refused.success) throw new Refused(refused.data.error.code, refused.data.error.message);
      const parsed = answer.safeParse(value);
      if (status >= 200 && status < 300 && parsed.success) return parsed.data;
      throw new Error(
        `What answers at ${base} does not speak as this version of Signalbox does (status ${status} for ${path}). Check SIGNALBOX_URL, and that both are of the same version.`,
      );
    },
  };
}

async function send(
  address: string,
  method: string,
  token: string,
  body: unknown,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await fetch(address, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new Unreachable(
      `No Signalbox answers at ${new URL(address).origin} (${why}). Start it, or set SIGNALBOX_URL.`,
    );
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const contentFields = { graph: graphSchema, layout: layoutSchema, tests: policyTestsSchema };

const policiesAnswer = z.object({
  policies: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      title: z.string(),
      description: z.string(),
      liveVersion: z.int().nullable(),
      archived: z.boolean(),
      draft: z.object({ differs: z.boolean() }),
    }),
  ),
});
export type ServerPolicy = z.output<typeof policiesAnswer>['policies'][number];

const draftAnswer = z.object({ ...contentFields, revision: z.int() });
export type ServerDraft = z.output<typeof draftAnswer>;
const versionAnswer = z.object({ ...contentFields, number: z.int() });
export type ServerVersion = z.output<typeof versionAnswer>;

/** All policies, by name. */
export async function policiesOf(api: ServerApi): Promise<readonly ServerPolicy[]> {
  return (await api.ask(policiesAnswer, 'GET', '/policies')).policies;
}

export function draftOf(api: ServerApi, policy: string): Promise<ServerDraft> {
  return api.ask(draftAnswer, 'GET', `/policies/${policy}/draft`);
}

export function versionOf(api: ServerApi, policy: string, number: number): Promise<ServerVersion> {
  return api.ask(versionAnswer, 'GET', `/policies/${policy}/versions/${number}`);
}

/** Ids of budgets by name, and their names by id. */
export async function budgetNamesOf(
  api: ServerApi,
): Promise<{ readonly ids: ReadonlyMap<string, string>; readonly names: ReadonlyMap<string, string> }> {
  const answer = z.object({ budgets: z.array(z.object({ budget: z.object({ id: z.string(), name: z.string() }) })) });
  const { budgets } = await api.ask(answer, 'GET', '/budgets');
  return {
    ids: new Map(budgets.map(({ budget }) => [budget.name, budget.id])),
    names: new Map(budgets.map(({ budget }) => [budget.id, budget.name])),
  };
}
