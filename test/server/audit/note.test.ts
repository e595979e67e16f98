/** Signed notes and checkpoints: the published example of the format, and everything that can be altered. */
import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, signCheckpoint } from '../../../server/audit/checkpoint.ts';
import { openNote, publicKeyBytes, signatureLine, verifierKey } from '../../../server/audit/note.ts';

// The example of C2SP signed-note, with its key.
const NAME = 'example.com/foo';
const KEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;
const publicKey = Buffer.from(KEY.split('+').slice(2).join('+'), 'base64').subarray(1);

const pair = generateKeyPairSync('ed25519');
const own = { privateKey: pair.privateKey, publicKey: publicKeyBytes(pair.publicKey) };
const ORIGIN = 'signalbox/0190/history/org_1';

describe('a signed note', () => {
  it('is read as the published example is, and its key is told in the same way', () => {
    expect(openNote(NOTE, NAME, publicKey)).toBe('This is an example message.\n');
    expect(verifierKey(NAME, publicKey)).toBe(KEY);
    expect(openNote(NOTE, 'example.com/bar', publicKey)).toBeNull();
    expect(openNote(NOTE.replace('example m', 'example M'), NAME, publicKey)).toBeNull();
  });

  it('is opened by its key alone', () => {
    const text = 'one\ntwo\n';
    const note = `${text}\n${signatureLine(text, 'here', own)}`;
    expect(openNote(note, 'here', own.publicKey)).toBe(text);
    expect(openNote(note, 'here', publicKey)).toBeNull();
  });
});

describe('a checkpoint', () => {
  const root = Buffer.alloc(32, 7);
  const note = signCheckpoint({ origin: ORIGIN, size: 12, root }, 1_790_000_000, own);

  it('has the lines of its format, and says when it was signed', () => {
    const [origin, size, hash, empty, signature] = note.split('\n');
    expect([origin, size, hash, empty]).toEqual([ORIGIN, '12', root.toString('base64'), '']);
    const [, bytes = ''] = /^— signalbox\/0190\/history\/org_1 (\S+)$/.exec(signature ?? '') ?? [];
    expect(Buffer.from(bytes, 'base64')).toHaveLength(4 + 64);
    const opened = openCheckpoint(note, ORIGIN, own.publicKey);
    expect(opened).toEqual({ origin: ORIGIN, size: 12, root, time: 1_790_000_000 });
    expect(openCheckpoint(note, 'signalbox/0190/history/org_2', own.publicKey)).toBeNull();
  });

  it('is refused with any byte altered, also in its time', () => {
    const bytes = Buffer.from(note);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Buffer.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ change;
        expect(openCheckpoint(altered.toString('utf8'), ORIGIN, own.publicKey)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});
