/**
 * Checks an export of Signalbox by itself: node verify.mjs export.jsonl [public key]. This file needs nothing but Node 20 or
 * later; what it does can be read from top to bottom. It checks that no byte of the export was altered, that every entry
 * has its own hash, that the entries are those over which the checkpoints were signed, and that all signatures are of one key.
 */
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { createReadStream, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

class Wrong extends Error {}

const wrong = (why) => {
  throw new Wrong(why);
};

// ---- Canonical JSON (RFC 8785) ----

/** Keys in the order of their UTF-16 code units; JavaScript's own JSON writes texts and numbers as the standard asks. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

// ---- Hashes and trees (RFC 6962) ----

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const hex = (...parts) => sha256(...parts).toString('hex');
const digestOf = (value) => hex(canonical(value));
const leafOf = (hash) => sha256(Buffer.of(0), Buffer.from(hash, 'hex'));
const nodeOf = (left, right) => sha256(Buffer.of(1), left, right);

/** A tree that grows leaf by leaf from a right edge. */
class Tree {
  constructor(size, edge) {
    this.size = size;
    this.edge = edge;
  }
  append(leaf) {
    let node = leaf;
    for (let left = this.size; left % 2 === 1; left = Math.floor(left / 2)) node = nodeOf(this.edge.pop(), node);
    this.edge.push(node);
    this.size += 1;
  }
  root() {
    return this.edge.length === 0 ? sha256('') : this.edge.reduceRight((right, left) => nodeOf(left, right));
  }
}

/** The root that a proof leads to from a leaf (RFC 9162, 2.1.3.2). */
function rootFrom(leaf, index, size, hashes) {
  if (index >= size) wrong('the proof is of an entry beyond its checkpoint');
  let [at, last, node] = [index, size - 1, leaf];
  for (const sibling of hashes) {
    if (last === 0) wrong('the proof has too many hashes');
    if (at % 2 === 1 || at === last) {
      node = nodeOf(sibling, node);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else node = nodeOf(node, sibling);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (last !== 0) wrong('the proof has too few hashes');
  return node;
}

// ---- Signed notes and checkpoints (C2SP) ----

/** Bytes of base64 that is written in the one way in which it can be. */
function bytesOf(base64) {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : wrong('a text in base64 was altered');
}

const keyFrom = (bytes) =>
  createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes]),
    format: 'der',
    type: 'spki',
  });

/** The text of a note, and when it was signed, in seconds since 1970, where a line says so. */
function openNote(note, names, publicKey) {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) wrong('a signed note was altered');
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length !== names.length) wrong('a signed note has another number of signatures than it should');
  let time = null;
  for (const [i, { name, kind }] of names.entries()) {
    const [, signer, base64 = ''] = /^— (\S+) (\S+)$/.exec(lines[i]) ?? [];
    const bytes = bytesOf(base64);
    const id = sha256(`${name}\n`, Buffer.of(kind), publicKey).subarray(0, 4);
    if (signer !== name || !bytes.subarray(0, 4).equals(id)) wrong('a signature is of another name or key');
    let signed = text;
    let signature = bytes.subarray(4);
    if (kind === 4) {
      if (signature.length !== 72) wrong('a signature was altered');
      time = Number(signature.readBigUInt64BE());
      signed = `cosignature/v1\ntime ${time}\n${text}`;
      signature = signature.subarray(8);
    }
    if (!verifySignature(null, Buffer.from(signed), keyFrom(publicKey), signature)) wrong('a signature does not fit');
  }
  return { text, time };
}

function openCheckpoint(note, origin, { installation, publicKey }) {
  const names = [
    { name: origin, kind: 1 },
    { name: `signalbox/${installation}/time`, kind: 4 },
  ];
  const { text, time } = openNote(note, names, publicKey);
  const lines = text.split('\n');
  if (lines.length !== 4 || lines[0] !== origin) wrong('the checkpoint is of another log');
  return { size: Number(lines[1]), root: bytesOf(lines[2]), time };
}

// ---- The lines of an export ----

/** Checks one export as its lines come; every method throws `Wrong` where something does not fit. */
class Export {
  constructor(expectedKey) {
    this.expectedKey = expectedKey;
    this.sum = '';
    this.lines = 0;
    this.head = null;
    this.ended = false;
    this.log = null;
    /** The hash of the line before, where that is of an entry. */
    this.previous = null;
    this.waiting = null;
    this.counts = { entries: 0, erased: 0, records: 0, deleted: 0, others: 0, checkpoints: 0, proofs: 0 };
    this.times = { first: null, last: null };
    this.logs = new Set();
    /** Digests that entries name. */
    this.named = new Set();
  }

