/**
 * An upstream that misbehaves on the wire. Every request names its act in a message; the act is played on the bare socket,
 * so that nothing mends it on the way.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { z } from 'zod';

/** What is done with the socket of a request that has arrived whole. */
export type Act = (socket: Socket) => void | Promise<void>;

export interface ChaosUpstream {
  readonly url: string;
  /** Prepares an act and gives the text that a request has to carry to meet it. */
  prepare(act: Act): string;
  close(): Promise<void>;
}

const CUE = /play act (\d+)\./;

/** Starts it on a port of its own. */
export async function startChaos(): Promise<ChaosUpstream> {
  const acts: Act[] = [];
  const server: Server = createServer((request) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const act = acts[Number(CUE.exec(Buffer.concat(pieces).toString('utf8'))?.[1])];
      request.socket.on('error', () => {});
      if (act) void act(request.socket);
      else request.socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    prepare: (act) => `play act ${acts.push(act) - 1}.`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** How the end of an answer is told: by a chunk of its own, or by the end of the connection alone. */
export type Framing = 'chunked' | 'until it closes';

const head = (type: string, framing: Framing, status = '200 OK'): Buffer =>
  Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\n${framing === 'chunked' ? 'transfer-encoding: chunked' : 'connection: close'}\r\n\r\n`,
  );
const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

/** The bytes on the wire of an answer that streams these events. */
export function wireOf(events: readonly string[], framing: Framing): Buffer {
  const pieces = events.map((event) => Buffer.from(event));
  const body = framing === 'chunked' ? [...pieces.map(chunk), Buffer.from('0\r\n\r\n')] : pieces;
  return Buffer.concat([head('text/event-stream', framing), ...body]);
}

/** Sends the first bytes of an answer and then ends the connection, politely or not. */
export const breakOff =
  (wire: Buffer, position: number, how: 'closes' | 'resets'): Act =>
  (socket) => {
    socket.write(wire.subarray(0, position), () => {
      if (how === 'closes') socket.end();
      else socket.resetAndDestroy();
    });
  };

/** Sends the first bytes of an answer and then nothing more. */
export const stall =
  (wire: Buffer, position: number): Act =>
  (socket) => {
    socket.write(wire.subarray(0, position));
  };

/** Closes the connection without a byte. */
export const refuse: Act = (socket) => {
  socket.destroy();
};

/** Sends an answer a byte at a time. */
export const drip =
  (wire: Buffer): Act =>
  async (socket) => {
    socket.setNoDelay(true);
    for (const byte of wire) {
      socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    socket.end();
  };

/** Sends an answer as it is and closes the connection. */
export const say =
  (wire: Buffer): Act =>
  (socket) => {
    socket.end(wire);
  };

/** Bytes that are no HTTP at all. */
export const garbage = (): Act => say(randomBytes(2000));

/** What proxies answer in place of the server behind them. */
export const webPage = (status: string): Act =>
  say(
    Buffer.concat([
      head('text/html', 'until it closes', status),
      Buffer.from('<html><body><h1>Bad gateway</h1><p>The server behind this proxy did not answer.</p></body></html>'),
    ]),
  );

/** An answer in one piece that lacks its end, with a length that says so or one that does not. */
export function truncatedJson(document: string, length: 'of the whole' | 'of the part'): Act {
  const part = document.slice(0, Math.floor(document.length / 2));
  const declared = length === 'of the whole' ? document.length : part.length;
  return say(
    Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${declared}\r\n\r\n${part}`),
  );
}

/** A stream of so many pieces of text, as fast as they are taken; `between` gives each event, the last are `end`. */
export const flood =
  (pieces: number, piece: string, end: readonly string[]): Act =>
  async (socket) => {
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.write(head('text/event-stream', 'until it closes'));
    for (let i = 0; i < pieces && !socket.destroyed; i += 1) {
      if (!socket.write(piece)) await Promise.race([gone, new Promise((resolve) => socket.once('drain', resolve))]);
    }
    socket.end(end.join(''));
  };
