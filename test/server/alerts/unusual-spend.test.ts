import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../server/records/record.ts';
import { dialects } from '../control/house.ts';
import { exampleRecord } from '../records/example.ts';
import { type Desk, openDesk, type Receiver, startReceiver } from './desk.ts';

const HOUR = 3_600_000;
const DOLLAR = 1e9;

describe.each(dialects)('unusual spend, on %s', (dialect) => {
  let desk: Desk;
  let receiver: Receiver;
  beforeEach(async () => {
    [desk, receiver] = await Promise.all([openDesk(dialect), startReceiver()]);
  });
  afterEach(async () => {
    await desk.alerts.stop();
    await Promise.all([desk.close(), receiver.close()]);
  });

  const spend = (at: number, cost: number, team: string, workflow?: string): RequestRecord =>
    exampleRecord({
      organisation: desk.organisation,
      key: `key of ${team}`,
      at,
      cost,
      tags: {
        team: { value: team, source: 'key' },
        ...(workflow !== undefined && { workflow: { value: workflow, source: 'caller' } }),
      },
    });

  const record = (records: readonly RequestRecord[]) => desk.database.records.commit({ intents: [], records });

  it('of a team and a workflow is told once an hour, and steady spending is not', async () => {
    await desk.channel('one', receiver.url, { topics: ['unusual'] });
    // Every hour of six days: a dollar of “search”, and five of “ads”.
    const before = Array.from({ length: 6 * 24 }, (_, i) => desk.now - (i + 1) * HOUR);
    await record(before.flatMap((at) => [spend(at, DOLLAR, 'search', 'nightly'), spend(at, 5 * DOLLAR, 'ads')]));
    await record([spend(desk.now, 3 * DOLLAR, 'search', 'nightly'), spend(desk.now, 6 * DOLLAR, 'ads')]);
    const look = async (): Promise<string[]> => {
      await desk.alerts.lookForUnusual();
      await desk.settle();
      return receiver.received.map(({ body }) => JSON.parse(body).title).sort();
    };
    expect(await look()).toEqual([]);
    desk.now += 60_000;
    await record([spend(desk.now, 9 * DOLLAR, 'search', 'nightly')]);
    const titles = [
      'The key “key of search” spends more than usual',
      'The team “search” spends more than usual',
      'The workflow “nightly” spends more than usual',
    ];
    expect(await look()).toEqual(titles);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      about: 'unusual',
      text: expect.stringMatching(/^The \w+ “.*” has spent \$12\.00 in this hour, 12 times the \$1\.00 that is usual/),
      data: { cost: 12 * DOLLAR, usual: DOLLAR },
    });
    desk.now += 60_000;
    await record([spend(desk.now, 9 * DOLLAR, 'search', 'nightly')]);
    expect(await look()).toEqual(titles);
    desk.again();
    expect(await look()).toEqual(titles);
    // The hour after: what is unusual then is told again.
    desk.now += HOUR;
    await record([spend(desk.now, 90 * DOLLAR, 'search', 'nightly')]);
    expect(await look()).toHaveLength(6);
  });
});
