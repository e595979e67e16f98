/** A request of the past, to be tried again: as it is stored, or as much as is known of it. */
import { z } from 'zod';
import { type ChatBody, chatBody } from '../../policies/chat.ts';
import { recordedFrom } from '../../policies/impact.ts';
import { factSchema } from '../../policies/trace-schema.ts';
import { readJson } from '../api/client.ts';
import type { PastRequest } from '../api/records.ts';
import { plural } from '../app/words.ts';
import { type Trial, trialOf } from './trial.ts';

/** How texts are kept of a request that was never sent to a model. */
const textsSchema = z.object({ texts: z.array(z.string()).min(1) });

const FILLER = 'These words stand for others. ';
/** Characters of English that make one token, about. */
const CHARACTERS_PER_TOKEN = 4;
/** More is of no use to look at, and slow to type in. */
const MOST_FILLER_TOKENS = 50_000;

const factsSchema = z.record(z.string(), factSchema);

/** The record as a trial, with its tags as they came in. */
export function trialOfRecord(past: PastRequest, name: string, keys: readonly { readonly id: string }[]): Trial {
  const { record } = past;
  const { body, notes } = bodyOfRecord(past);
  const facts = factsSchema.safeParse(record.facts);
  const { tags } = recordedFrom({ ...record, trace: [], facts: facts.success ? facts.data : {} });
  const hasKey = keys.some(({ id }) => id === record.key);
  return trialOf(body, Object.fromEntries([...tags].map(([tag, { value }]) => [tag, value])), {
    source: `record ${record.id}`,
    name,
    at: record.at,
    key: hasKey ? record.key : null,
    notes: hasKey
      ? notes
      : [...notes, 'Its key is not in use any more, so that it is tried with none; the tags are those that it had.'],
  });
}

function bodyOfRecord({ record, content, isHidden }: PastRequest): { body: ChatBody; notes: string[] } {
  const { requestedModel: model, stream, usage } = record;
  const stored = readJson(content?.request ?? '');
  const chat = chatBody.safeParse(stored);
  if (chat.success) {
    return {
      body: { ...chat.data, model, stream },
      notes: [
        'This is the request as it is stored: what a policy took out of it then is not in it, unless everything is kept. That you looked is written to the history.',
      ],
    };
  }
  const texts = textsSchema.safeParse(stored);
  if (texts.success) {
    return {
      body: { model, stream, messages: [{ role: 'user', content: texts.data.texts.join('\n\n') }] },
      notes: ['Only the texts of this request are stored, after what a policy took out of them; who said what is not.'],
    };
  }
  const tokens = Math.min(usage.inputTokens, MOST_FILLER_TOKENS);
  const length = Math.max(FILLER.length, tokens * CHARACTERS_PER_TOKEN);
  const filler = FILLER.repeat(Math.ceil(length / FILLER.length)).trim();
  return {
    body: { model, stream, messages: [{ role: 'user', content: filler }] },
    notes: [
      `${isHidden ? 'Your role does not let you read what was said.' : 'What was said is not stored.'} Its tags, its model and its size are real; a text of about ${plural(tokens, 'token')} stands for what was said, so that whatever depends on the words may come out otherwise.`,
    ],
  };
}
