/** A supervisor learns whether the gateway can take requests, and if not, why. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { addHealthRoutes, type HealthParts } from '../../../server/observe/health.ts';
import { startGateway, type TestGateway } from '../gateway/harness.ts';

const readiness = z.object({ status: z.string(), why: z.array(z.string()), records: z.string() });

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => gateway.stop());

it('is ready once it listens, and lives', async () => {
  expect(await (await fetch(`${gateway.url}/health/live`)).json()).toEqual({ status: 'live' });
  const ready = await fetch(`${gateway.url}/health/ready`);
  expect(ready.status).toBe(200);
  expect(readiness.parse(await ready.json())).toEqual({ status: 'ready', why: [], records: 'written' });
});

/** Asks routes of these parts whether they are ready. */
async function askWith(parts: Partial<HealthParts>): Promise<{ status: number; why: readonly string[] }> {
  const app = express();
  addHealthRoutes(app, {
    gateway: { stopping: () => false, secondOpinion: gateway.running.gateway.secondOpinion },
    isWriting: () => true,
    stores: { 'database of records': () => Promise.resolve() },
    ...parts,
  });
  const server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
    return { status: answer.status, why: readiness.parse(await answer.json()).why };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it('says why it is not ready: while it stops, while nothing can be written, while a store is away', async () => {
  const { secondOpinion } = gateway.running.gateway;
  expect(await askWith({})).toEqual({ status: 200, why: [] });
  expect(await askWith({ gateway: { stopping: () => true, secondOpinion } })).toEqual({
    status: 503,
    why: ['The gateway is being stopped and takes no new requests.'],
  });
  expect(await askWith({ isWriting: () => false })).toEqual({
    status: 503,
    why: ['Records cannot be written. Look at the disk and the database.'],
  });
  const away = () => Promise.reject(new Error('gone'));
  expect(await askWith({ stores: { 'database of settings': away, 'database of records': away } })).toEqual({
    status: 503,
    why: [
      'The database of settings does not answer. Look at the disk and the database.',
      'The database of records does not answer. Look at the disk and the database.',
    ],
  });
});

it('does not wait for ever for a store that is silent, and asks it once for however many who ask', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let asked = 0;
    const silent = () => {
      asked += 1;
      // The patience runs out at once.
      queueMicrotask(() => void vi.advanceTimersByTimeAsync(5000));
      return new Promise<void>(() => undefined);
    };
    expect((await askWith({ stores: { 'database of records': silent } })).why).toHaveLength(1);
    expect(asked).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});
