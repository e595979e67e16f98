/** A whole gateway: its start is on record, its requests are sealed behind it, and a command verifies it as it runs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addressOf, type Program, run, runGateway } from '../../program.ts';
import { ADMIN_TOKEN, API_KEY } from '../gateway/harness.ts';

const TIMEOUT_MS = 180_000;

describe('a gateway', { timeout: TIMEOUT_MS }, () => {
  let dataDir = '';
  let gateway: Program;
  let url = '';
  const environment = () => ({
    DATA_DIR: dataDir,
    SANDBOX: 'true',
    SIGNALBOX_API_KEY: API_KEY,
    SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN,
    SIGNALBOX_ADMIN_PASSWORD: 'a password that nobody may read',
  });
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'signalbox-audit-'));
    gateway = runGateway(environment());
    url = await addressOf(gateway);
  }, TIMEOUT_MS);
  afterAll(async () => {
    gateway.kill('SIGTERM');
    await gateway.ended;
    await rm(dataDir, { recursive: true });
  });

  const get = async (path: string) => {
    const response = await fetch(`${url}/api${path}`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    expect(response.status, path).toBe(200);
    return JSON.parse(await response.text());
  };
  const chat = async () => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'sandbox/large', messages: [{ role: 'user', content: 'Hello' }] }),
    });
    expect(response.status).toBe(200);
    return response.headers.get('x-signalbox-request-id') ?? '';
  };
  const verify = (): Program =>
    run(process.execPath, ['--import', 'tsx', 'server/audit/verify/main.ts'], { environment: environment() });

  it('writes down its start with its settings, and no secret', async () => {
    const { entries } = await get('/history?action=program.start');
    expect(entries).toMatchObject([
      {
        actor: 'system',
        objectType: 'program',
        after: {
          version: expect.stringMatching(/^\d+\.\d+\.\d+/),
          settings: { DATA_DIR: dataDir, SIGNALBOX_ADMIN_TOKEN: 'set', SECRET_KEY: 'not set', DURABILITY: 'process' },
          signing: { publicKey: (await get('/audit/state')).publicKey },
        },
      },
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/nobody may read|admin_token_0/);
  });

  it('names in each record what decided it, and seals it, and is verified beside its running', async () => {
    const id = await chat();
    await chat();
    const record = await get(`/records/${id}`);
    expect(await get(`/audit/revisions/${record.revisions}`)).toMatchObject({
      program: expect.stringMatching(/^\d+\.\d+\.\d+/),
      code: { scorer: expect.stringMatching(/^[0-9a-f]{64}$/) },
      priceLists: [expect.stringMatching(/^pls_/)],
    });
    await vi.waitFor(
      async () => {
        const { logs, waiting } = await get('/audit/state');
        expect(waiting).toBe(0);
        expect(logs[1]).toMatchObject({ entries: 2, verified: { to: 2, fault: null } });
      },
      { timeout: TIMEOUT_MS, interval: 100 },
    );
    const command = verify();
    expect(await command.ended).toMatchObject({ code: 0 });
    expect(command.said()).toContain('Everything fits');
  });

  it('signs what is new when it stops, and the next start goes on', async () => {
    await chat();
    gateway.kill('SIGTERM');
    await gateway.ended;
    gateway = runGateway(environment());
    url = await addressOf(gateway);
    const { checkpoints } = await get('/audit/checkpoints?log=records/gateway-1');
    expect(checkpoints[0].size).toBe(3);
    expect((await get('/history?action=program.start')).entries).toHaveLength(2);
    expect((await get('/history?action=token.count')).entries.length).toBeGreaterThan(0);
    const command = verify();
    expect(await command.ended).toMatchObject({ code: 0 });
  });
});
