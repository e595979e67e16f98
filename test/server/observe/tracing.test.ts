/** Spans as a collector gets them, over the real protocol. */
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT, run } from '../../program.ts';
import { API_KEY, type GatewayWithUpstream, graphOf, idOf, publish, startWithUpstream } from '../gateway/harness.ts';
import { startUpstream, type Upstream } from '../providers/upstream.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const SECRET = 'the secret word is heliotrope';

const valueSchema = z.object({
  stringValue: z.string().optional(),
  intValue: z.coerce.number().optional(),
  doubleValue: z.number().optional(),
});
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(z.object({ key: z.string(), value: valueSchema })) }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.number(),
              status: z.object({ code: z.number().optional() }),
              attributes: z.array(z.object({ key: z.string(), value: valueSchema })),
            }),
          ),
        }),
      ),
    }),
  ),
});
type Exported = z.infer<typeof exported>['resourceSpans'][number]['scopeSpans'][number]['spans'][number];
interface Span extends Omit<Exported, 'attributes'> {
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
}

/** Kinds as the protocol numbers them. */
const INTERNAL = 1;
const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;

let collector: Upstream;
let gateway: GatewayWithUpstream;
let spans: Span[];
let services: (string | number | undefined)[];
/** Ids of the requests of this test, by what they are for. */
const ids: Record<string, string> = {};
const upstreamTraces: (string | undefined)[] = [];

const attributesOf = (given: Exported['attributes']): Span['attributes'] =>
  Object.fromEntries(
    given.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.doubleValue] as const),
  );

async function ask(what: string, body: object, headers: Record<string, string> = {}): Promise<void> {
  const response = await gateway.chat({ messages: [{ role: 'user', content: SECRET }], ...body }, headers);
  ids[what] = idOf(response);
  await response.text();
}

beforeAll(async () => {
  collector = await startUpstream((response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  gateway = await startWithUpstream({
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${new URL(collector.baseUrl).origin}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=for-the-collector',
    },
  });
  gateway.answer = (response, request) => {
    upstreamTraces.push(String(request.headers.traceparent));
    response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'up_77' });
    response.end(
      JSON.stringify({
        choices: [{ index: 0, message: { role: 'assistant', content: SECRET }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 },
      }),
    );
  };
  await publish(
    gateway,
    'chain',
    graphOf(
      {
        enter: ['request', {}],
        hide: ['redact', { rules: [{ detect: 'email', action: 'mask' }] }],
        chain: ['fallback', { models: ['sandbox/small', 'up/one'] }],
      },
      ['enter.next > hide', 'hide.clean > chain', 'hide.found > chain'],
    ),
  );
  await ask('in a trace', { model: 'one' }, { traceparent: `00-${TRACE}-${CALLER}-01`, tracestate: 'vendor=1' });
  await ask('alone', { model: 'one' }, { traceparent: 'not a trace', tracestate: 'vendor=1' });
  gateway.faults.set('small', 'fault=503');
  await ask('over two models', { model: 'policy/chain' });
  gateway.faults.clear();
  await ask('as a stream', { model: 'sandbox/large', stream: true });
  await ask('refused', { model: 'nobody' });
  await publish(
    gateway,
    'copied',
    graphOf(
      {
        enter: ['request', {}],
        copy: ['shadow', { model: 'sandbox/large', share: 1 }],
        call: ['model', { model: 'up/one' }],
      },
      ['enter.next > copy', 'copy.next > call'],
    ),
  );
  await ask('with a copy', { model: 'policy/copied' });
  for (const [what, model] of [
    ['counted', 'one'],
    ['not counted', 'nobody'],
  ] as const) {
    const counted = await fetch(`${gateway.url}/v1/messages/count_tokens`, {
      method: 'POST',
      headers: { 'x-api-key': API_KEY, 'content-type': 'application/json', traceparent: `00-${TRACE}-${CALLER}-01` },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: SECRET }] }),
    });
    ids[what] = idOf(counted);
    await counted.text();
  }
  await ask('unsampled', { model: 'one' }, { traceparent: `00-${TRACE}-${CALLER}-00` });
  // What is left is delivered when the gateway stops.
  await gateway.stop();
  const delivered = collector.requests.map(({ body }) => exported.parse(JSON.parse(body)));
  const resources = delivered.flatMap(({ resourceSpans }) => resourceSpans);
  services = resources.map(({ resource }) => attributesOf(resource.attributes)['service.name']);
  spans = resources
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
    .map((span) => ({ ...span, attributes: attributesOf(span.attributes) }));
});
afterAll(() => collector.close());

/** The span of a request and those under it. */
function spansOf(what: string): { readonly request: Span; readonly children: readonly Span[] } {
  const found = spans.filter(({ attributes }) => attributes['signalbox.request_id'] === ids[what]);
  expect(found).toHaveLength(1);
  const [request] = found;
  if (!request) throw new Error('There is no span of this request.');
  return { request, children: spans.filter(({ parentSpanId }) => parentSpanId === request.spanId) };
}

