import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChannel } from '../../../server/control/channels.ts';
import { openSecrets } from '../../../server/store/secrets.ts';
import { dialects, type House, openHouse } from '../control/house.ts';

const url = 'https://hooks.example.com/services/T0/very-secret';

describe.each(dialects)('channels in the control API, on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  const make = (name: string, target: unknown, more: Record<string, unknown> = {}) =>
    house.ask('POST', '/channels', { name, target, topics: [], ...more });

  it('show an address and a secret when they are made, and never again', async () => {
    const made = await make('Finance', { kind: 'webhook', url }, { topics: ['asks', 'budgets', 'asks'] });
    expect(made).toMatchObject({ status: 201, body: { secret: expect.stringMatching(/^whsec_.{43}$/) } });
    const { channel, secret } = made.body;
    expect(channel).toMatchObject({ shown: 'https://hooks.example.com/…', topics: ['budgets', 'asks'], team: null });
    const rotated = await house.ask('POST', `/channels/${channel.id}/rotate-secret`);
    await house.ask('PATCH', `/channels/${channel.id}`, { target: { kind: 'webhook', url: `${url}-2` } });
    await house.ask('POST', `/channels/${channel.id}/test`);
    for (const path of ['/channels', '/house', '/alerts', '/history']) {
      const { body } = await house.ask('GET', path);
      expect(JSON.stringify(body)).not.toMatch(/very-secret|whsec_/);
    }
    expect(rotated.body.secret).not.toBe(secret);
    const stored = JSON.stringify(await house.database.control('channels'));
    expect(stored).not.toMatch(/very-secret|whsec_/);
  });

  it('say what came of a test in words, and keep it in the log', async () => {
    const { body } = await make('Tested', { kind: 'slack', url });
    const tested = await house.ask('POST', `/channels/${body.channel.id}/test`);
    const words = 'The name hooks.example.com is not known. Check the address.';
    expect(tested.body).toEqual({ delivered: false, words });
    const log = await house.ask('GET', `/alerts?channel=${body.channel.id}`);
    expect(log.body).toMatchObject({
      alerts: [{ about: 'test', state: 'failed', answer: words, attempts: 1 }],
      next: null,
    });
  });

  it('refuse what cannot work, with a sentence', async () => {
    const refused = async (target: unknown, more: Record<string, unknown> = {}): Promise<string> => {
      const { status, body } = await make(`name ${Math.random()}`, target, more);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      return body.error.message;
    };
    expect(await refused({ kind: 'webhook', url: 'http://169.254.169.254/' })).toContain('own network');
    expect(await refused({ kind: 'slack', url: 'hooks' })).toContain('This is no web address');
    expect(await refused({ kind: 'email', to: ['ada@example.org'] })).toContain('has to set SMTP_URL and ALERT_FROM');
    expect(await refused({ kind: 'email', to: ['ada'] })).toContain('This is no e-mail address');
    expect(await refused({ kind: 'webhook', url }, { team: 'team_none' })).toContain('There is no team of that id');
    expect(await refused({ kind: 'webhook', url }, { quietMinutes: -1 })).toContain('quietMinutes');
    await make('Taken', { kind: 'slack', url });
    expect((await make('Taken', { kind: 'slack', url })).status).toBe(409);
    const { body } = await house.ask('GET', '/channels');
    const { id } = body.channels.find(({ channel }: { channel: { name: string } }) => channel.name === 'Taken').channel;
    const other = await house.ask('PATCH', `/channels/${id}`, { target: { kind: 'webhook', url } });
    expect(other.body.error.message).toContain('a channel stays of its kind');
    expect((await house.ask('POST', `/channels/${id}/rotate-secret`)).status).toBe(422);
    expect((await house.ask('POST', '/alerts/alr_none/retry')).status).toBe(404);
  });

  it('say what to do where the key that sealed them is lost', async () => {
    const secrets = await openSecrets({ secretKey: Buffer.alloc(32, 9).toString('base64'), dataDir: '' });
    const tools = { secrets, allowPrivate: false, canMail: false };
    const actor = { id: 'test', organisation: house.organisation };
    const target = { kind: 'webhook' as const, url };
    const input = { name: 'Sealed elsewhere', target, topics: [], team: null, quietMinutes: 0 };
    const { channel } = await createChannel(house.control, tools, actor, input);
    const tested = await house.ask('POST', `/channels/${channel.id}/test`);
    expect(tested.body).toMatchObject({
      delivered: false,
      words: expect.stringContaining('Put back the setting SECRET_KEY'),
    });
    const rotated = await house.ask('POST', `/channels/${channel.id}/rotate-secret`);
    expect(rotated.body.error.message).toContain('sealed with another key');
    expect(house.faults).toEqual([]);
  });
});
