/**
 * Deletions of many at once: each record has a tombstone that names the run, one entry of the history says that the run began,
 * and one what it has deleted, with a digest of all its tombstones. So thousands cost no more entries than one.
 */
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { canonicalJson } from '../control/digest.ts';
import type { Tombstone } from './deletion.ts';

export const DELETION_BEGIN = 'deletion.begin';
export const DELETION_END = 'deletion.end';

/** What the history says that a run has deleted. */
export interface DeletedByRun {
  readonly contents: number;
  readonly records: number;
  /** SHA-256 over its tombstones in their order: one line of canonical JSON for each. */
  readonly digest: string;
}

/** Sums up tombstones of one run, which have to come in the order of their records, then of what was deleted. */
export class TombstoneSum {
  readonly #hash = createHash('sha256');
  readonly #count = { content: 0, record: 0 };

  add({ record, what, organisation, at, actor, reason, digest, left_digest, run }: Tombstone): void {
    this.#count[what] += 1;
    const line = { record, what, organisation, at, actor, reason, digest, left_digest, run };
    this.#hash.update(`${canonicalJson(line)}\n`);
  }

  /** To be called once. */
  end(): DeletedByRun {
    const { content: contents, record: records } = this.#count;
    return { contents, records, digest: this.#hash.digest('hex') };
  }
}

const PAGE = 1_000;

/** What a run has deleted so far, by its tombstones. */
export async function deletedByRun(records: Knex, run: string): Promise<DeletedByRun> {
  const sum = new TombstoneSum();
  for (let after: readonly [string, string] = ['', '']; ; ) {
    const page: Tombstone[] = await records<Tombstone>('record_tombstones')
      .where({ run })
      .whereRaw('(record, what) > (?, ?)', [...after])
      .orderBy(['record', 'what'])
      .limit(PAGE);
    for (const tombstone of page) sum.add(tombstone);
    const last = page.at(-1);
    if (!last || page.length < PAGE) return sum.end();
    after = [last.record, last.what];
  }
}
