import { describe, expect, test } from 'vitest';
import { readAnswers, readMessages } from '../../ui/screens/requests/conversation.ts';

const messages = (body: object) => readMessages(JSON.stringify(body));
const answers = (body: object) => readAnswers(JSON.stringify(body));

describe('what a record shows of a chat', () => {
  test('messages, calls, results and what is no text', () => {
    expect(
      messages({
        model: 'a/b',
        messages: [
          { role: 'system', content: 'Be brief.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'See.' },
              { type: 'image_url', image_url: { url: 'x' } },
            ],
          },
          { role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'find', arguments: '{"q":1}' } }] },
          { role: 'tool', tool_call_id: 'c', content: 'found' },
        ],
      }),
    ).toEqual([
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'See.\n[a picture]' },
      { role: 'assistant', text: 'find({"q":1})' },
      { role: 'tool', text: 'found' },
    ]);
  });

  test('each choice of the answer', () => {
    const choice = (content: string | null, more = {}) => ({
      index: 0,
      message: { role: 'assistant', content, ...more },
    });
    expect(answers([choice('One'), choice(null, { refusal: 'No.', reasoning_content: 'Hm.' })])).toEqual([
      { role: 'assistant', text: 'One' },
      { role: 'assistant', text: 'Hm.\nNo.' },
    ]);
  });
});

describe('what a record shows of messages', () => {
  test('instructions, blocks, calls, and results apart from what was asked', () => {
    expect(
      messages({
        model: 'a/b',
        max_tokens: 10,
        system: [{ type: 'text', text: 'Be brief.' }],
        messages: [
          { role: 'user', content: 'Find it.' },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'Hm.', signature: 's' },
              { type: 'tool_use', id: 't', name: 'find', input: { q: 1 } },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'found' }] },
              { type: 'text', text: 'And now?' },
            ],
          },
        ],
      }),
    ).toEqual([
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'Find it.' },
      { role: 'assistant', text: 'Hm.\nfind({"q":1})' },
      { role: 'tool', text: 'found' },
      { role: 'user', text: 'And now?' },
    ]);
  });

  test('the blocks of the answer', () => {
    const content = [
      { type: 'text', text: 'Done.' },
      { type: 'tool_use', id: 't', name: 'find', input: {} },
    ];
    expect(answers({ content, stop_reason: 'tool_use' })).toEqual([{ role: 'assistant', text: 'Done.\nfind({})' }]);
  });
});

describe('what a record shows of responses', () => {
  test('instructions, items and what was asked as one text', () => {
    expect(messages({ model: 'a/b', instructions: 'Be brief.', input: 'Hello' })).toEqual([
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'Hello' },
    ]);
    expect(
      messages({
        model: 'a/b',
        input: [
          {
            role: 'user',
            content: [
              { type: 'input_text', text: 'See.' },
              { type: 'input_file', file_id: 'f' },
            ],
          },
          { type: 'function_call', call_id: 'c', name: 'find', arguments: '{}' },
          { type: 'function_call_output', call_id: 'c', output: 'found' },
        ],
      }),
    ).toEqual([
      { role: 'user', text: 'See.\n[a file]' },
      { role: 'assistant', text: 'find({})' },
      { role: 'tool', text: 'found' },
    ]);
  });

  test('the items of the answer, thoughts apart', () => {
    const output = [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] },
    ];
    expect(answers({ output, status: 'completed' })).toEqual([
      { role: 'thinking', text: 'Hm.' },
      { role: 'assistant', text: 'Done.' },
    ]);
  });
});

test('texts that are to be embedded', () => {
  expect(messages({ model: 'a/b', input: ['One', 'Two'] })).toEqual([
    { role: 'user', text: 'One' },
    { role: 'user', text: 'Two' },
  ]);
});

test('texts of a request that no model has seen, and the text that a policy has answered', () => {
  expect(messages({ model: 'a/b', texts: ['One', 'Two'] })).toEqual([
    { role: 'text', text: 'One' },
    { role: 'text', text: 'Two' },
  ]);
  expect(messages({ anything: 'else' })).toBeNull();
  expect(readMessages('no JSON')).toBeNull();
  expect(readAnswers('Ask the service desk.')).toEqual([{ role: 'assistant', text: 'Ask the service desk.' }]);
});
