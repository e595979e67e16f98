/** Numbers that look random and are the same on every run with the same seed. */

export interface Random {
  /** From 0 to below 1. */
  share(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** The same where small numbers are as likely as large ones: every doubling has the same chance. */
  sized(least: number, most: number): number;
}

/** A generator for a seed, by mixing a counter (the finaliser of MurmurHash3). */
export function randomOf(seed: number): Random {
  let counter = Math.imul(seed, 0x9e3779b1) | 0;
  const share = (): number => {
    counter = (counter + 0x6d2b79f5) | 0;
    let mixed = counter ^ (counter >>> 16);
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
  };
  return {
    share,
    between: (least, most) => least + Math.floor(share() * (most - least + 1)),
    sized: (least, most) => Math.floor(least * (most / least) ** share()),
  };
}
