/** The proof that an entry is in the signed log, worked out here in the browser. */
import canonicalize from 'canonicalize';
import type { HistoryEntry } from '../../api/audit.ts';

export interface ProofResult {
  /** Whether all that the entry says gives the hash that it claims to have. */
  readonly hasOwnHash: boolean;
  /** Whether the hashes of the proof lead from the entry to the root that was signed. */
  readonly leadsToRoot: boolean;
  /** How many neighbouring hashes it takes. */
  readonly steps: number;
  /** How many entries are under the signature. */
  readonly size: number;
  /** Whose signature it is, as the checkpoint says. */
  readonly origin: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

const fromBase64 = (text: string): Bytes => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

async function sha256(...parts: readonly Bytes[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', await new Blob([...parts]).arrayBuffer()));
}

const toHex = (bytes: Bytes): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** SHA-256 over the canonical JSON (RFC 8785) of a value, as the gateway makes it. */
async function digestOf(value: unknown): Promise<string> {
  return toHex(await sha256(new TextEncoder().encode(canonicalize(value) ?? 'null')));
}

/** Whether contents have their digest; those that were erased have none to be compared with. */
const fits = async (content: unknown, digest: string | null): Promise<boolean> =>
  content === null || (await digestOf(content)) === digest;

async function hasOwnHash(entry: HistoryEntry, organisation: string): Promise<boolean> {
  const { sequence, at, actor, action, objectType, objectId, reason, previous } = entry;
  const { before, after, beforeDigest, afterDigest, hash } = entry;
  const said = { sequence, at, actor, action, objectType, objectId, reason, previous };
  const worked = await digestOf({ ...said, organisation, before: beforeDigest, after: afterDigest });
  return worked === hash && (await fits(before, beforeDigest)) && (await fits(after, afterDigest));
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The root of a tree of `size` leaves to which a path leads from its leaf of that index (RFC 9162, 2.1.3.2). */
async function rootFrom(leaf: Bytes, index: number, size: number, path: readonly Bytes[]): Promise<Bytes | null> {
  let [at, last, node] = [index, size - 1, leaf];
  for (const neighbour of path) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      node = await sha256(NODE, neighbour, node);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else node = await sha256(NODE, node, neighbour);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? node : null;
}

/** Whether the browser lets pages work out hashes: only over an encrypted connection, or on one's own machine. */
export const canProve = (): boolean => window.isSecureContext;

/**
 * Works out the hash of an entry of an organisation's history, and follows a proof (C2SP `tlog-proof`) from it to the root of
 * the checkpoint in the proof; null where the text is no proof. The signature itself is not checked here.
 */
export async function followProof(
  proof: string,
  entry: HistoryEntry,
  organisation: string,
): Promise<ProofResult | null> {
  const form = /^c2sp\.org\/tlog-proof@v1\nindex (\d+)\n((?:[A-Za-z0-9+/]{43}=\n)*)\n(\S+)\n(\d+)\n(\S+)\n/;
  const [, index, hashes, origin, size, root] = form.exec(proof) ?? [];
  if (index === undefined || hashes === undefined || origin === undefined || root === undefined) return null;
  const path = hashes.split('\n').filter(Boolean).map(fromBase64);
  const found = await rootFrom(await sha256(LEAF, fromHex(entry.hash)), Number(index), Number(size), path);
  const leadsToRoot =
    Number(index) === entry.sequence - 1 && found !== null && toHex(found) === toHex(fromBase64(root));
  return {
    hasOwnHash: await hasOwnHash(entry, organisation),
    leadsToRoot,
    steps: path.length,
    size: Number(size),
    origin,
  };
}
