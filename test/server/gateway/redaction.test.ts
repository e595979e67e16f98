/** Personal data on its way: the upstream, the records and the logs never see it; the app gets it back. */
import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type GatewayWithUpstream,
  graphOf,
  idOf,
  makeDefault,
  publish,
  recordOf,
  replayAll,
  startWithUpstream,
} from './harness.ts';

const EMAIL = 'ada.lovelace@engines.example';
const CARD = '4111 1111 1111 1111';
const IBAN = 'DE89 3704 0044 0532 0130 00';
const SECRET = 'sk-proj-Zk8PqLw3TzV9bXcN4mRfYh2JdG7sAeUo';
/** Parts that would give a value away even without its spaces or its domain; too long to turn up by chance in a digest. */
const TELLTALES = [
  'lovelace',
  'engines.example',
  '4111 1111',
  '41111111',
  'DE89 3704',
  'DE893704',
  '0532 0130',
  'Zk8PqLw3',
];

let gateway: GatewayWithUpstream;
const logged: string[] = [];
const rules = ['email', 'phone', 'card', 'iban'].map((detect) => ({ detect, action: 'placeholder' }));

beforeAll(async () => {
  for (const level of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => void logged.push(words.map(String).join(' ')));
  }
  gateway = await startWithUpstream();
  const policy = await publish(
    gateway,
    'careful',
    graphOf(
      {
        enter: ['request', {}],
        protect: ['redact', { rules: [...rules, { detect: 'secret', action: 'mask' }] }],
        call: [
          'fallback',
          {
            models: ['up/one', 'up/two'],
            moveOn: ['rate_limited', 'server_error', 'bad_request'],
            timeoutSeconds: 20,
            coolDownSeconds: 0,
          },
        ],
      },
      ['enter.next > protect', 'protect.clean > call', 'protect.found > call'],
    ),
  );
  await makeDefault(gateway, policy);
});

afterAll(async () => {
  try {
    expect(gateway.upstream.requests.length).toBeGreaterThan(10);
    for (const { body } of gateway.upstream.requests) expect(telltalesIn(body)).toEqual([]);
    await replayAll(gateway);
    expect(telltalesIn(logged.join('\n'))).toEqual([]);
    expect(await telltalesOnDisk()).toEqual([]);
  } finally {
    vi.restoreAllMocks();
    await gateway.stop();
  }
});

function telltalesIn(text: string): string[] {
  return TELLTALES.filter((telltale) => text.toLowerCase().includes(telltale.toLowerCase()));
}

async function telltalesOnDisk(): Promise<string[]> {
  const found: string[] = [];
  const files = (await readdir(gateway.dataDir, { recursive: true, withFileTypes: true })).filter((file) =>
    file.isFile(),
  );
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    const bytes = await readFile(join(file.parentPath, file.name));
    for (const telltale of telltalesIn(bytes.toString('latin1'))) found.push(`${telltale} in ${file.name}`);
  }
  return found;
}

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (fields: object, finish: string | null = null): string =>
  data({ id: 'c', choices: [{ index: 0, delta: fields, finish_reason: finish }] });
const whole =
  (message: object, finish = 'stop') =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        id: 'c',
        choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
      }),
    );
  };
const events = (list: readonly string[]) => (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`${list.join('')}data: [DONE]\n\n`);
};

const ask = (content: string) => ({ model: 'one', messages: [{ role: 'user' as const, content }] });
const mine = `Write to ${EMAIL}, who paid with ${CARD}.`;

