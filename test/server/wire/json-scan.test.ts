import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../../server/errors.ts';
import { scanObject } from '../../../server/wire/json-scan.ts';

function codeOf(json: string | Buffer): string {
  try {
    scanObject(Buffer.from(json));
    return 'accepted';
  } catch (error) {
    return error instanceof SignalboxError ? error.code : String(error);
  }
}

const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

/** Strings that are hard to skip: quotes, backslashes and letters of several bytes, short and long. */
const hardText = fc
  .array(fc.constantFrom('"', '\\', 'a', '{', '}', ',', ':', 'é', '字', '😀', '\n', 'x'.repeat(60)), { maxLength: 80 })
  .map((parts) => parts.join(''));

describe('scanning a JSON object', () => {
  it('gives the value, and the bytes of every member', () => {
    const object = fc.dictionary(fc.oneof(fc.string(), hardText), fc.oneof(fc.jsonValue(), hardText));
    fc.assert(
      fc.property(object, fc.constantFrom(0, 2, '\t'), (value, indent) => {
        const json = JSON.stringify(value, null, indent);
        const bytes = Buffer.from(json);
        const scanned = scanObject(bytes);
        expect(scanned.value).toEqual(JSON.parse(json));
        expect([...scanned.members.keys()].sort()).toEqual(Object.keys(scanned.value).sort());
        for (const [name, member] of scanned.members) {
          const slice = bytes.toString('utf8', member.valueStart, member.valueEnd);
          expect(slice).toBe(slice.trim());
          expect(JSON.parse(slice)).toEqual(scanned.value[name]);
          expect(bytes[member.keyStart]).toBe(0x22);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a name that stands twice in one object, wherever it is and however it is spelled', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.jsonValue(), (value, other) => {
        const name = JSON.stringify(Object.keys(value)[0]);
        const twice = `{${name}:${JSON.stringify(other)},${JSON.stringify(value).slice(1)}`;
        expect(codeOf(twice)).toBe('duplicate_key');
        expect(codeOf(`{"deep":[1,{"x":${twice}}]}`)).toBe('duplicate_key');
      }),
    );
    expect(codeOf('{"model":"a","mod\\u0065l":"b"}')).toBe('duplicate_key');
    expect(codeOf('{"a":{"b":1},"c":{"b":2}}')).toBe('accepted');
  });

  it('takes 256 levels and refuses the next', () => {
    expect(codeOf(nested(256))).toBe('accepted');
    expect(codeOf(nested(257))).toBe('too_deep');
    expect(codeOf(`{"a":${'['.repeat(5_000_000)}`)).toBe('too_deep');
  });

  it('refuses what is not one JSON object in UTF-8', () => {
    for (const json of [
      '',
      '[]',
      '"a"',
      'null',
      '{"a":1',
      '{"a":1}}',
      '{"a":1,}',
      '{"a" "b"}',
      '{a:1}',
      '{"a":"\\',
      '\ufeff{}',
    ]) {
      expect(codeOf(json), json).toBe('invalid_json');
    }
    expect(codeOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBe('invalid_json');
  });

  it('does not repeat the text of a body that does not parse', () => {
    expect(() => scanObject(Buffer.from('{"content": hunter2 }'))).toThrow(/^(?!.*hunter2).*does not parse/);
  });
});
