/**
 * Seals records after they have been committed: takes them in the order of their commits, links their digests into the chain
 * of their gateway and grows its tree. One short transaction does all of a step, so that every record is sealed once, also
 * when the process is killed in the middle or two of them seal at a time.
 */
import { z } from 'zod';
import type { LogStores } from './logs.ts';
import { logName } from './logs.ts';
import {
  type ChainRow,
  CONTENT_COLUMNS,
  contentDigest,
  linkHash,
  recordDigest,
  type StoredColumns,
} from './record-digest.ts';
import { growTree, readTree } from './tree-store.ts';

/** Records of one transaction. */
const STEP = 1_000;
/** Records that are read at once: each may have a content of a few megabytes. */
const READ_AT_ONCE = 20;
/** Rows in one statement. */
const WRITE_AT_ONCE = 200;

/** The column that rises with every commit. */
export const POSITION = { sqlite: 'rowid', postgres: 'position' } as const;

export interface ChainHead {
  readonly gateway: string;
  readonly sequence: number;
  readonly hash: string | null;
  readonly record: string | null;
  readonly position: number;
}

type SealingStores = Pick<LogStores, 'dialect' | 'records'>;

interface Read {
  readonly position: number;
  readonly gateway: string;
  readonly record: string;
  readonly digest: string;
  readonly content: string | null;
}

/** Seals at most `limit` of the records that are not sealed yet; gives how many. `now` is in milliseconds since 1970. */
export async function sealStep(stores: SealingStores, now: number, limit = STEP): Promise<number> {
  const { records } = stores;
  const heads = new Map((await records<ChainHead>('record_chain_heads')).map((head) => [head.gateway, head]));
  const read = await readNext(stores, [...heads.values()], limit);
  const byGateway = new Map<string, Read[]>();
  for (const one of read) {
    const same = byGateway.get(one.gateway);
    if (same) same.push(one);
    else byGateway.set(one.gateway, [one]);
  }
  const trees = new Map(
    await Promise.all(
      [...byGateway.keys()].map(async (gateway) => {
        const log = logName({ kind: 'records', id: gateway });
        return [gateway, { log, tree: await readTree(records, log) }] as const;
      }),
    ),
  );
  if (read.length === 0) return 0;
  await records
    .transaction(async (trx) => {
      for (const [gateway, { log, tree }] of trees) {
        const before = heads.get(gateway) ?? { gateway, sequence: 0, hash: null, record: null, position: 0 };
        const { rows, head } = linked(before, byGateway.get(gateway) ?? [], now);
        await trx('record_chain_heads').insert(before).onConflict('gateway').ignore();
        const moved = await trx('record_chain_heads').where({ gateway, sequence: before.sequence }).update(head);
        if (moved === 0) throw new SealedMeanwhile();
        for (let i = 0; i < rows.length; i += WRITE_AT_ONCE) {
          await trx('record_chain').insert(rows.slice(i, i + WRITE_AT_ONCE));
        }
        const leaves = rows.map(({ hash }) => Buffer.from(hash, 'hex'));
        if (!(await growTree(trx, log, tree, leaves))) throw new SealedMeanwhile();
      }
    })
    .catch((error: unknown) => {
      // Then they are sealed all the same.
      if (!(error instanceof SealedMeanwhile)) throw error;
    });
  return read.length;
}

/** Seals everything that is there. */
export async function sealAll(stores: SealingStores, now: number): Promise<void> {
  while ((await sealStep(stores, now)) > 0);
}

class SealedMeanwhile extends Error {}

/** The links that follow a head, and the head after them. */
function linked(
  before: ChainHead,
  read: readonly Read[],
  at: number,
): { readonly rows: readonly ChainRow[]; readonly head: ChainHead } {
  let { sequence, hash, record, position } = before;
  const { gateway } = before;
  const rows = read.map((one): ChainRow => {
    sequence += 1;
    ({ record, position } = one);
    const link = { gateway, sequence, at, record: one.record, digest: one.digest };
    hash = linkHash(link, hash);
    return { ...link, content_digest: one.content, hash };
  });
  return { rows, head: { gateway, sequence, hash, record, position } };
}

async function readNext(stores: SealingStores, heads: readonly ChainHead[], limit: number): Promise<Read[]> {
  const read: Read[] = [];
  let after = await sealedUpTo(stores, heads);
  while (read.length < limit) {
    const count = Math.min(READ_AT_ONCE, limit - read.length);
    const page = await readPage(stores, after, count);
    read.push(...page);
    after = page.at(-1)?.position ?? after;
    if (page.length < count) break;
  }
  return read;
}

/** Where the last sealed record stands. Found by its id: in SQLite, packing the file gives every row another number. */
async function sealedUpTo({ dialect, records }: SealingStores, heads: readonly ChainHead[]): Promise<number> {
  const [last] = [...heads].sort((a, b) => b.position - a.position);
  if (!last?.record) return 0;
  const [position]: number[] = await records('records').where({ id: last.record }).pluck(POSITION[dialect]);
  return position ?? last.position;
}

const gatewaySchema = z.object({ gateway: z.string() });

/** The gateway that a record says it is of; a record that cannot be read is of nobody's. */
function gatewayOf(detail: unknown): string {
  try {
    return gatewaySchema.parse(JSON.parse(String(detail))).gateway;
  } catch {
    return 'unknown';
  }
}

async function readPage({ dialect, records }: SealingStores, after: number, limit: number): Promise<Read[]> {
  const column = `records.${POSITION[dialect]}`;
  const rows: (StoredColumns & { readonly place: number })[] = await records('records')
    .leftJoin('contents', 'contents.id', 'records.id')
    .where(column, '>', after)
    .orderBy(column)
    .limit(limit)
    .select('records.*', { place: column }, contentColumns());
  return rows.map((row) => {
    const content = contentOf(row);
    const digest = recordDigest(row, content);
    return { position: row.place, gateway: gatewayOf(row.detail), record: String(row.id), digest, content };
  });
}

/** The columns of contents beside those of records, for `contentOf`. */
export const contentColumns = (): Record<string, string> =>
  Object.fromEntries(CONTENT_COLUMNS.map((column) => [`content_${column}`, `contents.${column}`]));

/** The digest of the content in a row that was read with `contentColumns`; null where there is none. */
export function contentOf(row: StoredColumns): string | null {
  if ((row.content_id ?? null) === null) return null;
  return contentDigest(Object.fromEntries(CONTENT_COLUMNS.map((column) => [column, row[`content_${column}`] ?? null])));
}

/** How many records wait to be sealed, counted no further than `most`. */
export async function countUnsealed(stores: SealingStores, most: number): Promise<number> {
  const { dialect, records } = stores;
  const heads: ChainHead[] = await records<ChainHead>('record_chain_heads');
  const waiting = records('records').where(POSITION[dialect], '>', await sealedUpTo(stores, heads));
  return (await waiting.limit(most).pluck('id')).length;
}
