import { describe, expect, it } from 'vitest';
import { wholeAnswer } from '../../../server/cache/whole-answer.ts';

const choice = (finish: unknown, message: object = { role: 'assistant', content: 'Yes.' }): string =>
  JSON.stringify([{ index: 0, message, finish_reason: finish }]);
const message = (end: unknown, ...content: object[]): string => JSON.stringify({ content, stop_reason: end });
const text = { type: 'text', text: 'Yes.' };
const item = (...content: object[]) => ({ type: 'message', role: 'assistant', content });
const response = (status: unknown, ...output: object[]): string => JSON.stringify({ output, status });
const said = { type: 'output_text', text: 'Yes.', annotations: [] };

describe('an answer that may be given again', () => {
  it.each([
    ['a chat answer', choice('stop')],
    [
      'one with fields that are empty',
      choice('stop', { role: 'assistant', content: 'Yes.', refusal: null, annotations: [] }),
    ],
    ['a message', message('end_turn', text)],
    ['a message that stopped where it was told to', message('stop_sequence', { ...text, citations: null })],
    ['a response', response('completed', item(said))],
  ])('is %s, and its text is known', (_name, answer) => {
    expect(wholeAnswer(answer)).toEqual({ plainText: 'Yes.' });
  });

  it.each([
    ['a chat answer that calls a tool', choice('tool_calls', { role: 'assistant', content: null, tool_calls: [{}] })],
    ['one with text and a call', choice('tool_calls', { role: 'assistant', content: 'Yes.', tool_calls: [{}] })],
    ['one with sources', choice('stop', { role: 'assistant', content: 'Yes.', annotations: [{}] })],
    ['a message of two parts', message('end_turn', text, text)],
    ['a message that calls a tool', message('tool_use', { type: 'tool_use', name: 'look', input: {} })],
    ['a response with thoughts', response('completed', { type: 'reasoning' }, item(said))],
    ['embeddings', JSON.stringify({ embeddings: 2, dimensions: 8 })],
  ])('is %s, which is more than one plain text', (_name, answer) => {
    expect(wholeAnswer(answer)).toEqual({ plainText: null });
  });

  it.each([
    ['cut off at the limit', choice('length')],
    ['stopped by a filter', choice('content_filter')],
    ['without an end', choice(null)],
    ['a message cut off', message('max_tokens', text)],
    ['a message refused', message('refusal', text)],
    ['a message that is to go on', message('pause_turn', text)],
    ['a response cut off', response('incomplete', item(said))],
    ['a response refused', response('completed', item({ type: 'refusal', refusal: 'No.' }))],
    ['no answer at all', ''],
    ['an empty list', '[]'],
    ['broken', '{"content":['],
  ])('is none that is %s', (_name, answer) => {
    expect(wholeAnswer(answer)).toBeNull();
  });
});
