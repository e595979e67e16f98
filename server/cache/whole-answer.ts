/** Which answers may be given again: those that came to their own end, and neither at a limit nor at a refusal. */
import { isObject, type JsonObject, listOf, parseJson } from '../wire/json-value.ts';

/** Ends of an answer that the model itself has chosen. */
const OWN_ENDS: ReadonlySet<unknown> = new Set([
  ...['stop', 'tool_calls', 'function_call'],
  ...['end_turn', 'stop_sequence', 'tool_use'],
]);

/** An answer as records have it, if it may be given again: with all that it says where that is one plain text. */
export function wholeAnswer(text: string): { readonly plainText: string | null } | null {
  const answer = parseJson(text);
  if (Array.isArray(answer)) return ofChoices(answer.filter(isObject));
  if (!isObject(answer)) return null;
  // Embeddings have no end to come to.
  if ('embeddings' in answer) return { plainText: null };
  if ('content' in answer)
    return OWN_ENDS.has(answer.stop_reason) ? { plainText: ofParts(answer.content, 'text') } : null;
  if ('output' in answer) return ofOutput(answer);
  return null;
}

function ofChoices(choices: readonly JsonObject[]): ReturnType<typeof wholeAnswer> {
  if (choices.length === 0 || !choices.every(({ finish_reason: end }) => OWN_ENDS.has(end))) return null;
  const [first] = choices;
  if (choices.length > 1 || !isObject(first?.message)) return { plainText: null };
  const { role: _, content, annotations, ...more } = first.message;
  // Vendors send the fields that an answer does not use as null or as an empty list.
  const isMore = Object.values(more).some((value) => value !== null) || listOf(annotations).length > 0;
  return { plainText: typeof content === 'string' && !isMore ? content : null };
}

function ofOutput({ status, output }: JsonObject): ReturnType<typeof wholeAnswer> {
  if (status !== 'completed') return null;
  const items = listOf(output).filter(isObject);
  const parts = items.flatMap(({ content }) => listOf(content)).filter(isObject);
  if (parts.some(({ type }) => type === 'refusal')) return null;
  const [item] = items;
  return { plainText: items.length === 1 && item?.type === 'message' ? ofParts(item.content, 'output_text') : null };
}

function ofParts(parts: unknown, type: string): string | null {
  const [part, ...more] = listOf(parts).filter(isObject);
  const { annotations, citations, text } = part ?? {};
  const isPlain = part?.type === type && more.length + listOf(annotations).length + listOf(citations).length === 0;
  return isPlain && typeof text === 'string' ? text : null;
}
