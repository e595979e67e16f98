import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputTokenBound } from '../../../policies/price.ts';
import type { RequestView } from '../../../policies/request.ts';
import { Run } from '../../../policies/run.ts';
import { utf8Bytes } from '../../../policies/text-size.ts';
import { SignalboxError } from '../../../server/errors.ts';
import { openAiChat } from '../../../server/wire/openai-chat.ts';
import { modelNamed } from '../providers/upstream.ts';

const source = { read: () => null, truth: (_leaf: string, _run: Run, compute: () => boolean) => compute() };
const { parse, errorBody, errorEvent } = openAiChat;
const runOf = ({ view }: { readonly view: RequestView }) => new Run({ view, tags: new Map(), source, now: 0 });
const named = (name: string) => ({ ...modelNamed(name), provider: 'openai' });

/** What goes out when `change` was done to the run. */
function sent(json: string, change: (run: Run) => void = () => {}, modelName = 'm'): string {
  const parsed = parse(Buffer.from(json));
  const run = runOf(parsed);
  change(run);
  return parsed.outgoing(run, named(modelName)).toString();
}

function withTexts(run: Run, change: (text: string) => string): void {
  run.view = { ...run.view, slots: run.view.slots.map((slot) => ({ ...slot, text: change(slot.text) })) };
  run.textsChanged = true;
}

function limited(run: Run): void {
  run.outputLimit = 50;
  run.outputLimitChanged = true;
}

const HELLO = '"messages":[{"role":"user","content":"hello"}]';

function refusal(json: string): { code: string; message: string } {
  try {
    parse(Buffer.from(json));
  } catch (error) {
    if (error instanceof SignalboxError) return { code: error.code, message: error.message };
  }
  return { code: 'accepted', message: '' };
}

describe('understanding a chat completion', () => {
  it('refuses bodies that do not fit, and says where', () => {
    expect(refusal(`{"model":"m"}`)).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('messages'),
    });
    expect(refusal(`{"model":"m","messages":[]}`).message).toContain('at least one message');
    expect(refusal(`{"model":1,${HELLO}}`).message).toContain('model');
    expect(refusal(`{"model":"m",${HELLO},"max_tokens":-1}`).message).toContain('max_tokens');
    expect(refusal(`{"model":"m",${HELLO},"n":0}`).message).toContain('n:');
    expect(refusal(`{"model":"m","messages":[{"role":"robot","content":"x"}]}`).message).toContain('messages.0.role');
  });

  it('refuses names that some upstreams would read as ones that policies judge by', () => {
    expect(refusal(`{"model":"m","Model":"n",${HELLO}}`).message).toContain('"model"');
    expect(refusal(`{"model":"m","MAX_TOKENS":9,${HELLO}}`).code).toBe('invalid_request');
    expect(refusal(`{"model":"m","Custom":9,${HELLO}}`).code).toBe('accepted');
  });

  it('gives the metadata as it is', () => {
    const metadata = { team: 'a', n: 2, deep: {} };
    const parsed = parse(Buffer.from(`{"model":"m",${HELLO},"metadata":${JSON.stringify(metadata)}}`));
    expect(parsed.metadata).toEqual(metadata);
  });
});

