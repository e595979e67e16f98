/** The words of the audit: nothing that the server writes down is shown as a code. */
import { readdir, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTION_WORDS, sayAction } from '../../ui/screens/audit/action-words.ts';
import { compare } from '../../ui/screens/audit/differences.ts';
import { OBJECT_WORDS } from '../../ui/screens/audit/object-words.ts';
import { sayShownTime, spanOf } from '../../ui/screens/audit/shown-time.ts';
import { sayPath, sayValue, type Unit } from '../../ui/screens/audit/value-words.ts';

const SERVER = new URL('../../server/', import.meta.url);

/** The lines of the server's code that name an action. */
async function linesOfActions(): Promise<string[]> {
  const names = (await readdir(SERVER, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, SERVER), 'utf8')));
  return texts.flatMap((text) => text.split('\n')).filter((line) => /action\w*( =|:)|_(BEGIN|END) = '/i.test(line));
}

const found = (lines: readonly string[], pattern: RegExp): string[] =>
  [...new Set(lines.flatMap((line) => [...line.matchAll(pattern)].map(([, name = '']) => name)))].sort();

describe('the words of the audit', () => {
  it('has a sentence for every action that the server writes down, and for no other', async () => {
    const lines = await linesOfActions();
    const literal = found(lines, /'([a-z_]+\.[a-z_]+)'/g);
    // The actions whose names are put together.
    const endings = ['.set_content', '.set_default_policy'];
    expect(found(lines, /`\$\{objectType\}([^`]*)`/g)).toEqual(endings);
    expect(found(lines, /(`[^`]*\$\{[^`]*`)/g)).toHaveLength(endings.length);
    const made = ['organisation', 'project'].flatMap((owner) => endings.map((ending) => `${owner}${ending}`));
    const actions = [...new Set([...literal, ...made])].sort();
    expect(literal.length).toBeGreaterThan(60);
    expect(Object.keys(ACTION_WORDS).sort()).toEqual(actions);
  });

  it('has a word for every kind of object', async () => {
    const kinds = found(await linesOfActions(), /objectType: '([a-z_]+)'/g);
    expect(kinds.length).toBeGreaterThan(15);
    expect(kinds.filter((kind) => OBJECT_WORDS[kind] === undefined)).toEqual([]);
  });

  it('says what was done without a code, and says so where there are no words yet', () => {
    const entry = {
      sequence: 4,
      at: 0,
      actor: 'per_1',
      reason: null,
      beforeDigest: null,
      afterDigest: null,
      previous: null,
      hash: '',
      action: 'version.publish',
      objectType: 'policy',
      objectId: 'pol_1',
      before: { liveVersion: 3 },
      after: { liveVersion: 4, digest: 'sha256:0' },
    };
    expect(sayAction(entry, '“Support”', String)).toBe('published version 4 of “Support”');
    const unknown = sayAction({ ...entry, action: 'moon.land' }, '“Support”', String);
    expect(unknown).toContain('no words for yet (moon.land)');
  });

  it('names the members that differ and counts the others', () => {
    const before = { name: 'Old', limit: 1e9, tags: ['a', 'b'], rule: { share: 0.5, on: true } };
    const after = { name: 'New', limit: 1e9, tags: ['a'], rule: { share: 0.5, on: false } };
    const { changed, same } = compare(before, after);
    expect(same).toBe(2);
    expect(changed).toEqual([
      { path: ['name'], before: 'Old', after: 'New' },
      { path: ['tags'], before: ['a', 'b'], after: ['a'] },
      { path: ['rule', 'on'], before: true, after: false },
    ]);
    expect(compare(null, { name: 'New' }).changed).toEqual([{ path: ['name'], before: undefined, after: 'New' }]);
  });

  it('finds nothing different between a value and itself, whatever it is', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => compare(value, value).changed.length === 0));
  });

  it('says values with their units', () => {
    const say = (path: string[], value: unknown, unit: Unit = 'usd') => sayValue(path, value, unit, String);
    expect(sayPath(['rule', 'liveVersion'])).toBe('Rule, live version');
    expect(say(['limit'], 2_500_000_000)).toBe('$2.50');
    expect(say(['limit'], 2500, 'tokens')).toBe('2,500 tokens');
    expect(say(['topUp', 'amount'], 1e9)).toBe('$1.00');
    expect(say(['topUp', 'amount'], 1e9, null)).toBe('1,000,000,000');
    expect(say(['nanoDollars'], '-1500000000')).toBe('-$1.50');
    expect(say(['price', '1', 'input'], 150_000_000)).toBe('$0.15 for a million tokens');
    expect(say(['expiresAt'], Date.UTC(2026, 10, 22, 12))).toContain('Nov 2026');
    expect(say(['archived'], true)).toBe('yes');
    expect(say(['reason'], null)).toBe('nothing');
    expect(say(['tags'], ['a', 'b'])).toBe('a, b');
  });

  it('is of the last 30 days where nobody says otherwise', () => {
    const now = Date.UTC(2026, 10, 22);
    expect(spanOf({ last: undefined, from: undefined, to: undefined }, now)).toEqual({
      from: Date.UTC(2026, 9, 23),
      to: undefined,
    });
    expect(spanOf({ last: 'any', from: undefined, to: undefined }, now)).toEqual({ from: undefined, to: undefined });
    expect(spanOf({ last: 'day', from: 5, to: 9 }, now)).toEqual({ from: 5, to: 9 });
    expect(sayShownTime({ last: undefined, from: undefined, to: undefined })).toBe('last 30 days');
  });
});
