/** Personal data in Anthropic's messages: wherever it stands the vendor never sees it, and the app gets it back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import text from '../providers/fixtures/anthropic/text.fixture.json' with { type: 'json' };
import { json, stream } from '../providers/upstream.ts';
import { graphOf, idOf, publish, recordOf } from './harness.ts';
import { type MatrixHouse, MODELS, startMatrix } from './matrix-house.ts';
import { callBlock, messageEvents, textBlock, thinkingBlock, wholeMessage } from './message-samples.ts';

let house: MatrixHouse;
beforeAll(async () => {
  house = await startMatrix();
  for (const [name, model] of Object.entries(MODELS)) {
    await publish(
      house,
      `careful-${name}`,
      graphOf(
        {
          enter: ['request', {}],
          protect: ['redact', { rules: ['email', 'card'].map((detect) => ({ detect, action: 'placeholder' })) }],
          call: ['model', { model }],
        },
        ['enter.next > protect', 'protect.clean > call', 'protect.found > call'],
      ),
    );
  }
});
afterAll(() => house.stop());

const EMAIL = 'ada@engines.example';
const CARD = 4_111_111_111_111_111;
const careful = { model: 'policy/careful-anthropic', max_tokens: 100 };

it('is taken out of every place where it can stand', async () => {
  house.answer = json(200, text.whole);
  const inText = { type: 'text', text: `From ${EMAIL}` };
  const body = {
    ...careful,
    system: [{ type: 'text', text: `Mail of ${EMAIL}`, cache_control: { type: 'ephemeral' } }],
    metadata: { user_id: EMAIL },
    tools: [{ name: 'mail', description: `Writes for ${EMAIL}`, input_schema: { type: 'object' } }],
    messages: [
      {
        role: 'user',
        content: [
          inText,
          {
            type: 'document',
            title: `Of ${EMAIL}`,
            context: `By ${EMAIL}`,
            source: { type: 'text', media_type: 'text/plain', data: `Signed ${EMAIL}` },
          },
          { type: 'document', source: { type: 'content', content: [inText] } },
          { type: 'search_result', source: `mailto:${EMAIL}`, title: EMAIL, content: [inText] },
        ],
      },
      {
        role: 'assistant',
        content: [
          {
            ...inText,
            citations: [{ type: 'char_location', cited_text: EMAIL, document_index: 0, document_title: EMAIL }],
          },
          { type: 'tool_use', id: 'a', name: 'mail', input: { to: [EMAIL], card: CARD, deep: { cc: EMAIL } } },
          { type: 'server_tool_use', id: 'b', name: 'web_search', input: { query: EMAIL } },
          {
            type: 'web_search_tool_result',
            tool_use_id: 'b',
            content: [{ type: 'web_search_result', title: EMAIL, url: 'https://a.example', encrypted_content: 'AAAA' }],
          },
          { type: 'mcp_tool_result', tool_use_id: 'c', content: [inText] },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: EMAIL },
          { type: 'tool_result', tool_use_id: 'd', content: [inText] },
        ],
      },
    ],
  };
  const response = await house.message(body);
  expect(response.status).toBe(200);
  const sent = house.lastSent();
  expect(sent).not.toContain('engines');
  expect(sent).not.toContain(String(CARD));
  // Nothing else is different: the same placeholder stands wherever the same value stood.
  const expected = JSON.stringify({ ...body, model: 'claude-haiku-4-5' })
    .replaceAll(EMAIL, '[[EMAIL_1]]')
    .replace(String(CARD), '"[[CARD_1]]"');
  expect(JSON.parse(sent)).toEqual(JSON.parse(expected));
  const { content, redactions } = await recordOf(house, idOf(response));
  expect(JSON.stringify(content)).not.toContain('engines');
  expect(redactions).toMatchObject({ card: 1 });
});

it('comes back in texts, quotations and arguments of calls, whole', async () => {
  const citations = [{ type: 'char_location', cited_text: 'of [[EMAIL_1]]', document_index: 0 }];
  house.answer = json(
    200,
    wholeMessage({
      content: [
        { type: 'thinking', thinking: 'To [[EMAIL_1]]?', signature: 'c2ln' },
        { type: 'text', text: 'To [[EMAIL_1]].', citations },
        { type: 'tool_use', id: 'a', name: 'mail', input: { to: ['[[EMAIL_1]]'], other: '[[EMAIL_2]]' } },
      ],
      stopReason: 'tool_use',
    }),
  );
  const { data, response } = await house.anthropic.messages
    .create({ ...careful, messages: [{ role: 'user', content: `Write to ${EMAIL}` }] })
    .withResponse();
  expect(data.content).toMatchObject([
    // Signed, and never changed.
    { type: 'thinking', thinking: 'To [[EMAIL_1]]?', signature: 'c2ln' },
    { type: 'text', text: `To ${EMAIL}.`, citations: [{ cited_text: `of ${EMAIL}` }] },
    { type: 'tool_use', input: { to: [EMAIL], other: '[[EMAIL_2]]' } },
  ]);
  expect(response.headers.get('x-signalbox-redactions')).toBe('1');
  expect(JSON.stringify((await recordOf(house, idOf(response))).content)).not.toContain('engines');

  // What the vendor has signed goes back as it came, although it looks like what this gateway writes.
  house.answer = json(200, text.whole);
  const messages = [
    { role: 'user' as const, content: `Write to ${EMAIL}` },
    { role: 'assistant' as const, content: data.content },
    { role: 'user' as const, content: [{ type: 'tool_result' as const, tool_use_id: 'a', content: 'done' }] },
  ];
  await house.anthropic.messages.create({ ...careful, messages });
  const [, back] = JSON.parse(house.lastSent()).messages;
  expect(back.content[0]).toEqual(data.content[0]);
  expect(back.content[1].text).toBe('To [[EMAIL_1]].');
});

it('comes back in a stream that cuts it anywhere', async () => {
  const quoted = { type: 'citations_delta', citation: { type: 'char_location', cited_text: '[[EMAIL_1]]' } };
  const words = textBlock('To [', '[EMA', 'IL_1]', '] and [[EMAIL_1', ']]');
  house.answer = stream(
    messageEvents(
      [
        thinkingBlock('c2ln', 'To [[EMA', 'IL_1]]?'),
        { ...words, deltas: [...words.deltas, quoted] },
        callBlock('a', 'mail', '{"to":"[[', 'EMAIL_1]]","tag":"[[EMAIL_1', ']]"}'),
      ],
      { stopReason: 'tool_use' },
    ),
  );
  const message = await house.anthropic.messages
    .stream({ ...careful, messages: [{ role: 'user', content: `Write to ${EMAIL}` }] })
    .finalMessage();
  expect(message.content).toMatchObject([
    { thinking: 'To [[EMAIL_1]]?', signature: 'c2ln' },
    { text: `To ${EMAIL} and ${EMAIL}`, citations: [{ cited_text: EMAIL }] },
    { input: { to: EMAIL, tag: EMAIL } },
  ]);
});

it('comes back from models of another vendor', async () => {
  const choice = (delta: object, finish: string | null = null) => ({
    data: { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] },
  });
  house.answer = stream([
    choice({ content: 'To [[EM' }),
    choice({ content: 'AIL_1]].' }),
    choice({}, 'stop'),
    { data: '[DONE]' },
  ]);
  const streaming = house.anthropic.messages.stream({
    ...careful,
    model: 'policy/careful-openai',
    messages: [{ role: 'user', content: `Write to ${EMAIL}` }],
  });
  expect(await streaming.finalText()).toBe(`To ${EMAIL}.`);
  expect(house.lastSent()).not.toContain('engines');
});
