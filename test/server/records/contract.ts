import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_USAGE } from '../../../policies/request.ts';
import type { Feedback } from '../../../server/records/feedback.ts';
import type { RecordFilter, RecordStore, RequestRecord, Spend } from '../../../server/records/record.ts';
import { exampleCharge, exampleRecord, intentOf, nextNumber, START } from './example.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What every record store promises. Each test has an organisation and budgets of its own in one database. */
export function recordStoreContract(
  name: string,
  open: () => Promise<{ store: RecordStore; close(): Promise<void> }>,
): void {
  describe(`records in ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let store: RecordStore;
    let organisation = '';
    let budget = '';
    let gateway = '';

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened?.close());
    beforeEach(() => {
      const n = nextNumber();
      organisation = `org_${n}`;
      budget = `bud_${n}`;
      gateway = `gateway_${n}`;
    });

    const record = (changes: Partial<RequestRecord> = {}) =>
      exampleRecord({ organisation, gateway, charges: [exampleCharge({ budget })], ...changes });
    const write = (...records: RequestRecord[]) => store.commit({ intents: [], records });
    const ours = (spend: Spend[]) => spend.filter((entry) => entry.budget === budget);
    const spend = async () => ours(await store.spend(0));
    const recomputed = async () => ours(await store.recomputeSpend(0));
    const ids = async (filter: Partial<RecordFilter> = {}) =>
      (await store.list({ organisation, ...filter }, 100)).records.map(({ id }) => id);

    describe('feedback', () => {
      const given = (changes: Partial<Feedback> = {}): Feedback => ({
        ...{
          organisation,
          project: 'prj',
          request: 'req_1',
          key: 'key_1',
          requestAt: START,
          at: START + 1,
          score: 0.25,
        },
        ...{ label: null, comment: null, policy: 'pol', version: 1, model: 'sandbox/small', variant: null },
        ...changes,
      });

      it('is what each key said last of a request, and comes back as it was given', async () => {
        const first = given({ label: 'good', comment: 'Ada\'s "own" words\n', variant: 'trial.b', score: -0.125 });
        await store.giveFeedback(given({ score: 1, comment: 'before' }));
        await store.giveFeedback(first);
        const second = given({ key: 'key_2', at: START + 2, policy: null, version: null, model: null });
        await store.giveFeedback(second);
        await store.giveFeedback(given({ request: 'req_2' }));
        await store.giveFeedback(given({ organisation: `${organisation}_other` }));
        expect(await store.feedback(organisation, 'req_1')).toEqual([first, second]);
        expect(await store.feedback(organisation, 'req_3')).toEqual([]);
      });

      it('keeps characters that a database may not hold in a form that it can', async () => {
        await store.giveFeedback(given({ comment: 'a\0b' }));
        expect(await store.feedback(organisation, 'req_1')).toMatchObject([{ comment: 'a\ufffdb' }]);
      });

      it('is summed by version, model and variant', async () => {
        const scores = [1, 0.5, -1, 0.25];
        for (const [i, score] of scores.entries()) {
          const variant = i === 3 ? 'trial.b' : null;
          await store.giveFeedback(
            given({ request: `req_${i}`, score, version: i === 2 ? 2 : 1, variant, requestAt: START + i }),
          );
        }
        await store.giveFeedback(given({ request: 'req_5', policy: 'other' }));
        const told = (from?: number, to?: number) => store.feedbackTotals({ organisation, policy: 'pol', from, to });
        const model = 'sandbox/small';
        expect(await told()).toEqual([
          { version: 2, model, variant: null, count: 1, mean: -1 },
          { version: 1, model, variant: null, count: 2, mean: 0.75 },
          { version: 1, model, variant: 'trial.b', count: 1, mean: 0.25 },
        ]);
        expect(await told(START + 1, START + 2)).toEqual([{ version: 1, model, variant: null, count: 1, mean: 0.5 }]);
      });
    });

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

    describe('spend', () => {
      it('is summed by budget, scope, window and unit, over all projects', async () => {
        await write(
          record({
            charges: [exampleCharge({ budget, settled: 1 }), exampleCharge({ budget, scope: 'team=b', settled: 2 })],
          }),
          record({ project: 'project_2', charges: [exampleCharge({ budget, settled: 4 })] }),
          record({ charges: [exampleCharge({ budget, window: START + DAY, settled: 8 })] }),
          record({ charges: [exampleCharge({ budget, unit: 'tokens', settled: 16 })] }),
        );
        const entry = { budget, scope: 'team=search', unit: 'usd', window: START };
        const expected = [
          { ...entry, scope: 'team=b', spent: 2 },
          { ...entry, unit: 'tokens', spent: 16 },
          { ...entry, spent: 5 },
          { ...entry, window: START + DAY, spent: 8 },
        ];
        expect(await spend()).toEqual(expected);
        expect(await recomputed()).toEqual(expected);
      });

      it('can be asked for from a window on', async () => {
        await write(
          record({ charges: [exampleCharge({ budget, window: START, settled: 1 })] }),
          record({ charges: [exampleCharge({ budget, window: START + 1, settled: 2 })] }),
        );
        for (const from of [START, START + 1, START + 2]) {
          const windows = [START, START + 1].filter((window) => window >= from);
          expect(ours(await store.spend(from)).map(({ window }) => window)).toEqual(windows);
          expect(ours(await store.recomputeSpend(from)).map(({ window }) => window)).toEqual(windows);
        }
      });

      it('is corrected by hand, also downwards and where nothing was spent', async () => {
        const given = { budget, scope: 'team=search', window: START, unit: 'usd', organisation, at: START } as const;
        await write(record({ charges: [exampleCharge({ budget, settled: 100 })] }));
        await store.correct({ ...given, spent: -30, reason: 'The provider gave it back.', actor: 'person_1' });
        await store.correct({ ...given, scope: 'team=new', spent: 7, reason: 'Spent elsewhere.', actor: 'person_1' });
        expect((await spend()).map(({ scope, spent }) => [scope, spent])).toEqual([
          ['team=new', 7],
          ['team=search', 70],
        ]);
        expect(await recomputed()).toEqual(await spend());
      });

      it('equals what is recomputed from records and corrections, whatever was written and however often', async () => {
        const charge = fc.record({
          scope: fc.constantFrom('team=a', 'team=b', 'everyone'),
          unit: fc.constantFrom('usd' as const, 'tokens' as const),
          window: fc.constantFrom(START, START + DAY),
          held: fc.nat(),
          settled: fc.nat(),
        });
        const step = fc.oneof(
          fc.record({ batch: fc.array(fc.array(charge, { maxLength: 3 }), { maxLength: 6 }), again: fc.boolean() }),
          fc.record({ scope: fc.constantFrom('team=a', 'team=c'), spent: fc.integer({ min: -1000, max: 1000 }) }),
        );
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
            let before: RequestRecord[] = [];
            for (const given of steps) {
              if ('batch' in given) {
                const records = given.batch.map((charges) =>
                  record({ charges: charges.map((of) => ({ ...exampleCharge(of), budget })) }),
                );
                await write(...records, ...(given.again ? before : []));
                before = records;
              } else {
                const rest = {
                  window: START,
                  unit: 'usd',
                  organisation,
                  at: START,
                  reason: 'why',
                  actor: 'who',
                } as const;
                await store.correct({ budget, ...given, ...rest });
              }
            }
            expect(await recomputed()).toEqual(await spend());
          }),
          { numRuns: 20 },
        );
      });
    });

    describe('the list', () => {
      it('is newest first, without the contents', async () => {
        const old = record({ at: START });
        const young = record({ at: START + 5 });
        const middle = record({ at: START + 2 });
        await write(old, young, middle);
        const { records, next } = await store.list({ organisation }, 10);
        expect(records).toEqual([young, middle, old].map((of) => ({ ...of, content: null })));
        expect(next).toBeNull();
      });

      it('is filtered by each field', async () => {
        const plain = record();
        const others: [Partial<RecordFilter>, RequestRecord][] = [
          [{ project: 'project_2' }, record({ project: 'project_2' })],
          [{ key: 'key_2' }, record({ key: 'key_2' })],
          [{ model: 'other/model' }, record({ model: 'other/model' })],
          [{ policy: 'policy_2' }, record({ policy: 'policy_2' })],
          [{ version: 4 }, record({ version: 4 })],
          [{ status: 'blocked' }, record({ status: 'blocked' })],
          [{ tags: { team: 'other' } }, record({ tags: { team: { value: 'other', source: 'key' } } })],
        ];
        await write(plain, ...others.map(([, of]) => of));
        for (const [filter, of] of others) expect(await ids(filter), JSON.stringify(filter)).toEqual([of.id]);
        expect(await ids({ organisation: 'org_other' })).toEqual([]);
      });

      it('is filtered by tags of any name, all of them', async () => {
        const tags = (values: Record<string, string>) =>
          Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, source: 'caller' as const }]));
        const both = record({ tags: tags({ 'cost.centre': '12', 'a-b_C': "it's" }) });
        const one = record({ tags: tags({ 'cost.centre': '12' }) });
        await write(both, one);
        expect(await ids({ tags: { 'cost.centre': '12' } })).toEqual([one.id, both.id]);
        expect(await ids({ tags: { 'cost.centre': '12', 'a-b_C': "it's" } })).toEqual([both.id]);
        expect(await ids({ tags: { cost: '12' } })).toEqual([]);
      });

      it('refuses names that no tag can have', async () => {
        for (const name of ['$.team', '[0]', '', 'a"b']) {
          await expect(ids({ tags: { [name]: 'x' } }), name).rejects.toMatchObject({ code: 'invalid_input' });
          await expect(store.totals({ organisation }, `tag:${name}`)).rejects.toMatchObject({ code: 'invalid_input' });
        }
      });

      it('is filtered by time: from inclusive, to exclusive', async () => {
        const records = [0, 1, 2, 3].map((at) => record({ at: START + at }));
        await write(...records);
        expect(await ids({ from: START + 1, to: START + 3 })).toEqual([records[2]?.id, records[1]?.id]);
      });

      it('gives every record once over its pages, also of the same moment', async () => {
        const records = Array.from({ length: 7 }, (_, i) => record({ at: START + Math.floor(i / 3) }));
        await write(...records);
        const pages: string[][] = [];
        let before: string | null | undefined;
        while (before !== null) {
          const page = await store.list({ organisation, ...(before === undefined ? {} : { before }) }, 3);
          pages.push(page.records.map(({ id }) => id));
          before = page.next;
        }
        expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
        expect(pages.flat()).toEqual(records.map(({ id }) => id).reverse());
      });

      it('refuses to go on from a place that no page has given', async () => {
        await expect(store.list({ organisation, before: 'nonsense' }, 3)).rejects.toMatchObject({
          code: 'invalid_input',
        });
      });
    });

    describe('totals', () => {
      const usage = { ...NO_USAGE, inputTokens: 10, outputTokens: 3 };

      it('are summed in each grouping, the dearest first', async () => {
        await write(
          record({
            usage,
            cost: 5,
            status: 'ok',
            key: 'key_1',
            app: 'a',
            project: 'p',
            policy: 'x',
            version: 1,
            model: 'm',
          }),
          record({
            usage,
            cost: 7,
            status: 'lost',
            key: 'key_1',
            app: 'a',
            project: 'p',
            policy: 'x',
            version: 1,
            model: 'm',
          }),
          record({
            usage,
            cost: 40,
            status: 'failed',
            key: 'key_2',
            app: null,
            project: 'q',
            policy: null,
            version: null,
            model: null,
          }),
        );
        const [first, second] = [
          { requests: 1, errors: 1, inputTokens: 10, outputTokens: 3, cost: 40 },
          { requests: 2, errors: 1, inputTokens: 20, outputTokens: 6, cost: 12 },
        ];
        const groups = {
          project: ['q', 'p'],
          key: ['key_2', 'key_1'],
          model: [null, 'm'],
          policy: [null, 'x'],
          version: [null, '1'],
          app: [null, 'a'],
        } as const;
        for (const by of ['project', 'key', 'model', 'policy', 'version', 'app'] as const) {
          const [one, two] = groups[by];
          expect(await store.totals({ organisation }, by), by).toEqual([
            { group: one, ...first },
            { group: two, ...second },
          ]);
        }
        expect((await store.totals({ organisation }, 'status')).map(({ group }) => group)).toEqual([
          'failed',
          'lost',
          'ok',
        ]);
      });

      it('count as errors what failed or was lost, not what was refused or given up', async () => {
        const statuses = ['ok', 'answered', 'blocked', 'failed', 'aborted', 'lost', 'dry_run'] as const;
        await write(...statuses.map((status) => record({ status })));
        const totals = await store.totals({ organisation }, 'status');
        expect(totals.filter(({ errors }) => errors > 0).map(({ group }) => group)).toEqual(['failed', 'lost']);
      });

      it('are summed by the values of a tag, and what lacks it', async () => {
        await write(
          record({ cost: 1 }),
          record({ cost: 2, tags: { team: { value: 'ads', source: 'key' } } }),
          record({ cost: 4, tags: {} }),
        );
        const totals = await store.totals({ organisation }, 'tag:team');
        expect(totals.map(({ group, cost }) => [group, cost])).toEqual([
          [null, 4],
          ['ads', 2],
          ['search', 1],
        ]);
      });

      it('are summed by hour and by day of UTC, in their order', async () => {
        await write(record({ at: START + DAY }), record({ at: START + 59 * 60_000 }), record({ at: START }));
        const by = async (time: 'hour' | 'day') =>
          (await store.totals({ organisation }, time)).map(({ group, requests }) => [group, requests]);
        expect(await by('hour')).toEqual([
          ['2026-01-05T10:00Z', 2],
          ['2026-01-06T10:00Z', 1],
        ]);
        expect(await by('day')).toEqual([
          ['2026-01-05', 2],
          ['2026-01-06', 1],
        ]);
      });

      it('are filtered as the list is', async () => {
        await write(record({ model: 'a' }), record({ model: 'b' }), record({ model: 'a', tags: {} }));
        const totals = await store.totals({ organisation, model: 'a', tags: { team: 'search' } }, 'model');
        expect(totals.map(({ group, requests }) => [group, requests])).toEqual([['a', 1]]);
        expect(await store.totals({ organisation, from: START + DAY }, 'model')).toEqual([]);
      });

      it('go beyond the largest safe number', async () => {
        const most = Number.MAX_SAFE_INTEGER;
        await write(record({ cost: most, charges: [] }), record({ cost: most, charges: [] }));
        expect((await store.totals({ organisation }, 'project'))[0]?.cost).toBe(2 * most);
      });
    });

    describe('edges', () => {
      const trace = (...steps: [node: string, port: string | null][]) =>
        steps.map(([node, port]) => ({ node, kind: 'match', port, reason: '' }));

      it('are counted by version, node, port and hour, with errors and cost', async () => {
        await write(
          record({ at: START, cost: 10, trace: trace(['start', 'next'], ['a', 'one'], ['end', null]) }),
          record({ at: START + 1, cost: 1, status: 'failed', trace: trace(['start', 'next'], ['a', 'two']) }),
          record({ at: START + HOUR, cost: 100, project: 'project_2', trace: trace(['start', 'next']) }),
        );
        await write(record({ at: START + 2, cost: 1000, trace: trace(['start', 'next']) }));
        const edge = { node: 'start', port: 'next', hour: START, requests: 3, errors: 1, cost: 1011 };
        expect(await store.edges(organisation, 'policy_1', 3, START, START + DAY)).toEqual([
          { ...edge, node: 'a', port: 'one', requests: 1, errors: 0, cost: 10 },
          { ...edge, node: 'a', port: 'two', requests: 1, errors: 1, cost: 1 },
          edge,
          { ...edge, hour: START + HOUR, requests: 1, errors: 0, cost: 100 },
        ]);
      });

      it('are those of the policy, version, organisation and hours asked for', async () => {
        await write(record({ at: START + HOUR + 5 }));
        const count = async (...asked: Parameters<RecordStore['edges']>) => (await store.edges(...asked)).length;
        expect(await count(organisation, 'policy_1', 3, START + HOUR + 5, START + HOUR + 6)).toBe(7);
        expect(await count(organisation, 'policy_1', 3, START, START + HOUR)).toBe(0);
        expect(await count(organisation, 'policy_1', 3, START + 2 * HOUR, START + DAY)).toBe(0);
        expect(await count(organisation, 'policy_1', 4, START, START + DAY)).toBe(0);
        expect(await count(organisation, 'policy_2', 3, START, START + DAY)).toBe(0);
        expect(await count('org_other', 'policy_1', 3, START, START + DAY)).toBe(0);
      });

      it('are not counted for dry runs and requests without a policy', async () => {
        await write(record({ status: 'dry_run' }), record({ policy: null, version: null }));
        expect(await store.edges(organisation, 'policy_1', 3, 0, START + DAY)).toEqual([]);
      });
    });
  });
}
