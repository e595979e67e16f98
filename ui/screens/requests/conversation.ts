/** What was said, read from the texts that a record keeps. */
import { z } from 'zod';
import { type ChatBody, chatBody } from '../../../policies/chat.ts';
import { readJson } from '../../api/client.ts';
import { besidesText, textOf } from '../../trying/trial.ts';

type Message = ChatBody['messages'][number];

export interface Said {
  /** As the protocol calls it; `text` where it was not kept. */
  readonly role: string;
  readonly text: string;
}

const answers = z.array(z.object({ message: chatBody.shape.messages.element }));

/** How texts are kept of a request that was never sent to a model. */
const texts = z.object({ texts: z.array(z.string()) });

function sayCalls({ tool_calls: calls, function_call: older }: Message): string[] {
  const said = (calls ?? []).map(({ function: called, custom }) =>
    called ? `${called.name}(${called.arguments})` : `${custom?.name ?? ''}(${custom?.input ?? ''})`,
  );
  return older ? [...said, `${older.name}(${older.arguments})`] : said;
}

function toSaid(message: Message): Said {
  const pictures = besidesText({ ...message, tool_calls: null }).map((words) => `[${words}]`);
  const lines = [message.reasoning_content, textOf(message), message.refusal, ...pictures, ...sayCalls(message)];
  return { role: message.role, text: lines.filter(Boolean).join('\n') };
}

/** The messages of a stored request; null when what is stored is not a chat. */
export function readMessages(stored: string): Said[] | null {
  const json = readJson(stored);
  const chat = chatBody.safeParse(json);
  if (chat.success) return chat.data.messages.map(toSaid);
  const kept = texts.safeParse(json);
  return kept.success ? kept.data.texts.map((text) => ({ role: 'text', text })) : null;
}

/** The answers that were stored: one for each choice, or the text itself where a policy gave it. */
export function readAnswers(stored: string): Said[] {
  const parsed = answers.safeParse(readJson(stored));
  return parsed.success ? parsed.data.map(({ message }) => toSaid(message)) : [{ role: 'assistant', text: stored }];
}
