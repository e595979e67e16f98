/** The history of changes. */
import { z } from 'zod';
import { listHistory, verifyHistory } from '../history.ts';
import { momentSchema } from '../input.ts';
import { defineRoute, type Route } from '../route.ts';

const entry = z
  .object({
    sequence: z.int(),
    at: momentSchema,
    actor: z.string(),
    action: z.string(),
    objectType: z.string(),
    objectId: z.string(),
    reason: z.string().nullable(),
    before: z.unknown(),
    after: z.unknown(),
    beforeDigest: z.string().nullable().meta({ description: 'SHA-256; it stays where the contents were erased.' }),
    afterDigest: z.string().nullable(),
    previous: z.string().nullable().meta({ description: 'The hash of the entry before.' }),
    hash: z.string(),
  })
  .meta({ id: 'HistoryEntry' });
const number = z.coerce.number().int().min(0);

export const historyRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/history',
    tag: 'History',
    summary: 'Every change of the control plane, the newest first.',
    status: 200,
    query: z.strictObject({
      objectType: z.string().optional(),
      objectId: z.string().optional(),
      actor: z.string().optional(),
      action: z.string().optional(),
      from: number.optional(),
      to: number.optional(),
      reason: z.enum(['given', 'none']).optional().meta({ description: 'Whether somebody said why.' }),
      before: number.optional().meta({ description: 'The `next` of the page before.' }),
      after: number.optional().meta({ description: 'The `previous` of the page after.' }),
      limit: number.min(1).max(500).default(100),
    }),
    response: z.object({ entries: z.array(entry), next: z.int().nullable(), previous: z.int().nullable() }),
    handle: ({ query: { limit, ...filter } }, { control, actor }) =>
      listHistory(control.db, actor.organisation, filter, limit),
  }),
  defineRoute({
    method: 'get',
    path: '/history/verification',
    tag: 'History',
    summary: 'Recompute the chain of hashes from its first entry.',
    status: 200,
    response: z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), entries: z.int(), hash: z.string().nullable() }),
      z.object({ ok: z.literal(false), sequence: z.int(), why: z.string() }),
    ]),
    handle: (_input, { control, actor }) => verifyHistory(control.db, actor.organisation),
  }),
];
