import { z } from 'zod';
import { defineKind, field } from '../kind.ts';

const settings = z.strictObject({
  text: field(z.string().min(1).max(20_000), 'Answer', 'What the app gets, as if a model had said it.', {
    widget: 'long text',
  }),
});

export const answer = defineKind(
  { title: 'Answer', icon: 'message-2', group: 'answer', summary: 'Answers with a fixed text, without a model.' },
  settings,
  { text: 'This assistant is closed today.' },
  ({ text }) => ({
    ports: [],
    sentence: `Answers: ${text.length > 80 ? `${text.slice(0, 79)}…` : text}`,
    compile: () => {
      const step = { end: { type: 'answer', text } as const, reason: 'Answered with a fixed text.' };
      return () => step;
    },
  }),
);
