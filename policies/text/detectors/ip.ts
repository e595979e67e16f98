import { type Detector, precededBy, type Span } from './detector.ts';
import type { Features } from './features.ts';

const V4 = /(?<![\w.-])[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?![\w-]|\.[0-9])/g;
const OCTETS = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.|$)){4}$/;
/** This machine, "any address" and net masks say nothing about anyone. */
const IMPERSONAL = /^(?:127\.|0\.0\.0\.0|255\.)/;
const VERSION = /(?:\b(?:version|ver|release|build|firmware|driver|section|chapter|rev|v)|§)[.:]?\s*$/i;

const V6 = /(?<![\w:.])(?:[0-9A-Fa-f:]{2,30}:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f:]{3,39})(?![\w:]|\.[0-9])/g;
const GROUP = /^[0-9A-Fa-f]{1,4}$/;

/** Eight groups, or fewer around one `::`; the dotted form of the last two groups is allowed. */
function isV6(candidate: string): boolean {
  const halves = candidate.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (const half of halves) {
    if (half === '') continue;
    const parts = half.split(':');
    for (const [i, part] of parts.entries()) {
      if (GROUP.test(part)) groups += 1;
      else if (part.includes('.') && i === parts.length - 1) groups += 2;
      else return false;
    }
  }
  if (halves.length === 1) return groups === 8;
  // Short forms such as `::1` and `a::b` are this machine, or code.
  return groups >= 3 && groups <= 7 && /[0-9]/.test(candidate);
}

const mayHaveV6 = (features: Features): boolean => features.doubleColon || features.colonRun >= 7;

function findV6(text: string, found: Span[]): void {
  for (const match of text.matchAll(V6)) {
    // A colon after the address belongs to the sentence.
    const address = /[^:]:$/.test(match[0]) ? match[0].slice(0, -1) : match[0];
    if (isV6(address)) found.push({ start: match.index, end: match.index + address.length });
  }
}

export const ip: Detector = {
  name: 'ip',
  label: 'IP address',
  mask: '[ip]',
  certainty: 0.7,
  may: (features) => features.dottedDigits >= 3 || mayHaveV6(features),
  find(text, features) {
    const found: Span[] = [];
    if (mayHaveV6(features)) findV6(text, found);
    if (features.dottedDigits < 3) return found;
    const v6 = found.slice();
    let passed = 0;
    for (const match of text.matchAll(V4)) {
      const start = match.index;
      const end = start + match[0].length;
      while (passed < v6.length && v6[passed]!.end <= start) passed++;
      // The dotted end of an address that was found as a whole.
      if ((v6[passed]?.start ?? end) < start) continue;
      if (!OCTETS.test(match[0]) || IMPERSONAL.test(match[0]) || precededBy(text, start, VERSION, 12)) continue;
      found.push({ start, end });
    }
    return v6.length === 0 ? found : found.sort((a, b) => a.start - b.start);
  },
};
