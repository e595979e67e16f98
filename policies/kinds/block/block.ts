import { z } from 'zod';
import { defineKind, field } from '../kind.ts';

const settings = z.strictObject({
  status: field(
    z.literal([400, 402, 403, 404, 409, 422, 429, 451, 503]).default(403),
    'Status',
    'What the app is told besides the message.',
    {
      words: {
        400: '400: the request is wrong',
        402: '402: it has to be paid for',
        403: '403: not allowed',
        404: '404: not found',
        409: '409: in conflict with something',
        422: '422: cannot be processed',
        429: '429: too many requests',
        451: '451: not allowed by law',
        503: '503: not available now',
      },
    },
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
