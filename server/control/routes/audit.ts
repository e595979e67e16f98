/** The past, provable: how far it is proved, checkpoints, proofs, exports with a program that checks them, and deletions. */
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { Response } from 'express';
import { z } from 'zod';
import { listCheckpoints } from '../../audit/checkpoints.ts';
import { deleteOfRecord, type Tombstone } from '../../audit/deletion.ts';
import { type ExportObject, type ExportSpan, exportAudit } from '../../audit/export.ts';
import { type Log, logName, logOf } from '../../audit/logs.ts';
import { proveConsistency, proveInclusion } from '../../audit/proofs.ts';
import { readRevisions, revisionsSchema } from '../../audit/revisions.ts';
import { sealAll } from '../../audit/sealing.ts';
import type { SigningKey } from '../../audit/signing-key.ts';
import { auditState } from '../../audit/state.ts';
import { SignalboxError } from '../../errors.ts';
import { idSchema, momentSchema, parseInput, reasonSchema } from '../input.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';

/** Plain JavaScript, which stands beside the built server as it is among the sources. */
const VERIFIER = fileURLToPath(new URL('../../audit/standalone/verify.mjs', import.meta.url));

const number = z.coerce.number().int().min(0);
const nothing = z.strictObject({});
const logSchema = z.string().meta({ description: 'Such as `history/org_…` or `records/gateway-1`.' });

const logState = z.object({
  log: z.string(),
  kind: z.enum(['history', 'records']),
  verifierKey: z.string().nullable().meta({ description: 'The key of its checkpoints, with its name (C2SP vkey).' }),
  entries: z.int(),
  verified: z
    .object({ to: z.int(), at: momentSchema, fault: z.string().nullable() })
    .nullable()
    .meta({ description: 'Up to which entry everything was read again and fits, and when that was.' }),
  checkpoint: z.object({ size: z.int(), at: momentSchema }).nullable(),
  refused: z.string().nullable().meta({ description: 'Why no checkpoint is signed any more.' }),
});

const checkpoint = z
  .object({ log: z.string(), size: z.int(), at: momentSchema, note: z.string() })
  .meta({ id: 'Checkpoint', description: 'The note is a signed checkpoint (C2SP tlog-checkpoint).' });

const deletion = z
  .object({
    record: z.string(),
    what: z.enum(['content', 'record']),
    at: momentSchema,
    actor: z.string(),
    reason: z.string(),
    digest: z.string().meta({ description: 'SHA-256 of what was deleted, as it was sealed.' }),
    leftDigest: z.string().nullable().meta({ description: 'SHA-256 of what is left of the record.' }),
  })
  .meta({ id: 'Deletion' });

const sayDeletion = ({ left_digest, organisation: _, ...rest }: Tombstone): z.infer<typeof deletion> => ({
  ...rest,
  leftDigest: left_digest,
});

/** The log of that name, where the caller may see it: the own history, and the records of any gateway. */
function findLog({ actor }: RouteContext, name: string): Log {
  const log = logOf(name);
  const isSeen = log && (log.kind === 'records' || log.id === actor.organisation);
  if (!isSeen) throw new SignalboxError('not_found', { what: 'log of that name' });
  return log;
}

const record = z.strictObject({ record: idSchema });
const reason = z.strictObject({ reason: reasonSchema });

const deletes = (what: Tombstone['what'], path: Route['path'], summary: string): Route =>
  defineRoute({
    method: 'delete',
    path,
    may: 'delete record',
    summary,
    tag: 'Audit',
    status: 200,
    errors: ['not_found'],
    params: record,
    body: reason,
    response: deletion,
    handle: async ({ params, body }, { control, deps, actor }) =>
      sayDeletion(
        await deleteOfRecord(control, deps.audit.stores, actor, {
          record: params.record,
          what,
          ...body,
          now: Date.now(),
        }),
      ),
  });

const exportQuery = z.strictObject({
  from: number.optional().meta({ description: 'Milliseconds since 1970, inclusive.' }),
  to: number.optional().meta({ description: 'Milliseconds since 1970, exclusive.' }),
  objectType: z.string().max(100).optional().meta({ description: 'With `objectId`: all about one object.' }),
  objectId: idSchema.optional(),
});

function whatToExport(query: z.infer<typeof exportQuery>, now: number): ExportSpan | ExportObject {
  const { from, to, objectType, objectId } = query;
  if (objectType === undefined && objectId === undefined) return { from: from ?? 0, to: to ?? now };
  if (objectType === undefined || objectId === undefined || from !== undefined || to !== undefined) {
    throw new SignalboxError('invalid_input', {
      why: 'Ask for a span of time with from and to, or for one object with objectType and objectId',
    });
  }
  return { objectType, objectId };
}

function signingKey({ deps }: RouteContext): SigningKey {
  if (!deps.audit.key) throw new SignalboxError('signing_unavailable');
  return deps.audit.key;
}

async function sendExport(context: RouteContext, query: unknown, response: Response): Promise<void> {
  const { deps, actor } = context;
  const { stores, activity, checkpoints } = deps.audit;
  const key = signingKey(context);
  const now = Date.now();
  const what = whatToExport(parseInput(exportQuery, query), now);
  await activity.exported(actor, { source: '/audit/export', filter: { ...what }, digest: null });
  // So that everything that is there by now is under a checkpoint.
  await sealAll(stores, now);
  await checkpoints?.sign(now);
  response.attachment('signalbox-audit.jsonl').type('application/jsonl');
  await pipeline(Readable.from(exportAudit(stores, key, actor.organisation, what, now)), response);
}

