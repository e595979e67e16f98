import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../server/control/ids.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { dialects, type House, openHouse, recordOf } from './house.ts';

const AT = Date.UTC(2026, 0, 5, 12);

function tagged(house: House, tags: Record<string, string>, fields: Partial<RequestRecord> = {}): RequestRecord {
  const all = Object.entries(tags).map(([name, value]) => [name, { value, source: 'caller' as const }] as const);
  return recordOf(house, { at: AT, tags: Object.fromEntries(all), ...fields });
}

describe.each(dialects)('runs of agents on %s', (dialect) => {
  let house: House;
  const write = (...records: RequestRecord[]) => house.database.records.commit({ intents: [], records });
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  it('are listed with their sums, the one that ended last first', async () => {
    await write(
      tagged(house, { session: 'one', workflow: 'nightly' }, { at: AT + 1000, durationMs: 30.4 }),
      tagged(house, { session: 'two', agent: 'writer' }, { at: AT + 2000, cost: 5 }),
      tagged(house, { team: 'search' }, { at: AT + 9000 }),
      tagged(house, { session: 'dry' }, { at: AT + 9000, status: 'dry_run' }),
      tagged(house, { session: 'one' }, { at: AT + 9000, status: 'counted' }),
      tagged(house, { session: 'one' }, { at: AT, status: 'failed', cost: 1 }),
    );
    // Another batch, whose record was begun before the others and goes on for longer.
    await write(
      tagged(house, { session: 'one', agent: 'reader', workflow: 'other' }, { at: AT - 500, durationMs: 9000 }),
    );
    const { body } = await house.ask('GET', '/sessions');
    expect(body.sessions).toEqual([
      {
        session: 'one',
        firstAt: AT - 500,
        lastAt: AT + 8500,
        requests: 3,
        errors: 1,
        cost: 18_001,
        workflow: 'nightly',
        agent: 'reader',
      },
      {
        session: 'two',
        firstAt: AT + 2000,
        lastAt: AT + 2030,
        requests: 1,
        errors: 0,
        cost: 5,
        workflow: null,
        agent: 'writer',
      },
    ]);
    const before = await house.ask('GET', `/sessions?to=${AT + 8500}`);
    expect(before.body.sessions.map((one: { session: string }) => one.session)).toEqual(['two']);
    const after = await house.ask('GET', `/sessions?from=${AT + 8500}&limit=1`);
    expect(after.body.sessions.map((one: { session: string }) => one.session)).toEqual(['one']);
  });

  it('are counted once, however often a record is written', async () => {
    const record = tagged(house, { session: 'again' });
    await write(record);
    await write(record, tagged(house, { session: 'again' }));
    const { body } = await house.ask('GET', '/sessions/again');
    expect(body.session).toMatchObject({ requests: 2, cost: 18_000 });
    expect(body.branches).toHaveLength(2);
  });

  it('are shown as a tree with the totals of each branch', async () => {
    const id = newId('req');
    await write(
      tagged(house, { session: 'tree', step: 'plan' }, { id, at: AT }),
      tagged(
        house,
        { session: 'tree', parent: 'plan' },
        { at: AT + 10, status: 'failed', errorCode: 'upstream_error' },
      ),
      tagged(house, { session: 'tree', parent: id }, { at: AT + 20 }),
      tagged(house, { session: 'tree', agent: 'writer' }, { at: AT + 30 }),
    );
    const { status, body } = await house.ask('GET', '/sessions/tree');
    expect(status).toBe(200);
    expect(body.complete).toBe(true);
    expect(body.total).toMatchObject({ requests: 4, errors: 1, inputTokens: 40, outputTokens: 80, cost: 36_000 });
    expect(body.total).toMatchObject({ from: AT, to: AT + 60 });
    expect(body.branches.map((one: { depth: number; name: string }) => `${one.depth} ${one.name}`)).toEqual([
      '0 plan',
      '1 test/small',
      '1 test/small',
      '0 writer',
      '1 test/small',
    ]);
    expect(body.branches[0]).toMatchObject({ id, parent: null, total: { requests: 3, errors: 1, cost: 27_000 } });
    expect(body.branches[1]).toMatchObject({
      parent: id,
      request: { status: 'failed', errorCode: 'upstream_error', durationMs: 30, tags: { parent: { value: 'plan' } } },
    });
  });

  it('have at most two thousand requests shown, and say so', { timeout: 60_000 }, async () => {
    const all = Array.from({ length: 2003 }, (_, i) => tagged(house, { session: 'long' }, { at: AT + i }));
    for (let i = 0; i < all.length; i += 100) await write(...all.slice(i, i + 100));
    const { body } = await house.ask('GET', '/sessions/long');
    expect(body.session.requests).toBe(2003);
    expect(body.complete).toBe(false);
    expect(body.branches).toHaveLength(2000);
    expect(body.branches.at(-1).request.at).toBe(AT + 1999);
  });

  it('have names of any sort', async () => {
    const name = `a/b?c=%20&é "quoted" ${'x'.repeat(300)}`;
    await write(
      tagged(house, { session: name }),
      tagged(house, { session: '__proto__' }),
      tagged(house, { session: '' }),
    );
    const { body } = await house.ask('GET', `/sessions/${encodeURIComponent(name.slice(0, 256))}`);
    expect(body.session).toMatchObject({ session: name.slice(0, 256), requests: 1 });
    expect((await house.ask('GET', '/sessions/__proto__')).body.session.requests).toBe(1);
    expect((await house.ask('GET', '/sessions/nobody')).status).toBe(404);
  });
});
