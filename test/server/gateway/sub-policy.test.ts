/** Policies that go on in versions of others, in a whole gateway. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freshDatabase } from '../../postgres.ts';
import { graphOf, idOf, publish, publishNext, recordOf, replayAll, startGateway, type TestGateway } from './harness.ts';

let gateway: TestGateway;
const postgresUrl = inject('postgresUrl');

const answering = (model: string) =>
  graphOf({ enter: ['request', {}], call: ['model', { model, retries: 0 }] }, ['enter.next > call']);
const goingOn = (policy: string, version: number) =>
  graphOf({ enter: ['request', {}], rest: ['policy', { policy, version }] }, ['enter.next > rest']);
const ask = (model: string): Promise<Response> =>
  gateway.chat({ model, messages: [{ role: 'user', content: 'hello' }] });

describe.each(['sqlite', ...(postgresUrl === null ? [] : ['postgres'])])('a policy in another, on %s', (dialect) => {
  let drop: (() => Promise<void>) | null = null;
  beforeAll(async () => {
    const database = dialect === 'postgres' && postgresUrl !== null ? await freshDatabase(postgresUrl) : null;
    drop = database?.drop ?? null;
    gateway = await startGateway({ environment: database ? { DATABASE_URL: database.url } : {} });
  });
  afterAll(async () => {
    expect(await replayAll(gateway)).toBeGreaterThan(0);
    await gateway.stop();
    await drop?.();
  });

  it('answers by the version that is pinned, also after the other policy has newer ones', async () => {
    const shared = await publish(gateway, 'shared', answering('sandbox/small'));
    const outer = await publish(gateway, 'outer', goingOn(shared, 1));
    const first = await ask('policy/outer');
    expect(first.headers.get('x-signalbox-model')).toBe('sandbox/small');
    expect(first.headers.get('x-signalbox-path')).toBe('enter.next > rest.into > rest/enter.next > rest/call');
    expect(first.headers.get('x-signalbox-policy')).toBe('outer@1');

    await publishNext(gateway, shared, answering('sandbox/large'));
    expect((await ask('policy/outer')).headers.get('x-signalbox-model')).toBe('sandbox/small');
    expect((await ask('policy/shared')).headers.get('x-signalbox-model')).toBe('sandbox/large');
    await publishNext(gateway, outer, goingOn(shared, 2));
    expect((await ask('policy/outer')).headers.get('x-signalbox-model')).toBe('sandbox/large');

    const record = await recordOf(gateway, idOf(first));
    expect(record.attempts).toMatchObject([{ node: 'rest/call' }]);
    const { uses } = await gateway.api<{ uses: unknown }>('GET', `/policies/${shared}/uses`);
    expect(uses).toEqual([
      { policy: outer, name: 'outer', version: null, live: false, uses: 2 },
      { policy: outer, name: 'outer', version: 2, live: true, uses: 2 },
      { policy: outer, name: 'outer', version: 1, live: false, uses: 1 },
    ]);
  });

  it('goes on in a policy that is in the archive', async () => {
    const old = await publish(gateway, 'old', answering('sandbox/small'));
    await publish(gateway, 'keeps-old', goingOn(old, 1));
    await gateway.api('POST', `/policies/${old}/archive`, { reason: 'for a test' });
    expect((await ask('policy/keeps-old')).headers.get('x-signalbox-model')).toBe('sandbox/small');
  });

  it('says what would happen, and which versions a drawing leads through', async () => {
    const inner = await publish(gateway, 'inner', answering('sandbox/small'));
    const middle = await publish(gateway, 'middle', goingOn(inner, 1));
    const outer = await publish(gateway, 'top', goingOn(middle, 1));
    const dry = await gateway.chat(
      { model: 'policy/top', messages: [{ role: 'user', content: 'hello' }] },
      { 'x-signalbox-dry-run': 'true' },
    );
    expect(await dry.json()).toMatchObject({
      path: 'enter.next > rest.into > rest/enter.next > rest/rest.into > rest/rest/enter.next > rest/rest/call',
    });
    const simulated = await gateway.api<{ decision: { outcome: unknown } }>('POST', `/policies/${outer}/simulate`, {
      request: { model: 'x', messages: [{ role: 'user', content: 'hello' }] },
    });
    expect(simulated.decision.outcome).toEqual({ type: 'model', model: 'sandbox/small' });
    const { found } = await gateway.api<{ found: { policy: string; name: string; version: number }[] }>(
      'POST',
      '/versions/find',
      { versions: [{ policy: middle, version: 1 }] },
    );
    expect(found.map(({ policy, name, version }) => [policy, name, version])).toEqual([
      [middle, 'middle', 1],
      [inner, 'inner', 1],
    ]);
  });

  it('is not published when it goes on in a version that is not there', async () => {
    const shared = await publish(gateway, 'one-version', answering('sandbox/small'));
    await expect(publish(gateway, 'too-new', goingOn(shared, 2))).rejects.toThrow(
      /there is no version 2 of the policy chosen/,
    );
    await expect(publish(gateway, 'to-nobody', goingOn('pol_nobody', 1))).rejects.toThrow(/there is no version 1/);
  });
});
