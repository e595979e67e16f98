/** The trees of logs in a database: grown by what is new, and read again for proofs. */
import type { Knex } from 'knex';
import {
  GrowingTree,
  KEPT_LEVELS,
  type KeptNode,
  type LeafRange,
  leafHash,
  nodeHash,
  splitOf,
  type Tree,
} from './merkle.ts';

/** Reads the data of leaves, from one index up to but not including another. */
export type LeafReader = (from: number, to: number) => Promise<readonly Buffer[]>;

const HASH_DIGITS = 64;
/** Rows in one statement. */
const AT_ONCE = 200;

/** The right edge of a tree as text: its hashes one after the other. */
export const writeEdge = ({ edge }: Tree): string => edge.map((hash) => hash.toString('hex')).join('');

function readEdge(text: string): Buffer[] {
  const hashes: Buffer[] = [];
  for (let i = 0; i < text.length; i += HASH_DIGITS) hashes.push(Buffer.from(text.slice(i, i + HASH_DIGITS), 'hex'));
  return hashes;
}

/** The tree of a log as it was last grown; empty where it never was. */
export async function readTree(db: Knex, log: string): Promise<Tree> {
  const row = await db<{ log: string; size: number; edge: string }>('trees').where({ log }).first();
  return { size: row?.size ?? 0, edge: readEdge(row?.edge ?? '') };
}

/**
 * Adds leaves with this data to a tree that was read before, in the caller's transaction. False, and nothing changed,
 * where somebody else has grown it meanwhile.
 */
export async function growTree(trx: Knex, log: string, tree: Tree, leaves: readonly Buffer[]): Promise<boolean> {
  const growing = new GrowingTree(tree);
  const nodes: KeptNode[] = [];
  for (const leaf of leaves) nodes.push(...growing.append(leafHash(leaf)));
  const grown = { size: growing.tree.size, edge: writeEdge(growing.tree) };
  await trx('trees').insert({ log, size: 0, edge: '' }).onConflict('log').ignore();
  if ((await trx('trees').where({ log, size: tree.size }).update(grown)) === 0) return false;
  for (let i = 0; i < nodes.length; i += AT_ONCE) {
    const rows = nodes.slice(i, i + AT_ONCE).map((node) => ({ log, ...node, hash: node.hash.toString('hex') }));
    await trx('tree_nodes').insert(rows);
  }
  return true;
}

/** The roots of parts of a log's tree, in their order. */
export async function hashesOf(
  db: Knex,
  log: string,
  leaves: LeafReader,
  ranges: readonly LeafRange[],
): Promise<Buffer[]> {
  const hashes: Buffer[] = [];
  for (const range of ranges) hashes.push(await rootOfRange(db, log, leaves, range));
  return hashes;
}

/** The edge of the tree that a log had when it had `size` leaves. */
export async function treeAt(db: Knex, log: string, leaves: LeafReader, size: number): Promise<Tree> {
  const ranges: LeafRange[] = [];
  for (let start = 0; start < size; ) {
    let whole = 1;
    while (start + whole * 2 <= size) whole *= 2;
    ranges.push({ start, end: start + whole });
    start += whole;
  }
  return { size, edge: await hashesOf(db, log, leaves, ranges) };
}

async function rootOfRange(db: Knex, log: string, leaves: LeafReader, { start, end }: LeafRange): Promise<Buffer> {
  const count = end - start;
  const height = Math.log2(count);
  if (!Number.isInteger(height)) {
    const middle = start + splitOf(count);
    const left = await rootOfRange(db, log, leaves, { start, end: middle });
    return nodeHash(left, await rootOfRange(db, log, leaves, { start: middle, end }));
  }
  const level = Math.floor(height / KEPT_LEVELS);
  const unit = 2 ** (level * KEPT_LEVELS);
  let row =
    level === 0 ? (await leaves(start, end)).map(leafHash) : await keptNodes(db, log, level, start / unit, end / unit);
  if (row.length !== count / unit) throw new Error(`The tree of ${log} has lost nodes between ${start} and ${end}.`);
  while (row.length > 1) {
    const above: Buffer[] = [];
    for (let i = 0; i < row.length; i += 2)
      above.push(nodeHash(row[i] ?? Buffer.alloc(0), row[i + 1] ?? Buffer.alloc(0)));
    row = above;
  }
  const [root] = row;
  if (!root) throw new Error('A part of a tree without leaves has no root.');
  return root;
}

async function keptNodes(db: Knex, log: string, level: number, from: number, to: number): Promise<Buffer[]> {
  const rows: { hash: string }[] = await db('tree_nodes')
    .where({ log, level })
    .where('position', '>=', from)
    .where('position', '<', to)
    .orderBy('position')
    .select('hash');
  return rows.map(({ hash }) => Buffer.from(hash, 'hex'));
}
