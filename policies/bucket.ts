/** Lots that are drawn by name: spread evenly, and the same whenever they are drawn again. */

/** Murmur's last mix, after which every bit of the input bears on every bit of the result. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A number from 0 up to, and without, 1 for a text at a node: other nodes draw other lots for the same text. */
export function bucketOf(text: string, node: string): number {
  let hash = 0x811c9dc5;
  for (const unit of `${node}\n${text}`) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  return mix(hash) / 2 ** 32;
}
