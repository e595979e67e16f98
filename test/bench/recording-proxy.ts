/**
 * A proxy that decides nothing and writes everything down as the gateway does: an intent before it sends, and before the
 * end of its answer a record of eight steps with what was said, sealed. What it takes beyond the tuned proxy is the price of
 * durable records alone. Run as a process of its own.
 */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import express from 'express';
import { type Dispatcher, Pool } from 'undici';
import { createHttpServer } from '../../server/app.ts';
import { newId } from '../../server/control/ids.ts';
import { ContentSeals } from '../../server/records/content-sealing.ts';
import type { RequestRecord } from '../../server/records/record.ts';
import { RecordWriter } from '../../server/records/writer.ts';
import { openDatabase } from '../../server/store/database.ts';
import { exampleRecord, intentOf } from '../server/records/example.ts';
import { reportCpu } from './cpu-report.ts';

const database = await openDatabase({ dataDir: process.env.DATA_DIR ?? '' });
const writer = new RecordWriter(database.records, { maxQueued: 10_000 });
const seals = new ContentSeals({ derive: (purpose) => createHash('sha256').update(purpose).digest() });
const pool = new Pool(process.env.UPSTREAM ?? '', {});
const headers = { 'content-type': 'application/json' };
const EXAMPLE = exampleRecord();

class Recorded implements Dispatcher.DispatchHandler {
  readonly #res: ServerResponse;
  readonly #record: RequestRecord;
  readonly #body: Buffer;
  readonly #answer: Buffer[] = [];
  #isStream = false;

  constructor(res: ServerResponse, record: RequestRecord, body: Buffer) {
    this.#res = res;
    this.#record = record;
    this.#body = body;
  }

  onRequestStart(): void {}

  onResponseStart(
    controller: Dispatcher.DispatchController,
    _status: number,
    answered: Record<string, string | string[] | undefined>,
  ): void {
    this.#isStream = String(answered['content-type']).startsWith('text/event-stream');
    if (!this.#isStream) return;
    this.#res.writeHead(200, { 'content-type': 'text/event-stream' });
    this.#res.on('drain', () => controller.resume());
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    this.#answer.push(bytes);
    if (this.#isStream && !this.#res.write(bytes)) controller.pause();
  }

  onResponseEnd(): void {
    const bytes = this.#answer.length === 1 && this.#answer[0] ? this.#answer[0] : Buffer.concat(this.#answer);
    const content = seals.seal(this.#record, { request: this.#body, answer: bytes.toString() });
    writer.record({ ...this.#record, content }).then(
      () => this.#end(bytes),
      () => this.#res.destroy(),
    );
  }

  onResponseError(): void {
    this.#res.destroy();
  }

  #end(bytes: Buffer): void {
    if (!this.#isStream) {
      this.#res.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
      this.#res.write(bytes);
    }
    this.#res.end();
  }
}

const app = express();
app.disable('x-powered-by');
app.post('/v1/chat/completions', (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    const record = { ...EXAMPLE, id: newId('req'), at: Date.now() };
    writer.intent(intentOf(record)).then(
      () => {
        pool.dispatch({ method: 'POST', path: '/v1/chat/completions', headers, body }, new Recorded(res, record, body));
      },
      () => res.destroy(),
    );
  });
});
const server = createHttpServer(app);
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
reportCpu();
