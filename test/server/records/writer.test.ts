import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestRecord } from '../../../server/records/record.ts';
import { RecordWriter } from '../../../server/records/writer.ts';
import { advance, ControlledStore, FAILED, settle, WRITTEN } from './controlled-store.ts';
import { exampleRecord, intentOf } from './example.ts';

describe('the record writer', () => {
  let store: ControlledStore;
  let writer: RecordWriter;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    store = new ControlledStore();
    writer = new RecordWriter(store, { maxQueued: 150, timeoutMs: 2_000 });
  });
  afterEach(() => vi.useRealTimers());

  const start = async (record: RequestRecord) => {
    const promise = writer.record(record);
    // Whoever waits looks at it later.
    promise.catch(() => {});
    await settle();
    return { promise };
  };
  const isDone = async (promise: Promise<void>) => {
    let done = false;
    promise.then(
      () => (done = true),
      () => (done = true),
    );
    await settle();
    return done;
  };
  const idsOf = (records: readonly { id: string }[]) => records.map(({ id }) => id);

  it('says that a record is written only when its commit has succeeded', async () => {
    const written = writer.record(exampleRecord());
    expect(await isDone(written)).toBe(false);
    store.commits[0]?.succeed();
    await written;
  });

  it('puts all that queued during a commit into the next, one commit at a time', async () => {
    const first = await start(exampleRecord());
    const records = Array.from({ length: 20 }, () => exampleRecord());
    const rest = records.map((record) => writer.record(record));
    await settle();
    expect(store.commits).toHaveLength(1);
    store.commits[0]?.succeed();
    await first.promise;
    await settle();
    expect(store.commits).toHaveLength(2);
    expect(idsOf(store.commits[1]?.batch.records ?? [])).toEqual(idsOf(records));
    store.commits[1]?.succeed();
    await Promise.all(rest);
  });

  it('keeps a batch within a hundred rows and within eight million characters', async () => {
    const content = { request: 'x'.repeat(5_000_000), answer: null };
    const large = [1, 2, 3].map(() => writer.record(exampleRecord({ content })));
    const small = Array.from({ length: 120 }, () => writer.record(exampleRecord()));
    for (let i = 0; i < 5; i += 1) {
      await settle();
      store.commits[i]?.succeed();
    }
    await Promise.all([...large, ...small]);
    expect(store.commits.map(({ batch }) => batch.records.length)).toEqual([1, 1, 100, 21]);
  });

  it('writes what is added by whoever is told of the last commit', async () => {
    const first = await start(exampleRecord());
    const second = first.promise.then(() => writer.record(exampleRecord()));
    store.takes = () => true;
    store.commits[0]?.succeed();
    await second;
    expect(store.written).toHaveLength(2);
  });

  it('begins nothing new when more waits than may, and still takes the records of what has begun', async () => {
    const { promise } = await start(exampleRecord());
    expect(writer.full).toBe(false);
    const begun = writer.intent(intentOf(exampleRecord()));
    await settle();
    const next = writer.intent(intentOf(exampleRecord()));
    await settle();
    const waiting = Array.from({ length: 148 }, () => writer.record(exampleRecord()));
    expect(writer.full).toBe(false);
    waiting.push(writer.record(exampleRecord()));
    expect(writer.full).toBe(true);
    expect(writer.queued).toBe(152);
    await expect(writer.intent(intentOf(exampleRecord()))).rejects.toMatchObject({ code: 'overloaded' });
    store.takes = () => true;
    for (const { succeed } of store.commits) succeed();
    await Promise.all([promise, begun, next, ...waiting]);
    expect(writer.queued).toBe(0);
    await writer.record(exampleRecord());
  });

  it('does not let one row that the store refuses take the others with it', async () => {
    const refused = exampleRecord();
    const refusedIntent = intentOf(exampleRecord());
    const others = [exampleRecord(), exampleRecord(), exampleRecord()];
    const blocker = await start(exampleRecord());
    const firstIntent = writer.intent(intentOf(exampleRecord()));
    await settle();
    const otherIntent = intentOf(exampleRecord());
    const all = Promise.allSettled([
      writer.record(refused),
      writer.intent(refusedIntent),
      writer.intent(otherIntent),
      ...others.map((record) => writer.record(record)),
    ]);
    store.takes = ({ records, intents }) =>
      !intents.includes(refusedIntent) && !records.some(({ id, trace }) => id === refused.id && trace.length > 0);
    for (const { succeed } of store.commits) succeed();
    await Promise.all([blocker.promise, firstIntent]);
    expect(await all).toMatchObject([FAILED, FAILED, WRITTEN, WRITTEN, WRITTEN, WRITTEN]);
    await settle();
    expect(writer.healthy).toBe(true);
    expect(idsOf(store.intents)).toContain(otherIntent.id);
    expect(store.intents).toHaveLength(2);
    expect(idsOf(store.written).filter((id) => id !== refused.id)).toHaveLength(4);
    // Without what can be at fault, and with what it cost.
    expect(store.written.filter(({ id }) => id === refused.id)).toMatchObject([
      {
        status: 'failed',
        errorCode: 'record_failed',
        trace: [],
        content: null,
        cost: refused.cost,
        charges: refused.charges,
      },
    ]);
  });

  it('keeps a refused record of what asked for no answer apart from requests', async () => {
    const refused = { ...exampleRecord(), status: 'counted', charges: [] } as const;
    store.takes = ({ records }) => !records.some(({ trace }) => trace.length > 0);
    const failed = expect(writer.record(refused)).rejects.toMatchObject({ code: 'record_failed' });
    await advance(10_000);
    await failed;
    expect(store.written).toMatchObject([{ id: refused.id, status: 'counted', errorCode: 'record_failed' }]);
  });

  it('keeps the records of a store that is down, tells their requests, and writes each once when it is back', async () => {
    store.takes = () => false;
    const records = [exampleRecord(), exampleRecord(), exampleRecord()];
    const told = Promise.allSettled(records.map((record) => writer.record(record)));
    await settle();
    expect(await told).toMatchObject([FAILED, FAILED, FAILED]);
    expect(writer.healthy).toBe(false);

    const later = exampleRecord();
    await expect(writer.record(later)).rejects.toMatchObject({ code: 'record_failed' });
    await advance(5_000);
    expect(store.written).toEqual([]);

    store.takes = () => true;
    await advance(500);
    expect(writer.healthy).toBe(true);
    expect(store.written).toEqual([...records, later]);
    await writer.record(exampleRecord());
  });

  it('never writes an intent whose request was told that it failed', async () => {
    store.takes = () => false;
    await expect(writer.intent(intentOf(exampleRecord()))).rejects.toMatchObject({ code: 'record_failed' });
    await settle();
    await expect(writer.intent(intentOf(exampleRecord()))).rejects.toMatchObject({ code: 'record_failed' });
    store.takes = () => true;
    await advance(500);
    expect(writer.healthy).toBe(true);
    expect(store.intents).toEqual([]);
    await writer.intent(intentOf(exampleRecord()));
    expect(store.intents).toHaveLength(1);
  });

  it('tells everyone when a commit is late, and is well again when it succeeds after all', async () => {
    const running = exampleRecord();
    const queued = exampleRecord();
    const first = await start(running);
    await advance(1_000);
    const [written, waiting] = [intentOf(exampleRecord()), intentOf(exampleRecord())];
    const all = Promise.allSettled([first.promise, writer.record(queued), writer.intent(written)]);
    await settle();
    const queuedIntent = Promise.allSettled([writer.intent(waiting)]);
    await advance(999);
    expect(writer.healthy).toBe(true);
    await advance(1);
    expect(writer.healthy).toBe(false);
    expect(writer.stuck).toBe(true);
    // What begins now could not be recorded: requests that are about to begin are told as well.
    expect(await all).toMatchObject([FAILED, FAILED, FAILED]);
    expect(await queuedIntent).toMatchObject([FAILED]);
    await expect(writer.intent(intentOf(exampleRecord()))).rejects.toMatchObject({ code: 'record_failed' });

    store.takes = () => true;
    for (const { succeed } of store.commits) succeed();
    await settle();
    expect(writer.healthy).toBe(true);
    expect(writer.stuck).toBe(false);
    expect(store.written).toEqual([running, queued]);
    // Nobody waited any more for what was not written yet.
    expect(store.intents).toEqual([written]);
  });

  it('does not take a commit for late that ended while the process itself was held up', async () => {
    const { promise } = await start(exampleRecord());
    // Both are due in the same turn of the event loop: the time is over, and the end of the commit is to be heard of.
    setImmediate(() => store.commits[0]?.succeed());
    vi.advanceTimersByTime(2_000);
    await promise;
    expect(writer.healthy).toBe(true);
  });

  it('tries a late commit that failed again, whole', async () => {
    const record = exampleRecord();
    const failed = expect(writer.record(record)).rejects.toMatchObject({ code: 'record_failed' });
    await advance(2_000);
    await failed;
    store.takes = () => true;
    store.commits[0]?.fail();
    await advance(500);
    expect(store.written).toEqual([record]);
    expect(writer.healthy).toBe(true);
  });

  it('drains: writes what is left and says that nothing is', async () => {
    const last = exampleRecord();
    const written = [(await start(exampleRecord())).promise, writer.record(exampleRecord())];
    written.push(writer.intent(intentOf(last)), writer.record(last));
    await settle();
    const drained = writer.drain();
    store.takes = () => true;
    for (const { succeed } of store.commits) succeed();
    expect(await drained).toBe(0);
    expect(store.written).toHaveLength(3);
    expect(store.written.at(-1)).toBe(last);
    await Promise.all(written);
    expect(await writer.drain()).toBe(0);
  });

  it('drains a store that is down with one more try, and says how much is lost', async () => {
    store.takes = () => false;
    await Promise.allSettled([writer.record(exampleRecord()), writer.record(exampleRecord())]);
    await settle();
    expect(await writer.drain()).toBe(2);
  });

  it('forgets nothing and writes nothing twice, however the store fails', async () => {
    // A commit can also be done although its answer was lost.
    const outcome = fc.constantFrom('done', 'failed', 'done, but the answer was lost');
    await fc.assert(
      fc.asyncProperty(
        fc.array(outcome, { maxLength: 12 }),
        fc.integer({ min: 1, max: 12 }),
        async (outcomes, count) => {
          const stored = new Map<string, RequestRecord>();
          let commits = 0;
          const flaky = new RecordWriter(
            {
              commit: async ({ records }) => {
                const result = outcomes[commits++] ?? 'done';
                if (result === 'failed') throw new Error('disk full');
                for (const record of records) if (!stored.has(record.id)) stored.set(record.id, record);
                if (result !== 'done') throw new Error('connection lost');
              },
            },
            { maxQueued: 100 },
          );
          const records = Array.from({ length: count }, () => exampleRecord());
          const told = records.map(async (record) => {
            await flaky.record(record);
            expect(stored.get(record.id)).toBe(record);
          });
          for (const result of await Promise.allSettled(told)) {
            if (result.status === 'rejected') expect(result).toMatchObject(FAILED);
          }
          for (let tries = 0; tries < 2 * outcomes.length; tries += 1) await advance(500);
          expect(flaky.healthy).toBe(true);
          expect([...stored.keys()].sort()).toEqual(idsOf(records).sort());
          for (const record of records) expect(stored.get(record.id)?.charges).toEqual(record.charges);
        },
      ),
    );
  });
});
