import { fold, sampleOf } from './sample.ts';

/** Letters of a script, and the language that it is taken for. */
const SCRIPTS: readonly (readonly [code: string, letters: RegExp])[] = [
  ['ja', /[\u3040-\u30ff]/g],
  ['ko', /[\u1100-\u11ff\uac00-\ud7af]/g],
  ['zh', /[\u3400-\u4dbf\u4e00-\u9fff]/g],
  ['ru', /[\u0400-\u04ff]/g],
  ['ar', /[\u0600-\u06ff]/g],
  ['hi', /[\u0900-\u097f]/g],
  ['el', /[\u0370-\u03ff]/g],
  ['he', /[\u0590-\u05ff]/g],
  ['th', /[\u0e00-\u0e7f]/g],
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
const LETTERS: readonly (readonly [letters: RegExp, codes: string])[] = [
  [/[ñ¿¡]/, 'es'],
  [/ß/, 'de'],
  [/[äü]/, 'de tr sv'],
  [/[ãõ]/, 'pt'],
  [/[ąęłńśźż]/, 'pl'],
  [/[ěřůčž]/, 'cs'],
  [/[ğış]/, 'tr'],
  [/[æø]/, 'da'],
  [/å/, 'sv da'],
  [/[êœ]|\b[cdjlmnst]['’][a-zà-ü]/, 'fr'],
  [/\b(?:dell|nell|all|un)['’][a-zà-ü]/, 'it'],
];

/** For each word the languages that have it, with the weight 1 divided by how many they are. */
const EVIDENCE = ((): ReadonlyMap<string, readonly string[]> => {
  const evidence = new Map<string, string[]>();
  for (const [code, words] of Object.entries(WORDS)) {
    for (const word of new Set(words.split(' '))) {
      const codes = evidence.get(word);
      if (codes) codes.push(code);
      else evidence.set(word, [code]);
    }
  }
  return evidence;
})();

const MOST_CHARACTERS = 1500;
const WORD = /[a-z]+/g;

function count(text: string, letters: RegExp): number {
  return text.match(letters)?.length ?? 0;
}

/**
 * The language of a text as an ISO 639-1 code, or null when it is too short or mixed to tell. Reads the first 1,500
 * characters or so; by script, then by frequent short words (en, de, fr, es, it, pt, nl, pl, sv, da, cs, tr).
 */
export function languageOf(text: string): string | null {
  const part = sampleOf(text).slice(0, MOST_CHARACTERS);
  return byScript(part) ?? byWords(part);
}

const LATIN = /[a-zà-ɏ]/gi;
const NOT_LATIN = /[\u0370-\uffff]/;

function byScript(part: string): string | null {
  if (!NOT_LATIN.test(part)) return null;
  const latin = count(part, LATIN);
  const counts = SCRIPTS.map(([code, letters]) => ({ code, letters: count(part, letters) }));
  const of = (code: string) => counts.find((entry) => entry.code === code)?.letters ?? 0;
  const most = counts.reduce((best, entry) => (entry.letters > best.letters ? entry : best));
  // A Latin word needs about four times the letters of a Chinese one; names and code are often Latin in any text.
  if (most.letters === 0 || most.letters * 3 < latin) return null;
  if (most.code === 'zh' && of('ja') * 10 > most.letters) return 'ja';
  if (most.code === 'ru' && UKRAINIAN.test(part)) return 'uk';
  if (most.code === 'ar' && PERSIAN.test(part)) return 'fa';
  return most.code;
}

function byWords(part: string): string | null {
  const scores = new Map<string, number>();
  const add = (code: string, weight: number) => scores.set(code, (scores.get(code) ?? 0) + weight);
  let words = 0;
  for (const [word] of fold(part).matchAll(WORD)) {
    words += 1;
    const codes = EVIDENCE.get(word);
    if (codes) for (const code of codes) add(code, 1 / codes.length);
  }
  const lower = part.toLowerCase();
  for (const [letters, codes] of LETTERS) {
    if (letters.test(lower)) for (const code of codes.split(' ')) add(code, 1);
  }
  let best: string | null = null;
  let first = 0;
  let second = 0;
  for (const [code, score] of scores) {
    if (score > first) {
      second = first;
      first = score;
      best = code;
    } else if (score > second) second = score;
  }
  return first >= 0.8 && first >= words * 0.06 && first >= second * 1.25 ? best : null;
}
