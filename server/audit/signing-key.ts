/** The key that signs checkpoints and exports: made on the first start, and kept sealed like the other secrets. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { Knex } from 'knex';
import { newId } from '../control/ids.ts';
import type { Secrets } from '../store/secrets.ts';
import { type KeyPair, publicKeyBytes } from './note.ts';

/** An installation's public key, and the name that it goes by. */
export interface PublicKey {
  readonly installation: string;
  /** Its 32 bytes. */
  readonly publicKey: Buffer;
}

export type SigningKey = PublicKey & KeyPair;

interface KeyRow {
  readonly installation: string;
  readonly public_key: string;
  readonly sealed_key: string;
}

/** The public key; null where none has been made yet. */
export async function readPublicKey(control: Knex): Promise<PublicKey | null> {
  const row = await control<KeyRow>('audit_keys').first();
  return row ? { installation: row.installation, publicKey: Buffer.from(row.public_key, 'base64') } : null;
}

/** The key of this installation, made where there is none. Throws a sentence where it was sealed with another secret. */
export async function openSigningKey(control: Knex, secrets: Secrets): Promise<SigningKey> {
  if (!(await control<KeyRow>('audit_keys').first())) await control<KeyRow>('audit_keys').insert(newKey(secrets));
  const row = await control<KeyRow>('audit_keys').first();
  if (!row) throw new Error('The key that was made is not there.');
  const der = Buffer.from(secrets.open(row.sealed_key), 'base64');
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { installation: row.installation, publicKey: Buffer.from(row.public_key, 'base64'), privateKey };
}

function newKey(secrets: Secrets): KeyRow {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    installation: newId('aud').slice('aud_'.length),
    public_key: publicKeyBytes(publicKey).toString('base64'),
    sealed_key: secrets.seal(privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')),
  };
}
