import { characterAt, lengthByLead, NOTHING, plainSign, SHARP_S, SPACE, writeUtf8 } from './letters.ts';
import { Lexicon, WAY_OF } from './lexicon.ts';

/** Scripts from the first to the last letter, and the language that each is taken for. */
const SCRIPTS: readonly (readonly [code: string, from: number, to: number])[] = [
  ['ja', 0x3040, 0x30ff],
  ['ko', 0x1100, 0x11ff],
  ['ko', 0xac00, 0xd7af],
  ['zh', 0x3400, 0x4dbf],
  ['zh', 0x4e00, 0x9fff],
  ['ru', 0x0400, 0x04ff],
  ['ar', 0x0600, 0x06ff],
  ['hi', 0x0900, 0x097f],
  ['el', 0x0370, 0x03ff],
  ['he', 0x0590, 0x05ff],
  ['th', 0x0e00, 0x0e7f],
];
const UKRAINIAN = /[іїєґ]/i;
const PERSIAN = /[پچژگ]/;

/** Frequent short words, without accents, of languages in Latin letters. A word may belong to several. */
const WORDS: Readonly<Record<string, string>> = {
  en: 'the of and to in is it you that he was for on are with as his they be at this have from or had by not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two him see could no make than first been its who now my over did down only way find use may i a me give hello hi thanks please does where why should must write translate every between',
  de: 'der die das und ist in den von zu mit sich des auf fur nicht ein eine einer einem einen als auch es an dem werden aus er hat dass sie nach wird bei um am sind noch wie einen uber so zum war haben nur oder aber vor zur bis mehr durch man sein wurde ich du wir ihr mir mich dir dich uns was wo wer wann warum welche welcher welches kann konnen soll muss bitte danke hallo guten mein meine dein wenn dann gegen vom schon diese dieser dieses im kein keine nenne ins heisst ja nein viele viel',
  fr: 'le la les de des du un une et est en que qui dans pour pas sur ce il elle au avec ne se plus par je vous nous tu son sa ses on mais ou comme si tout etre avoir fait sont cette ces leur aux bien sans peut meme quel quelle quels quelles comment pourquoi quand merci bonjour donne moi mon ma mes votre notre ete ont aussi deux entre y ils elles etait suis ecris cela qu',
  es: 'el la los las de del que y en un una es por con no para su sus al lo como mas pero le se ya este esta estos estas si porque muy sin sobre tambien me hasta hay donde quien desde todo nos durante uno ni contra otros ese eso ante ellos e mi tu yo ser son fue ha he era cual cuando como cuanto hola gracias dame dime pregunta respuesta cada entre esto tiene hacer puede buenos buenas usted muchas',
  it: 'il lo la i gli le di a da in con su per tra fra e che non un una uno del della dei delle degli al alla nel nella sono ho hai ha piu come ma anche se questo questa questi quello perche quando dove chi cosa quale mi ti si ci vi io tu lui lei noi voi loro essere fatto molto era stato grazie ciao dammi scrivi sul dal dalla ogni tutti puoi buongiorno qual',
  pt: 'o a os as de do da dos das em no na nos nas um uma que e para com nao por mais se como mas foi ao ele ela seu sua ou ser quando muito ha ja esta eu tambem so pelo pela ate isso entre era depois sem mesmo aos ter seus quem meu minha tem voce obrigado obrigada ola qual onde porque sao isto este essa esse pode fazer dia bom escreva me uns',
  nl: 'de het een en van ik te dat die in is je niet zijn op aan met als voor er maar om hem dan zou wat mijn men dit zo door over ze zich bij ook tot uit kan naar heeft hebben deze was meer wordt of geen hoe waar wie waarom welke wij jij jouw u uw mij kun kunt moet worden nog hallo dank bedankt geef schrijf werd veel onze naar tussen',
  pl: 'i w na z do sie nie to jest ze o jak a za od po co tak ale dla czy jego jej przez ten ta te byc ma juz tylko moze ja ty my on ona oni mnie mi ci gdzie kiedy dlaczego kto ktory ktora ktore jaki jaka jakie prosze dziekuje czesc napisz oraz lub bardzo sa byl byla tego tym przy pod podaj moj dzien dobry',
  sv: 'och att det i en jag som pa ar av for med den till inte om ett han men var sig de har du kan nar fran eller vid sa min mig dig vi ni hur vad varfor vem nagon alla denna detta skulle ska mycket tack hej skriv ocksa hade blir efter utan mellan ge',
  da: 'og at det er en jeg som pa af for med den til ikke om et han men var sig de har du kan nar fra eller ved sa min mig dig vi hvordan hvad hvorfor hvem hvor nogen alle denne dette ville skal meget tak hej skriv ogsa havde bliver efter uden mellem giv blev',
  cs: 'a se v na je to ze s z do o i pro jako za by ale si po tak jsem jsou od ktery ktera ktere nebo kdy kde proc jak co kdo aby pri byl byla bylo jeho uz jen muze mam mi ti nam vam prosim dekuji ahoj napis velmi jeste podle mezi tento tato jaky jaka dobry den',
  tr: 've bir bu da de icin ile ne mi mu gibi daha cok en o ben sen biz siz onlar var yok olan olarak kadar ama veya nasil neden nicin nerede kim hangi her degil sonra once bana sana lutfen tesekkurler merhaba yaz olur oldu eden ki ise iyi nedir midir gore arasinda',
};

