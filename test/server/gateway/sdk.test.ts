/** The openai package as apps use it, unchanged, against a gateway with the shipped policies. */
import OpenAI from 'openai';
import type { ChatCompletionTool } from 'openai/resources/chat/completions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  API_KEY,
  eventually,
  graphOf,
  idOf,
  makeKey,
  newestRecord,
  passEverythingOn,
  publish,
  recordOf,
  replayAll,
  startGateway,
  type TestGateway,
} from './harness.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  try {
    expect(await replayAll(gateway)).toBeGreaterThan(20);
  } finally {
    await gateway.stop();
  }
});

const hello = { role: 'user', content: 'Say hello.' } as const;
const weather: ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

describe('the starter policy', () => {
  it('sends a question for a synonym to the small model', async () => {
    const { data, response } = await gateway.openai.chat.completions
      .create({ model: 'sandbox/large', messages: [{ role: 'user', content: 'give me a synonym for happy' }] })
      .withResponse();
    expect(data.choices[0]?.message.content).toContain('sandbox/small');
    expect(response.headers.get('x-signalbox-model')).toBe('sandbox/small');
    expect(response.headers.get('x-signalbox-policy')).toBe('starter@1');
    expect(response.headers.get('x-signalbox-path')).toBe(
      'enter.next > protect.clean > month.within > sort.simple > cheap',
    );
    expect(response.headers.get('x-signalbox-attempts')).toBe('1');
    expect(Number(response.headers.get('x-signalbox-cost-usd'))).toBeGreaterThan(0);
    expect(response.headers.get('x-signalbox-redactions')).toBe('0');
    expect(Number(response.headers.get('x-signalbox-overhead-ms'))).toBeGreaterThanOrEqual(0);
  });

  it('sends a task of several steps of reasoning to the large model', async () => {
    const content =
      'Prove step by step that the sum of two odd integers is even. Then design an algorithm that, given a list of n ' +
      'integers, counts the pairs with an even sum in linear time, explain why it is correct, analyse its complexity, ' +
      'compare it with the naive approach, and derive a closed formula for the expected number of pairs when every ' +
      'integer is odd with probability p. Justify each step of the derivation.';
    const { response } = await gateway.openai.chat.completions
      .create({ model: 'sandbox/small', messages: [{ role: 'user', content }] })
      .withResponse();
    expect(response.headers.get('x-signalbox-model')).toBe('sandbox/large');
  });
});

describe('answers', () => {
  it('come whole, with usage', async () => {
    const answer = await gateway.openai.chat.completions.create({ model: 'sandbox/small', messages: [hello] });
    expect(answer.object).toBe('chat.completion');
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'stop', message: { role: 'assistant' } });
    expect(answer.choices[0]?.message.content).toContain('Say hello.');
    expect(answer.usage?.total_tokens).toBe(
      (answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0),
    );
  });

  it.each([true, false])('come as a stream, with a usage event only when asked for (%s)', async (asked) => {
    const whole = await gateway.openai.chat.completions.create({ model: 'sandbox/small', messages: [hello] });
    const { data, response } = await gateway.openai.chat.completions
      .create({
        model: 'sandbox/small',
        messages: [hello],
        stream: true,
        ...(asked ? { stream_options: { include_usage: true } } : {}),
      })
      .withResponse();
    let text = '';
    let usages = 0;
    const reasons: string[] = [];
    for await (const chunk of data) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (chunk.usage) usages += 1;
      if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(reasons).toEqual(['stop']);
    expect(usages).toBe(asked ? 1 : 0);
    expect(response.headers.get('x-signalbox-cost-usd')).toBe('pending');
    const record = await recordOf(gateway, idOf(response));
    expect(record).toMatchObject({ status: 'ok', stream: true, usageSource: 'provider' });
    expect(record.usage).toMatchObject({
      inputTokens: whole.usage?.prompt_tokens,
      outputTokens: whole.usage?.completion_tokens,
    });
  });

  it('hold as many choices as asked for, whole and streamed', async () => {
    const request = { model: 'sandbox/small', messages: [hello], n: 3 };
    const whole = await gateway.openai.chat.completions.create(request);
    expect(whole.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    const texts = ['', '', ''];
    for await (const chunk of await gateway.openai.chat.completions.create({ ...request, stream: true })) {
      for (const choice of chunk.choices) texts[choice.index] += choice.delta.content ?? '';
    }
    expect(texts).toEqual(whole.choices.map(({ message }) => message.content));
  });

  it('follow a JSON schema', async () => {
    const answer = await gateway.openai.chat.completions.parse({
      model: 'sandbox/small',
      messages: [hello],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'greeting',
          strict: true,
          schema: {
            type: 'object',
            properties: { words: { type: 'string' }, count: { type: 'integer', minimum: 2 } },
            required: ['words', 'count'],
            additionalProperties: false,
          },
        },
      },
    });
    expect(answer.choices[0]?.message.parsed).toEqual({ words: 'Say hello.', count: 2 });
  });

  it('are given to images', async () => {
    const answer = await gateway.openai.chat.completions.create({
      model: 'sandbox/small',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          ],
        },
      ],
    });
    expect(answer.choices[0]?.message.content).toContain('I was sent 1 image.');
  });
});

