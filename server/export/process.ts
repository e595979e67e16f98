/**
 * The process that makes one export: started by the gateway, told what to export, gone when that is done or when the gateway
 * is gone. Reading and writing millions of records would hold up requests where they are served, and what it takes of memory
 * goes with it. The file goes through a pipe: where nobody reads it at the other end, nothing is read here either.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { setPriority } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { z } from 'zod';
import { openToRead } from '../store/read-only.ts';
import { type FromExport, PIPE, type ToExport } from './messages.ts';
import { exportPieces } from './pieces.ts';

/** A tenth of what the gateway gets where both want the processor. */
const PRIORITY = 10;
/** The fastest: the processor is shared with the gateway, and lines that are alike get small all the same. */
const GZIP_LEVEL = 1;

async function main(): Promise<void> {
  // Not every system lets a program do this, and nothing depends on it.
  try {
    setPriority(PRIORITY);
  } catch {}
  process.on('disconnect', () => process.exit(1));
  // The gateway says when to end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  const say = (message: FromExport): void => void process.send?.(message);
  const [given]: unknown[] = await once(process, 'message');
  const isTold = (one: unknown): boolean => typeof one === 'object' && one !== null && 'job' in one;
  const { settings, job, gzip } = z.custom<ToExport>(isTold).parse(given);

  const stores = await openToRead(settings);
  const sum = createHash('sha256');
  let rows = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    for await (const piece of exportPieces(stores, job)) {
      sum.update(piece.bytes);
      rows += piece.rows;
      say({ kind: 'told', rows });
      yield piece.bytes;
    }
  }
  // One piece at a time: they are counted in objects, and one is large.
  const read = Readable.from(bytes(), { highWaterMark: 1 });
  const pipe = new Socket({ fd: PIPE, readable: false });
  await (gzip ? pipeline(read, createGzip({ level: GZIP_LEVEL }), pipe) : pipeline(read, pipe));
  process.send?.({ kind: 'done', rows, digest: sum.digest('hex') } satisfies FromExport, () => process.exit(0));
}

main().catch((error: unknown) => {
  console.error('An export of requests was broken off:', error);
  process.exit(1);
});
