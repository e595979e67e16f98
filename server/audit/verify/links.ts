/** Compares links of the chain of records with the records and contents that they were made of. */

import type { Tombstone } from '../deletion.ts';
import type { LogStores } from '../logs.ts';
import { type ChainRow, linkHash, recordDigest, type StoredColumns } from '../record-digest.ts';
import { contentColumns, contentOf } from '../sealing.ts';
import type { Report } from './report.ts';

/** Links that are read at once: each record may have a content of a few megabytes. */
const PAGE = 20;

/** Where a check of links has got to. */
export interface LinkPlace {
  readonly sequence: number;
  /** The hash of that link; null before the first. */
  readonly hash: string | null;
}

export const FIRST_LINK: LinkPlace = { sequence: 0, hash: null };

type LinkRow = ChainRow & { readonly own_content: string | null; readonly stored: StoredColumns | null };
type Deleted = Map<string, Map<Tombstone['what'], Tombstone>>;

/** Checks the links of a gateway that follow a place, some at a time; gives each page of them after it was checked. */
export async function* checkLinks(
  { records }: Pick<LogStores, 'records'>,
  gateway: string,
  after: LinkPlace,
  report: Report,
): AsyncGenerator<{ readonly links: readonly ChainRow[]; readonly place: LinkPlace }> {
  let place = after;
  for (;;) {
    const rows: StoredColumns[] = await records('record_chain')
      .leftJoin('records', 'records.id', 'record_chain.record')
      .leftJoin('contents', 'contents.id', 'record_chain.record')
      .where('record_chain.gateway', gateway)
      .where('record_chain.sequence', '>', place.sequence)
      .orderBy('record_chain.sequence')
      .limit(PAGE)
      .select('records.*', contentColumns(), linkColumns());
    if (rows.length === 0) return;
    const links = rows.map(readLink);
    const deleted = await deletionsOf(records, links);
    for (const link of links) {
      const at = `${link.sequence} of ${gateway}`;
      if (link.sequence !== place.sequence + 1) {
        report.fault('record_chain', `link ${place.sequence + 1} of ${gateway}`, 'The link is missing.');
      }
      if (link.hash !== linkHash(link, place.hash)) {
        report.fault(
          'record_chain',
          `link ${at}, of the record ${link.record}`,
          'The link was altered, or does not follow the one before it.',
        );
      }
      checkRecord(link, deleted.get(link.record), report);
      place = { sequence: link.sequence, hash: link.hash };
    }
    yield { links, place };
  }
}

const LINK_COLUMNS = ['gateway', 'sequence', 'at', 'record', 'digest', 'content_digest', 'hash'] as const;

const linkColumns = (): Record<string, string> =>
  Object.fromEntries(LINK_COLUMNS.map((column) => [`link_${column}`, `record_chain.${column}`]));

function readLink(row: StoredColumns): LinkRow {
  const text = (column: (typeof LINK_COLUMNS)[number]): string => String(row[`link_${column}`]);
  const content = row.link_content_digest ?? null;
  return {
    gateway: text('gateway'),
    sequence: Number(row.link_sequence),
    at: Number(row.link_at),
    record: text('record'),
    digest: text('digest'),
    content_digest: content === null ? null : String(content),
    hash: text('hash'),
    own_content: contentOf(row),
    stored: (row.id ?? null) === null ? null : row,
  };
}

async function deletionsOf(records: LogStores['records'], links: readonly LinkRow[]): Promise<Deleted> {
  const tombstones = await records<Tombstone>('record_tombstones').whereIn(
    'record',
    links.map(({ record }) => record),
  );
  const deleted: Deleted = new Map();
  for (const tombstone of tombstones) {
    const ofRecord = deleted.get(tombstone.record) ?? new Map();
    deleted.set(tombstone.record, ofRecord.set(tombstone.what, tombstone));
  }
  return deleted;
}

function checkRecord(link: LinkRow, deleted: ReturnType<Deleted['get']>, report: Report): void {
  const { record, stored, own_content, content_digest, digest } = link;
  const isContentDeleted = deleted !== undefined;
  const sealed = `link ${link.sequence} of ${link.gateway}`;
  const place = `${record}, ${sealed}`;
  if (stored === null) report.fault('records', place, 'The record is missing, and nobody has deleted it.');
  else {
    const found = recordDigest(stored, content_digest);
    const left = deleted?.get('record')?.left_digest;
    if (found !== (left ?? digest)) {
      // The link's own column may be what was altered: then the record with its real content still fits.
      const content = own_content ?? deleted?.get('content')?.digest ?? null;
      if (recordDigest(stored, content) === (left ?? digest)) {
        report.fault(
          'record_chain',
          `${sealed}, of ${record}`,
          'Its digest of the content is not that of the content.',
        );
        return;
      }
      const isLeft = left !== undefined && left !== null;
      report.fault(
        'records',
        place,
        `${isLeft ? 'What was left of the deleted record' : 'The record'} was altered after it was sealed.`,
      );
    }
  }
  if (own_content === null && content_digest !== null && !isContentDeleted) {
    report.fault('contents', place, 'The content is missing, and nobody has deleted it.');
  } else if (own_content !== null && isContentDeleted) {
    report.fault('contents', place, 'The content was deleted, and there is one again.');
  } else if (own_content !== null && own_content !== content_digest) {
    report.fault('contents', place, 'The content was altered after it was sealed, or put there later.');
  }
}
