import { type Detector, isWordUnit, type Span } from './detector.ts';

/** Length of an account number by country, from the IBAN registry (ISO 13616), release 99. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
    'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
    'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const START = /(?<![0-9A-Za-z])[A-Za-z]{2}[0-9]{2}/g;

/** ISO 7064, MOD 97-10: letters count as 10 to 35, the first four characters go last, the rest of the division is 1. */
function passesCheck(compact: string): boolean {
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
  }
  return rest === 1;
}

export const iban: Detector = {
  name: 'iban',
  label: 'Bank account number (IBAN)',
  mask: '[iban]',
  certainty: 1,
  // The shortest one, of Norway, has fifteen digits with its check digits; those with letters are longer.
  may: (features) => features.digits >= 10,
  find(text) {
    const found: Span[] = [];
    START.lastIndex = 0;
    for (let match = START.exec(text); match; match = START.exec(text)) {
      const length = LENGTHS.get(match[0].slice(0, 2).toUpperCase());
      if (length === undefined) continue;
      let compact = '';
      let end = match.index;
      while (end < text.length && compact.length < length) {
        const unit = text.charCodeAt(end);
        if (isWordUnit(unit) && unit !== 0x5f) compact += text[end];
        // One separator between two characters, as in the printed form with groups of four.
        else if (!/[ \u00a0\u202f.-]/.test(text[end] ?? '') || !isWordUnit(text.charCodeAt(end + 1))) break;
        end++;
      }
      if (compact.length === length && !isWordUnit(text.charCodeAt(end)) && passesCheck(compact)) {
        found.push({ start: match.index, end });
        START.lastIndex = end;
      }
    }
    return found;
  },
};
