/** Where material lies in a plain text, in characters from its start. */
export interface Material {
  /** Where the text starts after a salutation. */
  readonly start: number;
  /** The material is from here up to `to`; both are the same where there is none. */
  readonly from: number;
  readonly to: number;
}

const SALUTATION =
  /^(?:hi|hello|hey|dear|good \w+|hallo|guten \w+|liebe[rs]?|hola|buen[oa]s \w+|bonjour|salut)\b[^\n]{0,30}\n+/;
/** Words that say, before a colon, that material follows. */
const ANNOUNCED =
  /\b(?:text|article|essay|letter|e-?mail|message|passage|report|paragraph|document|transcript|review|artikel|aufsatz|brief|nachricht|bericht|absatz|dokument|texto|articulo|ensayo|carta|correo|mensaje|informe|parrafo|documento|texte|lettre|courriel|rapport|paragraphe|(?:to|into|ins|al) [a-z]+|(?:yes|ja|si|oui) (?:or|oder|o|ou) (?:no|nein|non)) ?$/;
const LONGEST_ANNOUNCEMENT = 40;
/** As many colons are looked at. */
const MOST_COLONS = 16;

/** Where paragraphs do not tell what is asked, this many characters at the start and the end do. */
const HEAD = 400;
const TAIL = 400;
/** As much of the start as counts where a long text ends in a short paragraph: that is what is asked. */
const LEAD = 150;

/** Tells what is asked, as far as paragraphs tell, from the material that it is asked about. */
export function materialIn(text: string): Material {
  const start = SALUTATION.exec(text)?.[0].length ?? 0;
  const opening = openingOf(text, start);
  if (opening === -1) return material(start, start + HEAD, text.length - TAIL);
  const long = opening - start > HEAD + TAIL;
  const last = text.lastIndexOf('\n\n');
  const closes = text.length - last <= TAIL && (long || last > opening);
  const from = long ? start + (closes ? LEAD : HEAD) : opening;
  return material(start, from, closes ? last : text.length);
}

function material(start: number, from: number, to: number): Material {
  return from < to ? { start, from, to } : { start, from: start, to: start };
}

/** Where what is asked ends: at an empty line, or at a colon; a list after it still belongs to what is asked. -1: nowhere. */
function openingOf(text: string, start: number): number {
  const empty = emptyLine(text, start);
  let colon = text.indexOf(':', start);
  for (let looked = 0; colon !== -1 && looked < MOST_COLONS; looked++) {
    if (empty !== -1 && colon > empty) return empty;
    if (text.charCodeAt(colon + 1) === 0x0a) {
      const next = text.charAt(colon + (text.charCodeAt(colon + 2) === 0x0a ? 3 : 2));
      if (next !== '' && !'-*(0123456789'.includes(next)) return colon;
    } else {
      const before = text.slice(Math.max(start, colon - LONGEST_ANNOUNCEMENT), colon);
      const announced = before.search(ANNOUNCED);
      if (announced !== -1) return colon - before.length + announced;
    }
    colon = text.indexOf(':', colon + 1);
  }
  return empty;
}

/** The first empty line that does not follow a colon. */
function emptyLine(text: string, start: number): number {
  let at = text.indexOf('\n\n', start);
  while (at > 0 && text.charCodeAt(at - 1) === 0x3a) at = text.indexOf('\n\n', at + 1);
  return at;
}
