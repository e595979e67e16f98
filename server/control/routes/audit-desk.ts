/** The auditor's desk: questions about the past, each answered from the history or from the records. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { z } from 'zod';
import { grantsSchema } from '../../../policies/access/grants.ts';
import { accessAt, REVIEWED, type Reviewed } from '../../audit/desk/access-review.ts';
import { findChange, isPlace, listChanges, type ReviewedChange } from '../../audit/desk/changes.ts';
import { CHANGE_KINDS, OTHER_KINDS } from '../../audit/desk/groups.ts';
import { FLAGS } from '../../audit/desk/judging.ts';
import { policiesAt } from '../../audit/desk/live-policies.ts';
import { readNames } from '../../audit/desk/names.ts';
import { packOf } from '../../audit/desk/pack.ts';
import { DEEDS, type DeedEntry, listDeeds } from '../../audit/desk/person.ts';
import { accessTable, changesTable, deedsTable } from '../../audit/desk/tables.ts';
import { exportAudit } from '../../audit/export.ts';
import { sealAll } from '../../audit/sealing.ts';
import { SignalboxError } from '../../errors.ts';
import { csvFile } from '../csv-file.ts';
import { idSchema, momentSchema, parseInput } from '../input.ts';
import { answeredFileSchema, defineRoute, type Route, type RouteContext } from '../route.ts';
import { historyEntrySchema } from './history.ts';

const number = z.coerce.number().int().min(0);
const from = number.optional().meta({ description: 'Milliseconds since 1970, inclusive.' });
const to = number.optional().meta({ description: 'Milliseconds since 1970, exclusive.' });
const format = z.enum(['json', 'csv']).default('json');
const limit = number.min(1).max(500).default(50);
const anyKind = z.enum([...CHANGE_KINDS, ...OTHER_KINDS]);

/** Rows of a table: more of them are of a shorter time each. */
const MOST_ROWS = 50_000;
const PAGE = 500;

const changeSchema = historyEntrySchema
  .extend({
    kind: anyKind,
    flags: z.array(z.enum(FLAGS)).readonly().meta({ description: 'Why it is looked at first.' }),
    judgement: z
      .object({
        flag: z.enum(FLAGS).nullable(),
        words: z.string(),
        approvals: z
          .array(z.object({ person: z.string(), at: momentSchema, request: z.string().nullable() }))
          .readonly(),
        needed: z.int().nullable().meta({ description: 'Approvals that the rules of then asked for.' }),
        authors: z.array(z.string()).readonly().meta({ description: 'Who made what was changed.' }),
        emergency: z.boolean(),
        followedUp: z.int().nullable().meta({ description: 'The entry by which an emergency was followed up.' }),
      })
      .nullable()
      .meta({ description: 'Null where there are no approvals of such changes.' }),
  })
  .meta({ id: 'ReviewedChange' });

const deedSchema = historyEntrySchema.extend({ kind: anyKind }).meta({ id: 'Deed' });
const reach = z.object({
  everywhere: z.boolean(),
  places: z
    .array(z.object({ of: z.enum(['team', 'project', 'policy', 'own keys']), id: z.string().nullable() }))
    .readonly(),
});
const chosen = { policy: z.string().nullable(), sequence: z.int().nullable() };

/** All pages of something, as long as it fits a table. */
async function allOf<Item, Place>(
  read: (place: Place | undefined) => Promise<{ readonly items: readonly Item[]; readonly next: Place | null }>,
): Promise<Item[]> {
  const all: Item[] = [];
  for (let place: Place | undefined; ; ) {
    const { items, next } = await read(place);
    all.push(...items);
    if (next === null) return all;
    if (all.length >= MOST_ROWS) {
      const why = `a table holds ${MOST_ROWS.toLocaleString('en')} rows at most, and there are more. Choose a shorter time`;
      throw new SignalboxError('invalid_input', { why });
    }
    place = next;
  }
}

