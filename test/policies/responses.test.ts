import { describe, expect, it } from 'vitest';
import { responsesBody, viewOfResponses } from '../../policies/responses.ts';

const viewOf = (body: object) => viewOfResponses(responsesBody.parse({ model: 'one', ...body }));
const slotsOf = (body: object) =>
  viewOf(body).slots.map(({ path, role, purpose, text }) => [path.join('.'), role, purpose, text]);

describe('the view of a request for a response', () => {
  it('has an input that is one text, and its instructions', () => {
    const view = viewOf({ input: 'Hello', instructions: 'Be kind.', max_output_tokens: 90, stream: true });
    expect(slotsOf({ input: 'Hello', instructions: 'Be kind.' })).toEqual([
      ['instructions', 'system', 'instructions', 'Be kind.'],
      ['input', 'user', 'message', 'Hello'],
    ]);
    expect(view).toMatchObject({
      endpoint: 'responses',
      stream: true,
      turns: 1,
      messages: 2,
      maxOutputTokens: 90,
      choices: 1,
      unbounded: [],
    });
  });

  it('has every text of every item, each with who said it and what it is', () => {
    const input = [
      { role: 'developer', content: 'Use tools.' },
      { role: 'user', content: [{ type: 'input_text', text: 'What is it?' }] },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'Look it up.' }],
        encrypted_content: 'x',
      },
      { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{"a":"b"}' },
      { type: 'function_call_output', call_id: 'c1', output: 'It is 7.' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'run', input: 'print 7' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'seven' }] },
      {
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Seven.', annotations: [] },
          { type: 'refusal', refusal: 'No more.' },
        ],
      },
    ];
    expect(slotsOf({ input })).toEqual([
      ['input.0.content', 'system', 'instructions', 'Use tools.'],
      ['input.1.content.0.text', 'user', 'message', 'What is it?'],
      ['input.2.summary.0.text', 'assistant', 'thinking', 'Look it up.'],
      ['input.3.arguments', 'assistant', 'arguments', '{"a":"b"}'],
      ['input.4.output', 'tool', 'result', 'It is 7.'],
      ['input.5.input', 'assistant', 'arguments', 'print 7'],
      ['input.6.output.0.text', 'tool', 'result', 'seven'],
      ['input.7.content.0.text', 'assistant', 'message', 'Seven.'],
      ['input.7.content.1.refusal', 'assistant', 'message', 'No more.'],
    ]);
    expect(viewOf({ input })).toMatchObject({ turns: 1, unbounded: [] });
  });

  it('has the texts beside the conversation', () => {
    const body = {
      input: 'Hello',
      user: 'ada',
      safety_identifier: 'ada-1',
      prompt_cache_key: 'cache-ada',
      tools: [{ type: 'function', name: 'look', description: 'Looks things up.', parameters: {} }],
      store: true,
      metadata: { team: 'search' },
    };
    expect(slotsOf(body).slice(1)).toEqual([
      ['tools.0.description', 'assistant', 'label', 'Looks things up.'],
      ['user', 'assistant', 'label', 'ada'],
      ['safety_identifier', 'assistant', 'label', 'ada-1'],
      ['prompt_cache_key', 'assistant', 'label', 'cache-ada'],
      ['metadata.team', 'assistant', 'label', 'search'],
    ]);
    expect(slotsOf({ ...body, store: false }).map(([path]) => path)).not.toContain('metadata.team');
  });

  it('says what a request needs of a model', () => {
    const view = viewOf({
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
          ],
        },
      ],
      tools: [{ type: 'function', name: 'look', parameters: {} }],
      text: { format: { type: 'json_schema', name: 'x', schema: {} } },
    });
    expect(view.needs).toEqual({ tools: true, images: true, audio: false, files: true, jsonSchema: true });
    expect(view).toMatchObject({ images: 1, files: 1, toolNames: ['look'], unbounded: ['a file'] });
  });

  it('names everything whose size the body does not tell', () => {
    const view = viewOf({
      input: [
        { id: 'msg_1' },
        { type: 'item_reference', id: 'rs_1' },
        { role: 'user', content: [{ type: 'input_image', file_id: 'f1' }] },
        { role: 'user', content: [{ type: 'input_file', file_id: 'f2' }] },
        { type: 'mcp_call', id: 'm', name: 'find', server_label: 's', arguments: '{"q":"ada"}', output: 'Found Ada.' },
      ],
      previous_response_id: 'resp_1',
      conversation: 'conv_1',
      prompt: { id: 'pmpt_1', variables: { name: 'Ada' } },
      tools: [{ type: 'web_search' }, { type: 'custom', name: 'run' }],
      service_tier: 'priority',
    });
    expect(view.unbounded).toEqual([
      'an earlier item by its id',
      'an image by its id',
      'a file by its id',
      'content of the type "mcp_call"',
      'the hosted tool "web_search"',
      'an earlier answer by its id',
      'a conversation that the provider keeps',
      'a stored prompt by its id',
      'the service tier "priority"',
    ]);
    expect(view.slots.map(({ text }) => text)).toEqual(['{"q":"ada"}', 'Found Ada.', 'Ada']);
  });
});
