import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import text from './fixtures/anthropic/text.fixture.json' with { type: 'json' };
import { assembled, completionOf, json, send, sse, startUpstream, stream } from './upstream.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(answer: (response: ServerResponse) => void) {
  const upstream = await startUpstream(answer);
  const provider = createAnthropic({ name: 'anthropic', baseUrl: upstream.baseUrl, apiKey: 'secret' });
  closing.push(
    () => provider.close(),
    () => upstream.close(),
  );
  return { upstream, provider };
}

describe('what Anthropic answers', () => {
  const refusalEnd = [
    {
      data: {
        type: 'message_delta',
        delta: { stop_reason: 'refusal', stop_details: { type: 'refusal', explanation: 'Not that.' } },
        usage: { output_tokens: 1 },
      },
    },
    { data: { type: 'message_stop' } },
  ];

  it('fails as refused when it was refused before it began, so that another model can take over', async () => {
    const whole = {
      ...text.whole,
      content: [],
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', explanation: 'Not that.' },
    };
    const expected = { failure: 'refused', message: 'Not that.', billed: 'maybe' };
    expect((await send((await start(json(200, whole))).provider)).error).toMatchObject(expected);
    const { provider } = await start(stream([...text.stream.slice(0, 1), ...refusalEnd]));
    const { head, error } = await send(provider, { stream: true });
    expect(head).toBeNull();
    expect(error).toMatchObject(expected);
  });

  it('says where it was refused in the middle', async () => {
    const whole = { ...text.whole, stop_reason: 'refusal' };
    expect(completionOf((await send((await start(json(200, whole))).provider)).text).choices[0]).toMatchObject({
      message: { content: 'Hello, wörld.', refusal: 'The model declined to answer.' },
      finish_reason: 'content_filter',
    });
    const { provider } = await start(stream([...text.stream.slice(0, -2), ...refusalEnd]));
    expect(assembled((await send(provider, { stream: true })).text)).toMatchObject({
      content: 'Hello, wörld.',
      refusal: 'Not that.',
      finishReasons: ['content_filter'],
      done: true,
    });
  });

  it('shows its reasoning and counts it', async () => {
    const thinking = [
      { data: { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } } },
      { data: { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } } },
      { data: { type: 'content_block_stop', index: 0 } },
    ];
    const end = {
      data: {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { output_tokens: 40, output_tokens_details: { thinking_tokens: 30 } },
      },
    };
    const { provider } = await start(
      stream([...text.stream.slice(0, 1), ...thinking, end, { data: { type: 'message_stop' } }]),
    );
    const { text: answer } = await send(provider, { stream: true });
    expect(answer).toContain('"reasoning_content":"Hm."');
    expect(answer).toContain('"completion_tokens":40');
    expect(answer).toContain('"reasoning_tokens":30');
  });

  it.each<[string, number, string, string, object]>([
    ['overloaded', 529, 'overloaded_error', 'Overloaded', { failure: 'server_error', billed: 'no' }],
    ['no permission', 403, 'permission_error', 'no', { failure: 'auth', billed: 'no' }],
    ['no credit', 400, 'invalid_request_error', 'Your credit balance is too low.', { failure: 'auth', billed: 'no' }],
    ['too large', 413, 'request_too_large', 'Request exceeds', { failure: 'context_too_long', billed: 'no' }],
    [
      'input and limit beyond the context',
      400,
      'invalid_request_error',
      'input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000',
      { failure: 'context_too_long', billed: 'no' },
    ],
    ['a proxy that gave up', 504, 'timeout_error', 'timeout', { failure: 'timeout', billed: 'maybe' }],
  ])('fails in our words: %s', async (_, status, type, message, expected) => {
    const { provider } = await start(json(status, { type: 'error', error: { type, message } }));
    expect((await send(provider)).error).toMatchObject({ ...expected, status, message });
  });

  it('fails without a head when the first event of a stream is an error', async () => {
    const { provider } = await start(
      stream([{ event: 'error', data: { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } } }]),
    );
    const { head, error } = await send(provider, { stream: true });
    expect(head).toBeNull();
    expect(error).toMatchObject({ failure: 'rate_limited', message: 'Slow down', billed: 'no' });
  });

  it('frees the connection that it leaves in mid-stream', async () => {
    let closed: Promise<unknown> | undefined;
    const { provider } = await start((response) => {
      closed = once(response, 'close');
      const failure = { data: { type: 'error', error: { type: 'api_error', message: 'Broken' } } };
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write(sse([...text.stream.slice(0, 4), failure]));
    });
    expect((await send(provider, { stream: true })).error?.message).toBe('Broken');
    await closed;
  });

  it('fails on garbage in mid-stream', async () => {
    const { provider } = await start(stream([...text.stream.slice(0, 4), { data: '{"type":"content_block' }]));
    const { text: answer, error } = await send(provider, { stream: true });
    expect(assembled(answer).done).toBe(false);
    expect(error).toMatchObject({ failure: 'bad_answer', billed: 'maybe' });
  });
});
