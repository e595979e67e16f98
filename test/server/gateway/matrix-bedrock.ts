/** What Amazon Bedrock speaks: shapes after the public documentation of Converse and ConverseStream, made by hand. */
import { z } from 'zod';
import { eventFrames } from '../providers/event-frames.ts';
import type { Event } from '../providers/upstream.ts';
import { MODELS } from './matrix-house.ts';
import type { UpstreamProtocol } from './matrix-upstreams.ts';

const stopReasons = {
  end: 'end_turn',
  limit: 'max_tokens',
  calls: 'tool_use',
  refusal: 'guardrail_intervened',
  other: 'model_context_window_exceeded',
};
/** What came from a cache is counted apart from the rest of the input. */
const usage = { inputTokens: 15, cacheReadInputTokens: 5, cacheWriteInputTokens: 0, outputTokens: 12, totalTokens: 32 };
const metrics = { latencyMs: 300 };

/** The events of one block. */
function blockEvents(contentBlockIndex: number, start: object | null, deltas: readonly object[]): Event[] {
  return [
    ...(start ? [{ event: 'contentBlockStart', data: { contentBlockIndex, start } }] : []),
    ...deltas.map((delta) => ({ event: 'contentBlockDelta', data: { contentBlockIndex, delta } })),
    { event: 'contentBlockStop', data: { contentBlockIndex } },
  ];
}

const block = z.looseObject({
  text: z.string().optional(),
  image: z.object({ format: z.string(), source: z.object({ bytes: z.string() }) }).optional(),
  toolUse: z.object({ toolUseId: z.string(), name: z.string(), input: z.unknown() }).optional(),
  toolResult: z.looseObject({ content: z.array(z.object({ text: z.string() })) }).optional(),
});
const heard = z.looseObject({
  system: z.array(block).default([]),
  messages: z.array(z.object({ role: z.string(), content: z.array(block) })),
  inferenceConfig: z.looseObject({ maxTokens: z.number().optional() }).optional(),
  toolConfig: z
    .looseObject({
      tools: z.array(
        z.object({ toolSpec: z.object({ name: z.string(), inputSchema: z.object({ json: z.unknown() }) }) }),
      ),
    })
    .optional(),
});

/** The tool that a model is made to call, so that its answer has the form that was asked for. */
const FORM = 'json';

const path = '/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/converse';

export const bedrock: UpstreamProtocol = {
  model: MODELS.bedrock,
  path,
  streamPath: `${path}-stream`,
  speaks: [],
  frames: { encode: eventFrames, type: 'application/vnd.amazon.eventstream' },
  fetchesPictures: false,
  inForm: (json) => ({
    calls: [{ id: 'call_f', name: FORM, pieces: [json.slice(0, 5), json.slice(5)] }],
    stop: 'calls',
  }),
  whole: ({ reasoning, text, calls = [], stop }) => ({
    metrics,
    output: {
      message: {
        role: 'assistant',
        content: [
          ...(reasoning
            ? [{ reasoningContent: { reasoningText: { text: reasoning.join(''), signature: 'c2ln' } } }]
            : []),
          ...(text ? [{ text: text.join('') }] : []),
          ...calls.map(({ id, name, pieces }) => ({
            toolUse: { toolUseId: id, name, input: JSON.parse(pieces.join('') || '{}') },
          })),
        ],
      },
    },
    stopReason: stopReasons[stop],
    usage,
  }),
  events({ reasoning, text, calls = [], stop }) {
    const blocks: (readonly [start: object | null, deltas: readonly object[]])[] = [];
    if (reasoning) {
      const thoughts = reasoning.map((piece) => ({ reasoningContent: { text: piece } }));
      blocks.push([null, [...thoughts, { reasoningContent: { signature: 'c2ln' } }]]);
    }
    if (text) blocks.push([null, text.map((piece) => ({ text: piece }))]);
    for (const { id, name, pieces } of calls) {
      blocks.push([{ toolUse: { toolUseId: id, name } }, pieces.map((input) => ({ toolUse: { input } }))]);
    }
    return [
      { event: 'messageStart', data: { role: 'assistant' } },
      ...blocks.flatMap(([start, deltas], index) => blockEvents(index, start, deltas)),
      { event: 'messageStop', data: { stopReason: stopReasons[stop] } },
      { event: 'metadata', data: { usage, metrics } },
    ];
  },
  error: (_, message) => ({ message }),
  heard(body) {
    const asked = heard.parse(JSON.parse(body));
    const tools = (asked.toolConfig?.tools ?? []).map(({ toolSpec }) => toolSpec);
    const blocks = [...asked.system, ...asked.messages.flatMap(({ content }) => content)];
    return {
      texts: blocks.flatMap(({ text }) => (text === undefined ? [] : [text])),
      pictures: blocks.flatMap(({ image }) =>
        image ? [`data:image/${image.format};base64,${image.source.bytes}`] : [],
      ),
      tools: tools.flatMap(({ name }) => (name === FORM ? [] : [name])),
      schema: tools.find(({ name }) => name === FORM)?.inputSchema.json,
      calls: blocks.flatMap(({ toolUse: call }) =>
        call ? [{ id: call.toolUseId, name: call.name, input: call.input }] : [],
      ),
      results: blocks.flatMap(({ toolResult }) => toolResult?.content.map(({ text }) => text) ?? []),
      limit: asked.inferenceConfig?.maxTokens,
    };
  },
};
