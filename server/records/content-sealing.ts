/**
 * What requests sent and were answered, sealed with AES-256-GCM before it is stored, so that a copy of the database alone
 * tells nobody what was said. Both texts are sealed in one go, and bound to their record: moved to another, they do not open.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { SignalboxError } from '../errors.ts';
import type { Secrets } from '../store/secrets.ts';
import type { Content, RequestRecord } from './record.ts';

/** Of AES-GCM: NIST SP 800-38D recommends 96 bits for the value that is used once, and 128 for the tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NONCES_AT_ONCE = 256;
/** Before the texts: whether there is an answer, and how many bytes the request has. */
const HEAD_BYTES = 5;
/** What a sealed text begins with. One that was stored plain is JSON, or empty. */
export const SEALED_MARK = 'sealed1.';
const DAY_MS = 24 * 60 * 60 * 1000;
/** Keys that are kept at hand: those of a few organisations and days. */
const MOST_KEYS = 256;

/** The record that a content is of. */
type Owner = Pick<RequestRecord, 'id' | 'organisation' | 'at'>;

export class ContentSeals {
  readonly #secrets: Pick<Secrets, 'derive'>;
  readonly #keys = new Map<string, KeyObject>();
  #random: Buffer = Buffer.alloc(0);

  constructor(secrets: Pick<Secrets, 'derive'>) {
    this.#secrets = secrets;
  }

  /**
   * The content as it may be stored; another one each time. A request may come as the bytes of its text. Halves of
   * characters become question marks.
   */
  seal(owner: Owner, { request, answer }: Pick<Content, 'answer'> & { readonly request: string | Buffer }): Content {
    const nonce = this.#nextNonce();
    const cipher = createCipheriv('aes-256-gcm', this.#keyFor(owner), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(owner.id));
    const length = Buffer.byteLength(request);
    const plain = Buffer.allocUnsafe(HEAD_BYTES + length + Buffer.byteLength(answer ?? ''));
    plain.writeUInt8(answer === null ? 0 : 1);
    plain.writeUInt32BE(length, 1);
    if (typeof request === 'string') plain.write(request, HEAD_BYTES, 'utf8');
    else plain.set(request, HEAD_BYTES);
    plain.write(answer ?? '', HEAD_BYTES + length, 'utf8');
    // In this mode the end of the cipher adds no bytes.
    const sealed = cipher.update(plain);
    cipher.final();
    const bytes = Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
    return { request: SEALED_MARK + bytes.toString('base64url'), answer: null };
  }

  /** What was sealed; a content of before that was stored plain, as it is. Throws `content_unreadable`. */
  open(owner: Owner, stored: Content): Content {
    if (!stored.request.startsWith(SEALED_MARK)) return stored;
    const bytes = Buffer.from(stored.request.slice(SEALED_MARK.length), 'base64url');
    if (bytes.length < NONCE_BYTES + HEAD_BYTES + TAG_BYTES) throw new SignalboxError('content_unreadable');
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.#keyFor(owner), nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(owner.id));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    let opened: Buffer;
    try {
      opened = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch {
      throw new SignalboxError('content_unreadable');
    }
    const end = HEAD_BYTES + opened.readUInt32BE(1);
    return {
      request: opened.toString('utf8', HEAD_BYTES, end),
      answer: opened.readUInt8() === 0 ? null : opened.toString('utf8', end),
    };
  }

  /** Random bytes, taken from the system for many at once. */
  #nextNonce(): Buffer {
    if (this.#random.length === 0) this.#random = randomBytes(NONCE_BYTES * NONCES_AT_ONCE);
    const nonce = this.#random.subarray(0, NONCE_BYTES);
    this.#random = this.#random.subarray(NONCE_BYTES);
    return nonce;
  }

  /** One key for each organisation and day (in UTC): values that are used once do not repeat within so few contents. */
  #keyFor({ organisation, at }: Owner): KeyObject {
    const purpose = `content of ${organisation}, day ${Math.floor(at / DAY_MS)}`;
    const known = this.#keys.get(purpose);
    if (known) return known;
    if (this.#keys.size >= MOST_KEYS) this.#keys.clear();
    const key = createSecretKey(this.#secrets.derive(purpose));
    this.#keys.set(purpose, key);
    return key;
  }
}
