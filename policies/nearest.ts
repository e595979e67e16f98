import { facts } from './facts.ts';

/** Edits needed to turn one word into the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The catalogued fact whose name is closest to a mistyped one; null when none is close. */
export function nearest(name: string): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const known of facts.keys()) {
    const edits = distance(name.slice(0, 60).toLowerCase(), known);
    if (edits < least) {
      best = known;
      least = edits;
    }
  }
  return best;
}
