/** A whole gateway in this process: real stores, real sockets, and a sandbox whose models can be made to fail. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { readConfig } from '../../../server/config.ts';
import type { ShippedPolicy } from '../../../server/control/seed.ts';
import { shippedPolicies } from '../../../server/control/shipped.ts';
import { fixedSource } from '../../../server/providers/catalogue.ts';
import type { ConfiguredProvider } from '../../../server/providers/index.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { SANDBOX_MODELS, startSandbox } from '../../../server/providers/sandbox/sandbox.ts';
import { type RunningServer, startServer } from '../../../server/server.ts';

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
    join(dataDir, 'no pages'),
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
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
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
export function graphOf(nodes: Record<string, readonly [kind: string, settings: Record<string, unknown>]>, edges: readonly string[]): unknown {
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
  const made = await gateway.api<{ policy: { id: string }; draft: { revision: number } }>('POST', '/policies', { name, title: name, graph });
  await gateway.api('POST', `/policies/${made.policy.id}/publish`, { revision: made.draft.revision, reason: 'for a test' });
  return made.policy.id;
}
