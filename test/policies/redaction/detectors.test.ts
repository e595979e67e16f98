import { describe, expect, it } from 'vitest';
import type { Detector } from '../../../policies/text/detectors/detector.ts';
import { featuresOf } from '../../../policies/text/detectors/features.ts';
import { detectors } from '../../../policies/text/detectors/index.ts';
import card from './card.json' with { type: 'json' };
import { cleanTexts } from './clean-texts.ts';
import email from './email.json' with { type: 'json' };
import iban from './iban.json' with { type: 'json' };
import ip from './ip.json' with { type: 'json' };
import phone from './phone.json' with { type: 'json' };
import secret from './secret.json' with { type: 'json' };
import ssn from './ssn.json' with { type: 'json' };

type Fixture = { text: string; value: string | string[] };
/** Keys are kept in parts, so that no scanner of repositories takes them for real ones. */
const FIXTURES: Record<string, Fixture[]> = { email, phone, card, iban, ssn, ip, secret };

function findings(detector: Detector, text: string): string[] {
  const features = featuresOf(text);
  if (!detector.may(features)) return [];
  return detector.find(text, features).map(({ start, end }) => text.slice(start, end));
}

describe.each(detectors.map((detector) => [detector.name, detector] as const))('detector %s', (name, detector) => {
  const fixtures = (FIXTURES[name] ?? []).map(({ text, value }) => {
    const whole = typeof value === 'string' ? value : value.join('');
    return { text: text.replace('{}', () => whole), value: whole };
  });

  it('finds the whole value in at least 95 % of the ways in which people write it', () => {
    const missed = fixtures.filter(({ text, value }) => !findings(detector, text).includes(value));
    expect(fixtures.length).toBeGreaterThanOrEqual(20);
    expect(missed.length / fixtures.length, JSON.stringify(missed)).toBeLessThanOrEqual(0.05);
  });

  it('finds nothing else in those sentences', () => {
    const extra = fixtures.filter(({ text, value }) => findings(detector, text).some((found) => found !== value));
    expect(extra.length / fixtures.length, JSON.stringify(extra)).toBeLessThanOrEqual(0.05);
  });

  it('is never skipped for a text in which it would find something', () => {
    const texts = [
      ...Object.values(FIXTURES)
        .flat()
        .map(({ text, value }) => text.replace('{}', () => [value].flat().join(''))),
      ...cleanTexts(),
    ];
    for (const text of texts.flatMap((whole) => [whole, ...whole.split(/(?<=[:=("]) ?/)])) {
      const features = featuresOf(text);
      if (!detector.may(features)) expect(detector.find(text, features), text).toEqual([]);
    }
  });

  it('gives findings in order, none overlapping another', () => {
    const text = fixtures.map((fixture) => fixture.text).join('\n');
    let last = 0;
    for (const { start, end } of detector.find(text, featuresOf(text))) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(end).toBeGreaterThan(start);
      last = end;
    }
    expect(last).toBeGreaterThan(0);
  });
});

describe('features of a long text', () => {
  it('are the same wherever in it something stands', () => {
    const [digits, address] = ['4111 1111 1111 1111', '2001:db8::1 = 10.1.2.3'];
    for (const given of [digits, address, `é${digits}`, `${address}\u00a0中`, 'x'.repeat(40)]) {
      const found = featuresOf(`no ${given} no`);
      for (let before = 8150; before < 8200; before++) {
        expect(featuresOf(`${'no '.repeat(before).slice(-before)} ${given} no`)).toEqual(found);
      }
    }
  });
});

describe('texts without personal data', () => {
  it('raise at most 1 % false alarms', () => {
    const texts = cleanTexts();
    expect(new Set(texts).size).toBe(500);
    const alarms = texts.flatMap((text) => {
      const found = detectors.flatMap((detector) =>
        findings(detector, text).map((value) => `${detector.name} ${value}`),
      );
      return found.length > 0 ? [{ text, found }] : [];
    });
    expect(alarms.length / texts.length, JSON.stringify(alarms, null, 1)).toBeLessThanOrEqual(0.01);
  });

  it.each([
    ['a card number with a wrong check digit', '4111 1111 1111 1112 is wrong'],
    ['an account number with wrong check digits', 'DE88 3704 0044 0532 0130 00 is wrong'],
    ['a social security number that is never issued', '666-12-3456 and 900-12-3456 and 123-00-4567'],
    ['an address with a part over 255', '300.1.2.3 and 1.2.3.256'],
    ['a login in a remote', 'git clone git@github.com:acme/app.git'],
    ['a value that was hidden before', 'password: ******** and token=<redacted>'],
  ])('are not taken for data: %s', (_, text) => {
    expect(detectors.flatMap((detector) => findings(detector, text))).toEqual([]);
  });
});