async function requireChange({ control, actor }: RouteContext, sequence: number): Promise<ReviewedChange> {
  const found = await findChange(control.db, actor.organisation, sequence);
  if (!found) throw new SignalboxError('not_found', { what: 'entry of that number' });
  return found;
}

const place = z.strictObject({ sequence: number.min(1) });

/** The signed evidence of one change, as lines that the program for checking exports accepts. */
async function sendPack(context: RouteContext, params: unknown, response: Response): Promise<void> {
  const { deps, control, actor } = context;
  const { sequence } = parseInput(place, params);
  const change = await requireChange(context, sequence);
  const { key, stores, activity, checkpoints } = deps.audit;
  if (!key) throw new SignalboxError('signing_unavailable');
  const now = Date.now();
  const pack = await packOf(control.db, actor.organisation, change);
  const source = '/audit/changes/{sequence}/pack';
  await activity.exported(actor, { source, filter: { sequence }, digest: null });
  // So that everything that is there by now is under a checkpoint.
  await sealAll(stores, now);
  await checkpoints?.sign(now);
  response.attachment(`signalbox-change-${sequence}.jsonl`).type('application/jsonl');
  await pipeline(Readable.from(exportAudit(stores, key, actor.organisation, pack, now)), response);
}

const changesQuery = z.strictObject({
  actor: idSchema.optional(),
  policy: idSchema.optional(),
  kind: z.enum(CHANGE_KINDS).optional(),
  flag: z.enum(FLAGS).optional(),
  from,
  to,
  after: z
    .string()
    .refine(isPlace, 'It is no place of a page.')
    .optional()
    .meta({ description: 'The `next` of the page before.' }),
  limit,
  format,
});