describe('tools', () => {
  it('are called, and their results answered', async () => {
    const question = { role: 'user', content: 'Use get_weather for Oslo.' } as const;
    const called = await gateway.openai.chat.completions.create({
      model: 'sandbox/small',
      messages: [question],
      tools: [weather],
    });
    const message = called.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (!message || call?.type !== 'function') throw new Error('no call');
    expect(called.choices[0]?.finish_reason).toBe('tool_calls');
    expect(call.function.name).toBe('get_weather');
    expect(JSON.parse(call.function.arguments)).toEqual({ city: question.content });
    const answered = await gateway.openai.chat.completions.create({
      model: 'sandbox/small',
      messages: [question, message, { role: 'tool', tool_call_id: call.id, content: '7 degrees' }],
      tools: [weather],
    });
    expect(answered.choices[0]?.message.content).toContain('The tool answered: "7 degrees"');
  });

  it('stream their calls with the id and the name once', async () => {
    const stream = gateway.openai.chat.completions.stream({
      model: 'sandbox/small',
      messages: [{ role: 'user', content: 'Use get_weather for the town of Trondheim.' }],
      tools: [weather],
    });
    const pieces: { index: number; id?: string | undefined; name?: string | undefined }[] = [];
    for await (const chunk of stream) {
      for (const { index, id, function: called } of chunk.choices[0]?.delta.tool_calls ?? []) {
        pieces.push({ index, id, name: called?.name });
      }
    }
    expect(pieces.length).toBeGreaterThan(2);
    expect(new Set(pieces.map(({ index }) => index))).toEqual(new Set([0]));
    expect(pieces.filter(({ id }) => id !== undefined)).toHaveLength(1);
    expect(pieces.filter(({ name }) => name !== undefined).map(({ name }) => name)).toEqual(['get_weather']);
    const call = (await stream.finalChatCompletion()).choices[0]?.message.tool_calls?.[0];
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({
      city: 'Use get_weather for the town of Trondheim.',
    });
  });
});

describe('errors are the classes of the package', () => {
  const request = { model: 'sandbox/small', messages: [hello] };
  const thrownBy = (promise: PromiseLike<unknown>): Promise<unknown> =>
    Promise.resolve(promise).then(
      () => null,
      (error: unknown) => error,
    );
  const withKey = (apiKey: string) => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });

  it('400 and 404 for requests that cannot be understood', async () => {
    const bad = await thrownBy(gateway.openai.chat.completions.create({ ...request, messages: [] }));
    expect(bad).toBeInstanceOf(OpenAI.BadRequestError);
    expect(bad).toMatchObject({ code: 'invalid_request', type: 'invalid_request_error', param: 'messages' });
    const unknown = await thrownBy(gateway.openai.chat.completions.create({ ...request, model: 'policy/nobody' }));
    expect(unknown).toBeInstanceOf(OpenAI.NotFoundError);
    expect(unknown).toMatchObject({ code: 'unknown_policy' });
  });

  it('401 and 403 for keys', async () => {
    const unknown = await thrownBy(withKey('sb_nobody').chat.completions.create(request));
    expect(unknown).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(unknown).toMatchObject({ code: 'invalid_key' });
    const { token } = await makeKey(gateway, { policies: [] });
    const denied = await thrownBy(withKey(token).chat.completions.create(request));
    expect(denied).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(denied).toMatchObject({ code: 'policy_not_allowed' });
  });

  it('429 and 500 of upstreams, with the wait that the provider asks for', async () => {
    gateway.faults.set('small', 'fault=429');
    try {
      const limited = await thrownBy(gateway.openai.chat.completions.create(request));
      expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
      expect(limited).toMatchObject({ code: 'upstream_rate_limited' });
      if (!(limited instanceof OpenAI.RateLimitError)) throw limited;
      expect(limited.headers.get('retry-after')).toBe('1');
      expect(limited.headers.get('x-should-retry')).toBeNull();
      gateway.faults.set('small', 'fault=503');
      const down = await thrownBy(gateway.openai.chat.completions.create(request));
      expect(down).toBeInstanceOf(OpenAI.InternalServerError);
      expect(down).toMatchObject({ code: 'upstream_error', status: 502 });
    } finally {
      gateway.faults.delete('small');
    }
  });

  it('a spent budget is a 429 that says so in full, and that the package does not try again', async () => {
    const { id } = await gateway.api<{ id: string }>('POST', '/budgets', {
      name: 'A cent',
      scope: [],
      window: 'month',
      timeZone: 'UTC',
      unit: 'usd',
      limit: 1,
      owner: 'Ada',
      reason: 'for a test',
    });
    await publish(
      gateway,
      'poor',
      graphOf(
        { enter: ['request', {}], pay: ['budget', { budget: id }], call: ['model', { model: 'sandbox/large' }] },
        ['enter.next > pay', 'pay.within > call', 'pay.warning > call'],
      ),
    );
    const before = gateway.running.gateway.nextSequence();
    const patient = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: API_KEY, maxRetries: 3 });
    const spent = await thrownBy(patient.chat.completions.create({ ...request, model: 'policy/poor' }));
    expect(gateway.running.gateway.nextSequence() - before, 'it was asked once').toBe(2);
    expect(spent).toBeInstanceOf(OpenAI.RateLimitError);
    if (!(spent instanceof OpenAI.RateLimitError)) throw spent;
    expect(spent.headers.get('x-should-retry')).toBe('false');
    expect(spent.headers.get('retry-after')).toBeNull();
    expect(spent.error).toMatchObject({
      code: 'budget_exhausted',
      type: 'rate_limit_error',
      budget: 'A cent',
      scope: 'the organisation',
      spent: '$0',
      resets_at: expect.stringMatching(/^\d{4}-\d\d-01T00:00:00\.000Z$/),
      owner: 'Ada',
    });
  });

  it('a block says its message with its status', async () => {
    await publish(
      gateway,
      'closed',
      graphOf({ enter: ['request', {}], stop: ['block', { status: 451, message: 'Not today.' }] }, [
        'enter.next > stop',
      ]),
    );
    const blocked = await thrownBy(gateway.openai.chat.completions.create({ ...request, model: 'policy/closed' }));
    expect(blocked).toMatchObject({ status: 451, code: 'blocked_by_policy' });
    expect(String(blocked)).toContain('Not today.');
  });
});