it('is taken out of every place of a request, each value by one placeholder', async () => {
  gateway.answer = whole({ content: 'done' });
  const response = await gateway.chat({
    model: 'one',
    messages: [
      { role: 'system', content: `You write for ${EMAIL}.` },
      { role: 'developer', content: [{ type: 'text', text: `Never say ${SECRET}.` }] },
      { role: 'user', name: EMAIL, content: `Earlier: ${IBAN}` },
      {
        role: 'assistant',
        content: `I look up ${EMAIL}.`,
        tool_calls: [
          {
            id: 'c1',
            type: 'function',
            function: { name: 'find', arguments: JSON.stringify({ who: EMAIL, card: CARD }) },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: JSON.stringify({ iban: IBAN, mail: EMAIL }) },
      {
        role: 'user',
        content: [
          { type: 'text', text: `And now ${CARD}?` },
          { type: 'text', text: `${EMAIL}` },
        ],
      },
    ],
    tools: [{ type: 'function', function: { name: 'find', description: `Finds what ${EMAIL} wrote` } }],
    safety_identifier: EMAIL,
  });
  expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'done' } }] });
  const sent: unknown = JSON.parse(gateway.lastSent());
  expect(sent).toMatchObject({
    messages: [
      { content: 'You write for [[EMAIL_1]].' },
      { content: [{ text: expect.not.stringContaining('sk-proj') }] },
      { content: 'Earlier: [[IBAN_1]]', name: '[[EMAIL_1]]' },
      {
        content: 'I look up [[EMAIL_1]].',
        tool_calls: [{ function: { arguments: '{"who":"[[EMAIL_1]]","card":"[[CARD_1]]"}' } }],
      },
      { content: '{"iban":"[[IBAN_1]]","mail":"[[EMAIL_1]]"}' },
      { content: [{ text: 'And now [[CARD_1]]?' }, { text: '[[EMAIL_1]]' }] },
    ],
    tools: [{ function: { description: 'Finds what [[EMAIL_1]] wrote' } }],
    safety_identifier: '[[EMAIL_1]]',
  });
  const record = await recordOf(gateway, idOf(response));
  expect(record.content?.request).toBe(gateway.lastSent());
  expect(record.redactions).toMatchObject({ email: 8, card: 2, iban: 2, secret: 1 });
  expect(response.headers.get('x-signalbox-redactions')).toBe('13');
});

describe('is put back', () => {
  it('in a whole answer, and the record keeps the placeholders', async () => {
    gateway.answer = whole({ content: 'I wrote to [[EMAIL_1]]; [[CARD_1]] is safe, [[CARD_2]] is unknown.' });
    const response = await gateway.chat(ask(mine));
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: `I wrote to ${EMAIL}; ${CARD} is safe, [[CARD_2]] is unknown.` } }],
    });
    const record = await recordOf(gateway, idOf(response));
    expect(record.content?.answer).toContain('[[EMAIL_1]]; [[CARD_1]]');
  });

  it('in tool arguments, where it stands in JSON', async () => {
    const called = { name: 'send', arguments: '{"to":"[[EMAIL_1]]","note":"[[CARD_1]]"}' };
    gateway.answer = whole(
      { content: null, tool_calls: [{ id: 'c1', type: 'function', function: called }] },
      'tool_calls',
    );
    const answer = await gateway.openai.chat.completions.create(ask(mine));
    const call = answer.choices[0]?.message.tool_calls?.[0];
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({ to: EMAIL, note: CARD });
  });

  it('in a stream, wherever a placeholder is cut', async () => {
    const text = 'To [[EMAIL_1]] [[x [[CARD_1]]!';
    const restored = `To ${EMAIL} [[x ${CARD}!`;
    for (let cut = 1; cut < text.length; cut++) {
      gateway.answer = events([
        delta({ role: 'assistant', content: '' }),
        delta({ content: text.slice(0, cut) }),
        delta({ content: text.slice(cut) }),
        delta({}, 'stop'),
      ]);
      const answer = await gateway.openai.chat.completions.stream(ask(mine)).finalChatCompletion();
      expect(answer.choices[0]?.message.content, `cut at ${cut}`).toBe(restored);
    }
  });

  it('in a stream of single characters, also when it ends inside what looks like one', async () => {
    const text = 'a [[EMAIL_1]] b [[CARD_';
    gateway.answer = events([
      delta({ role: 'assistant' }),
      ...[...text].map((content) => delta({ content })),
      delta({}, 'length'),
    ]);
    const answer = await gateway.openai.chat.completions
      .stream(ask(mine))
      .finalChatCompletion()
      .catch((error: unknown) => error);
    // The package itself refuses answers that were cut off; what it got is what matters.
    const response = await gateway.chat({ ...ask(mine), stream: true });
    const pieces = (await response.text())
      .split('\n\n')
      .flatMap((event) => (event.startsWith('data: {') ? [JSON.parse(event.slice(6))] : []));
    expect(pieces.map((piece) => piece.choices[0].delta.content ?? '').join('')).toBe(`a ${EMAIL} b [[CARD_`);
    expect(pieces.at(-1).choices[0].finish_reason).toBe('length');
    expect(answer).toBeDefined();
    expect((await recordOf(gateway, idOf(response))).content?.answer).toContain('a [[EMAIL_1]] b [[CARD_');
  });

  it('in the arguments of parallel calls that arrive in turns', async () => {
    const argumentsOf = ['{"to":"[[EMAIL_1]]"}', '{"card":"[[CARD_1]]"}'];
    const pieces = [delta({ role: 'assistant' })];
    for (const [index] of argumentsOf.entries()) {
      pieces.push(
        delta({ tool_calls: [{ index, id: `c${index}`, type: 'function', function: { name: 'f', arguments: '' } }] }),
      );
    }
    for (let at = 0; at < 24; at += 3) {
      for (const [index, text] of argumentsOf.entries()) {
        const part = text.slice(at, at + 3);
        if (part !== '') pieces.push(delta({ tool_calls: [{ index, function: { arguments: part } }] }));
      }
    }
    gateway.answer = events([...pieces, delta({}, 'tool_calls')]);
    const answer = await gateway.openai.chat.completions
      .stream({ ...ask(mine), tools: [{ type: 'function', function: { name: 'f' } }] })
      .finalChatCompletion();
    const calls = answer.choices[0]?.message.tool_calls ?? [];
    expect(calls.map((call) => call.type === 'function' && JSON.parse(call.function.arguments))).toEqual([
      { to: EMAIL },
      { card: CARD },
    ]);
  });
});

