import { type Detector, precededBy, type Span } from './detector.ts';

/** Area, group and serial number; never issued: area 000, 666 and from 900, group 00, serial 0000 (SSA, since 2011). */
const HYPHENS = /(?<![\w.-])(?!000|666|9\d\d)\d{3}([-\u2010-\u2013])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-]|\.\d)/g;
/** Other ways to write it are numbers like any other, unless words before say what it is. */
const LOOSE = /(?<![\w.-])(?!000|666|9\d\d)\d{3}([ .]?)(?!00)\d{2}\1(?!0000)\d{4}(?![\w-]|\.\d)/g;
const CONTEXT = /\b(?:ssn|social[ -]security|social sec\.?|seguro social|tax ?(?:payer)? ?id)/i;

export const ssn: Detector = {
  name: 'ssn',
  label: 'US social security number',
  mask: '[ssn]',
  certainty: 0.8,
  may: (features) => features.digitCluster >= 9,
  find(text) {
    const found: Span[] = [];
    for (const match of text.matchAll(HYPHENS)) {
      found.push({ start: match.index, end: match.index + match[0].length });
    }
    if (!CONTEXT.test(text)) return found;
    for (const match of text.matchAll(LOOSE)) {
      if (precededBy(text, match.index, CONTEXT, 40)) {
        found.push({ start: match.index, end: match.index + match[0].length });
      }
    }
    return found.sort((a, b) => a.start - b.start);
  },
};