describe('the view of a chat completion', () => {
  const view = (body: object) => parse(Buffer.from(JSON.stringify({ model: 'm', ...body }))).view;

  it('has a slot for every text, with the place it stands at', () => {
    const body = {
      messages: [
        { role: 'developer', content: 'rules' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          refusal: 'no',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: [{ type: 'text', text: 'done' }] },
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'never' }] },
        { role: 'user', content: 'thanks' },
      ],
      prediction: { type: 'content', content: 'guess' },
    };
    const tree = { model: 'm', ...body };
    const parsed = parse(Buffer.from(JSON.stringify(tree)));
    expect(parsed.view.slots.map(({ role, purpose, message, text }) => [role, purpose, message, text])).toEqual([
      ['system', 'instructions', 0, 'rules'],
      ['user', 'message', 1, 'look'],
      ['assistant', 'message', 2, 'no'],
      ['assistant', 'arguments', 2, '{"a":1}'],
      ['tool', 'result', 3, 'done'],
      ['assistant', 'message', 4, 'never'],
      ['user', 'message', 5, 'thanks'],
      ['assistant', 'message', 6, 'guess'],
    ]);
    for (const slot of parsed.view.slots) {
      expect(slot.path.reduce<unknown>((value, key) => Reflect.get(Object(value), key), tree)).toBe(slot.text);
    }
    expect(parsed.view).toMatchObject({ turns: 2, messages: 6, images: 1, unbounded: [] });
  });

  it('knows what the request needs of a model', () => {
    const messages = [{ role: 'user', content: 'x' }];
    expect(view({ messages }).needs).toEqual({
      tools: false,
      images: false,
      audio: false,
      files: false,
      jsonSchema: false,
    });
    const tools = [
      { type: 'function', function: { name: 'search', parameters: {} } },
      { type: 'custom', custom: { name: 'sql' } },
    ];
    expect(view({ messages, tools }).toolNames).toEqual(['search', 'sql']);
    expect(view({ messages, response_format: { type: 'json_schema', json_schema: {} } }).needs.jsonSchema).toBe(true);
    expect(view({ messages, n: 3, max_tokens: 5, max_completion_tokens: 7 })).toMatchObject({
      choices: 3,
      maxOutputTokens: 7,
    });
  });

  it('names everything whose cost the body does not tell', () => {
    const parts = [
      { type: 'file', file: { file_id: 'f' } },
      { type: 'input_audio', input_audio: {} },
      { type: 'video', video: 1 },
    ];
    const { unbounded, files, audio } = view({
      messages: [{ role: 'user', content: parts }],
      tools: [{ type: 'web_search' }],
      service_tier: 'priority',
      modalities: ['audio'],
      web_search_options: {},
    });
    expect({ files, audio }).toEqual({ files: 1, audio: 1 });
    expect(unbounded).toEqual([
      'a file by its id',
      'audio',
      'content of the type "video"',
      'the hosted tool "web_search"',
      'the service tier "priority"',
      'an answer in audio',
      'a web search',
    ]);
  });

  it('counts every byte that a model may read, and no image', () => {
    const model = { imageTokens: 0 };
    const plain = inputTokenBound(view({ messages: [{ role: 'user', content: 'x' }] }), model);
    const unknown = {
      documents: ['äöü'.repeat(100)],
      tools: [{ type: 'function', function: { name: 'f', description: 'y'.repeat(500) } }],
    };
    const more = inputTokenBound(
      view({ messages: [{ role: 'user', content: 'x', extra: 'z'.repeat(50) }], ...unknown }),
      model,
    );
    expect(more - plain).toBeGreaterThanOrEqual(
      50 + utf8Bytes(JSON.stringify(unknown.documents)) + utf8Bytes(JSON.stringify(unknown.tools)),
    );
    const image = [{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(9999)}` } }];
    expect(inputTokenBound(view({ messages: [{ role: 'user', content: image }] }), model)).toBeLessThan(plain + 10);
  });
});

describe('the bytes for the upstream', () => {
  it('are the very same buffer when nothing changes', () => {
    const bytes = Buffer.from(`{ "model" : "m" , ${HELLO}}\n`);
    const parsed = parse(bytes);
    expect(parsed.outgoing(runOf(parsed), named('m'))).toBe(bytes);
  });

  it('differ in the changed member alone', () => {
    expect(sent(`{ "model" : "asked" , ${HELLO}, "seed":12345678901234567890}`)).toBe(
      `{ "model" : "m" , ${HELLO}, "seed":12345678901234567890}`,
    );
    expect(sent(`{${HELLO},"mod\\u0065l":"asked"}`)).toBe(`{${HELLO},"mod\\u0065l":"m"}`);
  });

  it('ask for usage when the answer is a stream', () => {
    expect(sent(`{"model":"m",${HELLO},"stream":true}`)).toBe(
      `{"model":"m",${HELLO},"stream":true,"stream_options":{"include_usage":true}}`,
    );
    expect(sent(`{"model":"m","stream_options":{"include_obfuscation":false},${HELLO},"stream":true}`)).toBe(
      `{"model":"m","stream_options":{"include_obfuscation":false,"include_usage":true},${HELLO},"stream":true}`,
    );
    const asked = `{"model":"m","stream_options": {"include_usage":true},${HELLO},"stream":true}`;
    expect(sent(asked)).toBe(asked);
  });

  it('lose the metadata that was meant for the gateway, wherever it stands', () => {
    expect(sent(`{"metadata":{"a":"b"}, "model":"m",${HELLO}}`)).toBe(`{"model":"m",${HELLO}}`);
    expect(sent(`{"model":"m", "metadata":{"a":"b"} ,${HELLO}}`)).toBe(`{"model":"m" ,${HELLO}}`);
    expect(sent(`{"model":"m",${HELLO},"metadata":{"a":"b"}}`)).toBe(`{"model":"m",${HELLO}}`);
    const stored = `{"model":"m",${HELLO},"metadata":{"a":"b"},"store":true}`;
    expect(sent(stored)).toBe(stored);
  });

  it('carry the limit in the field that the client used', () => {
    expect(sent(`{"model":"m","max_tokens":9,${HELLO}}`, limited)).toBe(`{"model":"m","max_tokens":50,${HELLO}}`);
    expect(sent(`{"max_completion_tokens": 9,"model":"m",${HELLO}}`, limited)).toBe(
      `{"max_completion_tokens": 50,"model":"m",${HELLO}}`,
    );
    expect(sent(`{"model":"m","max_tokens":null,${HELLO}}`, limited)).toBe(`{"model":"m","max_tokens":50,${HELLO}}`);
    expect(sent(`{"model":"m","max_tokens":9,"max_completion_tokens":8,${HELLO}}`, limited)).toBe(
      `{"model":"m","max_tokens":50,"max_completion_tokens":50,${HELLO}}`,
    );
    expect(sent(`{"model":"m",${HELLO}}`, limited)).toBe(`{"model":"m",${HELLO},"max_completion_tokens":50}`);
  });

  it('carry parameters of the policy, and no tools once they are removed', () => {
    const json = `{"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"auto","model":"m",${HELLO},"temperature":1}`;
    const change = (run: Run) => {
      run.toolsRemoved = true;
      run.parameters.temperature = 0;
      run.parameters.reasoning_effort = 'low';
    };
    expect(sent(json, change)).toBe(`{"model":"m",${HELLO},"temperature":0,"reasoning_effort":"low"}`);
  });

  it("carry changed texts, and leave the client's body as it was for the next attempt", () => {
    const json = `{"model":"m","logit_bias":{"5":1.50},"messages":[{"role":"user","name":"n","content":[{"type":"text","text":"secret"}]},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\\"x\\":\\"secret\\"}"}}]}]}`;
    const parsed = parse(Buffer.from(json));
    const run = runOf(parsed);
    withTexts(run, (text) => text.replace('secret', '[[X_1]]'));
    expect(parsed.outgoing(run, named('m')).toString()).toBe(json.replaceAll('secret', '[[X_1]]'));
    expect(parsed.outgoing(runOf(parsed), named('m')).toString()).toBe(json);
  });

  it('carry instructions of the policy together with those of the app', () => {
    const instruct = (run: Run) => run.instructions.push('Be brief.', 'Be kind.');
    const messages = (json: string) => JSON.parse(sent(json, instruct)).messages;
    const user = { role: 'user', content: 'hello' };
    expect(messages(`{"model":"m",${HELLO}}`)).toEqual([{ role: 'system', content: 'Be brief.\n\nBe kind.' }, user]);
    expect(messages(`{"model":"m","messages":[{"role":"developer","content":"Rules."}]}`)).toEqual([
      { role: 'developer', content: 'Rules.\n\nBe brief.\n\nBe kind.' },
    ]);
    expect(
      messages(`{"model":"m","messages":[{"role":"system","content":[{"type":"text","text":"Rules."}]}]}`),
    ).toEqual([
      {
        role: 'system',
        content: [
          { type: 'text', text: 'Rules.' },
          { type: 'text', text: 'Be brief.\n\nBe kind.' },
        ],
      },
    ]);
  });

  it('mean what was asked for, whatever else the body holds', () => {
    const unknown = fc.dictionary(
      fc.string().map((name) => `x_${name}`),
      fc.jsonValue(),
      { maxKeys: 5 },
    );
    const flags = fc.record({
      metadata: fc.boolean(),
      stream: fc.boolean(),
      limit: fc.boolean(),
      tools: fc.boolean(),
      redact: fc.boolean(),
    });
    fc.assert(
      fc.property(unknown, unknown, fc.string(), fc.constantFrom(0, 1), flags, (before, after, text, indent, flag) => {
        const body: Record<string, unknown> = { ...before, messages: [{ role: 'user', content: text }] };
        if (flag.metadata) body.metadata = { team: 'a' };
        Object.assign(body, { model: 'asked' }, after);
        if (flag.tools) body.tools = [{ type: 'function', function: { name: 'f' } }];
        if (flag.stream) body.stream = true;
        const change = (run: Run) => {
          if (flag.limit) limited(run);
          if (flag.redact) withTexts(run, () => 'gone');
          run.toolsRemoved = flag.tools;
        };
        const expected = structuredClone(JSON.parse(JSON.stringify({ ...body, model: 'm' })));
        delete expected.metadata;
        delete expected.tools;
        if (flag.stream) expected.stream_options = { include_usage: true };
        if (flag.limit) expected.max_completion_tokens = 50;
        if (flag.redact) expected.messages[0].content = 'gone';
        expect(JSON.parse(sent(JSON.stringify(body, null, indent), change))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('answers of the gateway itself', () => {
  it('say errors in the shape of the protocol, with the state of a spent budget', () => {
    const details = {
      budget: 'b',
      scope: 'team=a',
      limit: 5,
      spent: 4,
      held: 1,
      amount: 2,
      resets_at: '2026-01-01',
      owner: 'o',
    };
    const error = new SignalboxError('budget_exhausted', { ...details, secret: 'x' });
    const body = JSON.parse(errorBody(error, 'req_1').toString());
    expect(body).toEqual({
      error: {
        message: error.message,
        type: 'rate_limit_error',
        code: 'budget_exhausted',
        param: null,
        ...details,
        request_id: 'req_1',
      },
    });
    expect(errorEvent(error, 'req_1', null).toString()).toBe(`data: ${JSON.stringify(body)}\n\n`);
  });

  it('give a fixed answer whole or as a stream', () => {
    const answer = { text: 'Closed "today".\n', model: 'none', id: 'chatcmpl-1', created: 1 };
    const given = (more: string) =>
      parse(Buffer.from(`{"model":"m",${HELLO}${more}}`))
        .fixedAnswer(answer)
        .toString();
    const whole = JSON.parse(given(''));
    expect(whole.choices[0]).toMatchObject({
      message: { role: 'assistant', content: answer.text },
      finish_reason: 'stop',
    });
    const events = given(',"stream":true,"stream_options":{"include_usage":true}').split('\n\n');
    expect(events.slice(-2)).toEqual(['data: [DONE]', '']);
    const chunks = events.slice(0, -2).map((event) => JSON.parse(event.slice('data: '.length)));
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(answer.text);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 0 } });
  });
});