  line(bytes) {
    let text;
    let line;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      line = JSON.parse(text);
    } catch {
      wrong('it cannot be read');
    }
    if (line === null || typeof line !== 'object' || canonical(line) !== text)
      wrong('it is not written as it was exported');
    if (this.ended) wrong('it comes after the end');
    const { sum, ...fields } = line;
    const before = this.sum;
    this.sum = hex(before, canonical(fields));
    if (sum !== this.sum) wrong('it was altered, or one before it was taken away or put in');
    if (this.lines === 0) this.begin(fields);
    else if (fields.kind === 'end') this.end(fields, before);
    else this.body(fields);
    this.lines += 1;
  }

  begin(fields) {
    if (fields.kind !== 'head' || fields.format !== 'signalbox-audit-export@1')
      wrong('it is not the head of an export');
    if (this.expectedKey !== null && fields.publicKey !== this.expectedKey) {
      wrong('the export is signed with another key than the one that you gave');
    }
    for (const { title, digest, value } of fields.documents ?? [])
      if (digestOf(value) !== digest) wrong(`${title} does not have its digest`);
    this.head = { ...fields, publicKey: bytesOf(fields.publicKey) };
  }

  end({ note }, sum) {
    this.closeLog();
    const name = `signalbox/${this.head.installation}/export`;
    const { text } = openNote(note, [{ name, kind: 1 }], this.head.publicKey);
    if (text !== `${name}\n${this.lines}\n${Buffer.from(sum, 'hex').toString('base64')}\n`) {
      wrong('the signature is over other lines');
    }
    for (const { title, digest } of this.head.documents ?? [])
      if (!this.named.has(digest)) wrong(`no entry names ${title}`);
    this.ended = true;
  }

  body(fields) {
    if (this.waiting && fields.kind !== 'proof') wrong('the proof of the entry before it is missing');
    switch (fields.kind) {
      case 'log':
        return this.openLog(fields);
      case 'entry':
        return this.entry(fields);
      case 'record':
        return this.record(fields);
      case 'other':
        this.counts.others += 1;
        return this.add(fields);
      case 'checkpoint':
        return this.checkpoint(fields);
      case 'proof':
        return this.proof(fields);
      case 'unsigned':
        return wrong(`its entries of ${fields.log} cannot be proved: ${fields.why}`);
      default:
        return wrong('it is of a kind that this program does not know');
    }
  }

  openLog({ log, origin, start, edge, previous }) {
    this.closeLog();
    this.log = { log, origin, tree: new Tree(start, edge.map(bytesOf)), proved: start };
    this.logs.add(log);
    this.previous = previous;
  }

  closeLog() {
    if (this.log && this.log.proved !== this.log.tree.size)
      wrong(`the last entries of ${this.log.log} are under no checkpoint`);
    this.log = null;
  }

  /** Puts an entry in its place: in the tree of its log, or before the proof that follows. */
  add({ sequence, hash }) {
    if (!this.log) {
      this.waiting = { sequence, hash };
      return;
    }
    if (sequence !== this.log.tree.size + 1) wrong(`entry ${this.log.tree.size + 1} is missing`);
    this.log.tree.append(leafOf(hash));
    this.previous = hash;
  }

  entry(fields) {
    const { kind, before, beforeDigest, after, afterDigest, hash, ...rest } = fields;
    if (this.log && rest.previous !== this.previous) wrong('it does not follow the entry before it');
    if (hash !== digestOf({ ...rest, before: beforeDigest, after: afterDigest }))
      wrong('the entry does not have its own hash');
    for (const [text, digest] of [
      [before, beforeDigest],
      [after, afterDigest],
    ]) {
      if (text !== null && hex(text) !== digest) wrong('the contents of the entry do not have their digest');
      if (text === null && digest !== null) this.counts.erased += 1;
      for (const [, named] of (text ?? '').matchAll(/"([0-9a-f]{64})"/g)) this.named.add(named);
    }
    if (rest.organisation !== this.head.organisation) wrong('it is of another organisation');
    this.counts.entries += 1;
    this.seen(fields.at);
    this.add(fields);
  }

  record(fields) {
    const { gateway, sequence, at, record, digest, hash, contentDigest, deletions, stored } = fields;
    const previous = this.log ? this.previous : fields.previous;
    if (hash !== digestOf({ gateway, sequence, at, record, digest, previous }))
      wrong('the record does not have its own hash');
    const left = deletions.find(({ what }) => what === 'record')?.leftDigest;
    if (stored !== undefined && digestOf({ ...stored, content: contentDigest }) !== (left ?? digest)) {
      wrong('what is stored of the record does not have its digest');
    }
    for (const deletion of deletions) {
      if (deletion.digest !== (deletion.what === 'record' ? digest : contentDigest))
        wrong('a deletion is of something else');
      this.counts.deleted += 1;
    }
    this.counts.records += 1;
    this.seen(at);
    this.add(fields);
  }

  seen(at) {
    const { first, last } = this.times;
    this.times = { first: Math.min(first ?? at, at), last: Math.max(last ?? at, at) };
  }

  checkpoint({ log, note }) {
    if (this.log?.log !== log) wrong('the checkpoint is of another log');
    const { size, root } = openCheckpoint(note, this.log.origin, this.head);
    if (size !== this.log.tree.size) wrong('the checkpoint stands in another place than it was signed for');
    if (!root.equals(this.log.tree.root())) wrong('the entries are not those that the checkpoint was signed over');
    this.log.proved = size;
    this.counts.checkpoints += 1;
  }

  proof({ log, origin, proof }) {
    if (!this.waiting) wrong('there is no entry before it');
    const end = proof.indexOf('\n\n');
    const [format, index = '', ...hashes] = proof.slice(0, end).split('\n');
    if (format !== 'c2sp.org/tlog-proof@v1') wrong('the proof is written in another way');
    const { size, root } = openCheckpoint(proof.slice(end + 2), origin, this.head);
    const at = this.waiting.sequence - 1;
    if (index !== `index ${at}`) wrong('the proof is of another entry');
    if (!rootFrom(leafOf(this.waiting.hash), at, size, hashes.map(bytesOf)).equals(root)) {
      wrong('the entry is not among those that the checkpoint was signed over');
    }
    this.logs.add(log);
    this.waiting = null;
    this.counts.proofs += 1;
  }
}

