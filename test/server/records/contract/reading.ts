import { describe, expect, it } from 'vitest';
import { NO_USAGE } from '../../../../policies/request.ts';
import type { RecordFilter, RecordStore, RequestRecord } from '../../../../server/records/record.ts';
import { START } from '../example.ts';
import { ids, organisation, record, store, write } from './house.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Records are listed, filtered, summed and counted. */
export function findsRecords(): void {
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
      const statuses = ['ok', 'answered', 'blocked', 'failed', 'aborted', 'lost', 'dry_run', 'counted'] as const;
      await write(...statuses.map((status) => record({ status })));
      const totals = await store.totals({ organisation }, 'status');
      expect(totals.filter(({ errors }) => errors > 0).map(({ group }) => group)).toEqual(['failed', 'lost']);
      // What asked for no answer is in no sum.
      expect(totals.map(({ group }) => group)).not.toContain('dry_run');
      expect(totals.map(({ group }) => group)).not.toContain('counted');
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

    it('are not counted for what asked for no answer, and requests without a policy', async () => {
      await write(
        record({ status: 'dry_run' }),
        record({ status: 'counted' }),
        record({ policy: null, version: null }),
      );
      expect(await store.edges(organisation, 'policy_1', 3, 0, START + DAY)).toEqual([]);
    });
  });
}
