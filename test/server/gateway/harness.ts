/** A whole gateway in this process: real stores, real sockets, and a sandbox whose models can be made to fail. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { expect } from 'vitest';
import { readConfig } from '../../../server/config.ts';
import type { ShippedPolicy } from '../../../server/control/seed.ts';
import { shippedPolicies } from '../../../server/control/shipped.ts';
import { fixedSource, openSource } from '../../../server/providers/catalogue.ts';
import type { ConfiguredProvider } from '../../../server/providers/index.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { SANDBOX_MODELS, startSandbox } from '../../../server/providers/sandbox/sandbox.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { type RunningServer, startServer } from '../../../server/server.ts';
import { startUpstream, type Upstream } from '../providers/upstream.ts';

export const API_KEY = 'sb_test_key_0123456789abcdefghij';
export const ADMIN_TOKEN = 'admin_token_0123456789abcdefghij';

export interface TestGateway {
  readonly url: string;
  readonly running: RunningServer;
  readonly dataDir: string;
  /** Models of the sandbox that fail: `small` to `fault=503`. */
  readonly faults: Map<string, string>;
  /** The real SDK against this gateway, without retries of its own. */
  readonly openai: OpenAI;
  /** A raw chat completion; `body` is sent as it is when it is a string. */
  chat(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The control API with the admin token; rejects with the answer's text when it is not 2xx. */
  api<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  readonly environment?: Record<string, string>;
  readonly dataDir?: string;
  readonly policies?: readonly ShippedPolicy[];
  /** More providers, before the sandbox. */
  readonly providers?: readonly ConfiguredProvider[];
  /** Folder of built pages; none where it is not given. */
  readonly pages?: string;
}

