/** Answers that arrive compressed, decoded piece by piece: what has come is given on at once, and never more than that. */
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';

/** What the gateway can decode, in the words of the header `accept-encoding`. */
export const ENCODINGS = 'gzip, br';

/** A decoder for a `content-encoding`; null for one that the gateway cannot decode, or several at once. */
export function decoderOf(encoding: string): Transform | null {
  switch (encoding.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    default:
      return null;
  }
}
