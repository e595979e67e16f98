/**
 * Checkpoints (C2SP `tlog-checkpoint`): the size and the root of a log's tree, signed; and proofs that something is in it
 * (C2SP `tlog-proof`). The time of a checkpoint is signed in a line of its own.
 */
import { type KeyPair, openNote, signatureLine, signaturesOf, timeLine, timeOfNote } from './note.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** A checkpoint whose signatures are right. */
export interface OpenedCheckpoint extends Checkpoint {
  /** When it was signed, in seconds since 1970. */
  readonly time: number;
}

/** The name under which the time of checkpoints is signed, of all logs of an installation. */
const clockOf = (origin: string): string => `${origin.split('/').slice(0, 2).join('/')}/time`;

/** A checkpoint as a signed note; `seconds` since 1970 is when. */
export function signCheckpoint({ origin, size, root }: Checkpoint, seconds: number, key: KeyPair): string {
  const text = `${origin}\n${size}\n${root.toString('base64')}\n`;
  return `${text}\n${signatureLine(text, origin, key)}${timeLine(text, clockOf(origin), seconds, key)}`;
}

/** What a checkpoint of that origin says; null where the key has not signed exactly this. */
export function openCheckpoint(note: string, origin: string, publicKey: Buffer): OpenedCheckpoint | null {
  const text = openNote(note, origin, publicKey);
  const time = timeOfNote(note, clockOf(origin), publicKey);
  if (text === null || time === null || signaturesOf(note) !== 2) return null;
  const [first, size = '', base64 = '', ...rest] = text.split('\n');
  const root = Buffer.from(base64, 'base64');
  if (first !== origin || !/^(0|[1-9]\d{0,15})$/.test(size) || root.length !== 32) return null;
  return rest.length === 1 && rest[0] === '' ? { origin, size: Number(size), root, time } : null;
}

/** A proof that stands by itself: where in the log, the hashes from the leaf's sibling upwards, and the checkpoint. */
export function writeProof(index: number, hashes: readonly Buffer[], note: string): string {
  const lines = hashes.map((hash) => `${hash.toString('base64')}\n`).join('');
  return `c2sp.org/tlog-proof@v1\nindex ${index}\n${lines}\n${note}`;
}
