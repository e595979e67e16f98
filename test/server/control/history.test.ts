import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, change, verifyHistory } from '../../../server/control/history.ts';
import { dialects, type House, openHouse } from './house.ts';

describe.each(dialects)('the history on %s', (dialect) => {
  let house: House;
  let actor: Actor;
  beforeAll(async () => {
    house = await openHouse(dialect);
    actor = { id: 'someone', organisation: house.organisation };
  });
  afterAll(() => house.close());

  const db = () => house.database.control;
  const entry = { action: 'team.rename', objectType: 'team', objectId: 'team_1', reason: 'because' };
  const count = async () => Number((await db()('history').count<{ n: number }[]>('* as n'))[0]?.n);

  it('finds any altered field of any entry', async () => {
    const { organisation } = actor;
    const rows: Record<string, string | number | null>[] = await db()('history')
      .where({ organisation })
      .orderBy('sequence');
    const chosen = [rows[0], rows[6], rows.at(-1)];
    for (const row of chosen) {
      if (!row) throw new Error('There are too few entries.');
      const at = { organisation, sequence: row.sequence };
      for (const [column, value] of Object.entries(row)) {
        if (column === 'organisation' || column === 'sequence') continue;
        const isContent = column.endsWith('_json');
        if (isContent && value === null) continue;
        for (const altered of alterations(value)) {
          await db()('history')
            .where(at)
            .update({ [column]: altered });
          const found = await verifyHistory(db(), organisation);
          expect(found.ok, `${column} of entry ${row.sequence} became ${altered}`).toBe(false);
          await db()('history')
            .where(at)
            .update({ [column]: value });
        }
      }
    }
    expect(await verifyHistory(db(), organisation)).toMatchObject({ ok: true });
  });

  it('writes neither the change nor the entry when the work fails', async () => {
    const before = await count();
    const failing = change(db(), actor, entry, async (trx) => {
      await trx('teams').update({ name: 'changed' });
      throw new Error('not today');
    });
    await expect(failing).rejects.toThrow('not today');
    expect(await count()).toBe(before);
    expect(await db()('teams').pluck('name')).toEqual(['default']);
  });

  it('never forks: concurrent changes follow one another', async () => {
    const before = await count();
    const many = Array.from({ length: 40 }, (_, i) =>
      change(db(), actor, entry, async (trx) => {
        const [team] = await trx('teams').select<{ name: string }[]>('name');
        await trx('teams').update({ name: `${i}` });
        return { before: team, after: { name: `${i}` }, value: undefined };
      }),
    );
    await Promise.all(many);
    expect(await verifyHistory(db(), actor.organisation)).toMatchObject({ ok: true, entries: before + 40 });
    // Each has read what the one before it has written.
    const rows = await db()('history')
      .where('sequence', '>', before)
      .orderBy('sequence')
      .select('before_json', 'after_json');
    for (const [i, row] of rows.entries()) if (i > 0) expect(row.before_json).toBe(rows[i - 1].after_json);
  });

  it('keeps the chains of two organisations apart', async () => {
    const other: Actor = { id: 'someone', organisation: 'org_other' };
    await change(db(), other, entry, async () => ({ before: null, after: null, value: undefined }));
    expect(await verifyHistory(db(), 'org_other')).toMatchObject({ ok: true, entries: 1 });
    expect(await verifyHistory(db(), actor.organisation)).toMatchObject({ ok: true });
  });

  it('finds a missing entry, in the middle and at the end', async () => {
    const { organisation } = actor;
    const last = Number((await db()('history').where({ organisation }).max<{ n: number }[]>('sequence as n'))[0]?.n);
    for (const sequence of [1, 3, last]) {
      const [row] = await db()('history').where({ organisation, sequence });
      await db()('history').where({ organisation, sequence }).delete();
      expect(await verifyHistory(db(), organisation)).toMatchObject({ ok: false, sequence });
      await db()('history').insert(row);
    }
    expect(await verifyHistory(db(), organisation)).toMatchObject({ ok: true });
  });

  it('says so through the API, and allows contents to be erased', async () => {
    expect((await house.ask('GET', '/history/verification')).body).toMatchObject({ ok: true });
    const where = { organisation: actor.organisation, sequence: 2 };
    await db()('history').where(where).update({ before_json: null, after_json: null });
    expect((await house.ask('GET', '/history/verification')).body).toMatchObject({ ok: true });
    await db()('history').where(where).update({ reason: 'another one' });
    expect((await house.ask('GET', '/history/verification')).body).toMatchObject({ ok: false, sequence: 2 });
  });

  it('lists entries by page and filter, the newest first', async () => {
    const first = await house.ask('GET', '/history?limit=3&objectType=team');
    expect(first.body.entries).toHaveLength(3);
    const next = await house.ask('GET', `/history?limit=3&objectType=team&before=${first.body.next}`);
    expect(next.body.entries[0].sequence).toBeLessThan(first.body.entries[2].sequence);
    const created = await house.ask('GET', '/history?objectType=organisation');
    expect(created.body.entries.map((one: { action: string }) => one.action)).toEqual([
      'organisation.set_default_policy',
      'organisation.create',
    ]);
    expect(created.body.next).toBeNull();
  });
});

/** Other values that a column could be given: for a text every byte is changed once, and it is cut and taken away. */
function alterations(value: string | number | null): (string | number)[] {
  if (value === null) return ['x'];
  if (typeof value === 'number') return [value + 1];
  const flipped = [...value].map(
    (letter, i) => `${value.slice(0, i)}${letter === 'x' ? 'y' : 'x'}${value.slice(i + 1)}`,
  );
  return [...flipped, value.slice(0, -1), `${value} `];
}
