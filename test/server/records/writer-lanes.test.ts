/** Intents and records are written apart: what waits for what, and what does not. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Intent } from '../../../server/records/record.ts';
import { RecordWriter } from '../../../server/records/writer.ts';
import { advance, ControlledStore, FAILED, settle, WRITTEN } from './controlled-store.ts';
import { exampleRecord, intentOf } from './example.ts';

describe('the lanes of the record writer', () => {
  let store: ControlledStore;
  let writer: RecordWriter;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    store = new ControlledStore();
    writer = new RecordWriter(store, { maxQueued: 150, timeoutMs: 2_000 });
  });
  afterEach(() => vi.useRealTimers());

  it('lets no intent wait for records, nor a record for the intents of others', async () => {
    const record = writer.record(exampleRecord());
    await settle();
    const intent = writer.intent(intentOf(exampleRecord()));
    await settle();
    expect(store.commits.map(({ batch }) => [batch.intents.length, batch.records.length])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    store.commits[1]?.succeed();
    await intent;

    const another = writer.intent(intentOf(exampleRecord()));
    store.commits[0]?.succeed();
    await record;
    const next = writer.record(exampleRecord());
    await settle();
    store.commits[3]?.succeed();
    await next;
    let isWritten = false;
    const told = another.then(() => (isWritten = true));
    await settle();
    expect(isWritten).toBe(false);
    store.commits[2]?.succeed();
    await told;
  });

  it('asks for no commit of an intent that the store makes durable at once, unless it cannot or is in trouble', async () => {
    const taken: string[] = [];
    let answer = (): boolean => true;
    const commit = store.commit.bind(store);
    const intentsNow = (intents: readonly Intent[]) => {
      taken.push(...intents.map(({ id }) => id));
      return answer();
    };
    const quick = new RecordWriter({ commit, intentsNow }, { maxQueued: 150, timeoutMs: 2_000 });
    await quick.intent(intentOf(exampleRecord()));
    expect([taken.length, store.commits.length]).toEqual([1, 0]);

    answer = () => false;
    const slow = quick.intent(intentOf(exampleRecord()));
    await settle();
    expect([taken.length, store.commits.length]).toEqual([2, 1]);
    store.commits[0]?.succeed();
    await slow;

    answer = () => {
      throw new Error('disk full');
    };
    const failing = Promise.allSettled([quick.intent(intentOf(exampleRecord()))]);
    await settle();
    expect([taken.length, store.commits.length]).toEqual([3, 2]);
    store.commits[1]?.fail();
    await settle();
    store.commits[2]?.fail();
    expect(await failing).toMatchObject([FAILED]);
    await expect(quick.intent(intentOf(exampleRecord()))).rejects.toMatchObject({ code: 'record_failed' });
    expect(taken).toHaveLength(3);
  });

  it('has all intents of a turn of the event loop made durable at once, and counts them as waiting until then', async () => {
    const taken: (readonly Intent[])[] = [];
    const intentsNow = (intents: readonly Intent[]) => taken.push(intents) > 0;
    const quick = new RecordWriter({ commit: store.commit.bind(store), intentsNow }, { maxQueued: 3 });
    const intents = [1, 2, 3].map(() => intentOf(exampleRecord()));
    const told = intents.map((intent) => quick.intent(intent));
    expect([taken.length, quick.queued, quick.full]).toEqual([0, 3, true]);
    await expect(quick.intent(intentOf(exampleRecord()))).rejects.toMatchObject({ code: 'overloaded' });
    await Promise.all(told);
    expect([taken, quick.queued]).toEqual([[intents], 0]);
    await quick.intent(intentOf(exampleRecord()));
    expect(taken).toHaveLength(2);
  });

  it('does not end while an intent waits for the turn to end', async () => {
    const taken: string[] = [];
    const intentsNow = (intents: readonly Intent[]) => taken.push(...intents.map(({ id }) => id)) > 0;
    const quick = new RecordWriter({ commit: store.commit.bind(store), intentsNow }, { maxQueued: 100 });
    const intent = intentOf(exampleRecord());
    const told = quick.intent(intent);
    expect(await quick.drain()).toBe(0);
    expect(taken).toEqual([intent.id]);
    await told;
  });

  it('gathers records into one commit as long as every turn of the event loop brings some', async () => {
    const turn = () => new Promise(setImmediate);
    const brings = (records: number) => {
      for (let n = 0; n < records; n += 1) void writer.record(exampleRecord());
    };
    brings(2);
    for (let turns = 0; turns < 3; turns += 1) {
      await turn();
      brings(1);
    }
    expect(store.commits).toHaveLength(0);
    await settle();
    expect(store.commits.map(({ batch }) => batch.records.length)).toEqual([5]);
  });

  it('keeps no commit waiting for more than two milliseconds, whatever the turns bring', async () => {
    for (let turns = 0; turns < 3; turns += 1) {
      void writer.record(exampleRecord());
      void writer.record(exampleRecord());
      await new Promise(setImmediate);
      expect(store.commits.length > 0).toBe(turns === 2);
      vi.advanceTimersByTime(1);
    }
  });

  it('keeps on recording while intents are late, and begins nothing', async () => {
    const late = intentOf(exampleRecord());
    const told = Promise.allSettled([writer.intent(late)]);
    await settle();
    const waiting = Promise.allSettled([writer.intent(intentOf(exampleRecord()))]);
    await advance(2_000);
    expect(await told).toMatchObject([FAILED]);
    expect(await waiting).toMatchObject([FAILED]);
    expect([writer.healthy, writer.stuck]).toEqual([false, true]);
    store.takes = () => true;
    await writer.record(exampleRecord());
    expect([writer.healthy, writer.stuck]).toEqual([false, true]);
    await expect(writer.intent(intentOf(exampleRecord()))).rejects.toMatchObject({ code: 'record_failed' });
    store.commits[0]?.succeed();
    await settle();
    expect([writer.healthy, writer.stuck]).toEqual([true, false]);
    await writer.intent(intentOf(exampleRecord()));
  });

  it.each(['succeeds', 'fails'] as const)(
    'keeps a record back until the late intent of its request %s',
    async (how) => {
      const record = exampleRecord();
      const told = Promise.allSettled([writer.intent(intentOf(record))]);
      await advance(2_000);
      expect(await told).toMatchObject([FAILED]);
      // It is told at once, and others do not wait for it.
      await expect(writer.record(record)).rejects.toMatchObject({ code: 'record_failed' });
      store.takes = () => true;
      const other = exampleRecord();
      await writer.record(other);
      expect(store.written).toEqual([other]);
      if (how === 'succeeds') store.commits[0]?.succeed();
      else store.commits[0]?.fail();
      await settle();
      expect(store.written).toEqual([other, record]);
    },
  );

  it('keeps a record back while an intent of its request is queued', async () => {
    const first = writer.intent(intentOf(exampleRecord()));
    await settle();
    const record = exampleRecord();
    const intent = writer.intent(intentOf(record));
    const written = writer.record(record);
    await settle();
    expect(store.commits).toHaveLength(1);
    store.commits[0]?.succeed();
    await first;
    await settle();
    expect(store.commits.map(({ batch }) => batch.records.length)).toEqual([0, 0]);
    store.takes = () => true;
    store.commits[1]?.succeed();
    await Promise.all([intent, written]);
  });

  it('tells a record that stays back when its intent is late, and writes one whose intent was dropped', async () => {
    const [late, dropped] = [exampleRecord(), exampleRecord()];
    const intents = [writer.intent(intentOf(late))];
    await settle();
    intents.push(writer.intent(intentOf(dropped)));
    const told = Promise.allSettled([...intents, writer.record(late), writer.record(dropped)]);
    store.takes = () => true;
    await advance(2_000);
    expect(await told).toMatchObject([FAILED, FAILED, FAILED, WRITTEN]);
    expect(store.written).toEqual([dropped]);
    store.commits[0]?.succeed();
    await settle();
    expect(store.written).toEqual([dropped, late]);
  });

  it('leaves no intent behind whose request is recorded, however late its commit comes and however it ends', async () => {
    const commit = fc.record({
      outcome: fc.constantFrom('done', 'failed', 'done, but the answer was lost'),
      // Within the time that is given, and beyond it.
      takesMs: fc.constantFrom(0, 100, 1_500, 2_500, 9_000),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(commit, { maxLength: 10 }),
        fc.array(fc.constantFrom(0, 50, 1_000, 3_000), { minLength: 1, maxLength: 8 }),
        fc.array(fc.constantFrom('taken', 'has to be waited for', 'taken, but the disk complains', 'disk full')),
        async (commits, starts, atOnce) => {
          const recorded = new Set<string>();
          const open = new Set<string>();
          let n = 0;
          let turns = 0;
          const slow = new RecordWriter(
            {
              intentsNow: (intents) => {
                const outcome = atOnce[turns++] ?? 'has to be waited for';
                if (outcome.startsWith('taken')) for (const { id } of intents) open.add(id);
                if (outcome.includes('disk')) throw new Error(outcome);
                return outcome === 'taken';
              },
              commit: async ({ intents, records }) => {
                const { outcome, takesMs } = commits[n++] ?? { outcome: 'done', takesMs: 0 };
                if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs));
                if (outcome === 'failed') throw new Error('disk full');
                for (const { id } of intents) open.add(id);
                for (const { id } of records) {
                  recorded.add(id);
                  open.delete(id);
                }
                if (outcome !== 'done') throw new Error('connection lost');
              },
            },
            { maxQueued: 100 },
          );
          const requests = starts.map(async (startsMs) => {
            const record = exampleRecord();
            await new Promise((resolve) => setTimeout(resolve, startsMs));
            const sent = await slow.intent(intentOf(record)).then(
              () => true,
              () => false,
            );
            // Who was told that it is written down finds it so.
            if (sent) expect(open.has(record.id)).toBe(true);
            await slow.record(record).then(
              () => expect(recorded.has(record.id)).toBe(true),
              () => {},
            );
          });
          for (let tries = 0; tries < 12 + 2 * commits.length; tries += 1) await advance(9_000);
          await Promise.all(requests);
          expect(slow.healthy).toBe(true);
          expect(slow.queued).toBe(0);
          expect(recorded.size).toBe(starts.length);
          expect([...open]).toEqual([]);
        },
      ),
    );
  });
});
