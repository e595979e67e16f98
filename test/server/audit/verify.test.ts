/** What the verification of the past finds: nothing in a sound one, and whatever byte of it is altered. */
import type { Knex } from 'knex';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signCheckpoint } from '../../../server/audit/checkpoint.ts';
import { Revisions } from '../../../server/audit/revisions.ts';
import { openSigningKey } from '../../../server/audit/signing-key.ts';
import { type VerifiedAudit, verifyAudit } from '../../../server/audit/verify/audit.ts';
import { openSecrets } from '../../../server/store/secrets.ts';
import { dialects } from '../control/house.ts';
import { openPast, type Past, writeEntries } from './past.ts';

type Value = string | number | null;
type Row = Readonly<Record<string, Value>>;

/** A value with one byte of it altered, or one where there was none. */
function altered(column: string, value: Value): Value {
  if (typeof value === 'number') return value + 65_536;
  if (value === null) return column === 'version' || column.endsWith('tokens') ? 1 : 'x';
  const at = Math.floor(value.length / 2);
  const other = value[at] === 'b' ? 'c' : 'b';
  return `${value.slice(0, at)}${other}${value.slice(at + 1)}`;
}

interface Covered {
  readonly table: string;
  readonly of: 'control' | 'records';
  /** Columns that tell a row from all others. */
  readonly key: readonly string[];
  /** What a finding about the row has to name. */
  readonly place: (row: Row) => string;
  readonly without?: readonly string[];
}

const COVERED: readonly Covered[] = [
  { table: 'history', of: 'control', key: ['organisation', 'sequence'], place: ({ sequence }) => `entry ${sequence} ` },
  { table: 'history_heads', of: 'control', key: ['organisation'], place: () => 'organisation' },
  { table: 'trees', of: 'control', key: ['log'], place: () => '/' },
  { table: 'checkpoints', of: 'control', key: ['log', 'size'], place: () => '/' },
  // Whether the sealed key is the one that signs cannot be seen without the secret that it is sealed with.
  { table: 'audit_keys', of: 'control', key: ['installation'], place: () => 'key', without: ['sealed_key'] },
  { table: 'decision_revisions', of: 'control', key: ['id'], place: () => '' },
  // Of an altered gateway another chain is named.
  { table: 'record_chain', of: 'records', key: ['record'], place: ({ sequence }) => `link ${sequence} of ` },
  { table: 'record_chain_heads', of: 'records', key: ['gateway'], place: () => '' },
  { table: 'trees', of: 'records', key: ['log'], place: () => '/' },
  {
    table: 'record_tombstones',
    of: 'records',
    key: ['record', 'what'],
    place: ({ record }) => String(record).slice(-8),
  },
  // Where a record stands in the order of commits is the chain's own matter.
  { table: 'records', of: 'records', key: ['id'], place: ({ id }) => String(id), without: ['position'] },
  { table: 'contents', of: 'records', key: ['id'], place: ({ id }) => String(id) },
];

