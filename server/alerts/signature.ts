/** How a webhook can tell that a message is from this gateway, and not one that somebody has kept and sent again. */
import { createHmac, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

/** A new secret for a channel, with a beginning by which people know it again. */
export const newSigningSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64url')}`;

/**
 * The headers that go with a body: HMAC-SHA-256 over the time in seconds since 1970, a full stop, and the body. The
 * delivery's id stays the same however often it is sent.
 */
export function signedHeaders(secret: string, delivery: string, body: string, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return {
    'x-signalbox-delivery': delivery,
    'x-signalbox-timestamp': timestamp,
    'x-signalbox-signature': `v1=${digest}`,
  };
}
