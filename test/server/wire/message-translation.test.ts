import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../server/providers/provider.ts';
import { messageTranslation } from '../../../server/wire/message-translation.ts';

const call = (more: object) =>
  messageTranslation.call(
    Buffer.from(JSON.stringify({ model: 'm', max_tokens: 50, messages: [{ role: 'user', content: 'Hi' }], ...more })),
  );

describe('a request for a message carried over to another vendor', () => {
  it('says the same in the words of all vendors', () => {
    const schema = { type: 'object', properties: {} };
    const given = call({
      system: [
        { type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: '' },
      ],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 3,
      stop_sequences: ['END'],
      tools: [{ type: 'custom', name: 't', description: 'A tool', input_schema: schema, strict: true }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      output_config: { format: { type: 'json_schema', schema } },
      metadata: { user_id: 'u-1' },
    });
    expect(given).toEqual({
      options: {
        prompt: [
          { role: 'system', content: 'Be kind.' },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        ],
        maxOutputTokens: 50,
        temperature: 0.5,
        topP: 0.9,
        topK: 3,
        stopSequences: ['END'],
        tools: [{ type: 'function', name: 't', description: 'A tool', inputSchema: schema, strict: true }],
        toolChoice: { type: 'required' },
        responseFormat: { type: 'json', name: 'answer', schema },
      },
      reasoning: null,
      user: 'u-1',
      parallelTools: false,
    });
  });

  it.each([
    [{}, null],
    [{ thinking: { type: 'adaptive' } }, null],
    [{ thinking: { type: 'disabled' } }, { effort: 'none' }],
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, { tokens: 2000 }],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }, { effort: 'low' }],
    [{ output_config: { effort: 'max' } }, { effort: 'xhigh' }],
  ])('thinks as hard as it was asked to: %j', (more, reasoning) => {
    expect(call(more).reasoning).toEqual(reasoning);
  });

  it.each([
    [{ type: 'auto' }, { type: 'auto' }],
    [{ type: 'none' }, { type: 'none' }],
    [
      { type: 'tool', name: 't' },
      { type: 'tool', toolName: 't' },
    ],
  ])('calls tools as it was asked to: %j', (tool_choice, toolChoice) => {
    expect(call({ tools: [{ name: 't', input_schema: {} }], tool_choice }).options.toolChoice).toEqual(toolChoice);
  });

  it('keeps the order of a conversation with tools, and leaves thoughts out, which are signed by their vendor', () => {
    const { prompt } = call({
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 's' },
            { type: 'redacted_thinking', data: 'AAAA' },
            { type: 'text', text: 'I look.' },
            { type: 'tool_use', id: 'a', name: 't', input: { x: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', is_error: true, content: [{ type: 'text', text: 'no' }] },
            { type: 'document', title: 'Deed', source: { type: 'text', media_type: 'text/plain', data: 'Signed' } },
            { type: 'text', text: '' },
          ],
        },
      ],
    }).options;
    expect(prompt.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I look.' },
          { type: 'tool-call', toolCallId: 'a', toolName: 't', input: { x: 1 } },
        ],
      },
      {
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId: 'a', toolName: 't', output: { type: 'error-text', value: 'no' } }],
      },
      { role: 'user', content: [{ type: 'text', text: 'Deed\n\nSigned' }] },
    ]);
  });

  it('is refused where it breaks the protocol itself, and nothing was billed', () => {
    for (const more of [{ messages: [] }, { max_tokens: 'many' }, { tools: [{ name: 't', input_schema: [] }] }]) {
      let thrown: unknown;
      try {
        call(more);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(UpstreamError);
      expect(thrown).toMatchObject({ failure: 'bad_request', billed: 'no' });
    }
  });
});