/** Letters and signs that point to few languages. */
const LETTERS: readonly (readonly [letters: string, codes: string])[] = [
  ['ñ¿¡', 'es'],
  ['ß', 'de'],
  ['äü', 'de tr sv'],
  ['ãõ', 'pt'],
  ['ąęłńśźż', 'pl'],
  ['ěřůčž', 'cs'],
  ['ğış', 'tr'],
  ['æø', 'da'],
  ['å', 'sv da'],
  ['êœ', 'fr'],
];
const ELISIONS: readonly (readonly [elision: RegExp, code: string])[] = [
  [/['’](?<=\b[cdjlmnst]['’])[a-zà-ü]/i, 'fr'],
  [/['’](?<=\b(?:dell|nell|all|un)['’])[a-zà-ü]/i, 'it'],
];

const CODES = Object.keys(WORDS);

/** For each word the languages that have it, by their index in `CODES`. */
const SPOKEN = ((): ReadonlyMap<string, number[]> => {
  const spoken = new Map<string, number[]>();
  for (const [index, words] of Object.values(WORDS).entries()) {
    for (const word of new Set(words.split(' '))) spoken.set(word, [...(spoken.get(word) ?? []), index]);
  }
  return spoken;
})();
const LEXICON = new Lexicon([...SPOKEN.keys()]);
const SPEAKERS = [...SPOKEN.values()];

/** For each letter beyond ASCII the bits of the entries of `LETTERS` that have it. */
const LETTER_BITS = ((): Uint16Array => {
  const bits = new Uint16Array(0x180);
  for (const [index, [letters]] of LETTERS.entries()) {
    for (const letter of letters + letters.toUpperCase()) {
      const code = letter.charCodeAt(0);
      if (code > 0x7f) bits[code] = bits[code]! | (1 << index);
    }
  }
  return bits;
})();

const MOST_CHARACTERS = 1500;

/** What one reading of a text counts. */
interface Seen {
  readonly part: string;
  /** Letters of each script, in the order of `SCRIPTS`. */
  readonly scripts: readonly number[];
  readonly latin: number;
  readonly words: number;
  /** What frequent words say for each of `CODES`: a word that several languages have is shared by them. */
  readonly scores: number[];
  /** Bits of the `LETTERS` that occur. */
  readonly letters: number;
}

/**
 * The language of a text as an ISO 639-1 code, or null when it is too short or mixed to tell. Reads the first 1,500
 * characters; by script, then by frequent short words (en, de, fr, es, it, pt, nl, pl, sv, da, cs, tr).
 */
