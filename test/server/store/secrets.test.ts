import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSecrets } from '../../../server/store/secrets.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64');

it('opens what it has sealed, and what an earlier start has sealed with the key in the file', async () => {
  const dataDir = join(folder, 'not there yet');
  const first = await openSecrets({ secretKey: null, dataDir });
  const sealed = first.seal('https://hooks.example.com/T0/ü');
  expect(sealed).not.toContain('hooks');
  expect(first.seal('https://hooks.example.com/T0/ü')).not.toBe(sealed);
  const file = join(dataDir, 'secret.key');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const again = await openSecrets({ secretKey: null, dataDir });
  expect(again.open(sealed)).toBe('https://hooks.example.com/T0/ü');
  const bySetting = await openSecrets({ secretKey: await readFile(file, 'utf8'), dataDir: '' });
  expect(bySetting.open(sealed)).toBe('https://hooks.example.com/T0/ü');
});

it('opens nothing that was altered, cut, or sealed with another key', async () => {
  const secrets = await openSecrets({ secretKey: keyOf(1), dataDir: '' });
  const sealed = secrets.seal('a secret');
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  for (let i = 0; i < bytes.length; i++) {
    const altered = Buffer.from(bytes);
    altered[i] = (altered[i] ?? 0) ^ 1;
    expect(() => secrets.open(`v1.${altered.toString('base64url')}`)).toThrow('cannot be read');
  }
  const others = await openSecrets({ secretKey: keyOf(2), dataDir: '' });
  for (const wrong of [sealed.slice(0, -4), 'v1.', '', 'a secret', `v2${sealed.slice(2)}`]) {
    expect(() => secrets.open(wrong)).toThrow('sealed with another key');
  }
  expect(() => others.open(sealed)).toThrow('sealed with another key');
});

it('says what is wrong with a key', async () => {
  await writeFile(join(folder, 'secret.key'), 'short\n');
  await expect(openSecrets({ secretKey: null, dataDir: folder })).rejects.toThrow(/secret\.key is no key: .*32 bytes/);
  await expect(openSecrets({ secretKey: 'short', dataDir: folder })).rejects.toThrow('SECRET_KEY is no key');
});
