import { z } from 'zod';
import { defineKind, field } from '../kind.ts';

const settings = z.strictObject({
  status: field(
    z.literal([400, 402, 403, 404, 409, 422, 429, 451, 503]).default(403),
    'Status',
    'The HTTP status that the app gets.',
  ),
  message: field(
    z.string().trim().min(1).max(2000),
    'Message',
    'What people read: what happened, why, and what to do.',
    { widget: 'long text' },
  ),
});

export const block = defineKind(
  { title: 'Block', icon: 'hand-stop', group: 'answer', summary: 'Refuses, with a message for people.' },
  settings,
  { status: 403, message: 'This request is not allowed. Ask your administrator why.' },
  ({ status, message }) => ({
    ports: [],
    sentence: `Refuses: ${message}`,
    compile: () => {
      const step = { end: { type: 'block', status, message } as const, reason: `Refused: ${message}` };
      return () => step;
    },
  }),
);