export function languageOf(text: string): string | null {
  const seen = read(text.slice(0, MOST_CHARACTERS));
  return byScript(seen) ?? byWords(seen);
}

// Room for one reading, used again by the next.
const bytes = new Uint8Array(3 * MOST_CHARACTERS + 1);

function read(part: string): Seen {
  const scripts = SCRIPTS.map(() => 0);
  const scores = CODES.map(() => 0);
  let latin = 0;
  let words = 0;
  let letters = 0;
  let inWord = false;
  let place = 0;
  const end = writeUtf8(part, bytes);
  bytes[end] = SPACE;
  for (let at = 0; at <= end; ) {
    let code = bytes[at]!;
    if (code < 0x80) at += 1;
    else {
      const length = lengthByLead(code);
      code = characterAt(bytes, at);
      at += length;
      if (code < LETTER_BITS.length) letters |= LETTER_BITS[code]!;
      if (code >= 0x370) countScript(scripts, code);
      else if (code >= 0xc0 && code < 0x250) latin += 1;
    }
    const sign = plainSign(code);
    if ((sign >= 0x61 && sign <= 0x7a) || sign === SHARP_S) {
      if (code < 0x80) latin += 1;
      if (place !== 0 || !inWord) place = step(place, sign);
      inWord = true;
    } else if (inWord && sign !== NOTHING) {
      words += 1;
      const word = LEXICON.whole(place);
      if (word >= 0) {
        const speakers = SPEAKERS[word]!;
        for (let i = 0; i < speakers.length; i++) add(scores, speakers[i]!, 1 / speakers.length);
      }
      place = 0;
      inWord = false;
    }
  }
  return { part, scripts, latin, words, scores, letters };
}

function step(place: number, sign: number): number {
  if (sign !== SHARP_S) return LEXICON.next(place, WAY_OF[sign]!);
  const first = LEXICON.next(place, WAY_OF[0x73]!);
  return first === 0 ? 0 : LEXICON.next(first, WAY_OF[0x73]!);
}

function countScript(scripts: number[], code: number): void {
  for (let i = 0; i < SCRIPTS.length; i++) {
    const [, from, to] = SCRIPTS[i]!;
    if (code >= from && code <= to) {
      scripts[i] = scripts[i]! + 1;
      return;
    }
  }
}

function byScript({ part, scripts, latin }: Seen): string | null {
  if (scripts.every((letters) => letters === 0)) return null;
  const counts = new Map<string, number>();
  for (const [i, [code]] of SCRIPTS.entries()) counts.set(code, (counts.get(code) ?? 0) + scripts[i]!);
  const [code, most] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
  // A Latin word needs about four times the letters of a Chinese one; names and code are often Latin in any text.
  if (most * 3 < latin) return null;
  if (code === 'zh' && (counts.get('ja') ?? 0) * 10 > most) return 'ja';
  if (code === 'ru' && UKRAINIAN.test(part)) return 'uk';
  if (code === 'ar' && PERSIAN.test(part)) return 'fa';
  return code;
}

function byWords({ part, words, scores, letters }: Seen): string | null {
  for (const [index, [, codes]] of LETTERS.entries()) {
    if (letters & (1 << index)) for (const code of codes.split(' ')) add(scores, CODES.indexOf(code), 1);
  }
  if (part.includes("'") || part.includes('’')) {
    for (const [elision, code] of ELISIONS) if (elision.test(part)) add(scores, CODES.indexOf(code), 1);
  }
  let best: string | null = null;
  let first = 0;
  let second = 0;
  for (const [index, score] of scores.entries()) {
    if (score > first) {
      second = first;
      first = score;
      best = CODES[index]!;
    } else if (score > second) second = score;
  }
  return first >= 0.8 && first >= words * 0.06 && first >= second * 1.25 ? best : null;
}

function add(scores: number[], index: number, weight: number): void {
  scores[index] = scores[index]! + weight;
}
