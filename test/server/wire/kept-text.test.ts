import { describe, expect, test } from 'vitest';
import { KeptText, MOST_KEPT } from '../../../server/wire/kept-text.ts';

describe('the text that is kept of an answer', () => {
  test('is what came, piece by piece', () => {
    const kept = new KeptText();
    const pieces = Array.from({ length: 30_000 }, (_, i) => `${i} 🙂`);
    expect(pieces.reduce((before, piece) => kept.join(before, piece), '')).toBe(pieces.join(''));
  });

  test('ends where it is too long, says so once, and counts all texts of the answer together', () => {
    const kept = new KeptText();
    const first = kept.join('', 'a'.repeat(MOST_KEPT - 2));
    const second = ['bcd', 'e', 'f'].reduce((before, piece) => kept.join(before, piece), '');
    expect(first).toHaveLength(MOST_KEPT - 2);
    expect(second).toBe('bc… (what follows is not kept)');
    expect(kept.join(first, 'more')).toBe(first);
  });
});