export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'signalbox-')));
  const sandbox = await startSandbox();
  const provider = createOpenAiCompatible({ name: 'sandbox', baseUrl: sandbox.baseUrl, apiKey: null });
  const config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    EVALUATOR: 'library',
    SIGNALBOX_API_KEY: API_KEY,
    SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN,
    SIGNALBOX_ADMIN_PASSWORD: 'a password for tests',
    ...options.environment,
  });
  const running = await startServer(
    config,
    [...(options.providers ?? []), { provider, source: fixedSource('sandbox', SANDBOX_MODELS) }],
    options.policies ?? (await shippedPolicies()),
    options.pages ?? join(dataDir, 'no pages'),
  );
  const { url } = running;
  return {
    url,
    running,
    dataDir,
    faults: sandbox.faults,
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: API_KEY, maxRetries: 0 }),
    chat: (body, headers = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async api<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await fetch(`${url}/api${path}`, {
        method,
        headers: {
          authorization: `Bearer ${ADMIN_TOKEN}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    async stop() {
      await running.stop();
      await sandbox.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A graph from short notes: nodes as id → [kind, settings], edges as "node.port > node". */
export function graphOf(
  nodes: Record<string, readonly [kind: string, settings: Record<string, unknown>]>,
  edges: readonly string[],
): unknown {
  return {
    schema: 1,
    nodes: Object.entries(nodes).map(([id, [kind, settings]]) => ({ id, kind, title: id, settings })),
    edges: edges.map((edge) => {
      const [from = '', to = ''] = edge.split(' > ');
      const [node, port] = from.split('.');
      return { from: node, port, to };
    }),
  };
}

/** Makes and publishes a policy; a request reaches it as `policy/<name>`. */
export async function publish(gateway: TestGateway, name: string, graph: unknown): Promise<string> {
  const made = await gateway.api<{ policy: { id: string }; draft: { revision: number } }>('POST', '/policies', {
    name,
    title: name,
    graph,
  });
  await gateway.api('POST', `/policies/${made.policy.id}/publish`, {
    revision: made.draft.revision,
    reason: 'for a test',
  });
  return made.policy.id;
}

/** Makes a published policy the one of every project that has none of its own. */
export async function makeDefault(gateway: TestGateway, policy: string): Promise<void> {
  await gateway.api('PUT', '/organisation/default-policy', { policy, reason: 'for a test' });
}

/** Publishes a policy that sends every request to the model it asks for, and makes it the default. */
export async function passEverythingOn(gateway: TestGateway): Promise<string> {
  const graph = graphOf(
    { enter: ['request', {}], call: ['model', { model: 'asked', timeoutSeconds: 20, retries: 0 }] },
    ['enter.next > call'],
  );
  const policy = await publish(gateway, 'pass-on', graph);
  await makeDefault(gateway, policy);
  return policy;
}

/** Publishes another graph as the next version of a policy. */
export async function publishNext(gateway: TestGateway, policy: string, graph: unknown): Promise<void> {
  const { revision } = await gateway.api<{ revision: number }>('GET', `/policies/${policy}/draft`);
  const layout = { positions: {}, stickies: [] };
  const saved = await gateway.api<{ revision: number }>('PUT', `/policies/${policy}/draft`, {
    graph,
    layout,
    revision,
  });
  await gateway.api('POST', `/policies/${policy}/publish`, { revision: saved.revision, reason: 'for a test' });
}

/** Makes a key of the first project, or of another one, and gives its token and id. */
export async function makeKey(
  gateway: TestGateway,
  input: Record<string, unknown> = {},
): Promise<{ token: string; key: { id: string } }> {
  const { projects } = await gateway.api<{ projects: { id: string }[] }>('GET', '/projects');
  return gateway.api('POST', '/keys', { name: `key ${crypto.randomUUID()}`, project: projects[0]?.id, ...input });
}

/** The id that an answer carries in its head. */
export function idOf(answer: { readonly headers: Headers }): string {
  return answer.headers.get('x-signalbox-request-id') ?? '';
}

/** The record of a request, with what it sent and was answered. */
export async function recordOf(gateway: TestGateway, id: string): Promise<RequestRecord> {
  const [record, { content }] = await Promise.all([
    gateway.api<Omit<RequestRecord, 'content'>>('GET', `/records/${id}`),
    gateway.api<Pick<RequestRecord, 'content'>>('GET', `/records/${id}/content`),
  ]);
  return { ...record, content };
}

/** Waits until `check` no longer throws, and gives what it gave; fails with its last error after 15 seconds. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const until = performance.now() + 15_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** The newest record, once it is one that `fits`. */
export function newestRecord(gateway: TestGateway, fits: (record: RequestRecord) => boolean): Promise<RequestRecord> {
  return eventually(async () => {
    const { records } = await gateway.api<{ records: { id: string }[] }>('GET', '/records?limit=1');
    const record = await recordOf(gateway, records[0]?.id ?? '');
    expect(fits(record), 'the newest record is the one waited for').toBe(true);
    return record;
  });
}

/** Nothing is held, in flight or under way any more. */
export async function atRest(gateway: TestGateway): Promise<void> {
  await eventually(async () => {
    const { budgets } = await gateway.api<{ budgets: { use: { scope: string; held: number }[] }[] }>('GET', '/budgets');
    expect(budgets.flatMap(({ use }) => use).filter(({ held }) => held !== 0)).toEqual([]);
    expect(gateway.running.gateway.inFlight.bytes).toBe(0);
  });
}

/**
 * What has to hold after any number of requests: the gateway is at rest, both evaluators agree on every decision, and
 * every record that a policy decided is decided the same way again. Gives the number of records.
 */
export async function replayAll(gateway: TestGateway): Promise<number> {
  await atRest(gateway);
  expect(gateway.running.gateway.secondOpinion.disagreements).toEqual([]);
  let before = '';
  let count = 0;
  do {
    const page = await gateway.api<{ records: { id: string; policy: string | null }[]; next: string | null }>(
      'GET',
      `/records?limit=200${before}`,
    );
    for (const { id, policy } of page.records) {
      count += 1;
      if (policy === null) continue;
      const replayed = await gateway.api<{ result: string }>('POST', `/records/${id}/replay`, {});
      if (replayed.result !== 'same')
        expect({ ...replayed, record: await recordOf(gateway, id) }).toMatchObject({ result: 'same' });
    }
    before = page.next === null ? '' : `&before=${page.next}`;
  } while (before !== '');
  return count;
}

export interface GatewayWithUpstream extends TestGateway {
  /** The upstream that serves `up/one` and `up/two`; what it was sent, bodies as their own text. */
  readonly upstream: Upstream;
  /** What it does with a request, once the body has arrived; may be set anew by every test. */
  answer: (response: ServerResponse, request: IncomingMessage) => void;
  /** The last body that it was sent. */
  lastSent(): string;
}

/** A gateway before an upstream of the test's own, to which every request is passed on unless it names a policy. */
export async function startWithUpstream(options: Omit<GatewayOptions, 'providers'> = {}): Promise<GatewayWithUpstream> {
  const upstream = await startUpstream((response, request) => made.answer(response, request));
  const provider = createOpenAiCompatible({ name: 'up', baseUrl: upstream.baseUrl, apiKey: null });
  const source = openSource('up', ['one', 'two'], false);
  const gateway = await startGateway({ ...options, providers: [{ provider, source }] });
  const made: GatewayWithUpstream = {
    ...gateway,
    upstream,
    answer: (response) => response.destroy(),
    lastSent: () => upstream.requests.at(-1)?.body ?? '',
    async stop() {
      const stopped = gateway.stop();
      await upstream.close();
      await stopped;
    },
  };
  await passEverythingOn(made);
  return made;
}