export const auditDeskRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/audit/changes',
    may: 'read history',
    tag: 'Audit',
    summary:
      'The changes of a time: those that nobody else approved, that their own author approved, or that were emergencies come first. As a table too: `format=csv`.',
    status: 200,
    file: 'csv',
    query: changesQuery,
    response: z.union([
      z.object({
        changes: z.array(changeSchema).readonly(),
        next: z.string().nullable(),
        counts: z.record(z.enum([...FLAGS, 'all']), z.int()),
      }),
      answeredFileSchema,
    ]),
    handle: async ({ query }, { control, actor }) => {
      const { after, limit: most, format: wanted, ...filter } = query;
      const { organisation } = actor;
      if (wanted === 'json') return listChanges(control.db, organisation, filter, { after, limit: most });
      const all = await allOf<ReviewedChange, string>(async (behind) => {
        const page = await listChanges(control.db, organisation, filter, { after: behind, limit: PAGE });
        return { items: page.changes, next: page.next };
      });
      return csvFile('signalbox-changes.csv', changesTable(all, await readNames(control.db, organisation)));
    },
  }),
  defineRoute({
    method: 'get',
    path: '/audit/changes/{sequence}',
    may: 'read history',
    tag: 'Audit',
    summary: 'One entry of the history, with who approved it, and the entries that belong to its evidence.',
    status: 200,
    params: place,
    response: z.object({
      change: changeSchema.nullable().meta({ description: 'Null where the history has no such entry.' }),
      evidence: z.array(z.int()).readonly(),
    }),
    handle: async ({ params: { sequence } }, { control, actor: { organisation } }) => {
      const change = await findChange(control.db, organisation, sequence);
      if (!change) return { change: null, evidence: [] };
      return { change, evidence: (await packOf(control.db, organisation, change)).entries };
    },
  }),
  {
    method: 'get',
    path: '/audit/changes/{sequence}/pack',
    may: 'read history',
    tag: 'Audit',
    summary: 'The evidence of one change as signed JSON lines that can be checked without this gateway.',
    status: 200,
    errors: ['not_found', 'signing_unavailable'],
    streams: 'lines',
    params: place,
    query: z.strictObject({}),
    body: null,
    response: z.looseObject({ kind: z.string(), sum: z.string() }),
    run: ({ params }, context, response) => sendPack(context, params, response),
  },
  defineRoute({
    method: 'get',
    path: '/audit/live-policies',
    may: 'read history',
    tag: 'Audit',
    summary: 'Which versions were live at a moment, and where the requests of each project went.',
    status: 200,
    query: z.strictObject({ at: number.meta({ description: 'Milliseconds since 1970.' }) }),
    response: z.object({
      policies: z
        .array(
          z.object({
            policy: z.string(),
            version: z.int(),
            digest: z.string().nullable(),
            publishedBy: z.string(),
            publishedAt: momentSchema,
            sequence: z.int(),
            archived: z.boolean(),
          }),
        )
        .readonly(),
      mandatory: z.object(chosen).meta({ description: 'What went before every policy.' }),
      organisation: z.object(chosen).meta({ description: 'Where projects without a policy of their own went.' }),
      projects: z.array(z.object({ project: z.string(), ...chosen })).readonly(),
    }),
    handle: ({ query: { at } }, { control, actor }) => policiesAt(control.db, actor.organisation, at),
  }),
  defineRoute({
    method: 'get',
    path: '/audit/access',
    may: 'read people',
    tag: 'Audit',
    summary:
      'Who could draw, approve, publish, read content and give access at a moment: people, programs and API keys. As a table too: `format=csv`.',
    status: 200,
    file: 'csv',
    query: z.strictObject({ at: number.meta({ description: 'Milliseconds since 1970.' }), format }),
    response: z.union([
      z.object({
        people: z
          .array(
            z.object({
              kind: z.enum(['person', 'program']),
              id: z.string(),
              grants: z.union([grantsSchema, z.tuple([])]),
              onlyReads: z.boolean(),
              sequence: z.int().nullable(),
              expiresAt: momentSchema.nullable(),
              may: z.record(z.enum(Object.keys(REVIEWED) as [Reviewed, ...Reviewed[]]), reach),
            }),
          )
          .readonly(),
        keys: z
          .array(
            z.object({
              key: z.string(),
              project: z.string().nullable(),
              madeBy: z.string(),
              madeAt: momentSchema,
              expiresAt: momentSchema.nullable(),
              sequence: z.int(),
            }),
          )
          .readonly(),
      }),
      answeredFileSchema,
    ]),
    handle: async ({ query: { at, format: wanted } }, { control, actor }) => {
      const access = await accessAt(control.db, actor.organisation, at);
      if (wanted === 'csv') {
        const nameOf = await readNames(control.db, actor.organisation);
        return csvFile('signalbox-access.csv', accessTable(access, nameOf));
      }
      return { ...access, people: access.people.map((one) => ({ ...one, grants: [...one.grants] })) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/audit/deeds/{actor}',
    may: 'read history',
    tag: 'Audit',
    summary: 'Everything that one person or program did, the newest first. As a table too: `format=csv`.',
    status: 200,
    file: 'csv',
    params: z.strictObject({ actor: idSchema }),
    query: z.strictObject({
      what: z.enum(DEEDS).optional(),
      from,
      to,
      before: number.optional().meta({ description: 'The `next` of the page before.' }),
      limit,
      format,
    }),
    response: z.union([
      z.object({ entries: z.array(deedSchema).readonly(), next: z.int().nullable() }),
      answeredFileSchema,
    ]),
    handle: async ({ params, query: { before, limit: most, format: wanted, ...rest } }, { control, actor }) => {
      const { organisation } = actor;
      const filter = { ...params, ...rest };
      if (wanted === 'json') return listDeeds(control.db, organisation, filter, { before, limit: most });
      const all = await allOf<DeedEntry, number>(async (behind) => {
        const page = await listDeeds(control.db, organisation, filter, { before: behind, limit: PAGE });
        return { items: page.entries, next: page.next };
      });
      return csvFile('signalbox-deeds.csv', deedsTable(all, await readNames(control.db, organisation)));
    },
  }),
];
