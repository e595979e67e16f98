/**
 * Secrets at rest: sealed with AES-256-GCM under one key of this gateway, so that a copy of the database alone tells
 * nobody the address of a webhook or a password.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Secrets {
  /** The text as it may be stored; another one each time. */
  seal(text: string): string;
  /** What was sealed. Throws a sentence for people where it was altered, or sealed with another key. */
  open(sealed: string): string;
  /** A key of 32 bytes for one purpose (HKDF-SHA256): the same each time, and of no use for any other. */
  derive(purpose: string): Buffer;
}

const KEY_BYTES = 32;
/** Of AES-GCM: NIST SP 800-38D recommends 96 bits for the value that is used once, and 128 for the tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1.';
const FILE = 'secret.key';

/** Throws a sentence where the setting or the file holds no key of 32 bytes. */
export async function openSecrets(config: {
  /** 32 bytes in base64; null for a key of the gateway's own, in a file. */
  readonly secretKey: string | null;
  /** Folder of that file; both are made when they are missing. */
  readonly dataDir: string;
}): Promise<Secrets> {
  const key = config.secretKey === null ? await keyInFile(config.dataDir) : keyOf(config.secretKey, 'SECRET_KEY');
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return VERSION + Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url');
      try {
        if (!sealed.startsWith(VERSION) || bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error('no sealed secret');
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch {
        throw new Error(
          'A stored secret cannot be read: it was sealed with another key. Put back the setting SECRET_KEY or the file secret.key that it was sealed with, or enter the secret anew.',
        );
      }
    },
    derive: (purpose) => Buffer.from(hkdfSync('sha256', key, '', purpose, KEY_BYTES)),
  };
}

function keyOf(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new Error(`${where} is no key: it has to be 32 bytes in base64, as “openssl rand -base64 32” writes them.`);
}

async function keyInFile(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, FILE);
  const found = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Error(`The key in ${path} cannot be read: ${error.message}. Let the gateway read this file.`);
  });
  if (found !== null) return keyOf(found, path);
  const key = randomBytes(KEY_BYTES);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${key.toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return key;
}
