import { describe, expect, it } from 'vitest';
import { messagesBody, viewOfMessages } from '../../policies/messages.ts';

const view = (body: object) =>
  viewOfMessages(
    messagesBody.parse({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], ...body }),
  );
const textsOf = (body: object) => view(body).slots.map(({ role, purpose, text }) => [role, purpose, text]);

describe('the view of a request for a message', () => {
  it('has a slot for every text, at the place where it stands', () => {
    const body = {
      system: [{ type: 'text', text: 'rules' }],
      metadata: { user_id: 'u-1' },
      tools: [{ name: 't', description: 'a tool', input_schema: {} }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'document', title: 'deed', source: { type: 'text', media_type: 'text/plain', data: 'signed' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'text', text: 'well', citations: [{ type: 'char_location', cited_text: 'signed', file_id: 'f' }] },
            { type: 'tool_use', id: 'a', name: 't', input: { to: 'Ada', number: 7, yes: true, none: null } },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'done' }] }],
        },
        { role: 'system', content: 'and be brief' },
      ],
    };
    expect(textsOf(body)).toEqual([
      ['system', 'instructions', 'rules'],
      ['user', 'message', 'look'],
      ['user', 'label', 'deed'],
      ['user', 'message', 'signed'],
      ['assistant', 'thinking', 'hm'],
      ['assistant', 'message', 'well'],
      ['assistant', 'label', 'signed'],
      ['assistant', 'message', 'Ada'],
      ['assistant', 'message', '7'],
      ['tool', 'result', 'done'],
      ['system', 'instructions', 'and be brief'],
      ['assistant', 'label', 'u-1'],
      ['assistant', 'label', 'a tool'],
    ]);
    for (const { path, text } of view(body).slots) {
      expect(String(path.reduce<unknown>((value, key) => Reflect.get(Object(value), key), body))).toBe(text);
    }
    expect(view(body)).toMatchObject({
      endpoint: 'messages',
      turns: 1,
      messages: 5,
      unbounded: [],
      maxOutputTokens: 9,
    });
  });

  it('knows what the request needs of a model', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } };
    const content = [
      image,
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'aGk=' } },
    ];
    const format = { type: 'json_schema', schema: {} };
    const inResult = [{ type: 'tool_result', tool_use_id: 'a', content: [image] }];
    expect(view({ messages: [{ role: 'user', content }], output_config: { format } })).toMatchObject({
      needs: { tools: false, images: true, audio: false, files: true, jsonSchema: true },
      images: 1,
      files: 1,
      unbounded: ['a file'],
    });
    expect(view({ messages: [{ role: 'user', content: inResult }], tools: [{ name: 't' }] })).toMatchObject({
      needs: { tools: true, images: true },
      turns: 0,
    });
  });

  it.each([
    [
      'a file by its id',
      { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: 'f' } }] }] },
    ],
    [
      'an image by its id',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }] }] },
    ],
    ['the hosted tool "web_search_20250305"', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['tools of other servers', { mcp_servers: [{ type: 'url', url: 'https://a.example', name: 'a' }] }],
    ['the speed "fast"', { speed: 'fast' }],
    ['the region "us"', { inference_geo: 'us' }],
    [
      'content of the type "container_upload"',
      { messages: [{ role: 'user', content: [{ type: 'container_upload', file_id: 'f' }] }] },
    ],
  ])('says that nobody can know the cost of %s', (what, body) => {
    expect(view(body).unbounded).toEqual([what]);
  });

  it('counts every byte that the model reads, in one place or another', () => {
    const before = view({});
    const unknown = 'x'.repeat(500);
    const content = [{ type: 'text', text: 'Hi', new_field: unknown }];
    expect(view({ messages: [{ role: 'user', content }] }).otherBytes - before.otherBytes).toBeGreaterThanOrEqual(500);
    expect(view({ new_member: unknown }).otherBytes - before.otherBytes).toBeGreaterThanOrEqual(500);
    const hosted = [
      { type: 'bash_code_execution_tool_result', content: { stdout: 'out', encrypted_content: unknown } },
    ];
    const ran = view({ messages: [{ role: 'assistant', content: hosted }] });
    expect(ran.slots.map(({ text }) => text)).toEqual(['out']);
    expect(ran.otherBytes).toBeGreaterThanOrEqual(500);
  });
});
