import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextTryIn } from '../../../server/alerts/backoff.ts';
import { changeChannel, deleteChannel } from '../../../server/control/channels.ts';
import { dialects } from '../control/house.ts';
import { type Desk, openDesk, type Receiver, startReceiver } from './desk.ts';

const SECOND = 1000;
const HOUR = 3_600_000;

const bodyOf = (text: string): { delivery: string; title: string; text: string } => JSON.parse(text);

describe.each(dialects)('messages that wait, on %s', (dialect) => {
  let desk: Desk;
  let receiver: Receiver;
  beforeEach(async () => {
    [desk, receiver] = await Promise.all([openDesk(dialect), startReceiver()]);
  });
  afterEach(async () => {
    await desk.alerts.stop();
    await Promise.all([desk.close(), receiver.close()]);
  });

  it('are tried again with longer and longer pauses until the receiver has recovered', async () => {
    await desk.channel('one', receiver.url);
    receiver.answer = (response) => response.writeHead(500).end('on fire');
    desk.alerts.inbox.note(desk.message());
    const pauses: number[] = [];
    for (let i = 0; i < 14; i++) {
      await desk.settle();
      const [row] = await desk.log();
      expect(row).toMatchObject({
        state: 'waiting',
        attempts: i + 1,
        answer: 'It answered 500 (Internal Server Error): “on fire”.',
      });
      pauses.push((row?.next_at ?? 0) - desk.now);
      desk.now = row?.next_at ?? 0;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600].map((s) => s * SECOND));
    receiver.answer = (response) => response.writeHead(200).end();
    await desk.settle();
    expect(await desk.log()).toMatchObject([{ state: 'delivered', attempts: 15, next_at: null, ended_at: desk.now }]);
    const ids = new Set(receiver.received.map(({ body }) => bodyOf(body).delivery));
    expect(ids.size).toBe(1);
    await desk.settle();
    expect(receiver.received).toHaveLength(15);
  });

  it('wait as long as the receiver asks for', async () => {
    await desk.channel('one', receiver.url);
    receiver.answer = (response) => response.writeHead(429, { 'retry-after': '90' }).end();
    desk.alerts.inbox.note(desk.message());
    await desk.settle();
    expect(await desk.log()).toMatchObject([{ next_at: desk.now + 90 * SECOND }]);
  });

  it('are given up after a day, and tried anew when somebody asks for it', async () => {
    await desk.channel('one', receiver.url);
    receiver.answer = (response) => response.writeHead(404).end();
    desk.alerts.inbox.note(desk.message());
    const begun = desk.now;
    await desk.settle();
    for (let [row] = await desk.log(); row?.state === 'waiting'; [row] = await desk.log()) {
      desk.now = row.next_at ?? 0;
      await desk.settle();
    }
    expect(await desk.log()).toMatchObject([
      { state: 'failed', ended_at: begun + 24 * HOUR, answer: 'It answered 404 (Not Found).' },
    ]);
    const tries = receiver.received.length;
    desk.now += HOUR;
    await desk.settle();
    expect(receiver.received).toHaveLength(tries);
  });

  it('reach every channel once, at most eight at the same time, in order for each', async () => {
    const channels = Array.from({ length: 12 }, (_, i) => `channel ${i}`);
    for (const name of channels) await desk.channel(name, `${receiver.url}/${name.replace(' ', '-')}`);
    let running = 0;
    let most = 0;
    const open: (() => void)[] = [];
    let arrived: () => void = () => {};
    receiver.answer = (response) => {
      running += 1;
      most = Math.max(most, running);
      open.push(() => {
        running -= 1;
        response.writeHead(204).end();
      });
      arrived();
    };
    for (const title of ['first', 'second']) {
      for (const channel of channels) desk.alerts.inbox.note(desk.message({ channel, title }));
      desk.now += 1;
    }
    const settled = desk.settle();
    for (let answered = 0; answered < 24; answered++) {
      // Until as many are waiting for their answer as there can be.
      while (open.length < Math.min(8, 24 - answered, 12)) {
        const left = 24 - receiver.received.length;
        if (left === 0) break;
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
      open.shift()?.();
    }
    await settled;
    expect(most).toBe(8);
    expect((await desk.log()).every(({ state, attempts }) => state === 'delivered' && attempts === 1)).toBe(true);
    for (const name of channels) {
      const path = `/${name.replace(' ', '-')}`;
      const titles = receiver.received.filter((one) => one.path === path).map(({ body }) => bodyOf(body).title);
      expect(titles).toEqual(['first', 'second']);
    }
  });

  it('do not wait for a channel whose receiver fails', async () => {
    await desk.channel('one', `${receiver.url}/bad`);
    await desk.channel('two', `${receiver.url}/good`);
    receiver.answer = (response, { path }) => response.writeHead(path === '/bad' ? 500 : 204).end();
    for (const channel of ['one', 'two', 'one', 'two']) desk.alerts.inbox.note(desk.message({ channel }));
    await desk.settle();
    expect((await desk.log()).map(({ channel_name, state }) => `${channel_name} ${state}`).sort()).toEqual([
      'one waiting',
      'one waiting',
      'two delivered',
      'two delivered',
    ]);
  });

  it('go to the channels that have the topic: those of the organisation, and those of the teams it is about', async () => {
    const [team = ''] = desk.control.snapshot().teams.keys();
    await desk.channel('all', `${receiver.url}/all`, { topics: ['budgets', 'asks'] });
    await desk.channel('asks', `${receiver.url}/asks`, { topics: ['asks'] });
    await desk.channel('team', `${receiver.url}/team`, { topics: ['budgets'], team });
    const of = (teams: string[]) => desk.message({ about: 'budgets', channel: null, teams });
    desk.alerts.inbox.note(of([]));
    await desk.settle();
    expect(receiver.received.map(({ path }) => path)).toEqual(['/all']);
    desk.alerts.inbox.note(of([team]));
    await desk.settle();
    expect(receiver.received.map(({ path }) => path).sort()).toEqual(['/all', '/all', '/team']);
  });

  it('are told once where they have a mark, also by another process, until the mark runs out', async () => {
    await desk.channel('one', receiver.url);
    const once = (until: number | null) => desk.message({ once: { mark: 'a mark', until } });
    desk.alerts.inbox.note(once(desk.now + HOUR));
    desk.alerts.inbox.note(once(desk.now + HOUR));
    await desk.settle();
    desk.again();
    desk.now += HOUR - 1;
    desk.alerts.inbox.note(once(desk.now + HOUR));
    await desk.settle();
    expect(await desk.log()).toHaveLength(1);
    desk.now += 1;
    desk.alerts.inbox.note(once(null));
    await desk.settle();
    desk.now += 1000 * HOUR;
    desk.alerts.inbox.note(once(null));
    await desk.settle();
    expect(await desk.log()).toHaveLength(2);
  });

  it('are held back in the quiet time of a channel, and told in one afterwards', async () => {
    await desk.channel('one', receiver.url, { quietMinutes: 10 });
    const tell = async (title: string): Promise<void> => {
      desk.alerts.inbox.note(desk.message({ title }));
      await desk.settle();
    };
    await tell('first');
    const first = desk.now;
    for (const title of ['second', 'third', 'second']) {
      desk.now += 60 * SECOND;
      await tell(title);
    }
    expect(receiver.received.map(({ body }) => bodyOf(body).title)).toEqual(['first']);
    expect((await desk.log()).slice(1)).toMatchObject(
      Array.from({ length: 3 }, () => ({
        state: 'waiting',
        next_at: first + 10 * 60 * SECOND,
        answer: expect.stringContaining('Held back'),
      })),
    );
    desk.now = first + 10 * 60 * SECOND;
    await desk.settle();
    const last = bodyOf(receiver.received.at(-1)?.body ?? '');
    expect(last).toMatchObject({ title: '3 messages', text: '• second (2 times)\n• third' });
    expect(receiver.received).toHaveLength(2);
    const log = await desk.log();
    expect(log.map(({ state }) => state)).toEqual(['delivered', 'summed', 'summed', 'summed', 'delivered']);
    expect(log[1]?.summed_into).toBe(last.delivery);
    // A single one is told as it is.
    await tell('fifth');
    desk.now += 10 * 60 * SECOND;
    await desk.settle();
    expect(bodyOf(receiver.received.at(-1)?.body ?? '').title).toBe('fifth');
  });

  it('go to the new address as soon as it is entered, and are dropped with their channel', async () => {
    const { id } = await desk.channel('one', 'http://127.0.0.1:9/');
    desk.alerts.inbox.note(desk.message());
    await desk.settle();
    expect(await desk.log()).toMatchObject([{ state: 'waiting', answer: 'Nobody listens at this address.' }]);
    const tools = { secrets: desk.secrets, allowPrivate: true, canMail: true };
    // The change is stamped with the machine's clock, before which ours stands.
    desk.now = Date.now() + SECOND;
    await changeChannel(desk.control, tools, desk.actor, id, { target: { kind: 'webhook', url: receiver.url } });
    desk.now = Date.now() + SECOND;
    await desk.settle();
    expect(await desk.log()).toMatchObject([{ state: 'delivered' }]);
    receiver.answer = (response) => response.writeHead(500).end();
    desk.alerts.inbox.note(desk.message());
    await desk.settle();
    await deleteChannel(desk.control, desk.actor, id);
    desk.now += HOUR;
    await desk.settle();
    expect((await desk.log()).at(-1)).toMatchObject({
      state: 'dropped',
      answer: 'Its channel was deleted before it went out.',
    });
  });

  it('stay in memory while the database does not take them, and are refused when too many do', async () => {
    await desk.channel('one', receiver.url);
    await desk.database.control.schema.renameTable('alerts', 'elsewhere');
    expect(desk.alerts.inbox.note(desk.message({ title: 'kept' }))).toBe(true);
    await desk.alerts.inbox.write();
    while (desk.alerts.inbox.note(desk.message({ channel: 'nobody' })));
    await desk.database.control.schema.renameTable('elsewhere', 'alerts');
    await desk.settle();
    expect(receiver.received.map(({ body }) => bodyOf(body).title)).toEqual(['kept']);
    expect(desk.alerts.inbox.note(desk.message())).toBe(true);
  });

  it('are written whatever a caller has put into a tag', async () => {
    await desk.channel('one', receiver.url);
    const odd = 'a\0b \ud800';
    desk.alerts.inbox.note(desk.message({ title: odd, text: odd, data: { odd }, once: { mark: odd, until: null } }));
    desk.alerts.inbox.note(desk.message({ title: 'after it' }));
    await desk.settle();
    expect((await desk.log()).map(({ state }) => state)).toEqual(['delivered', 'delivered']);
  });

  it('are sent again under the same id where a process ended in between', async () => {
    await desk.channel('one', receiver.url);
    desk.alerts.inbox.note(desk.message());
    await desk.settle();
    await desk.database.control('alerts').update({ state: 'sending', ended_at: null });
    await desk.settle();
    expect(receiver.received).toHaveLength(1);
    await desk.again().start();
    await desk.settle();
    expect(await desk.log()).toMatchObject([{ state: 'delivered' }]);
    expect(new Set(receiver.received.map(({ headers }) => headers['x-signalbox-delivery'])).size).toBe(1);
    expect(receiver.received).toHaveLength(2);
  });
});

describe('the pause before the next try', () => {
  it('lies between half a second and an hour, and never reaches beyond the day after which it is given up', () => {
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    const asked = fc.option(fc.integer({ min: 0, max: 10 * 24 * HOUR }));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 0, max: 25 * HOUR }),
        asked,
        chance,
        (tries, tried, wanted, by) => {
          const wait = nextTryIn(tries, tried, wanted, by);
          if (tried >= 24 * HOUR) return wait === null;
          return (
            wait !== null && wait <= HOUR && tried + wait <= 24 * HOUR && (wait >= 500 || tried + wait === 24 * HOUR)
          );
        },
      ),
    );
  });
});
