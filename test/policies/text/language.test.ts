import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languageOf } from '../../../policies/text/language.ts';
import prompts from './prompts.json' with { type: 'json' };

const SENTENCES: Readonly<Record<string, readonly string[]>> = {
  en: ['Could you tell me where the nearest station is?', 'Write a short letter to my landlord about the heating.'],
  de: [
    'Kannst du mir sagen, wo der nächste Bahnhof ist?',
    'Bitte schreib meinem Vermieter einen Brief wegen der Heizung.',
  ],
  fr: [
    'Peux-tu me dire où se trouve la gare la plus proche ?',
    "Explique-moi pourquoi le ciel est bleu s'il te plaît.",
  ],
  es: [
    '¿Puedes decirme dónde está la estación más cercana?',
    'Escribe una carta corta a mi casero sobre la calefacción.',
  ],
  it: ['Puoi dirmi dove si trova la stazione più vicina?', 'Scrivi una breve lettera al mio padrone di casa.'],
  pt: [
    'Você pode me dizer onde fica a estação mais próxima?',
    'Escreva uma carta para o meu senhorio sobre o aquecimento.',
  ],
  nl: [
    'Kun je me vertellen waar het dichtstbijzijnde station is?',
    'Schrijf een korte brief aan mijn huisbaas over de verwarming.',
  ],
  pl: [
    'Czy możesz mi powiedzieć, gdzie jest najbliższa stacja?',
    'Napisz krótki list do mojego właściciela mieszkania.',
  ],
  sv: ['Kan du berätta för mig var närmaste station ligger?'],
  da: ['Kan du fortælle mig, hvor den nærmeste station er?'],
  cs: ['Můžeš mi říct, kde je nejbližší nádraží?'],
  tr: ['Bana en yakın istasyonun nerede olduğunu söyler misin?'],
  zh: ['请告诉我最近的车站在哪里。', '用 Python 写一个函数'],
  ja: ['一番近い駅はどこですか。'],
  ko: ['가장 가까운 역이 어디예요?'],
  ru: ['Подскажите, где ближайшая станция?'],
  uk: ['Підкажіть, де найближча станція?'],
  ar: ['أين تقع أقرب محطة؟'],
  hi: ['सबसे नज़दीकी स्टेशन कहाँ है?'],
};

describe('the language of a text', () => {
  for (const [code, sentences] of Object.entries(SENTENCES)) {
    it.each(sentences)(`is ${code}: %s`, (sentence) => {
      expect(languageOf(sentence)).toBe(code);
    });
  }

  it('is found in nearly all labelled prompts and never taken for another', () => {
    const found = prompts.map(({ language, prompt }) => ({ language, prompt, found: languageOf(prompt) }));
    expect(found.filter((entry) => entry.found !== null && entry.found !== entry.language)).toEqual([]);
    expect(found.filter((entry) => entry.found === null).length).toBeLessThanOrEqual(6);
  });

  it.each(['', '42', 'ok', 'XJ-9 3.14 == 7', '!?'])('is unknown when too little is said: "%s"', (text) => {
    expect(languageOf(text)).toBeNull();
  });

  it('does not depend on accents', () => {
    expect(languageOf('cual es la estacion mas cercana y como llego hasta alli')).toBe('es');
  });

  it('is a code or null for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        expect(languageOf(text) ?? 'xx').toMatch(/^[a-z]{2}$/);
      }),
    );
  });
});