it('stays away from the model that takes over, and comes back from it', async () => {
  const before = gateway.upstream.requests.length;
  gateway.answer = (response) => {
    if (gateway.upstream.requests.length === before + 1) {
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message: `Cannot read ${gateway.lastSent()}` } }));
    } else whole({ content: 'For [[EMAIL_1]].' })(response);
  };
  const response = await gateway.chat(ask(mine));
  expect(await response.json()).toMatchObject({ choices: [{ message: { content: `For ${EMAIL}.` } }] });
  expect(response.headers.get('x-signalbox-attempts')).toBe('2');
  const sent = gateway.upstream.requests.slice(before).map(({ body }) => body);
  expect(sent.map((body) => body.replace(/"model":"\w+"/, ''))).toEqual(
    [sent[0], sent[0]].map((body) => body?.replace(/"model":"\w+"/, '')),
  );
  expect(sent[0]).toContain('Write to [[EMAIL_1]], who paid with [[CARD_1]].');
});

it('is not in the record of a request that was refused, nor in that of a dry run', async () => {
  await publish(
    gateway,
    'no-cards',
    graphOf(
      {
        enter: ['request', {}],
        protect: ['redact', { rules }],
        stop: ['block', { status: 403, message: 'No personal data, please.' }],
        call: ['model', { model: 'up/one' }],
      },
      ['enter.next > protect', 'protect.found > stop', 'protect.clean > call'],
    ),
  );
  const blocked = await gateway.chat({ ...ask(mine), model: 'policy/no-cards' });
  expect(blocked.status).toBe(403);
  expect((await recordOf(gateway, idOf(blocked))).content?.request).toContain('[[CARD_1]]');
  const dry = await gateway.chat(ask(mine), { 'x-signalbox-dry-run': 'true' });
  expect(telltalesIn(await dry.text())).toEqual([]);
});

it('is not in the record of a request that was refused before its redact node', async () => {
  await publish(
    gateway,
    'closed-first',
    graphOf(
      {
        enter: ['request', {}],
        gate: [
          'match',
          {
            cases: [
              { port: 'long', label: 'long', when: { fact: 'text.last_user', operator: 'contains', value: 'paid' } },
            ],
          },
        ],
        stop: ['block', { status: 403, message: 'Closed.' }],
        protect: ['redact', { rules }],
        call: ['model', { model: 'up/one' }],
      },
      ['enter.next > gate', 'gate.long > stop', 'gate.else > protect', 'protect.found > call', 'protect.clean > call'],
    ),
  );
  const blocked = await gateway.chat({ ...ask(mine), model: 'policy/closed-first' });
  expect(blocked.status).toBe(403);
  expect((await recordOf(gateway, idOf(blocked))).content?.request).toBe('');
});

it('leaves what only looks like a placeholder to the person who wrote it', async () => {
  gateway.answer = (response) => {
    const sent: unknown = JSON.parse(gateway.lastSent());
    whole({ content: JSON.stringify(sent) })(response);
  };
  const response = await gateway.chat(ask(`Is [[EMAIL_1]] yours, or ${EMAIL}?`));
  const answer: unknown = await response.json();
  expect(JSON.stringify(answer)).toContain(`Is [[EMAIL_1]] yours, or ${EMAIL}?`);
});

it('is not in an answer that broke off, nor in its record', async () => {
  gateway.answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(delta({ content: 'To [[EMAIL_1]] and [[CAR' }), () => response.destroy());
  };
  const response = await gateway.chat({ ...ask(mine), stream: true });
  const text = await response.text();
  expect(text).toContain(`To ${EMAIL}`);
  expect(text).toContain('upstream_broken');
  expect(text).not.toContain('[DONE]');
  expect(await recordOf(gateway, idOf(response))).toMatchObject({ status: 'failed', errorCode: 'upstream_broken' });
});