/** Routes that write their answer themselves, since it is no JSON. */
const files: readonly Route[] = [
  {
    method: 'get',
    path: '/audit/export',
    may: 'read history',
    tag: 'Audit',
    summary:
      'What happened in a span of time, or to one object, as signed JSON lines that can be checked without this gateway.',
    status: 200,
    errors: ['signing_unavailable'],
    streams: 'lines',
    params: nothing,
    query: exportQuery,
    body: null,
    response: z.looseObject({ kind: z.string(), sum: z.string() }),
    run: ({ query }, context, response) => sendExport(context, query, response),
  },
  {
    method: 'get',
    path: '/audit/verifier',
    may: 'read history',
    tag: 'Audit',
    summary: 'The program that checks exports: one file for Node, which needs nothing else.',
    status: 200,
    streams: 'lines',
    params: nothing,
    query: nothing,
    body: null,
    response: z.string(),
    async run(_parts, _context, response) {
      response
        .attachment('verify.mjs')
        .type('text/javascript')
        .send(await readFile(VERIFIER));
    },
  },
];

export const auditRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/audit/state',
    may: 'read history',
    tag: 'Audit',
    summary: 'How far the past is proved, and in words what that shows and what it does not.',
    status: 200,
    response: z.object({
      installation: z.string().nullable(),
      publicKey: z.string().nullable().meta({ description: 'The Ed25519 key that signs, in base64.' }),
      logs: z.array(logState).readonly(),
      waiting: z.int().meta({ description: 'Records that are written and not sealed yet, counted up to 10,000.' }),
      shows: z.array(z.string()).readonly(),
      doesNotShow: z.array(z.string()).readonly(),
    }),
    handle: (_input, { deps, actor }) => auditState(deps.audit, actor.organisation, Date.now()),
  }),
  defineRoute({
    method: 'get',
    path: '/audit/checkpoints',
    may: 'read history',
    tag: 'Audit',
    summary: 'Signed checkpoints, the newest first. Keep some of them where the gateway cannot reach them.',
    status: 200,
    errors: ['not_found'],
    query: z.strictObject({
      log: logSchema.optional(),
      before: number.optional().meta({ description: 'Only those signed before, in milliseconds since 1970.' }),
      limit: number.min(1).max(500).default(100),
    }),
    response: z.object({ checkpoints: z.array(checkpoint).readonly() }),
    handle: async ({ query: { log, before, limit } }, context) => {
      const { stores } = context.deps.audit;
      const gateways: string[] = await stores.records('record_chain_heads').pluck('gateway');
      const seen: Log[] = [
        { kind: 'history', id: context.actor.organisation },
        ...gateways.map((id): Log => ({ kind: 'records', id })),
      ];
      const logs = log === undefined ? seen : [findLog(context, log)];
      return { checkpoints: await listCheckpoints(stores.control, logs.map(logName), before, limit) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/audit/proofs/inclusion',
    may: 'read history',
    tag: 'Audit',
    summary: 'A proof that an entry is in a log, by the first checkpoint that covers it (C2SP tlog-proof).',
    status: 200,
    errors: ['not_found'],
    query: z.strictObject({ log: logSchema, sequence: number.min(1) }),
    response: z.object({ proof: z.string() }),
    handle: async ({ query }, context) => {
      const proof = await proveInclusion(context.deps.audit.stores, findLog(context, query.log), query.sequence);
      if (proof === null) throw new SignalboxError('not_found', { what: 'checkpoint yet that covers this entry' });
      return { proof };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/audit/proofs/consistency',
    may: 'read history',
    tag: 'Audit',
    summary: 'The hashes, in base64, that prove that a log only grew from one checkpoint to another (RFC 9162).',
    status: 200,
    errors: ['not_found'],
    query: z.strictObject({ log: logSchema, from: number.min(1), to: number.min(1) }),
    response: z.object({ hashes: z.array(z.string()) }),
    handle: async ({ query: { log: name, from, to } }, context) => {
      const { stores } = context.deps.audit;
      const log = findLog(context, name);
      const [last] = await listCheckpoints(stores.control, [logName(log)], undefined, 1);
      if (from > to || to > (last?.size ?? 0))
        throw new SignalboxError('not_found', { what: 'checkpoint over so many entries' });
      return { hashes: await proveConsistency(stores, log, from, to) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/audit/deletions',
    may: 'read history',
    tag: 'Audit',
    summary: 'What was deleted of requests: who did it, when and why; the newest first.',
    status: 200,
    query: z.strictObject({
      record: idSchema.optional(),
      before: number.optional(),
      limit: number.min(1).max(500).default(100),
    }),
    response: z.object({ deletions: z.array(deletion) }),
    handle: async ({ query }, { deps, actor }) => {
      const { organisation } = actor;
      const rows = deps.audit.stores.records<Tombstone>('record_tombstones').where({ organisation });
      if (query.record !== undefined) rows.where({ record: query.record });
      if (query.before !== undefined) rows.where('at', '<', query.before);
      const found: Tombstone[] = await rows.orderBy('at', 'desc').limit(query.limit);
      return { deletions: found.map(sayDeletion) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/audit/revisions/{revisions}',
    may: 'read history',
    tag: 'Audit',
    summary: 'What a record’s `revisions` stands for: the program, its code, prices and budgets that decided it.',
    status: 200,
    errors: ['not_found'],
    params: z.strictObject({ revisions: idSchema }),
    response: revisionsSchema,
    handle: async ({ params: { revisions } }, { control, actor }) => {
      const found = await readRevisions(control.db, actor.organisation, revisions);
      if (!found) throw new SignalboxError('not_found', { what: 'revisions of that id' });
      return found;
    },
  }),
  ...files,
  deletes(
    'record',
    '/records/{record}',
    'Delete a request for good, with its content. What it cost and where that was charged stays, since the books must add up.',
  ),
  deletes('content', '/records/{record}/content', 'Delete what a request sent and was answered, for good.'),
];
