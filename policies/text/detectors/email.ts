import { type Detector, isWordUnit, type Span } from './detector.ts';

/** RFC 5321: at most 64 characters before the @, 255 after it. */
const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 255;

const OTHER_LETTER = /[\p{L}\p{N}\p{M}]/u;
const isLetter = (unit: number): boolean =>
  unit < 0x80 ? isWordUnit(unit) : OTHER_LETTER.test(String.fromCharCode(unit));

/** Marks inside the part before the @ that people use; the rarer ones of the standard end it. */
const isLocalMark = (unit: number): boolean =>
  unit === 0x2e || unit === 0x25 || unit === 0x2b || unit === 0x2d || unit === 0x27;

/** What follows an @ in file names and code rather than in addresses. */
const NOT_A_DOMAIN =
  /\.(?:png|jpe?g|gif|svg|webp|ico|js|mjs|cjs|ts|tsx|jsx|css|scss|json|html?|py|md|txt|local_?host)$/i;
const LAST_LABEL = /^(?:xn--[a-z0-9-]{2,59}|\p{L}[\p{L}\p{M}]{1,62})$/iu;

/** "name (at) example (dot) com", in the brackets and words that people use against harvesters. */
const WRITTEN_AT = /\s?[([{<]\s?(?:at|ät|arroba|chez)\s?[)\]}>]\s?/gi;
const WRITTEN_DOT = /\s?[([{<]\s?(?:dot|punkt|punto|point|ponto)\s?[)\]}>]\s?/iy;

function localStart(text: string, at: number): number {
  let start = at;
  const least = Math.max(0, at - LONGEST_LOCAL);
  while (start > least) {
    const unit = text.charCodeAt(start - 1);
    if (!isLetter(unit) && !isLocalMark(unit)) break;
    start--;
  }
  // The n of an escaped line break in quoted code is not the first letter of a name.
  if (start > 0 && text.charCodeAt(start - 1) === 0x5c && /[nrt]/.test(text[start] ?? '')) start++;
  while (start < at && !isLetter(text.charCodeAt(start))) start++;
  return start;
}

const isDomainUnit = (unit: number): boolean => unit === 0x2e || unit === 0x2d || (unit !== 0x5f && isLetter(unit));

/** Reads "example (dot) com" from a place: the domain it stands for, and where it ends. */
function writtenDomain(text: string, from: number): { domain: string; end: number } {
  const most = Math.min(text.length, from + LONGEST_DOMAIN);
  let domain = '';
  let end = from;
  while (end < most) {
    WRITTEN_DOT.lastIndex = end;
    const dot = WRITTEN_DOT.exec(text);
    if (!dot && !isDomainUnit(text.charCodeAt(end))) break;
    domain += dot ? '.' : text[end];
    end += dot ? dot[0].length : 1;
  }
  const kept = domain.replace(/[.-]+$/, '');
  return { domain: kept, end: end - (domain.length - kept.length) };
}

function plainDomain(text: string, from: number): { domain: string; end: number } {
  const most = Math.min(text.length, from + LONGEST_DOMAIN);
  let end = from;
  while (end < most && isDomainUnit(text.charCodeAt(end))) end++;
  while (end > from && (text[end - 1] === '.' || text[end - 1] === '-')) end--;
  return { domain: text.slice(from, end), end };
}

/** The end of the domain that starts at `from`, or -1 when there is none. */
function domainEnd(text: string, from: number, written: boolean): number {
  let { domain, end } = written ? writtenDomain(text, from) : plainDomain(text, from);
  // A sentence may go on without a space after its full stop: labels are dropped until the last one can be a domain's.
  for (;;) {
    const dot = domain.lastIndexOf('.');
    if (dot <= 0 || domain.includes('..')) return -1;
    const last = domain.slice(dot + 1);
    if (LAST_LABEL.test(last)) return NOT_A_DOMAIN.test(domain) ? -1 : end;
    if (written) return -1;
    domain = domain.slice(0, dot);
    end -= last.length + 1;
  }
}

/** `git@host:path` is the address of a repository, `//name:secret@host` a login. */
function isRemote(text: string, start: number, at: number, end: number): boolean {
  if (text[end] === ':' && text.slice(start, at) === 'git') return true;
  return text[start - 1] === ':' && /:\/\/[^\s:/@]{0,64}:$/.test(text.slice(Math.max(0, start - 80), start));
}

export const email: Detector = {
  name: 'email',
  label: 'E-mail address',
  mask: '[email]',
  certainty: 0.95,
  may: (features) => features.at || features.bracket,
  find(text) {
    const found: Span[] = [];
    let last = 0;
    const tryAt = (at: number, after: number, written: boolean): void => {
      const end = domainEnd(text, after, written);
      if (end === -1 || text[at - 1] === '.') return;
      const start = localStart(text, at);
      if (start >= at || start < last || isRemote(text, start, at, end)) return;
      found.push({ start, end });
      last = end;
    };
    for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) tryAt(at, at + 1, false);
    const plain = found.length;
    last = 0;
    for (const mark of text.matchAll(WRITTEN_AT)) tryAt(mark.index, mark.index + mark[0].length, true);
    return plain > 0 && found.length > plain ? found.sort((a, b) => a.start - b.start) : found;
  },
};
