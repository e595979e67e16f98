/** Vendors' words for a parameter that they surely refuse. The sentences are after the vendors' public documentation. */
import { describe, expect, it } from 'vitest';
import { clearRefusal, isNamed } from '../../../server/wire/clear-refusal.ts';

describe('a refusal', () => {
  it.each([
    ["Unsupported parameter: 'top_p' is not supported with this model.", 'top_p'],
    ["Unsupported parameter: 'temperature' is not supported with reasoning models.", 'temperature'],
    ["Unsupported parameter: 'reasoning.effort' is not supported with this model.", 'reasoning.effort'],
    ['Unrecognized request argument supplied: logit_bias', 'logit_bias'],
    ["Unknown parameter: 'seed'.", 'seed'],
    ['Unknown name "topK": Cannot find field.', 'topK'],
    ['top_k: Extra inputs are not permitted', 'top_k'],
    ['This model does not support the effort parameter.', 'effort'],
    ['Model grok-4 does not support parameter presencePenalty.', 'presencePenalty'],
    ['The parameter `logprobs` is not supported by this model', 'logprobs'],
    ['logprobs is not supported for gpt-5-mini.', 'logprobs'],
  ])('is clear about a parameter: %s', (message, name) => {
    expect(clearRefusal(message)).toEqual({ name, value: null });
  });

  it.each([
    [
      "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.",
      'temperature',
      '0.7',
    ],
    [
      "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. Supported values are: 'low', 'medium', and 'high'.",
      'reasoning_effort',
      'minimal',
    ],
  ])('is clear about a value alone: %s', (message, name, value) => {
    expect(clearRefusal(message)).toEqual({ name, value });
  });

  it.each([
    'temperature is not supported when thinking is enabled.',
    "Unsupported parameter: 'parallel_tool_calls' is only allowed when 'tools' are specified.",
    'temperature and top_p are not supported together.',
    'Function tools with reasoning_effort are not supported for gpt-5.4 in this endpoint.',
    'top_p is not supported with reasoning_effort high.',
    'Unsupported parameters: seed, logit_bias.',
    "Unsupported parameter: 'seed'. Unsupported parameter: 'top_k' is not supported with this model.",
    'temperature must be at most 2',
    "Invalid value: 'xhigh'. Supported values are: 'low' and 'high'.",
    'adaptive thinking is not supported on this model',
    'The service tier is not available for your organization.',
    'seed is temporarily not supported.',
    'no top_k',
    '',
  ])('leaves a doubt: %s', (message) => {
    expect(clearRefusal(message)).toBeNull();
  });
});

it.each([
  ['effort', 'output_config.effort', true],
  ['presencePenalty', 'presence_penalty', true],
  ['reasoning.effort', 'reasoning.effort', true],
  ['top_p', 'top_k', false],
  ['penalty', 'presence_penalty', false],
])('“%s” stands for %s: %s', (name, place, stands) => {
  expect(isNamed(name, place)).toBe(stands);
});