it('cancels the upstream when the client aborts', async () => {
  await passEverythingOn(gateway);
  gateway.faults.set('local', 'fault=timeout');
  try {
    const controller = new AbortController();
    const asked = gateway.openai.chat.completions.create(
      { model: 'sandbox/local', messages: [hello] },
      { signal: controller.signal },
    );
    // The request is at the upstream as soon as its bytes are in flight.
    await eventually(() => expect(gateway.running.gateway.inFlight.bytes).toBeGreaterThan(0));
    controller.abort();
    await expect(asked).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    const record = await newestRecord(gateway, ({ status }) => status === 'aborted');
    expect(record).toMatchObject({ errorCode: 'client_closed', httpStatus: 499, requestedModel: 'sandbox/local' });
  } finally {
    gateway.faults.delete('local');
  }
});

describe('besides answers', () => {
  it('lists the models and the policies of the key', async () => {
    const ids: string[] = [];
    for await (const model of gateway.openai.models.list()) ids.push(model.id);
    expect(ids).toEqual(expect.arrayContaining(['policy/starter', 'sandbox/small', 'sandbox/large', 'sandbox/local']));
    expect(await gateway.openai.models.retrieve('sandbox/small')).toMatchObject({
      id: 'sandbox/small',
      owned_by: 'sandbox',
    });
    await expect(gateway.openai.models.retrieve('nobody')).rejects.toMatchObject({
      status: 404,
      code: 'unknown_model',
    });
    const { token } = await makeKey(gateway, { policies: [] });
    const other = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: token });
    const { data } = await other.models.list();
    expect(data.map(({ id }) => id).filter((id) => id.startsWith('policy/'))).toEqual([]);
  });

  it('tells a key of its own requests only', async () => {
    const { response } = await gateway.openai.chat.completions
      .create({ model: 'sandbox/small', messages: [hello], metadata: { ticket: 'T-1' } })
      .withResponse();
    const id = idOf(response);
    const own = await gateway.openai.get<Record<string, unknown>>(`/requests/${id}`);
    expect(own).toMatchObject({
      object: 'signalbox.request',
      id,
      status: 'ok',
      attempts: 1,
      model: 'sandbox/small',
      tags: { ticket: { value: 'T-1', source: 'caller' } },
    });
    expect(own.cost_usd).toBe(Number(response.headers.get('x-signalbox-cost-usd')));
    const { token } = await makeKey(gateway);
    const other = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: token });
    await expect(other.get(`/requests/${id}`)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(other.get('/requests/req_unknown')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('decides a dry run without calling or charging anyone', async () => {
    const budgets = () => gateway.api('GET', '/budgets');
    const before = await budgets();
    gateway.faults.set('small', 'fault=500');
    try {
      const response = await gateway.chat(
        { model: 'policy/starter', messages: [{ role: 'user', content: 'synonym for glad, to ada@example.org' }] },
        { 'x-signalbox-dry-run': 'true' },
      );
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        object: 'signalbox.decision',
        request_id: idOf(response),
        policy: 'starter@1',
        path: 'enter.next > protect.found > month.within > sort.simple > cheap',
        outcome: { type: 'model', model: 'sandbox/small' },
        cost_at_most_usd: expect.any(Number),
        redactions: { email: 1 },
      });
      expect(await budgets()).toEqual(before);
      expect(await recordOf(gateway, idOf(response))).toMatchObject({
        status: 'dry_run',
        attempts: [],
        cost: 0,
        charges: [],
      });
    } finally {
      gateway.faults.delete('small');
    }
  });
});
