/** What the chain of records holds of a record: a digest of everything that is stored of it, and one of its content. */
import { digestOf } from '../control/digest.ts';

/** Columns of a record, in whichever order: a digest does not depend on it. */
const RECORD_COLUMNS = [
  ...['id', 'organisation', 'project', 'key_id', 'at', 'status', 'app', 'model', 'policy', 'version'],
  ...['input_tokens', 'output_tokens', 'cost', 'tags', 'charges', 'detail'],
] as const;

export const CONTENT_COLUMNS = ['id', 'organisation', 'project', 'at', 'request', 'answer'] as const;

/** A row as it is stored: texts as they are, also those that hold JSON, and whole numbers. */
export type StoredColumns = Readonly<Record<string, string | number | null>>;

const pick = (row: StoredColumns, columns: readonly string[]): StoredColumns =>
  Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));

/** The digest of a content's row. */
export const contentDigest = (row: StoredColumns): string => digestOf(pick(row, CONTENT_COLUMNS));

/** The columns that a record's digest is made of. */
export const storedRecord = (row: StoredColumns): StoredColumns => pick(row, RECORD_COLUMNS);

/** The digest of a record's row, with the digest of its content in place of that; null where it has none. */
export const recordDigest = (row: StoredColumns, content: string | null): string =>
  digestOf({ ...storedRecord(row), content });

/** A link of the chain of records. */
export interface ChainRow {
  readonly gateway: string;
  /** From 1 on. */
  readonly sequence: number;
  /** When it was sealed, milliseconds since 1970. */
  readonly at: number;
  readonly record: string;
  readonly digest: string;
  readonly content_digest: string | null;
  readonly hash: string;
}

/** The hash of a link, given that of the link before; null before the first. */
export const linkHash = (row: Omit<ChainRow, 'hash' | 'content_digest'>, previous: string | null): string =>
  digestOf({
    gateway: row.gateway,
    sequence: row.sequence,
    at: row.at,
    record: row.record,
    digest: row.digest,
    previous,
  });
