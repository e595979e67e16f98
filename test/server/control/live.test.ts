import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LiveTraffic } from '../../../server/usage-live/live.ts';
import { LiveWatchers } from '../../../server/usage-live/watchers.ts';
import { eventually, idOf, passEverythingOn, startGateway } from '../gateway/harness.ts';
import { ADMIN, ADMIN_TOKEN, type House, openHouse, recordOf } from './house.ts';
import { eventOf, eventsOf } from './live-events.ts';

describe('the traffic as it is watched', () => {
  let house: House;
  const watch = (headers: Record<string, string> = { authorization: `Bearer ${ADMIN_TOKEN}` }) =>
    fetch(`${house.url}/live`, { headers });
  beforeAll(async () => {
    house = await openHouse('sqlite');
  });
  afterAll(() => house.close());
  afterEach(() => eventually(() => expect(house.watchers.size).toBe(0)));

  it('is told at once and then again and again', async () => {
    const answer = await watch();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const events = eventsOf(answer);
    expect(await eventOf(events, () => true)).toMatchObject({ requests: 0, running: 0, recent: [] });
    const record = recordOf(house, {});
    house.live.began(house.organisation, record.project);
    house.live.ended(record, 'ok', Date.now());
    expect(await eventOf(events, ({ requests }) => requests === 1)).toMatchObject({
      running: 1,
      cost: 9000,
      tokens: 30,
      byModel: [{ name: 'test/small', requests: 1, cost: 9000 }],
      recent: [{ id: record.id, status: 'ok', durationMs: 30, team: null }],
    });
    house.live.left(house.organisation, record.project);
    house.live.began('another organisation', 'another project');
    await eventOf(events, ({ running }) => running === 0);
    await events.return(undefined);
  });

  it('is for people who are signed in, and only as long as they are', async () => {
    const refused = await watch({});
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ error: { code: 'unauthenticated' } });
    const signedIn = await house.send('POST', '/session', ADMIN, { 'x-signalbox-csrf': '1' });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const events = eventsOf(await watch({ cookie }));
    await eventOf(events, () => true);
    await eventOf(events, () => true);
    expect(house.watchers.size).toBe(1);
    await house.send('DELETE', '/session', undefined, { cookie, 'x-signalbox-csrf': '1' });
    await expect(eventOf(events, () => false)).rejects.toThrow('The stream has ended.');
    expect((await watch({ cookie })).status).toBe(401);
  });

  it('takes no parameters, and stands in the API document as a stream of events', async () => {
    const wrong = await fetch(`${house.url}/live?every=1`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    expect(await wrong.json()).toMatchObject({ error: { code: 'invalid_input' } });
    const { body } = await house.send('GET', '/openapi.json');
    const { responses } = body.paths['/live'].get;
    expect(responses['200'].content['text/event-stream'].schema).toEqual({ $ref: '#/components/schemas/LiveTotals' });
    expect(Object.keys(body.components.schemas.LiveTotals.properties)).toContain('byTeam');
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '503']));
  });
});

describe('those who watch', () => {
  /** A server whose every answer is a stream, and a way to see its sides of the answers. */
  async function serve(traffic: LiveTraffic, everyMs: number) {
    const watchers = new LiveWatchers(traffic, () => 1000, everyMs);
    const responses: ServerResponse[] = [];
    let asked = 0;
    const server = createServer((_request, response) => {
      responses.push(response);
      watchers.watch('org', null, response, async () => {
        asked += 1;
        return null;
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const open = async (): Promise<IncomingMessage> => {
      const [answer] = await once(request({ port, host: '127.0.0.1', agent: false }).end(), 'response');
      return answer;
    };
    const close = () => {
      watchers.stop();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    };
    return { watchers, responses, asked: () => asked, open, close };
  }

  it('and do not read get nothing more, and nothing is kept for them', async () => {
    const traffic = new LiveTraffic();
    const house = await openHouse('sqlite');
    const model = 'long '.repeat(2_000_000);
    traffic.ended({ ...recordOf(house, { model }), organisation: 'org' }, 'ok', 1000);
    await house.close();
    const served = await serve(traffic, 1);
    const answer = await served.open();
    answer.pause();
    await eventually(() => expect(served.responses[0]?.writableLength).toBeGreaterThan(0));
    const before = served.asked();
    await eventually(() => expect(served.asked()).toBeGreaterThan(before + 20));
    // An event has the name twice; a second event would double it.
    expect(served.responses[0]?.writableLength).toBeLessThan(3 * model.length);
    expect(served.watchers.size).toBe(1);
    // Nor does anybody wait for such a client to be told that it is over.
    served.watchers.stop();
    await eventually(() => expect(served.responses[0]?.destroyed).toBe(true));
    answer.destroy();
    await served.close();
  });

  it('are forgotten when they go, are so many and no more, and end when the gateway stops', async () => {
    const served = await serve(new LiveTraffic(), 1000);
    const first = await served.open();
    first.destroy();
    await eventually(() => expect(served.watchers.size).toBe(0));
    const all = await Promise.all(Array.from({ length: 200 }, served.open));
    expect(served.watchers.size).toBe(200);
    const [response] = served.responses;
    if (!response) throw new Error('Nobody was served.');
    const watch = () => served.watchers.watch('org', null, response, async () => null);
    expect(watch).toThrow(expect.objectContaining({ code: 'overloaded' }));
    const ended = all.map((answer) => once(answer.resume(), 'end'));
    served.watchers.stop();
    await Promise.all(ended);
    expect(watch).toThrow(expect.objectContaining({ code: 'shutting_down' }));
    await served.close();
  });
});

it('shows the requests of a running gateway, which does not wait for those who watch when it stops', async () => {
  const gateway = await startGateway();
  let stopped: Promise<void> | null = null;
  try {
    await passEverythingOn(gateway);
    const headers = { authorization: 'Bearer admin_token_0123456789abcdefghij' };
    const events = eventsOf(await fetch(`${gateway.url}/api/live`, { headers }));
    expect(await eventOf(events, () => true)).toMatchObject({ requests: 0, running: 0 });
    const messages = [{ role: 'user', content: 'Hello' }];
    const answer = await gateway.chat({ model: 'sandbox/small', messages });
    await answer.json();
    await (await gateway.chat({ model: 'sandbox/small?fault=500', messages })).text();
    await (await gateway.chat('no JSON')).text();
    await (await gateway.chat({ model: 'sandbox/small', messages }, { authorization: 'Bearer nobody' })).text();
    const { recent, ...totals } = await eventOf(events, ({ requests }) => requests === 3);
    expect(totals).toMatchObject({ errors: 2, refused: 0, running: 0 });
    expect(recent.map(({ id }) => id)[2]).toBe(idOf(answer));
    stopped = gateway.stop();
    await expect(eventOf(events, () => false)).rejects.toThrow('The stream has ended.');
  } finally {
    await (stopped ?? gateway.stop());
  }
});
