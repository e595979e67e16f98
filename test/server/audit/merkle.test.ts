/** Trees and proofs, against known roots and against the definitions of RFC 6962 written down once more, plainly. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyRanges,
  EMPTY_TREE,
  GrowingTree,
  inclusionRanges,
  type KeptNode,
  leafHash,
  provesConsistency,
  provesInclusion,
  rootOf,
} from '../../../server/audit/merkle.ts';

const sha = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** MTH of RFC 6962, section 2.1, word by word. */
function plainRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha();
  const [only] = leaves;
  if (leaves.length === 1 && only) return sha(Buffer.of(0), only);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(Buffer.of(1), plainRoot(leaves.slice(0, k)), plainRoot(leaves.slice(k)));
}

/** The leaves of the tests of Certificate Transparency, and the roots over the first one, two, three … of them. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const made = Array.from({ length: 600 }, (_, i) => Buffer.from(`entry ${i}`));
const parts = new Map<string, Buffer>();
function part({ start, end }: { readonly start: number; readonly end: number }): Buffer {
  const known = parts.get(`${start} ${end}`);
  if (known) return known;
  const root = plainRoot(made.slice(start, end));
  parts.set(`${start} ${end}`, root);
  return root;
}
const rootsBySize = [sha()];
const growing = new GrowingTree();
const kept: KeptNode[] = [];
for (const leaf of made) {
  kept.push(...growing.append(leafHash(leaf)));
  rootsBySize.push(growing.root);
}
const rootAt = (size: number): Buffer => rootsBySize[size] ?? sha();

describe('a Merkle tree', () => {
  it('has the roots that are known of it', () => {
    expect(rootOf(EMPTY_TREE).toString('hex')).toBe(createHash('sha256').digest('hex'));
    const tree = new GrowingTree();
    for (const [i, leaf] of LEAVES.entries()) {
      tree.append(leafHash(Buffer.from(leaf, 'hex')));
      expect(tree.root.toString('hex')).toBe(ROOTS[i]);
    }
  });

  it('grown leaf by leaf has the root of its definition, at every size', () => {
    for (let size = 0; size <= made.length; size++) expect(rootAt(size)).toEqual(plainRoot(made.slice(0, size)));
  });

  it('goes on from what is kept of it', () => {
    fc.assert(
      fc.property(fc.nat(made.length), fc.nat(made.length), (a, b) => {
        const [first, size] = [Math.min(a, b), Math.max(a, b)];
        const begun = new GrowingTree();
        for (const leaf of made.slice(0, first)) begun.append(leafHash(leaf));
        const goneOn = new GrowingTree(begun.tree);
        for (const leaf of made.slice(first, size)) goneOn.append(leafHash(leaf));
        expect(goneOn.root).toEqual(rootAt(size));
      }),
      { numRuns: 30 },
    );
  });

  it('gives the roots of whole parts of 256 leaves to be kept', () => {
    expect(kept.map(({ level, position }) => [level, position])).toEqual([
      [1, 0],
      [1, 1],
    ]);
    for (const { position, hash } of kept)
      expect(hash).toEqual(part({ start: position * 256, end: position * 256 + 256 }));
  });
});

describe('a proof of inclusion', () => {
  it('shows each entry in the tree of every size, and no other entry or place', () => {
    for (let size = 1; size <= 130; size++) {
      for (let index = 0; index < size; index++) {
        const proof = inclusionRanges(index, size).map(part);
        const [leaf, other] = [made[index], made[index + 1]].map((data) => leafHash(data ?? Buffer.alloc(0)));
        if (!leaf || !other) throw new Error('There are too few entries.');
        const shown = provesInclusion(leaf, index, size, proof, rootAt(size));
        const otherShown = provesInclusion(other, index, size, proof, rootAt(size));
        const elsewhereShown = size > 1 && provesInclusion(leaf, index ^ 1, size, proof, rootAt(size));
        expect([shown, otherShown, elsewhereShown], `${index} of ${size}`).toEqual([true, false, false]);
      }
    }
  });

  it('fails with anything altered, added or left out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 600 }), fc.nat(), fc.nat(), fc.nat(255), (size, at, which, bit) => {
        const index = at % size;
        const proof = inclusionRanges(index, size).map(part);
        const leaf = leafHash(made[index] ?? Buffer.alloc(0));
        expect(provesInclusion(leaf, index, size, proof, rootAt(size))).toBe(true);
        const altered = proof.map((hash) => Buffer.from(hash));
        const hash = altered[which % altered.length];
        if (hash) hash[bit >> 3] = (hash[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(provesInclusion(leaf, index, size, altered, rootAt(size))).toBe(false);
        expect(provesInclusion(leaf, index, size, proof.slice(1), rootAt(size))).toBe(false);
        expect(provesInclusion(leaf, index, size, [...proof, sha()], rootAt(size))).toBe(false);
        expect(provesInclusion(leaf, index, size, proof, rootAt(size - 1))).toBe(false);
      }),
    );
  });
});

describe('a proof of consistency', () => {
  it('shows every earlier tree as the beginning of every later one, and nothing else', () => {
    for (let size = 1; size <= 130; size++) {
      for (let from = 0; from <= size; from++) {
        const proof = consistencyRanges(from, size).map(part);
        const [first, second] = [
          { size: from, root: rootAt(from) },
          { size, root: rootAt(size) },
        ];
        const shown = provesConsistency(first, second, proof);
        const wrong = [provesConsistency({ size: from, root: sha(Buffer.of(7)) }, second, proof)];
        if (from > 0 && from < size) {
          wrong.push(
            provesConsistency(first, { size, root: rootAt(size + 1) }, proof),
            provesConsistency(first, second, proof.slice(1)),
            provesConsistency(first, second, [...proof, sha()]),
          );
        }
        expect([shown, wrong.includes(true)], `${from} of ${size}`).toEqual([true, false]);
      }
    }
  });
});
