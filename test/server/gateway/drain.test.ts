/** On SIGTERM a gateway finishes what it has begun, takes nothing new, and ends. */
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { addressOf, removeFolder, runGateway } from '../../program.ts';
import { startUpstream } from '../providers/upstream.ts';
import { API_KEY, eventually, graphOf } from './harness.ts';

const ADMIN_TOKEN = 'admin_token_for_the_drain_test';
const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

it('finishes a running stream, refuses new requests, and ends without waiting for connections that are kept', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-'));
  const running: ServerResponse[] = [];
  const upstream = await startUpstream((response) => {
    running.push(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event({ content: 'begun' }));
  });
  const gateway = runGateway({
    DATA_DIR: dataDir,
    SIGNALBOX_API_KEY: API_KEY,
    SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN,
    SIGNALBOX_ADMIN_PASSWORD: 'a password for tests',
    UPSTREAM_BASE_URL: upstream.baseUrl,
    UPSTREAM_MODELS: 'one',
  });
  try {
    const url = await addressOf(gateway);
    const api = async (method: string, path: string, body: unknown) => {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
      const response = await fetch(`${url}/api${path}`, { method, headers, body: JSON.stringify(body) });
      expect(response.ok, await response.clone().text()).toBe(true);
      return response.json();
    };
    const graph = graphOf({ enter: ['request', {}], call: ['model', { model: 'upstream/one' }] }, [
      'enter.next > call',
    ]);
    const made = z.object({ policy: z.object({ id: z.string() }), draft: z.object({ revision: z.number() }) });
    const { policy, draft } = made.parse(await api('POST', '/policies', { name: 'through', title: 'Through', graph }));
    await api('POST', `/policies/${policy.id}/publish`, { revision: draft.revision, reason: 'for a test' });

    const body = JSON.stringify({ model: 'policy/through', stream: true, messages: [{ role: 'user', content: 'hi' }] });
    const headers = { authorization: `Bearer ${API_KEY}` };
    const stream = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body });
    expect(stream.status).toBe(200);
    // A request whose head is on its way when the gateway is told to stop.
    const late = connect(Number(new URL(url).port), '127.0.0.1');
    let received = '';
    late.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
    });
    const closed = once(late, 'close');
    const request = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${API_KEY}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    late.write(`GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n${request.slice(0, 10)}`);
    await eventually(() => expect(received).toContain('"live"'));
    received = '';

    gateway.kill('SIGTERM');
    await gateway.waitFor(/finishing running requests/);
    await eventually(() => expect(fetch(`${url}/health/live`)).rejects.toThrow());
    late.write(request.slice(10));
    await closed;
    expect(received).toMatch(/^HTTP\/1\.1 503 /);
    expect(received).toMatch(/\r\nconnection: close\r\n/i);
    expect(received).toMatch(/\r\nretry-after: 2\r\n/i);
    expect(received).toContain('"code":"shutting_down"');
    expect(upstream.requests).toHaveLength(1);
    running[0]?.end(`${event({}, 'stop')}data: [DONE]\n\n`);
    const text = await stream.text();
    expect(text).toContain('begun');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
  } finally {
    gateway.kill('SIGKILL');
    await upstream.close();
    await removeFolder(dataDir);
  }
});
