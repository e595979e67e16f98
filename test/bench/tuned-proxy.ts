/** The yardstick: Express that passes bytes through as fast as it can, and does nothing else. Run as a process of its own. */
import type { ServerResponse } from 'node:http';
import express from 'express';
import { type Dispatcher, Pool } from 'undici';
import { createHttpServer } from '../../server/app.ts';
import { reportCpu } from './cpu-report.ts';

const pool = new Pool(process.env.UPSTREAM ?? '', {});
const headers = { 'content-type': 'application/json' };

class PassThrough implements Dispatcher.DispatchHandler {
  readonly #res: ServerResponse;
  constructor(res: ServerResponse) {
    this.#res = res;
  }
  onRequestStart(): void {}
  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    answered: Record<string, string | string[] | undefined>,
  ): void {
    const kept: Record<string, string | string[]> = {};
    for (const name of ['content-type', 'content-length'])
      if (answered[name] !== undefined) kept[name] = answered[name];
    this.#res.writeHead(status, kept);
    this.#res.on('drain', () => controller.resume());
  }
  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    if (!this.#res.write(bytes)) controller.pause();
  }
  onResponseEnd(): void {
    this.#res.end();
  }
  onResponseError(): void {
    this.#res.destroy();
  }
}

const app = express();
app.disable('x-powered-by');
app.post('/v1/chat/completions', (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    pool.dispatch(
      {
        method: 'POST',
        path: '/v1/chat/completions',
        headers,
        body: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks),
      },
      new PassThrough(res),
    );
  });
});
const server = createHttpServer(app);
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
reportCpu();