describe('a request', () => {
  it('is a part of the trace that its client names, and its upstream a part of the call', () => {
    const { request, children } = spansOf('in a trace');
    expect(request).toMatchObject({
      traceId: TRACE,
      parentSpanId: CALLER,
      kind: SERVER,
      name: 'POST /v1/chat/completions',
      attributes: { 'http.response.status_code': 200, 'signalbox.status': 'ok', 'signalbox.policy': 'pass-on' },
    });
    expect(children).toHaveLength(1);
    expect(upstreamTraces[0]).toBe(`00-${TRACE}-${children[0]?.spanId}-01`);
    expect(gateway.upstream.requests[0]?.head.headers.tracestate).toBe('vendor=1');
  });

  it('whose client names none, or one that is none, begins its own', () => {
    const { request, children } = spansOf('alone');
    expect(request.parentSpanId ?? '').toBe('');
    expect(request.traceId).not.toBe(TRACE);
    expect(upstreamTraces[1]).toBe(`00-${request.traceId}-${children[0]?.spanId}-01`);
    expect(gateway.upstream.requests[1]?.head.headers.tracestate).toBeUndefined();
  });

  it('has a span for each call, with the model, its tokens and what went wrong', () => {
    const { children } = spansOf('over two models');
    const calls = children.filter(({ kind }) => kind === CLIENT);
    expect(calls.map(({ name }) => name)).toEqual(['chat sandbox/small', 'chat up/one']);
    expect(calls[0]).toMatchObject({
      status: { code: ERROR },
      attributes: { 'error.type': 'server_error', 'http.response.status_code': 503, 'signalbox.node': 'chain' },
    });
    expect(calls[1]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'up',
      'gen_ai.request.model': 'one',
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 5,
      'signalbox.upstream_request_id': 'up_77',
    });
  });

  it('has a span for each other node that asks something of the outside', () => {
    const others = spansOf('over two models').children.filter(({ kind }) => kind === INTERNAL);
    expect(others).toMatchObject([
      { name: 'policy redact', attributes: { 'signalbox.node': 'hide', 'signalbox.effect': 'redact' } },
    ]);
  });

  it('for a stream has the tokens that come at its end', () => {
    const { children } = spansOf('as a stream');
    expect(Number(children[0]?.attributes['gen_ai.usage.output_tokens'])).toBeGreaterThan(0);
    expect(Number(children[0]?.attributes['signalbox.cost_usd'])).toBeGreaterThan(0);
  });

  it('that is refused says with which code, and is no error of the gateway', () => {
    expect(spansOf('refused').request).toMatchObject({
      status: {},
      attributes: { 'error.type': 'unknown_model', 'http.response.status_code': 404 },
    });
  });

  it('has a span for its copy, which may be there later than the answer', () => {
    const { request, children } = spansOf('with a copy');
    const copy = children.find(({ attributes }) => attributes['signalbox.effect'] === 'copy');
    expect(copy).toMatchObject({
      traceId: request.traceId,
      kind: CLIENT,
      name: 'chat sandbox/large',
      attributes: { 'gen_ai.provider.name': 'sandbox', 'gen_ai.request.model': 'large', 'signalbox.node': 'copy' },
    });
    expect(copy?.attributes['gen_ai.usage.input_tokens']).toBeGreaterThan(0);
    expect(copy?.status.code).not.toBe(ERROR);
  });

  it('for a count of tokens has a span of its own, in the trace of its client', () => {
    const name = 'POST /v1/messages/count_tokens';
    expect(spansOf('counted').request).toMatchObject({
      name,
      traceId: TRACE,
      parentSpanId: CALLER,
      kind: SERVER,
      attributes: { 'http.response.status_code': 200 },
    });
    expect(spansOf('not counted').request).toMatchObject({
      name,
      attributes: { 'http.response.status_code': 404, 'error.type': 'unknown_model' },
    });
  });

  it('that its client does not want traced is not, and its upstream is told so', () => {
    expect(spans.filter(({ attributes }) => attributes['signalbox.request_id'] === ids.unsampled)).toEqual([]);
    expect(upstreamTraces.at(-1)).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
  });
});

it('never sends text, and sends the headers that the collector wants', () => {
  expect(collector.requests.map(({ body }) => body).join('\n')).not.toMatch(/heliotrope/i);
  expect(collector.requests[0]?.head).toMatchObject({
    url: '/v1/traces',
    headers: { 'x-api-key': 'for-the-collector', 'content-type': 'application/json' },
  });
  expect(new Set(services)).toEqual(new Set(['signalbox']));
});

it('loads nothing of it where no collector is set', async () => {
  const script = `
    import { createRequire } from 'node:module';
    await import('./server/server.ts');
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('@opentelemetry/sdk') || file.includes('@opentelemetry/exporter'));
    console.log('before', loaded().length);
    await import('./server/observe/tracing.ts');
    console.log('after', loaded().length > 0);
  `;
  const program = run(
    process.execPath,
    ['--import', createRequire(import.meta.url).resolve('tsx'), '--input-type=module', '-e', script],
    {
      cwd: ROOT,
    },
  );
  await program.ended;
  expect(program.said()).toBe('before 0\nafter true\n');
});
