/** What was said, read from the texts that a record keeps. */
import { z } from 'zod';
import { readJson } from '../../api/client.ts';

export interface Said {
  readonly role: string;
  readonly text: string;
}

const content = z.union([
  z.string(),
  z.null().transform(() => ''),
  z
    .array(z.looseObject({ type: z.string(), text: z.string().optional() }))
    .transform((parts) => parts.map(({ type, text }) => text ?? `[${type}]`).join('\n')),
]);
const call = z.object({ function: z.object({ name: z.string(), arguments: z.string() }) });
const message = z.object({
  role: z.string(),
  content: content.optional().default(''),
  tool_calls: z.array(call).optional().default([]),
});
const request = z.object({ messages: z.array(message) });
const answer = z.array(z.object({ message }));

const toSaid = ({ role, content: text, tool_calls }: z.output<typeof message>): Said => ({
  role,
  text: [
    ...(text === '' ? [] : [text]),
    ...tool_calls.map((one) => `${one.function.name}(${one.function.arguments})`),
  ].join('\n'),
});

/** The messages of a stored request; null when it is not a chat. */
export function readMessages(stored: string): Said[] | null {
  const parsed = request.safeParse(readJson(stored));
  return parsed.success ? parsed.data.messages.map(toSaid) : null;
}

/** The answers that were stored: one for each choice, or the text itself where a policy gave it. */
export function readAnswers(stored: string): Said[] {
  const parsed = answer.safeParse(readJson(stored));
  return parsed.success ? parsed.data.map((one) => toSaid(one.message)) : [{ role: 'assistant', text: stored }];
}