/**
 * Checks an export that comes in pieces. Gives `{ ok: true, words }`, or `{ ok: false, words }` with the first line that is
 * wrong. `expectedKey` is the public key in base64 that it has to be signed with; null for the one that it names itself.
 */
export async function verifyExport(pieces, expectedKey = null) {
  const checked = new Export(expectedKey);
  let number = 1;
  try {
    let rest = Buffer.alloc(0);
    for await (const piece of pieces) {
      rest = Buffer.concat([rest, piece]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        checked.line(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
        number += 1;
      }
    }
    if (rest.length > 0) wrong('it does not end as a line does');
    if (!checked.ended) wrong('the end of the export is missing');
  } catch (error) {
    // Whatever breaks in the middle is a line that no export has.
    const why = error instanceof Wrong ? error.message : 'it is not as lines of an export are';
    return { ok: false, line: number, words: `Line ${number} is wrong: ${why}.` };
  }
  return { ok: true, words: sayWhat(checked, expectedKey) };
}

function sayWhat({ counts, head, logs, times }, expectedKey) {
  const day = (at) => new Date(at).toISOString();
  const lines = [
    `This export of the organisation ${head.organisation} was made on ${day(head.madeAt)} and has not been altered since.`,
    `It holds ${counts.entries} entries of the history and ${counts.records} records${times.first === null ? '' : `, from ${day(times.first)} to ${day(times.last)}`}.`,
    `Each has its own hash, and all are among those that ${counts.checkpoints + counts.proofs} signed checkpoints of ${logs.size} logs cover.`,
  ];
  for (const { title } of head.documents ?? []) lines.push(`It holds ${title}, whose digest one of the entries names.`);
  if (counts.erased > 0) lines.push(`${counts.erased} contents were erased; their digests are here.`);
  if (counts.deleted > 0) lines.push(`${counts.deleted} deletions are on record, each with who, when and why.`);
  if (counts.others > 0)
    lines.push(`${counts.others} entries of others, or outside the span, are here as their hash alone.`);
  lines.push(
    expectedKey === null
      ? `All signatures are of the key ${head.publicKey.toString('base64')}, which the export names itself. Compare it with the key that you have from elsewhere, or give it as the second argument: without that, anyone could have made and signed this.`
      : 'All signatures are of the key that you gave.',
    'What this does not show: whether the gateway wrote down everything that happened, and whether whoever holds the key has signed another past for somebody else. For that, keep checkpoints in a place that the gateway cannot reach.',
  );
  return lines.join('\n');
}

async function main() {
  const [file, expectedKey = null] = process.argv.slice(2);
  if (file === undefined) {
    console.error('Say which export to check: node verify.mjs export.jsonl [public key]');
    process.exitCode = 2;
    return;
  }
  const { ok, words } = await verifyExport(createReadStream(file), expectedKey);
  console.log(words);
  if (!ok) {
    console.log('The export is not to be trusted.');
    process.exitCode = 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(`The export cannot be read: ${error.message}`);
    process.exitCode = 2;
  });
}
