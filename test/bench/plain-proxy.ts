/** What a first version usually looks like: Express, `express.json`, global `fetch`. Run as a process of its own. */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import express from 'express';
import { reportCpu } from './cpu-report.ts';

const upstream = process.env.UPSTREAM ?? '';
const app = express();
app.use(express.json({ limit: '20mb' }));
app.post('/v1/chat/completions', async (req, res) => {
  const answer = await fetch(`${upstream}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(req.body),
  });
  res.status(answer.status).type(answer.headers.get('content-type') ?? 'application/json');
  if (answer.body) Readable.fromWeb(answer.body as ReadableStream<Uint8Array>).pipe(res);
  else res.end();
});
const server = app.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
reportCpu();
