/** OpenAI's responses carried over to models of other vendors: the request. */
import type { CallOptions, FunctionTool } from '../providers/translate/sdk-types.ts';
import { type CarriedBody, readCarriedBody } from './response-body.ts';
import { ResponseEvents, wholeResponse } from './response-parts.ts';
import { promptOf } from './response-prompt.ts';
import type { Translation } from './translation.ts';

function toolOf(tool: NonNullable<CarriedBody['tools']>[number]): FunctionTool {
  const { name, description, parameters, strict } = tool;
  return {
    type: 'function',
    name,
    inputSchema: parameters ?? { type: 'object', properties: {} },
    ...(description ? { description } : {}),
    ...(strict ? { strict } : {}),
  };
}

function formatOf(format: NonNullable<NonNullable<CarriedBody['text']>['format']>): CallOptions['responseFormat'] {
  if (format.type === 'text') return undefined;
  // Any object will do where no schema was given.
  if (format.type === 'json_object') return { type: 'json', schema: { type: 'object' } };
  const { name, description, schema } = format;
  return { type: 'json', name, schema, ...(description ? { description } : {}) };
}

function callOf(body: CarriedBody): CallOptions {
  const { max_output_tokens, temperature, top_p, tools, tool_choice } = body;
  const format = body.text?.format;
  const call: CallOptions = { prompt: promptOf(body) };
  if (max_output_tokens) call.maxOutputTokens = max_output_tokens;
  // 1 is the default everywhere, and some models refuse the mere mention.
  if (typeof temperature === 'number' && temperature !== 1) call.temperature = temperature;
  if (typeof top_p === 'number' && top_p !== 1) call.topP = top_p;
  if (tools && tools.length > 0) call.tools = tools.map(toolOf);
  if (tool_choice) {
    call.toolChoice =
      typeof tool_choice === 'string' ? { type: tool_choice } : { type: 'tool', toolName: tool_choice.name };
  }
  if (format) call.responseFormat = formatOf(format);
  return call;
}

export const responseTranslation: Translation = {
  call(bytes) {
    const body = readCarriedBody(bytes);
    const effort = body.reasoning?.effort;
    return {
      options: callOf(body),
      reasoning: effort ? { effort } : null,
      user: body.safety_identifier ?? body.user ?? null,
      parallelTools: body.parallel_tool_calls !== false,
    };
  },
  whole: wholeResponse,
  events: (model, created, asked) => new ResponseEvents(model, created, asked),
};