describe.each(dialects)('the past on %s', { timeout: 300_000 }, (dialect) => {
  let past: Past;
  beforeAll(async () => {
    past = await openPast(dialect);
    const { control, organisation } = past.house;
    const code = { scorer: 'a', detectors: 'b', evaluator: 'c' };
    new Revisions(control.db, '1.0.0', code).of(control.snapshot(), organisation);
    const isWritten = async () => expect(await control.db('decision_revisions')).toHaveLength(1);
    await vi.waitFor(isWritten, { timeout: 15_000 });
  }, 120_000);
  afterAll(() => past.house.close());

  const stores = () => past.house.audit.stores;
  const verify = (): Promise<VerifiedAudit> => verifyAudit(stores(), () => {});
  const said = ({ faults }: VerifiedAudit): string => faults.map((fault) => JSON.stringify(fault)).join('\n');

  it('is sound as it is, with what was deleted lawfully', async () => {
    const found = await verify();
    expect(said(found)).toBe('');
    expect(found).toMatchObject({ remarks: [], tombstones: 2, records: { records: 12, gateways: 1, checkpoints: 2 } });
    expect(found.histories).toMatchObject({ organisations: 1, checkpoints: 2 });
  });

  it.each(COVERED)(
    'is not with a byte altered in any column of $table ($of)',
    async ({ table, of, key, place, without }) => {
      const db: Knex = stores()[of];
      const rows: Row[] = await db(table).orderBy([...key]);
      const chosen = rows.length > 3 ? [rows[0], rows[1], rows.at(-1)] : rows;
      for (const row of chosen) {
        if (!row) throw new Error('There are no rows.');
        const where = Object.fromEntries(key.map((column) => [column, row[column] ?? null]));
        for (const [column, value] of Object.entries(row)) {
          if (without?.includes(column)) continue;
          const other = altered(column, value);
          await db(table)
            .where(where)
            .update({ [column]: other });
          const { faults } = await verify();
          const words = `${table}.${column} of ${JSON.stringify(where)} became ${other}`;
          expect(faults.length, words).toBeGreaterThan(0);
          expect(
            faults.some((fault) => fault.place.includes(place(row))),
            `${words}: ${JSON.stringify(faults)}`,
          ).toBe(true);
          await db(table)
            .where({ ...where, ...(key.includes(column) && { [column]: other }) })
            .update({ [column]: value });
        }
      }
      expect(said(await verify())).toBe('');
    },
  );

  /** Does something to a past, looks what is found, and undoes it. */
  async function harmed(harm: () => Promise<() => Promise<unknown>>): Promise<VerifiedAudit> {
    const undo = await harm();
    const found = await verify();
    await undo();
    return found;
  }

  const remove = (db: Knex, table: string, where: Row) => async () => {
    const rows: Row[] = await db(table).where(where);
    expect(rows.length).toBeGreaterThan(0);
    await db(table).where(where).delete();
    return () => db(table).insert(rows);
  };

  it('is not with a row taken away: an entry, a record, a content, a link, a tombstone', async () => {
    const { control, records } = stores();
    const { organisation } = past.house;
    const [content] = await records('contents').pluck('id');
    const cases: readonly (readonly [Knex, string, Row, string])[] = [
      [control, 'history', { organisation, sequence: 7 }, 'entry 7 '],
      [records, 'records', { id: past.records[4] ?? '' }, past.records[4] ?? ''],
      [records, 'contents', { id: content }, content],
      [records, 'record_chain', { gateway: 'test', sequence: 9 }, 'link 9 of test'],
      [records, 'record_tombstones', { record: past.deleted }, past.deleted],
    ];
    for (const [db, table, where, place] of cases) {
      const { faults } = await harmed(remove(db, table, where));
      expect(faults.map((fault) => fault.place).join('\n'), table).toContain(place);
    }
  });

  it('is not with the last entries cut off, also where the heads and the trees were made to fit', async () => {
    const { control, records } = stores();
    const { organisation } = past.house;
    const tip = await control('history').where({ organisation }).orderBy('sequence', 'desc').first();
    const before = await control('history')
      .where({ organisation, sequence: tip.sequence - 1 })
      .first();
    const cut = await harmed(async () => {
      const undo = await remove(control, 'history', { organisation, sequence: tip.sequence })();
      const head = { sequence: before.sequence, hash: before.hash };
      await control('history_heads').where({ organisation }).update(head);
      return async () => {
        await undo();
        await control('history_heads').where({ organisation }).update({ sequence: tip.sequence, hash: tip.hash });
      };
    });
    expect(said(cut)).toContain(`history/${organisation}, over ${tip.sequence} entries`);

    const links = await records('record_chain').where('sequence', '>', 9);
    const [head] = await records('record_chain_heads');
    const truncated = await harmed(async () => {
      const newHead = await records('record_chain').where({ sequence: 9 }).first();
      await records('record_chain').where('sequence', '>', 9).delete();
      await records('record_chain_heads').update({ sequence: 9, hash: newHead.hash, record: newHead.record });
      return async () => {
        await records.batchInsert('record_chain', links, 50);
        await records('record_chain_heads').update(head);
      };
    });
    expect(said(truncated)).toContain('records/test, over 12 entries');
    expect(said(await verify())).toBe('');
  });

  it('is not with a checkpoint that another key has signed', async () => {
    const { control } = stores();
    const secrets = await openSecrets({ secretKey: Buffer.alloc(32, 9).toString('base64'), dataDir: '' });
    const own = await control('audit_keys').first();
    const row = await control('checkpoints').where({ log: 'records/test' }).first();
    const { faults } = await harmed(async () => {
      await control('audit_keys').delete();
      const key = await openSigningKey(control, secrets);
      await control('audit_keys').delete();
      await control('audit_keys').insert(own);
      const origin = `signalbox/${own.installation}/records/test`;
      const forged = { origin, size: row.size, root: Buffer.alloc(32, 1) };
      const note = signCheckpoint(forged, row.at / 1000, key);
      await control('checkpoints').where({ log: row.log, size: row.size }).update({ note });
      return () => control('checkpoints').where({ log: row.log, size: row.size }).update(row);
    });
    expect(faults).toMatchObject([{ table: 'checkpoints', place: `records/test, over ${row.size} entries` }]);
    expect(faults[0]?.why).toContain('forged');
  });

  it('names a clock that was set back, and a record that was put among sealed ones', async () => {
    const { house, actor } = past;
    const { records } = stores();
    const column = dialect === 'sqlite' ? 'rowid' : 'position';
    const known = await records('records').where({ id: past.records[3] }).first();
    const { faults } = await harmed(async () => {
      await records('records').insert({ ...known, id: 'req_stranger', [column]: 0 });
      return () => records('records').where({ id: 'req_stranger' }).delete();
    });
    expect(faults).toMatchObject([{ table: 'records', place: 'req_stranger' }]);

    // Last, since it goes on from where the clock was set back.
    const real = Date.now;
    Date.now = () => real() - 3_600_000;
    await writeEntries(house, actor, 1).finally(() => {
      Date.now = real;
    });
    const { remarks, faults: none } = await verify();
    expect(none).toEqual([]);
    expect(remarks).toMatchObject([{ table: 'history' }]);
    expect(remarks[0]?.why).toContain('the clock was set back');
  });
});

describe('a past whose trees have nodes that are kept', { timeout: 120_000 }, () => {
  it('is not sound with a byte altered in any column of any node', async () => {
    const { house } = await openPast('sqlite', 300);
    const { stores } = house.audit;
    for (const db of [stores.control, stores.records]) {
      const [row]: Row[] = await db('tree_nodes');
      if (!row) throw new Error('There are no nodes.');
      for (const [column, value] of Object.entries(row)) {
        await db('tree_nodes').update({ [column]: altered(column, value) });
        const { faults } = await verifyAudit(stores, () => {});
        expect(new Set(faults.map(({ table }) => table)), column).toEqual(new Set(['tree_nodes']));
        await db('tree_nodes').update({ [column]: value });
      }
      await db('tree_nodes').delete();
      expect((await verifyAudit(stores, () => {})).faults).toMatchObject([{ table: 'tree_nodes' }]);
      await db('tree_nodes').insert(row);
    }
    expect((await verifyAudit(stores, () => {})).faults).toEqual([]);
    await house.close();
  });
});
