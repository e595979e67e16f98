/**
 * Verifies everything that is provable: histories, records, their trees and checkpoints, tombstones, what revisions stand for,
 * and the key. It only reads, so that the gateway may run on; rows are read in pages, so that memory does not grow with them.
 */
import { z } from 'zod';
import type { HistoryRow } from '../../control/history.ts';
import { type LogStores, logOf } from '../logs.ts';
import { revisionsId, revisionsSchema } from '../revisions.ts';
import { type PublicKey, readPublicKey } from '../signing-key.ts';
import { verifyDeletions } from './deletions.ts';
import { type HistoryCounts, verifyHistories } from './histories.ts';
import { type RecordCounts, verifyRecordChains } from './record-chains.ts';
import type { Finding, Report } from './report.ts';

export interface VerifiedAudit {
  readonly histories: HistoryCounts;
  readonly records: RecordCounts;
  readonly tombstones: number;
  /** The key that everything was checked with; null where there is none. */
  readonly key: PublicKey | null;
  /** What is wrong. */
  readonly faults: readonly Finding[];
  /** What may have an innocent cause, such as a clock that was set back. */
  readonly remarks: readonly Finding[];
}

/** Verifies a whole installation; `say` is told how far it is. */
export async function verifyAudit(stores: LogStores, say: (words: string) => void): Promise<VerifiedAudit> {
  const faults: Finding[] = [];
  const remarks: Finding[] = [];
  const report: Report = {
    fault: (table, place, why) => void faults.push({ table, place, why }),
    remark: (table, place, why) => void remarks.push({ table, place, why }),
  };
  // On SQLite every transaction sees one moment. The control plane's is begun first: checkpoints never are ahead of records.
  const moment = stores.dialect === 'postgres' ? ({ isolationLevel: 'repeatable read', readOnly: true } as const) : {};
  const found = await stores.control.transaction(async (control) => {
    const key = await readPublicKey(control);
    const histories = await verifyHistories({ ...stores, control }, key, report, say);
    await checkKey(control, key, report);
    await checkRevisions(control, report);
    await checkNames(control, ['trees', 'tree_nodes', 'checkpoints'], report);
    const records = await stores.records.transaction(async (trx) => {
      await checkNames(trx, ['trees', 'tree_nodes'], report);
      return verifyRecordChains({ ...stores, control, records: trx }, key, report, say);
    }, moment);
    return { key, histories, records };
  }, moment);
  // Of now, on both sides: a deletion writes its tombstone first.
  const tombstones = await verifyDeletions(stores, report);
  return { ...found, tombstones, faults, remarks };
}

const startSchema = z.object({ signing: z.object({ installation: z.string(), publicKey: z.string() }).nullable() });

/** The key has to be the one that the last start of the program has written into each history. */
async function checkKey(control: LogStores['control'], key: PublicKey | null, report: Report): Promise<void> {
  const keys: unknown[] = await control('audit_keys').pluck('installation');
  if (keys.length > 1) report.fault('audit_keys', 'the key', `There are ${keys.length} keys, and there should be one.`);
  const starts: HistoryRow[] = await control<HistoryRow>('history')
    .where({ action: 'program.start' })
    .whereNotNull('after_json')
    .orderBy('at', 'desc')
    .limit(1);
  for (const { after_json, organisation, sequence } of starts) {
    const signing = startSchema.parse(JSON.parse(after_json ?? '')).signing;
    if (signing === null) continue;
    if (key?.installation === signing.installation && key.publicKey.toString('base64') === signing.publicKey) continue;
    const where = `entry ${sequence} of the organisation ${organisation}`;
    report.fault('audit_keys', 'the key', `It is not the key that the program named when it started (${where}).`);
  }
}

/** Rows of logs that cannot be: those of others are looked for by their names. */
async function checkNames(db: LogStores['control'], tables: readonly string[], report: Report): Promise<void> {
  const trees = new Set<string>(await db('trees').pluck('log'));
  for (const table of tables) {
    for (const name of await db(table).distinct().pluck('log')) {
      const isKnown = logOf(name) !== null && (table !== 'tree_nodes' || trees.has(name));
      if (!isKnown) report.fault(table, name, 'There is no log of that name.');
    }
  }
}

async function checkRevisions(control: LogStores['control'], report: Report): Promise<void> {
  const rows: { id: string; organisation: string; revisions_json: string }[] = await control('decision_revisions');
  for (const { id, organisation, revisions_json } of rows) {
    const isRight = revisionsId(revisions_json) === id && ownerOf(revisions_json) === organisation;
    if (!isRight) report.fault('decision_revisions', id, 'It does not stand for what its id was made of.');
  }
}

function ownerOf(json: string): string | null {
  try {
    return revisionsSchema.parse(JSON.parse(json)).organisation;
  } catch {
    return null;
  }
}
