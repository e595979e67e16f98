/** Reads a request's body, within a limit for each and one for all that are in flight. */
import type { IncomingMessage } from 'node:http';
import { SignalboxError } from '../errors.ts';

/** Bytes of bodies that are held in memory at once; beyond it new requests are told to wait. */
export class InFlight {
  readonly #most: number;
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws SignalboxError `overloaded` when there is no room. */
  add(bytes: number): void {
    if (this.#bytes + bytes > this.#most) throw new SignalboxError('overloaded', {}, { retryAfterMs: 1000 });
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/** The whole body. Throws SignalboxError: `body_too_large`, `overloaded`, `client_closed`. The caller gives back its bytes. */
export function readBody(req: IncomingMessage, limit: number, inFlight: InFlight): Promise<Buffer> {
  const tooLarge = (): SignalboxError =>
    new SignalboxError('body_too_large', { limit: `${Number((limit / 1024 / 1024).toPrecision(3))} MB` });
  if (Number(req.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (error: unknown): void => {
      inFlight.remove(size);
      size = 0;
      req.off('data', take);
      req.pause();
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      try {
        inFlight.add(chunk.length);
      } catch (error) {
        fail(error);
        return;
      }
      size += chunk.length;
      chunks.push(chunk);
      if (size > limit) fail(tooLarge());
    };
    // Not `once`: each comes once by itself, and a wrapper that takes itself off again costs every request.
    req.on('data', take);
    req.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
    req.on('error', () => fail(new SignalboxError('client_closed')));
    req.on('close', () => {
      if (!req.complete) fail(new SignalboxError('client_closed'));
    });
  });
}
