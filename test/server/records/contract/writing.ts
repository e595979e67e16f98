import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleCharge, intentOf, START } from '../example.ts';
import { budget, gateway, ids, organisation, record, spend, store, write } from './house.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Records and intents come back as they were written, once each. */
export function keepsRecords(): void {
  describe('a record', () => {
    it('comes back as it was written', async () => {
      const written = record();
      await write(written);
      expect(await store.get(organisation, written.id)).toEqual(written);
    });

    it('comes back with every field that can be null being null', async () => {
      const written = record({
        errorCode: null,
        app: null,
        model: null,
        policy: null,
        version: null,
        tags: {},
        trace: [],
        attempts: [],
        charges: [],
        redactions: {},
        facts: { nothing: null },
        content: null,
      });
      await write(written);
      expect(await store.get(organisation, written.id)).toEqual(written);
    });

    it('keeps an empty answer apart from none', async () => {
      const empty = record({ content: { request: '', answer: '' } });
      const none = record({ content: { request: '{}', answer: null } });
      await write(empty, none);
      expect((await store.get(organisation, empty.id))?.content).toEqual({ request: '', answer: '' });
      expect((await store.get(organisation, none.id))?.content).toEqual({ request: '{}', answer: null });
    });

    it('keeps whole numbers exact up to the largest safe one', async () => {
      const most = Number.MAX_SAFE_INTEGER;
      const written = record({ cost: most, charges: [exampleCharge({ budget, held: most, settled: most })] });
      await write(written);
      expect((await store.get(organisation, written.id))?.cost).toBe(most);
      expect(await spend()).toMatchObject([{ spent: most }]);
    });

    it('is not there for another organisation', async () => {
      const written = record();
      await write(written);
      expect(await store.get('org_other', written.id)).toBeNull();
      expect(await store.get(organisation, 'req_none')).toBeNull();
    });

    it('is written whatever text a client has sent', async () => {
      const hostile = 'a\0b \ud800 \udfff \\u0000 \\\\u0000 "\'; DROP TABLE records; -- \u2028 😀';
      const written = record({
        app: hostile,
        requestedModel: hostile,
        tags: { team: { value: hostile, source: 'caller' } },
        facts: { text: hostile },
        content: { request: JSON.stringify(hostile), answer: hostile },
      });
      await write(written);
      const stored = 'a\ufffdb \ufffd \ufffd \\u0000 \\\\u0000 "\'; DROP TABLE records; -- \u2028 😀';
      expect(await store.get(organisation, written.id)).toEqual({
        ...written,
        app: stored,
        requestedModel: stored,
        tags: { team: { value: stored, source: 'caller' } },
        facts: { text: stored },
        content: { request: JSON.stringify(hostile), answer: stored },
      });
      expect(await ids({ tags: { team: stored } })).toEqual([written.id]);
    });

    it('takes texts of any kind in every place and gives them back well formed', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 20 }), async (text) => {
          const written = record({ app: text, facts: { text }, content: { request: text, answer: text } });
          await write(written);
          // A lone surrogate has no UTF-8.
          const kept = Buffer.from(text).toString().replaceAll('\0', '\ufffd');
          const read = await store.get(organisation, written.id);
          expect([read?.app, read?.facts.text, read?.content?.request]).toEqual([kept, kept, kept]);
        }),
        { numRuns: 50 },
      );
    });

    it('counts once and stays as it was, however often it is sent', async () => {
      const first = record();
      const second = record();
      await write(first, first);
      await write({ ...first, cost: 99, status: 'failed' }, second);
      await write(second, first);
      expect(await store.get(organisation, first.id)).toEqual(first);
      expect(await ids()).toEqual([second.id, first.id]);
      expect(await spend()).toMatchObject([{ spent: 2_400_000 }]);
      const edges = await store.edges(organisation, 'policy_1', 3, START, START + DAY);
      expect(edges.map((edge) => edge.requests)).toEqual(Array(7).fill(2));
    });

    it('is written in a batch larger than any statement that is kept', async () => {
      const records = Array.from({ length: 600 }, () => record());
      await write(...records);
      expect((await store.list({ organisation }, 1000)).records).toHaveLength(600);
      expect(await spend()).toMatchObject([{ spent: 600 * 1_200_000 }]);
    });

    it('that cannot be written takes the whole batch with it, and leaves nothing behind', async () => {
      const good = record();
      const bad = record({ cost: Number.NaN });
      await expect(write(good, bad)).rejects.toThrow();
      expect(await ids()).toEqual([]);
      expect(await spend()).toEqual([]);
      await write(good);
      expect(await ids()).toEqual([good.id]);
    });
  });

  describe('an intent', () => {
    it('is open until its record is written', async () => {
      const [first, second] = [record(), record()];
      await store.commit({ intents: [intentOf(first), intentOf(second)], records: [] });
      expect(await store.openIntents(gateway)).toEqual([intentOf(first), intentOf(second)]);
      await write(first);
      expect(await store.openIntents(gateway)).toEqual([intentOf(second)]);
    });

    it('belongs to its gateway', async () => {
      await store.commit({ intents: [intentOf(record())], records: [] });
      expect(await store.openIntents('gateway_other')).toEqual([]);
    });

    it('is replaced by the intent of a further attempt of its request, which holds more', async () => {
      const first = intentOf(record());
      const second = { ...first, cost: first.cost + 1 };
      await store.commit({ intents: [first], records: [] });
      await store.commit({ intents: [second], records: [] });
      expect(await store.openIntents(gateway)).toEqual([second]);
    });

    it('is not opened by coming with, twice or after its record', async () => {
      const written = record();
      const open = record();
      await store.commit({ intents: [intentOf(written), intentOf(open), intentOf(open)], records: [written] });
      await store.commit({ intents: [intentOf(written), intentOf(open)], records: [] });
      expect(await store.openIntents(gateway)).toEqual([intentOf(open)]);
    });

    it('is written while records are, and ended by its own alone', async () => {
      const [before, beside] = [record(), record()];
      await store.commit({ intents: [intentOf(before)], records: [] });
      const others = Array.from({ length: 50 }, () => record());
      await Promise.all([
        write(before, ...others),
        store.commit({ intents: [intentOf(beside)], records: [] }),
        // As a writer asks whether anything can be written.
        store.commit({ intents: [], records: [] }),
      ]);
      expect(await store.openIntents(gateway)).toEqual([intentOf(beside)]);
      expect(await ids()).toHaveLength(51);
    });

    it('spends nothing', async () => {
      await store.commit({ intents: [intentOf(record())], records: [] });
      expect(await spend()).toEqual([]);
    });
  });
}
