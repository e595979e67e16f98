/**
 * Signed notes (C2SP `signed-note`) with Ed25519: a text, an empty line, and lines with signatures over the text. A second
 * kind of line, the timestamped cosignature (C2SP `tlog-cosignature`), also says when it was signed.
 */
import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';

/** The bytes that tell kinds of signatures apart in the ids of keys. */
const PLAIN = 1;
const TIMESTAMPED = 4;
const ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
const TIME_BYTES = 8;
/** What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410). */
const DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The key that 32 bytes stand for. Throws where they are not 32. */
function publicKeyOf(bytes: Buffer): KeyObject {
  if (bytes.length !== 32) throw new Error('A public key has 32 bytes.');
  return createPublicKey({ key: Buffer.concat([DER_PREFIX, bytes]), format: 'der', type: 'spki' });
}

/** The 32 bytes of a public key. */
export const publicKeyBytes = (key: KeyObject): Buffer =>
  key.export({ format: 'der', type: 'spki' }).subarray(DER_PREFIX.length);

function keyId(name: string, kind: number, publicKey: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(kind), publicKey]);
  return hash('sha256', named, 'buffer').subarray(0, ID_BYTES);
}

/** A public key with its name, as programs that check notes are told it: `name+id+key`. */
export function verifierKey(name: string, publicKey: Buffer): string {
  const id = keyId(name, PLAIN, publicKey).toString('hex');
  return `${name}+${id}+${Buffer.concat([Buffer.of(PLAIN), publicKey]).toString('base64')}`;
}

export interface KeyPair {
  readonly privateKey: KeyObject;
  /** Its 32 bytes. */
  readonly publicKey: Buffer;
}

const signedAt = (text: string, seconds: number): Buffer => Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);

/** The line with a signature over a text that ends with a line break. `name` has neither spaces nor `+`. */
export function signatureLine(text: string, name: string, { privateKey, publicKey }: KeyPair): string {
  const signature = Buffer.concat([keyId(name, PLAIN, publicKey), sign(null, Buffer.from(text), privateKey)]);
  return `— ${name} ${signature.toString('base64')}\n`;
}

/** The line with a signature over a text and the time at which it was made, in seconds since 1970. */
export function timeLine(text: string, name: string, seconds: number, { privateKey, publicKey }: KeyPair): string {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(seconds));
  const signature = sign(null, signedAt(text, seconds), privateKey);
  return `— ${name} ${Buffer.concat([keyId(name, TIMESTAMPED, publicKey), time, signature]).toString('base64')}\n`;
}

/** The text of a note and its lines of signatures; null where it is no note. */
function partsOf(note: string): { readonly text: string; readonly lines: readonly string[] } | null {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return null;
  return { text: note.slice(0, end + 1), lines: note.slice(end + 2, -1).split('\n') };
}

/** The bytes of the only line that a key of this name could have signed; null where there is none, or it is written otherwise. */
function signatureBytes(lines: readonly string[], name: string, id: Buffer): Buffer | null {
  for (const line of lines) {
    const [, signer, base64 = ''] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = Buffer.from(base64, 'base64');
    if (signer === name && bytes.toString('base64') === base64 && bytes.subarray(0, ID_BYTES).equals(id)) {
      return bytes.subarray(ID_BYTES);
    }
  }
  return null;
}

/** The text of a note if the key of that name has signed it; null where it has not. */
export function openNote(note: string, name: string, publicKey: Buffer): string | null {
  const parts = partsOf(note);
  const signature = parts && signatureBytes(parts.lines, name, keyId(name, PLAIN, publicKey));
  if (!parts || signature?.length !== SIGNATURE_BYTES) return null;
  return verify(null, Buffer.from(parts.text), publicKeyOf(publicKey), signature) ? parts.text : null;
}

/** When a key signed the time of a note, in seconds since 1970; null where it has not. */
export function timeOfNote(note: string, name: string, publicKey: Buffer): number | null {
  const parts = partsOf(note);
  const bytes = parts && signatureBytes(parts.lines, name, keyId(name, TIMESTAMPED, publicKey));
  if (!parts || bytes?.length !== TIME_BYTES + SIGNATURE_BYTES) return null;
  const seconds = Number(bytes.readBigUInt64BE());
  const isSigned = verify(null, signedAt(parts.text, seconds), publicKeyOf(publicKey), bytes.subarray(TIME_BYTES));
  return isSigned ? seconds : null;
}

/** How many lines of signatures a note has. */
export const signaturesOf = (note: string): number => partsOf(note)?.lines.length ?? 0;
