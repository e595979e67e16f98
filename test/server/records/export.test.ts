/** What an export holds, read in this process from a real database: all that the list shows, and nothing later. */
import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { recordSchema } from '../../../server/control/records.ts';
import { tableHead, tableRows } from '../../../server/export/columns.ts';
import { allUntilNow, countMatching } from '../../../server/export/extent.ts';
import { type ExportJob, exportPieces } from '../../../server/export/pieces.ts';
import type { RecordFilter, RequestRecord } from '../../../server/records/record.ts';
import { RARE, RARE_MODEL, writeRecords } from '../../load/export-records.ts';
import { type Dialect, dialects } from '../control/house.ts';
import { openUsageHouse, type UsageHouse } from '../usage/house.ts';
import { exampleRecord, START } from './example.ts';

const { feedback: _, isContentKept: __, ...fields } = recordSchema.shape;
const lineSchema = z.strictObject(fields);
const endSchema = z.strictObject({ end: z.strictObject({ rows: z.int(), sha256: z.string() }) });

describe.each(dialects)('an export on %s', { timeout: 60_000 }, (dialect: Dialect) => {
  let house: UsageHouse;
  beforeAll(async () => {
    house = await openUsageHouse(dialect);
  });
  afterAll(() => house.close());

  const stores = () => ({ ...house.stores, dialect });
  const write = (records: readonly RequestRecord[]) => house.database.records.commit({ intents: [], records });
  const jobOf = async (format: ExportJob['format'], filter: RecordFilter): Promise<ExportJob> => ({
    format,
    ...(await allUntilNow(stores(), filter)),
  });
  const bytesOf = async (format: ExportJob['format'], filter: RecordFilter): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    for await (const { bytes } of exportPieces(stores(), await jobOf(format, filter))) pieces.push(bytes);
    return Buffer.concat(pieces);
  };
  const idsOf = async (filter: RecordFilter): Promise<string[]> => {
    const lines = (await bytesOf('jsonl', filter)).toString('utf8').trimEnd().split('\n').slice(0, -1);
    return lines.map((line) => lineSchema.parse(JSON.parse(line)).id);
  };
  /** What the list shows, page by page, the oldest first. */
  const listed = async (filter: RecordFilter): Promise<string[]> => {
    const ids: string[] = [];
    let before: string | null = null;
    do {
      const page: { records: RequestRecord[]; next: string | null } = await house.database.records.list(
        before === null ? filter : { ...filter, before },
        7,
      );
      ids.push(...page.records.map(({ id }) => id));
      before = page.next;
    } while (before !== null);
    return ids.reverse();
  };

  it('is lines of whole records without their content, and a last line that tells how many and their digest', async () => {
    const organisation = 'org_lines';
    const records = [1, 2, 3].map((n) =>
      exampleRecord({ organisation, at: START + n, content: { request: 'what was asked', answer: 'what was said' } }),
    );
    await write(records);
    const bytes = await bytesOf('jsonl', { organisation });
    expect(bytes.toString('utf8')).not.toContain('what was');
    const lines = bytes.toString('utf8').split('\n');
    expect(lines.pop()).toBe('');
    const end = lines.pop() ?? '';
    const before = bytes.subarray(0, bytes.length - end.length - 1);
    expect(endSchema.parse(JSON.parse(end)).end).toEqual({
      rows: 3,
      sha256: createHash('sha256').update(before).digest('hex'),
    });
    const expected = records.map(({ organisation: _, content: __, ...line }) => line);
    expect(lines.map((line) => lineSchema.parse(JSON.parse(line)))).toEqual(expected);
  });

  it('of nothing is a last line, or a head', async () => {
    expect((await bytesOf('jsonl', { organisation: 'org_none' })).toString()).toMatch(/^\{"end":\{"rows":0,.*\}\}\n$/);
    const table = (await bytesOf('csv', { organisation: 'org_none' })).toString();
    expect(parse(table)).toHaveLength(1);
    expect(table).toContain('Cost in dollars');
  });

  it('holds what the list shows, for any filter', async () => {
    const organisation = 'org_filters';
    const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
    const one = fc.record({
      project: pick(['prj_1', 'prj_2']),
      model: pick(['a', 'b']),
      policy: pick(['pol_1', 'pol_2']),
      version: pick([1, 2]),
      status: pick(['ok', 'failed'] as const),
      at: fc.integer({ min: START, max: START + 9 }),
      cost: fc.integer({ min: 0, max: 5 }),
      team: pick(['x', 'y']),
    });
    const drawn = fc.sample(one, { numRuns: 150, seed: 7 });
    await write(
      drawn.map(({ team, ...rest }) =>
        exampleRecord({ organisation, ...rest, tags: { team: { value: team, source: 'key' } } }),
      ),
    );
    const filters = fc.record(
      {
        project: pick(['prj_1', 'prj_2']),
        model: pick(['a', 'b']),
        policy: pick(['pol_1', 'pol_2']),
        version: pick([1, 2]),
        status: pick(['ok', 'failed'] as const),
        from: fc.integer({ min: START - 1, max: START + 10 }),
        to: fc.integer({ min: START - 1, max: START + 11 }),
        costAtLeast: fc.integer({ min: 0, max: 5 }),
        tags: pick([{ team: 'x' }, { team: 'z' }]),
      },
      { requiredKeys: [] },
    );
    const property = fc.asyncProperty(filters, async (drawnFilter) => {
      const filter = { organisation, ...drawnFilter };
      const expected = await listed(filter);
      expect(await idsOf(filter)).toEqual(expected);
      expect(await countMatching(stores(), filter)).toEqual({ rows: expected.length, more: false });
    });
    await fc.assert(property, { numRuns: 25, seed: 3 });
  });

  it('goes on where a step ended, among requests that began at the same moment, and has nothing that came later', async () => {
    const organisation = 'org_steps';
    const of = (count: number, at: number) => Array.from({ length: count }, () => exampleRecord({ organisation, at }));
    for (let i = 0; i < 5; i++) await write(of(450, START + Math.floor(i / 4)));
    const expected = await listed({ organisation });
    const pieces = exportPieces(stores(), await jobOf('jsonl', { organisation }));
    const first = await pieces.next();
    // The same moments, so that only the time of their commit tells them apart.
    await write([...of(3, START), ...of(3, START + 1), ...of(3, START + 5)]);
    const text = [first.value?.bytes.toString('utf8') ?? ''];
    expect(text[0]?.split('\n').length).toBeLessThan(2_250);
    for await (const { bytes } of pieces) text.push(bytes.toString('utf8'));
    const ids = text
      .join('')
      .trimEnd()
      .split('\n')
      .slice(0, -1)
      .map((line) => z.object({ id: z.string() }).parse(JSON.parse(line)).id);
    expect(ids).toEqual(expected);
  });

  it('says how many there are where that is quickly said, and else that there are more', async () => {
    const many = { organisation: 'org_many', project: 'prj_many', count: 21_000, from: START, to: START + 21_000 };
    await writeRecords(house.database.recordTables, many);
    const { organisation } = many;
    expect(await countMatching(stores(), { organisation })).toEqual({ rows: 10_000, more: true });
    expect(await countMatching(stores(), { organisation, from: START + 11_000 })).toEqual({
      rows: 10_000,
      more: false,
    });
    expect(await countMatching(stores(), { organisation, from: START + 12_000 })).toEqual({ rows: 9_000, more: false });
    // The newest 20,000 are looked at.
    expect(await countMatching(stores(), { organisation, model: RARE_MODEL })).toEqual({ rows: 20, more: true });
    expect(await countMatching(stores(), { organisation, tags: { team: 'rare' }, from: START + 2_000 })).toEqual({
      rows: 19,
      more: false,
    });
    expect(await idsOf({ organisation, model: RARE_MODEL })).toHaveLength(21_000 / RARE);
  });
});

