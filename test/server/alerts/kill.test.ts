/** A gateway that is killed while it sends: nothing is lost, and what comes twice has the same id. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addressOf, removeFolder, runGateway } from '../../program.ts';
import { ADMIN_TOKEN, eventually } from '../gateway/harness.ts';
import { type Receiver, startReceiver } from './desk.ts';

const MESSAGES = 6;

it('a gateway killed in mid-delivery loses no message, and sends none under two ids', {
  timeout: 120_000,
}, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-kill-'));
  const receivers: Receiver[] = [await startReceiver(), await startReceiver()];
  const start = () =>
    runGateway({ DATA_DIR: dataDir, ALLOW_PRIVATE_WEBHOOKS: 'true', SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN });
  let gateway = start();
  let url = await addressOf(gateway);
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    const answer: T = JSON.parse(await response.text());
    return answer;
  };
  try {
    for (const [i, receiver] of receivers.entries()) {
      // It takes what it is sent, and never says so.
      receiver.answer = () => {};
      const target = { kind: 'webhook', url: receiver.url };
      await api('POST', '/channels', { name: `channel ${i}`, target, topics: ['asks'] });
    }
    const budget = { name: 'Month', scope: [], window: 'month', timeZone: 'UTC', unit: 'usd', limit: 1e9, owner: null };
    const { id } = await api<{ id: string }>('POST', '/budgets', { ...budget, reason: 'for a test' });
    const asks: string[] = [];
    for (let i = 0; i < MESSAGES; i++) {
      const ask = { budget: id, scope: '', amount: 1 + i, reason: `ask ${i}` };
      asks.push((await api<{ id: string }>('POST', '/budget-requests', ask)).id);
    }
    for (const receiver of receivers) await eventually(() => expect(receiver.received).toHaveLength(1));
    gateway.kill('SIGKILL');
    await gateway.ended;
    for (const receiver of receivers) receiver.answer = (response) => response.writeHead(204).end();
    gateway = start();
    url = await addressOf(gateway);
    const log = await eventually(async () => {
      const { alerts } = await api<{ alerts: { id: string; state: string; channelName: string }[] }>('GET', '/alerts');
      expect(alerts.filter(({ state }) => state === 'delivered')).toHaveLength(MESSAGES * receivers.length);
      return alerts;
    });
    for (const [i, { received }] of receivers.entries()) {
      // The one that was not answered came twice.
      expect(received).toHaveLength(MESSAGES + 1);
      const told: { delivery: string; data: { request: string } }[] = received.map(({ body }) => JSON.parse(body));
      const byId = new Map(told.map(({ delivery, data }) => [delivery, data.request]));
      expect([...byId.values()].sort()).toEqual([...asks].sort());
      const own = log.filter(({ channelName }) => channelName === `channel ${i}`).map((one) => one.id);
      expect([...byId.keys()].sort()).toEqual(own.sort());
      expect(told.filter(({ delivery }) => delivery === told[0]?.delivery)).toHaveLength(2);
    }
  } finally {
    gateway.kill('SIGTERM');
    await gateway.ended;
    for (const receiver of receivers) await receiver.close();
    await removeFolder(dataDir);
  }
});
