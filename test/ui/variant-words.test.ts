import { describe, expect, it } from 'vitest';
import { MEASURES, sayDifference, sayInterval } from '../../ui/screens/policies/variant-words.ts';

const [cost] = MEASURES;
const feedback = MEASURES.at(-1);
if (!cost || !feedback) throw new Error('nothing is compared');
const figure = (value: number, low: number | null, high: number | null) => ({ value, low, high });

describe('what is said of variants', () => {
  it('names the one that is surely better, and none where their intervals meet', () => {
    const cheap = { name: 'B', figure: figure(1e6, 0.9e6, 1.1e6) };
    const dear = { name: 'A', figure: figure(3e6, 2e6, 4e6) };
    expect(sayDifference(cost, [dear, cheap])).toBe(
      '“B” costs less ($0.00100) than “A” ($0.00300). That is hardly chance.',
    );
    expect(sayDifference(cost, [dear, { name: 'B', figure: figure(1e6, 0, 2.5e6) }])).toContain(
      'No difference is sure',
    );
    expect(sayDifference(cost, [dear, { name: 'B', figure: figure(1e6, null, null) }])).toContain('No difference');
    expect(sayDifference(cost, [dear])).toBeNull();
  });

  it('takes more of what is good for better', () => {
    const liked = { name: 'B', figure: figure(0.8, 0.6, 1) };
    const other = { name: 'A', figure: figure(0.1, -0.1, 0.3) };
    expect(sayDifference(feedback, [other, liked])).toContain('“B” is liked better (+0.8) than “A” (+0.1)');
  });

  it('says how sure a figure is', () => {
    const say = String;
    expect(sayInterval(figure(5, 4, 6), say)).toBe('from 4 to 6');
    expect(sayInterval(figure(5, 4, null), say)).toBe('at least 4');
    expect(sayInterval(figure(5, null, 6), say)).toBe('at most 6');
    expect(sayInterval(figure(5, null, null), say)).toContain('too few requests');
  });
});
