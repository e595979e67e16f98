/** Compares links of the chain of records with the records and contents that they were made of. */

import type { Knex } from 'knex';
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

type LinkRow = ChainRow & {
  readonly own_content: string | null;
  readonly stored: StoredColumns | null;
  /** The digest of the content that was deleted by itself; null where none was. */
  readonly deleted_content: string | null;
  /** Whether the record was deleted, and the digest of what is left of it. */
  readonly is_deleted: boolean;
  readonly left: string | null;
};

const DELETED_COLUMNS = {
  deleted_content: 'gone_content.digest',
  deleted_record: 'gone_record.record',
  deleted_left: 'gone_record.left_digest',
};

const tombstoneOf =
  (alias: string, what: Tombstone['what']) =>
  (join: Knex.JoinClause): void => {
    join.on(`${alias}.record`, 'record_chain.record').onVal(`${alias}.what`, what);
  };

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
      // All in one question: what is deleted between two of them would look like tampering.
      .leftJoin({ gone_content: 'record_tombstones' }, tombstoneOf('gone_content', 'content'))
      .leftJoin({ gone_record: 'record_tombstones' }, tombstoneOf('gone_record', 'record'))
      .where('record_chain.gateway', gateway)
      .where('record_chain.sequence', '>', place.sequence)
      .orderBy('record_chain.sequence')
      .limit(PAGE)
      .select('records.*', contentColumns(), linkColumns(), DELETED_COLUMNS);
    if (rows.length === 0) return;
    const links = rows.map(readLink);
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
      checkRecord(link, report);
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
  const textOrNull = (value: string | number | null | undefined): string | null =>
    value === null || value === undefined ? null : String(value);
  return {
    gateway: text('gateway'),
    sequence: Number(row.link_sequence),
    at: Number(row.link_at),
    record: text('record'),
    digest: text('digest'),
    content_digest: textOrNull(row.link_content_digest),
    hash: text('hash'),
    own_content: contentOf(row),
    stored: (row.id ?? null) === null ? null : row,
    deleted_content: textOrNull(row.deleted_content),
    is_deleted: textOrNull(row.deleted_record) !== null,
    left: textOrNull(row.deleted_left),
  };
}

function checkRecord(link: LinkRow, report: Report): void {
  const { record, stored, own_content, content_digest, digest, deleted_content, is_deleted, left } = link;
  const isContentDeleted = is_deleted || deleted_content !== null;
  const sealed = `link ${link.sequence} of ${link.gateway}`;
  const place = `${record}, ${sealed}`;
  if (stored === null) report.fault('records', place, 'The record is missing, and nobody has deleted it.');
  else {
    const found = recordDigest(stored, content_digest);
    if (found !== (left ?? digest)) {
      // The link's own column may be what was altered: then the record with its real content still fits.
      const content = own_content ?? deleted_content;
      if (recordDigest(stored, content) === (left ?? digest)) {
        report.fault(
          'record_chain',
          `${sealed}, of ${record}`,
          'Its digest of the content is not that of the content.',
        );
        return;
      }
      report.fault(
        'records',
        place,
        `${left !== null ? 'What was left of the deleted record' : 'The record'} was altered after it was sealed.`,
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
