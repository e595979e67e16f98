/** What Google speaks: shapes after the public documentation of the Gemini API, made by hand. */
import { z } from 'zod';
import type { Event } from '../providers/upstream.ts';
import { MODELS } from './matrix-house.ts';
import type { Said, UpstreamProtocol } from './matrix-upstreams.ts';

/** Calls of tools have no reason of their own. */
const finishReasons = { end: 'STOP', limit: 'MAX_TOKENS', calls: 'STOP', refusal: 'SAFETY', other: 'OTHER' };
const statuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
};
/** Thoughts are counted apart from the rest of the answer. */
const usageMetadata = {
  promptTokenCount: 20,
  cachedContentTokenCount: 5,
  candidatesTokenCount: 8,
  thoughtsTokenCount: 4,
  totalTokenCount: 32,
};
const about = { modelVersion: 'gemini-2.5-flash', responseId: 'resp_1' };

const thought = (text: string) => ({ text, thought: true });
const callPart = ({ id, name, pieces }: NonNullable<Said['calls']>[number]) => ({
  functionCall: { id, name, args: JSON.parse(pieces.join('') || '{}') },
});
const candidate = (parts: readonly object[], more: object = {}) => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
  ...about,
});

const part = z.looseObject({
  text: z.string().optional(),
  inlineData: z.object({ mimeType: z.string(), data: z.string() }).optional(),
  functionCall: z.looseObject({ id: z.string(), name: z.string(), args: z.unknown() }).optional(),
  functionResponse: z.looseObject({ response: z.looseObject({ content: z.string() }) }).optional(),
});
const heard = z.looseObject({
  systemInstruction: z.object({ parts: z.array(part) }).optional(),
  contents: z.array(z.object({ role: z.string(), parts: z.array(part) })),
  generationConfig: z.looseObject({
    maxOutputTokens: z.number().optional(),
    responseJsonSchema: z.unknown().optional(),
  }),
  tools: z.array(z.looseObject({ functionDeclarations: z.array(z.looseObject({ name: z.string() })) })).default([]),
});

export const google: UpstreamProtocol = {
  model: MODELS.google,
  path: '/v1/models/gemini-2.5-flash:generateContent',
  streamPath: '/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
  speaks: [],
  fetchesPictures: false,
  whole: ({ reasoning, text, calls = [], stop }) => ({
    ...candidate(
      [
        ...(reasoning ? [thought(reasoning.join(''))] : []),
        ...(text ? [{ text: text.join('') }] : []),
        ...calls.map(callPart),
      ],
      { finishReason: finishReasons[stop] },
    ),
    usageMetadata,
  }),
  events({ reasoning = [], text = [], calls = [], stop }) {
    const pieces = [...reasoning.map(thought), ...text.map((piece) => ({ text: piece }))];
    const ends: Event = {
      data: { ...candidate([{ text: '' }], { finishReason: finishReasons[stop] }), usageMetadata },
    };
    return [
      ...pieces.map((piece): Event => ({ data: candidate([piece]) })),
      // Calls come whole, and all at once.
      ...(calls.length > 0 ? [{ data: candidate(calls.map(callPart)) }] : []),
      ends,
    ];
  },
  error: (code, message) => ({ error: { code, message, status: statuses[code] ?? 'UNAVAILABLE' } }),
  heard(body) {
    const { systemInstruction, contents, generationConfig, tools } = heard.parse(JSON.parse(body));
    const parts = [...(systemInstruction?.parts ?? []), ...contents.flatMap(({ parts: some }) => some)];
    return {
      texts: parts.flatMap(({ text }) => (text === undefined ? [] : [text])),
      pictures: parts.flatMap(({ inlineData: inline }) =>
        inline ? [`data:${inline.mimeType};base64,${inline.data}`] : [],
      ),
      tools: tools.flatMap(({ functionDeclarations }) => functionDeclarations.map(({ name }) => name)),
      schema: generationConfig.responseJsonSchema,
      calls: parts.flatMap(({ functionCall: call }) =>
        call ? [{ id: call.id, name: call.name, input: call.args }] : [],
      ),
      results: parts.flatMap(({ functionResponse: given }) => (given ? [given.response.content] : [])),
      limit: generationConfig.maxOutputTokens,
    };
  },
};
