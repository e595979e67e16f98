/** Proofs about a log: that an entry is in it, and that an earlier checkpoint's tree is the beginning of a later one's. */
import { writeProof } from './checkpoint.ts';
import type { CheckpointRow } from './checkpoints.ts';
import { type Log, type LogStores, leavesOf, logName, storeOf } from './logs.ts';
import { consistencyRanges, inclusionRanges } from './merkle.ts';
import { hashesOf } from './tree-store.ts';

/** The first checkpoint over at least so many entries; null where none was signed yet. */
export async function checkpointOver({ control }: LogStores, log: Log, size: number): Promise<CheckpointRow | null> {
  const row = await control<CheckpointRow>('checkpoints')
    .where({ log: logName(log) })
    .where('size', '>=', size)
    .orderBy('size')
    .first();
  return row ?? null;
}

/** A proof (C2SP `tlog-proof`) that the entry of this sequence is in the log; null where no checkpoint covers it yet. */
export async function proveInclusion(stores: LogStores, log: Log, sequence: number): Promise<string | null> {
  const checkpoint = await checkpointOver(stores, log, sequence);
  if (!checkpoint) return null;
  const ranges = inclusionRanges(sequence - 1, checkpoint.size);
  const hashes = await hashesOf(storeOf(stores, log), logName(log), leavesOf(stores, log), ranges);
  return writeProof(sequence - 1, hashes, checkpoint.note);
}

/** The hashes, in base64, that prove that the tree of `from` entries is the beginning of that of `to` entries (RFC 9162). */
export async function proveConsistency(stores: LogStores, log: Log, from: number, to: number): Promise<string[]> {
  const ranges = consistencyRanges(from, to);
  const hashes = await hashesOf(storeOf(stores, log), logName(log), leavesOf(stores, log), ranges);
  return hashes.map((hash) => hash.toString('base64'));
}
