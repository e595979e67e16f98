/** One-time codes by time (RFC 6238), as authenticator apps make them, and the recovery codes beside them. */
import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const ISSUER = 'Signalbox';
/** Authenticator apps know these numbers and few others. */
const SETTINGS = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** A code before and after the one of now is taken, for clocks that are not quite right. */
const WINDOW = 1;
const SECRET_BYTES = 20;

const RECOVERY_CODES = 10;
const RECOVERY_LENGTH = 16;
/** Crockford's 32 letters, of which none look alike: five bits each. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** A new secret in base 32. */
export const newCodeSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

/** What an authenticator app reads from the picture: the secret and whose it is. */
export function codeAddress(secret: string, email: string): string {
  return new TOTP({ ...SETTINGS, issuer: ISSUER, label: email, secret: Secret.fromBase32(secret) }).toString();
}

/** The code of a moment, in milliseconds since 1970. */
export const codeAt = (secret: string, at: number): string =>
  TOTP.generate({ ...SETTINGS, secret: Secret.fromBase32(secret), timestamp: at });

/** The time step whose code this is, around a moment in milliseconds since 1970; null where it is none. */
export function stepOfCode(secret: string, code: string, now: number): number | null {
  const token = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const options = { ...SETTINGS, token, secret: Secret.fromBase32(secret), timestamp: now, window: WINDOW };
  const delta = TOTP.validate(options);
  return delta === null ? null : TOTP.counter({ period: SETTINGS.period, timestamp: now }) + delta;
}

/** Ten new recovery codes of 80 random bits, such as `k7wm-2xqp-90rt-vv3e`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const letters = Array.from(randomBytes(RECOVERY_LENGTH), (byte) => LETTERS[byte & 31]).join('');
    return letters.replace(/(.{4})(?=.)/g, '$1-');
  });
}

/** What is kept of a recovery code, however it is written. It needs no slow hash: it is random. */
export const recoveryHash = (code: string): string =>
  createHash('sha256')
    .update(code.toLowerCase().replace(/[^a-z0-9]/g, ''))
    .digest('hex');
