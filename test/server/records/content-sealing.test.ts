/** Contents that are sealed come back as they were, for their own record and nobody else's. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ContentSeals } from '../../../server/records/content-sealing.ts';
import { openSecrets } from '../../../server/store/secrets.ts';

const secretsOf = (byte: number) => openSecrets({ secretKey: Buffer.alloc(32, byte).toString('base64'), dataDir: '' });
const owner = { id: 'req_1', organisation: 'org_1', at: Date.UTC(2026, 10, 20) };
const text = fc.string({ unit: 'grapheme' });

it('whatever they say', async () => {
  const seals = new ContentSeals(await secretsOf(1));
  fc.assert(
    fc.property(text, fc.option(text), (request, answer) => {
      const stored = seals.seal(owner, { request, answer });
      expect(stored.answer).toBeNull();
      expect(stored.request).toMatch(/^sealed1\.[\w-]+$/);
      expect(seals.open(owner, stored)).toEqual({ request, answer });
    }),
  );
});

it('also when the request comes as the bytes of its text', async () => {
  const seals = new ContentSeals(await secretsOf(1));
  fc.assert(
    fc.property(text, fc.option(text), (request, answer) => {
      const stored = seals.seal(owner, { request: Buffer.from(request), answer });
      expect(seals.open(owner, stored)).toEqual({ request, answer });
    }),
  );
});

it('never twice in the same form', async () => {
  const seals = new ContentSeals(await secretsOf(1));
  const stored = Array.from({ length: 600 }, () => seals.seal(owner, { request: '{}', answer: null }).request);
  expect(new Set(stored).size).toBe(600);
});

it('not with another secret, for another record, organisation or day, or with a letter altered', async () => {
  const seals = new ContentSeals(await secretsOf(1));
  const stored = seals.seal(owner, { request: '{"said":"this"}', answer: 'and that' });
  const others = [
    { ...owner, id: 'req_2' },
    { ...owner, organisation: 'org_2' },
    { ...owner, at: owner.at - 1 },
  ];
  for (const other of others) expect(() => seals.open(other, stored)).toThrow('sealed with another secret');
  const elsewhere = new ContentSeals(await secretsOf(2));
  expect(() => elsewhere.open(owner, stored)).toThrow('sealed with another secret');
  for (let i = 'sealed1.'.length; i < stored.request.length; i += 7) {
    const letter = stored.request[i] === 'A' ? 'B' : 'A';
    const request = stored.request.slice(0, i) + letter + stored.request.slice(i + 1);
    expect(() => seals.open(owner, { request, answer: null })).toThrow('altered');
  }
  expect(() => seals.open(owner, { request: 'sealed1.AAAA', answer: null })).toThrow('altered');
});

it('and what was stored plain before is left as it is', async () => {
  const seals = new ContentSeals(await secretsOf(1));
  for (const plain of [
    { request: '{"model":"x"}', answer: 'y' },
    { request: '', answer: null },
  ]) {
    expect(seals.open(owner, plain)).toEqual(plain);
  }
});
