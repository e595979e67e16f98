/**
 * Merkle trees over the entries of a log, as RFC 6962 (section 2.1) and RFC 9162 (section 2.1) define them: leaf and inner
 * hashes, trees that grow by their right edge alone, and what proofs are made of. Indexes begin at 0.
 */
import { hash } from 'node:crypto';

const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');

/** The root of a tree without leaves. */
const EMPTY_ROOT = sha256(new Uint8Array());

/** The hash of a leaf with this data. */
export const leafHash = (data: Uint8Array): Buffer => sha256(Buffer.concat([Buffer.of(0), data]));

/** The hash of a node above two others. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  sha256(Buffer.concat([Buffer.of(1), left, right]));

/** A tree as it is kept: how many leaves it has, and the roots of the whole trees that it falls into, the largest first. */
export interface Tree {
  readonly size: number;
  readonly edge: readonly Buffer[];
}

export const EMPTY_TREE: Tree = { size: 0, edge: [] };

/** Every so many levels of a tree one is kept, so that a proof never reads more than 256 hashes of a kind. */
export const KEPT_LEVELS = 8;

/** The root of a whole tree of 256 ** `level` leaves, the `position`th of its level. */
export interface KeptNode {
  readonly level: number;
  readonly position: number;
  readonly hash: Buffer;
}

/** Grows a tree leaf by leaf. */
export class GrowingTree {
  #size: number;
  readonly #edge: Buffer[];

  constructor(tree: Tree = EMPTY_TREE) {
    this.#size = tree.size;
    this.#edge = [...tree.edge];
  }

  /** Adds a leaf by its hash; gives the nodes to be kept that it completes, the lowest first. */
  append(leaf: Buffer): KeptNode[] {
    const kept: KeptNode[] = [];
    let node = leaf;
    let height = 0;
    for (let left = this.#size; left % 2 === 1; left = Math.floor(left / 2)) {
      const sibling = this.#edge.pop();
      if (!sibling) throw new Error('The edge of the tree does not fit its size.');
      node = nodeHash(sibling, node);
      height += 1;
      if (height % KEPT_LEVELS === 0) {
        const position = Math.floor(this.#size / 2 ** height);
        kept.push({ level: height / KEPT_LEVELS, position, hash: node });
      }
    }
    this.#edge.push(node);
    this.#size += 1;
    return kept;
  }

  get tree(): Tree {
    return { size: this.#size, edge: [...this.#edge] };
  }

  get root(): Buffer {
    return rootOf(this.tree);
  }
}

/** The root hash of a tree. */
export function rootOf({ edge }: Tree): Buffer {
  return edge.length === 0 ? EMPTY_ROOT : edge.reduceRight((right, left) => nodeHash(left, right));
}

/** Leaves from `start` up to but not including `end`: a part of a tree whose root stands in a proof. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** The largest power of two that is smaller than `n`, which is at least 2. */
export function splitOf(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/** The parts whose roots prove that the leaf `index` is in the tree of `size` leaves, from the leaf's sibling upwards. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/** The parts whose roots prove that the tree of the first `from` leaves is the beginning of the tree of `size` leaves. */
export function consistencyRanges(from: number, size: number): LeafRange[] {
  if (from === 0 || from === size) return [];
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (from !== end) {
    const middle = start + splitOf(end - start);
    if (from <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // Whoever checks the proof has the root of the first tree already where that is this part.
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

/** Whether `proof` shows that `leaf` is number `index` of the tree of `size` leaves with this root (RFC 9162, 2.1.3.2). */
export function provesInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (index >= size) return false;
  let [at, last, node] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      node = nodeHash(sibling, node);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else node = nodeHash(node, sibling);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && node.equals(root);
}

/** Whether `proof` shows that a tree is the beginning of a later one (RFC 9162, 2.1.4.2). */
export function provesConsistency(
  first: { readonly size: number; readonly root: Buffer },
  second: { readonly size: number; readonly root: Buffer },
  proof: readonly Buffer[],
): boolean {
  if (first.size > second.size) return false;
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root);
  if (first.size === 0) return proof.length === 0 && first.root.equals(EMPTY_ROOT);
  let [at, last] = [first.size - 1, second.size - 1];
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  const [begin, ...rest] = at === 0 ? [first.root, ...proof] : proof;
  if (!begin) return false;
  let [old, grown] = [begin, begin];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      old = nodeHash(sibling, old);
      grown = nodeHash(sibling, grown);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else grown = nodeHash(grown, sibling);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && old.equals(first.root) && grown.equals(second.root);
}
