/** A gateway before models that behave as a test says, and a budget that pays for them. */
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { openSource } from '../../../server/providers/catalogue.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { startUpstream, type Upstream } from '../providers/upstream.ts';
import { graphOf, idOf, publish, recordOf, startGateway, type TestGateway } from './harness.ts';

export type Behaviour = (response: ServerResponse) => void;

export const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
export const delta = (fields: object, finish: string | null = null): string =>
  data({ id: 'c', choices: [{ index: 0, delta: fields, finish_reason: finish }] });
const usage = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 };

/** A good answer of a model, which says whose it is. */
export function answer(
  response: ServerResponse,
  model: string,
  stream: boolean,
  headers: Record<string, string> = {},
): void {
  if (stream) {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
    response.end(
      `${delta({ role: 'assistant' })}${delta({ content: `from ${model}` })}${delta({}, 'stop')}${data({ choices: [], usage })}data: [DONE]\n\n`,
    );
  } else {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(
      JSON.stringify({
        choices: [{ index: 0, message: { role: 'assistant', content: `from ${model}` }, finish_reason: 'stop' }],
        usage,
      }),
    );
  }
}

/** Refuses with a status. */
export const status =
  (code: number, headers: Record<string, string> = {}, message = 'no'): Behaviour =>
  (response) => {
    const body = JSON.stringify({ error: { message } });
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(body);
  };

export interface Answered {
  readonly response: Response;
  readonly text: string;
  readonly record: RequestRecord;
}

export interface BehavingModels {
  readonly gateway: TestGateway;
  readonly upstream: Upstream;
  /** What each of the models `a`, `b` and `c` does; others answer. */
  readonly behaviours: Map<string, Behaviour>;
  /** A dollar a month. */
  readonly budget: string;
  /** The models that were called, in their order. */
  called(): string[];
  /** Makes a policy of one node behind the budget; gives the name by which requests reach it. */
  policyOf(kind: 'fallback' | 'model', settings: Record<string, unknown>): Promise<string>;
  /** Asks a model or a policy, and waits for the record. */
  ask(model: string, body?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answered>;
  /** Forgets what was sent and how models behave, and what the gateway knows of them. */
  fresh(): void;
  stop(): Promise<void>;
}

/** Models `up/a`, `up/b` and `up/c`, a dollar for a million tokens, and `gone/m`, at which nobody listens. */
export async function startBehavingModels(): Promise<BehavingModels> {
  const behaviours = new Map<string, Behaviour>();
  const upstream = await startUpstream((response) => {
    const { model, stream } = JSON.parse(upstream.requests.at(-1)?.body ?? '{}');
    const behaviour = behaviours.get(model);
    if (behaviour) behaviour(response);
    else answer(response, model, stream === true);
  });
  // A port on which nobody listens any more.
  const closed = createServer();
  const port = await new Promise<number>((resolve) => {
    closed.listen(0, '127.0.0.1', () => {
      const address = closed.address();
      closed.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
  const gateway = await startGateway({
    providers: [
      {
        provider: createOpenAiCompatible({ name: 'up', baseUrl: upstream.baseUrl, apiKey: null }),
        source: openSource('up', ['a', 'b', 'c'], true),
      },
      {
        provider: createOpenAiCompatible({ name: 'gone', baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: null }),
        source: openSource('gone', ['m'], true),
      },
    ],
  });
  for (const model of ['up/a', 'up/b', 'up/c', 'gone/m']) {
    const rate = { aboveInputTokens: 0, input: 1e9, cachedInput: 1e9, cacheWrite: 1e9, output: 1e9 };
    await gateway.api('POST', '/prices', { model, price: [rate], reason: 'for a test' });
  }
  const { id: budget } = await gateway.api<{ id: string }>('POST', '/budgets', {
    name: 'Purse',
    scope: [],
    window: 'month',
    timeZone: 'UTC',
    unit: 'usd',
    limit: 1e9,
    owner: null,
    reason: 'for a test',
  });
  let policies = 0;
  return {
    gateway,
    upstream,
    behaviours,
    budget,
    called: () => upstream.requests.map(({ body }) => JSON.parse(body).model),
    async policyOf(kind, settings) {
      policies += 1;
      const name = `p${policies}`;
      const nodes = {
        enter: ['request', {}],
        pay: ['budget', { budget, warnAt: null, outputLimit: 100 }],
        call: [kind, settings],
      } as const;
      await publish(gateway, name, graphOf(nodes, ['enter.next > pay', 'pay.within > call']));
      return `policy/${name}`;
    },
    async ask(model, body = {}, headers = {}) {
      const response = await gateway.chat({ model, messages: [{ role: 'user', content: 'hello' }], ...body }, headers);
      const text = await response.text();
      return { response, text, record: await recordOf(gateway, idOf(response)) };
    },
    fresh() {
      upstream.requests.splice(0);
      behaviours.clear();
      for (const [, known] of gateway.running.gateway.upstreams.all()) known.forget('up');
    },
    async stop() {
      const stopped = gateway.stop();
      await upstream.close();
      await stopped;
    },
  };
}
