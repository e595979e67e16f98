/** The scenario `streams` of `npm run load`, small: streams at once, some read slowly, some left, each with its record. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listen } from '../../load/listeners.ts';
import { startPart } from '../../load/processes.ts';
import { KEY, startStreamingGateway } from '../../load/streaming-gateway.ts';
import { removeFolder } from '../../program.ts';
import { eventually } from './harness.ts';
import { openLedger } from './ledger.ts';

const CLIENTS = 50;

it('fifty streams at once are complete and recorded, also for slow readers, and those that are left are recorded', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-'));
  const upstream = await startPart('upstream');
  const gateway = await startStreamingGateway(dataDir, upstream.url);
  const ledger = openLedger({ dataDir });
  try {
    const heard = await listen({
      url: gateway.url,
      key: KEY,
      clients: CLIENTS,
      seed: 1,
      words: 40,
      pace: 1,
      slowBytes: 12_000_000,
      slowPace: 0,
      // A turn of the event loop for every kilobyte.
      async slowly(bytes) {
        for (let read = 0; read < bytes; read += 1000) await new Promise(setImmediate);
      },
      begin: () => Promise.resolve(),
      again: () => false,
    });
    expect(heard.failed).toEqual([]);
    expect(heard.complete.length + heard.left.length).toBe(CLIENTS);
    expect(heard.complete.length).toBeGreaterThanOrEqual(CLIENTS * 0.9);
    // Who hangs up is recorded when the gateway has noticed.
    const records = await eventually(async () => {
      const all = new Map((await ledger.records()).map((record) => [record.id, record]));
      for (const id of [...heard.complete, ...heard.left]) expect(all.has(id)).toBe(true);
      return all;
    });
    for (const id of heard.complete) expect(records.get(id)?.status).toBe('ok');
    for (const id of heard.left) expect(['aborted', 'ok']).toContain(records.get(id)?.status);
    expect(await ledger.spend()).toEqual(await ledger.recomputed());
  } finally {
    await ledger.close();
    await gateway.kill();
    await upstream.kill();
    await removeFolder(dataDir);
  }
}, 120_000);