it('begins each step in the index at the place where the one before ended, on SQLite', async () => {
  const house = await openUsageHouse('sqlite');
  const stores = { ...house.stores, dialect: 'sqlite' as const };
  const organisation = 'org_plans';
  for (let i = 0; i < 4; i++) {
    const page = Array.from({ length: 600 }, (_, n) => exampleRecord({ organisation, at: START + i * 600 + n }));
    await house.database.records.commit({ intents: [], records: page });
  }
  const asked: { sql: string; bindings: string[] }[] = [];
  const { records } = house.stores;
  const listen = (query: { sql: string; bindings: string[] }) => asked.push(query);
  records.on('query', listen);
  const filter = { organisation, from: START + 1, to: START + 2_399, model: 'openai/gpt-5-mini', costAtLeast: 1 };
  const job = { format: 'jsonl' as const, ...(await allUntilNow(stores, { ...filter, tags: { team: 'search' } })) };
  for await (const _piece of exportPieces(stores, job));
  records.removeListener('query', listen);
  const steps = asked.filter(({ sql }) => sql.includes('(?, ?)'));
  // Several steps of two questions each, and the last one, which finds nothing.
  expect(steps.length).toBeGreaterThan(6);
  for (const { sql, bindings } of steps) {
    const plan: { detail: string }[] = await records.raw(`EXPLAIN QUERY PLAN ${sql}`, bindings);
    expect(plan.map(({ detail }) => detail).join('; ')).toMatch(
      /^SEARCH records USING (COVERING )?INDEX records_newest \(organisation=\? AND \(at,id\)>\(\?,\?\) AND /,
    );
  }
  await house.close();
}, 60_000);

it.runIf(dialects.includes('postgres'))(
  'is planned by PostgreSQL as reading a step and no more',
  async () => {
    const house = await openUsageHouse('postgres');
    const stores = { ...house.stores, dialect: 'postgres' as const };
    const many = { organisation: 'org_plans', project: 'prj_many', count: 20_000, from: START, to: START + 20_000 };
    await writeRecords(house.database.recordTables, many);
    await house.database.recordTables.raw('ANALYZE records');
    const { records } = house.stores;
    const asked: { sql: string; bindings: readonly (string | number)[] }[] = [];
    records.on('query', (query: (typeof asked)[number]) => asked.push(query));
    const job = { format: 'jsonl' as const, ...(await allUntilNow(stores, { organisation: many.organisation })) };
    for await (const _piece of exportPieces(stores, job)) if (asked.length > 20) break;
    records.removeAllListeners('query');
    const [, step] = asked.filter(({ sql }) => /select "records"\.\*.*\(\$\d+, \$\d+\)/.test(sql));
    if (!step) throw new Error('No step was asked for.');
    const sql = step.sql.replace(/\$\d+/g, '?');
    const { rows } = await records.raw(`EXPLAIN (FORMAT JSON) ${sql}`, [...step.bindings]);
    const plan = z.array(
      z.object({ 'QUERY PLAN': z.array(z.object({ Plan: z.object({ 'Plan Rows': z.number() }) })) }),
    );
    expect(plan.parse(rows)[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows']).toBeLessThan(200);
    await house.close();
  },
  60_000,
);

it('as a table has the names that people know, and no cell that is a formula', () => {
  const record = exampleRecord({
    project: 'prj_1',
    cost: 1_234_567_891,
    at: START,
    app: '+1+1',
    durationMs: 12.5,
    tags: {
      team: { value: '@sum', source: 'key' },
      user: { value: 'ada, "the first"\n', source: 'caller' },
      feature: { value: 'check=out', source: 'caller' },
      flow: { value: '\tone', source: 'rule' },
    },
    redactions: { email: 2, phone: 1 },
    trace: [
      { node: 'enter', kind: 'request', port: 'next', reason: '' },
      {
        node: 'protect',
        kind: 'redact',
        port: 'found',
        reason: '',
        results: [
          {
            found: { email: 2, phone: 1 },
            rules: 'r',
            places: [{ in: 'message', message: 3, role: 'user', found: { email: 1, phone: 1 } }],
            further: { places: 1, found: { email: 1 } },
          },
        ],
      },
    ],
  });
  const names = { projects: new Map([['prj_1', '=cmd()']]), keys: new Map(), policies: new Map() };
  const [row]: Record<string, string>[] = parse(tableHead() + tableRows([record], names), { columns: true });
  expect(row).toMatchObject({
    Time: '2026-01-05T10:00:00.000Z',
    'Cost in dollars': '1.234567891',
    Milliseconds: '12.5',
    Project: 'prj_1',
    'Project name': "'=cmd()",
    App: "'+1+1",
    Team: "'@sum",
    'Key name': '',
    User: 'ada, "the first"\n',
    'Other tags': 'feature=check=out; flow=\tone',
    Redactions: 'email: 2; phone: 1',
    'Redactions by place': '1 email, 1 phone in message 3 (user); 1 email in 1 more place',
    'Input tokens': '800',
    Streamed: 'yes',
    'Tokens counted by': 'provider',
  });
  for (const cell of Object.values(row ?? {})) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
});
