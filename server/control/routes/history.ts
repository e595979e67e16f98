/** The history of changes. */
import { z } from 'zod';
import { listHistory, verifyHistory } from '../history.ts';
import { idSchema, momentSchema } from '../input.ts';
import { findPolicy } from '../policies.ts';
import { defineRoute, type Route } from '../route.ts';

/** An entry as the API tells it. */
export const historyEntrySchema = z
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
const page = {
  before: number.optional().meta({ description: 'The `next` of the page before.' }),
  after: number.optional().meta({ description: 'The `previous` of the page after.' }),
  limit: number.min(1).max(500).default(100),
};
const pageOfEntries = z.object({
  entries: z.array(historyEntrySchema),
  next: z.int().nullable(),
  previous: z.int().nullable(),
});

export const historyRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/history',
    may: 'read history',
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
      ...page,
    }),
    response: pageOfEntries,
    handle: ({ query: { limit, ...filter } }, { control, actor }) =>
      listHistory(control.db, actor.organisation, filter, limit),
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/history',
    may: 'read policy',
    placed: 'policy',
    tag: 'History',
    summary: 'How a policy came about, the newest change first.',
    status: 200,
    errors: ['not_found'],
    params: z.strictObject({ policy: idSchema }),
    query: z.strictObject({ action: z.string().optional(), ...page }),
    response: pageOfEntries,
    handle: async ({ params, query: { limit, ...filter } }, { control, actor: { organisation } }) => {
      const { id } = await findPolicy(control.db, organisation, params.policy);
      return listHistory(control.db, organisation, { ...filter, objectType: 'policy', objectId: id }, limit);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/history/verification',
    may: 'read history',
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
