/** Exports over real sockets from a whole gateway, each made by a process of its own. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Knex } from 'knex';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { postgresKnex } from '../../../server/store/postgres.ts';
import { sqliteWriter } from '../../../server/store/sqlite.ts';
import { askForFile, readToEnd } from '../../load/export-reader.ts';
import { RARE, writeRecords } from '../../load/export-records.ts';
import { freshDatabase } from '../../postgres.ts';
import {
  ADMIN_TOKEN,
  eventually,
  graphOf,
  idOf,
  makeKey,
  publish,
  recordOf,
  startGateway,
  type TestGateway,
} from '../gateway/harness.ts';
import { dialects } from './house.ts';

/** Many times what pipes and sockets hold on the way. */
const COUNT = 15_000;
const FROM = Date.UTC(2026, 0, 1);
const SECOND = 1000;
const PROGRAM = { authorization: `Bearer ${ADMIN_TOKEN}` };

interface Entry {
  readonly actor: string;
  readonly after: Record<string, unknown>;
}

describe.each(dialects)('an export of requests on %s', { timeout: 60_000 }, (dialect) => {
  let gateway: TestGateway;
  let records: Knex;
  let project = '';
  const closers: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const fresh = dialect === 'postgres' ? await freshDatabase(inject('postgresUrl') ?? '') : null;
    gateway = await startGateway({ environment: fresh ? { DATABASE_URL: fresh.url } : {} });
    records = fresh
      ? postgresKnex(fresh.url, 'records', 1)
      : sqliteWriter(join(gateway.dataDir, 'records.db'), 'process');
    const [organisation = ''] = gateway.running.gateway.runtime().snapshot.organisations.keys();
    project = (await gateway.api<{ projects: { id: string }[] }>('GET', '/projects')).projects[0]?.id ?? '';
    await writeRecords(records, { organisation, project, count: COUNT, from: FROM, to: FROM + COUNT * SECOND });
    closers.push(
      () => records.destroy(),
      () => gateway.stop(),
      async () => fresh?.drop(),
    );
  }, 60_000);
  afterAll(async () => {
    for (const close of closers) await close();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const ask = (query: string, headers: Record<string, string> = PROGRAM) =>
    askForFile(`${gateway.url}/api/records/export?${query}`, headers);
  const entriesOf = async (action: string): Promise<Entry[]> =>
    (await gateway.api<{ entries: Entry[] }>('GET', `/history?action=${action}`)).entries;
  const endOf = (id: unknown): Promise<Entry> =>
    eventually(async () => {
      const entry = (await entriesOf('export.end')).find(({ after }) => after.id === id);
      if (!entry) throw new Error('It has not ended.');
      return entry;
    });
  const size = (query = '') => gateway.api<{ rows: number; running: number }>('GET', `/records/export/size?${query}`);
  const noneRuns = () => eventually(async () => expect((await size()).running).toBe(0));

  it('is whole when its trailers say so, and its beginning and its end are on record with the digest', async () => {
    const file = await readToEnd(await ask('format=jsonl'));
    expect(file).toMatchObject({ status: 200, whole: true, lines: COUNT + 1 });
    expect(file.headers).toMatchObject({
      'content-type': expect.stringContaining('application/jsonl'),
      'content-disposition': expect.stringMatching(/^attachment; filename=signalbox-requests-\d{4}-\d\d-\d\d\.jsonl$/),
    });
    expect(file.trailers).toEqual({ 'x-signalbox-rows': String(COUNT), 'x-signalbox-sha256': file.sha256 });
    expect(JSON.parse(file.last)).toMatchObject({ end: { rows: COUNT } });
    const id = file.headers['x-signalbox-export'];
    const began = (await entriesOf('export.take')).find(({ after }) => after.id === id);
    expect(began).toMatchObject({ actor: 'admin-token', after: { filter: { format: 'jsonl' }, digest: null } });
    expect((await endOf(id)).after).toEqual({ id, rows: COUNT, digest: file.sha256, why: null });
  });

  it('takes the filters of the list, packed for who takes that, with the names of projects', async () => {
    const filter = `tag.team=rare&from=${FROM + 5_000 * SECOND}&to=${FROM + 15_000 * SECOND}&project=${project}`;
    const headers = { ...PROGRAM, 'accept-encoding': 'gzip' };
    const answer = await fetch(`${gateway.url}/api/records/export?format=csv&${filter}`, { headers });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    const text = await answer.text();
    const rows: Record<string, string>[] = parse(text, { columns: true });
    expect(rows).toHaveLength(10_000 / RARE);
    expect(rows[0]).toMatchObject({
      Time: '2026-01-01T01:23:20.000Z',
      Team: 'rare',
      'Project name': expect.stringMatching(/./),
    });
    const id = answer.headers.get('x-signalbox-export');
    const digest = createHash('sha256').update(text).digest('hex');
    expect((await endOf(id)).after).toEqual({ id, rows: rows.length, digest, why: null });
    expect(await size(filter)).toMatchObject({ rows: rows.length, more: false, atOnce: 2 });
    const listed = await gateway.api<{ records: { id: string }[] }>('GET', `/records?${filter}`);
    expect(listed.records.map((one) => one.id).reverse()).toEqual(rows.map((row) => row.Request));
  });

  it('refuses a filter or a form that there is not, and who may not', async () => {
    for (const query of ['format=jsonl&colour=red', 'format=xml', '']) {
      const file = await readToEnd(await ask(query));
      expect([file.status, file.headers['content-disposition']]).toEqual([422, undefined]);
    }
    const { token } = await makeKey(gateway);
    for (const headers of [{}, { authorization: `Bearer ${token}` }] as Record<string, string>[])
      expect((await readToEnd(await ask('format=csv', headers))).status).toBe(401);
    expect((await size()).running).toBe(0);
  });

  it('reads no further than its client, ends with it, and makes way for the next', async () => {
    const [one, two] = [await ask('format=jsonl'), await ask('format=jsonl')];
    const third = await readToEnd(await ask('format=csv'));
    expect(third).toMatchObject({ status: 429, headers: { 'retry-after': '30' } });
    expect(third.headers['content-disposition']).toBeUndefined();
    expect((await size()).running).toBe(2);
    // Nobody reads it: requests are served all the same.
    await gateway.openai.chat.completions.create({
      model: 'sandbox/small',
      messages: [{ role: 'user', content: 'Hi' }],
    });
    one.destroy();
    const end = await endOf(one.headers['x-signalbox-export']);
    expect(end.after).toMatchObject({ digest: null, why: 'The connection was closed.' });
    expect(end.after.rows).toBeLessThan(COUNT);
    const next = await eventually(async () => {
      const answer = await ask('format=jsonl&tag.team=rare');
      expect(answer.statusCode).toBe(200);
      return answer;
    });
    expect(await readToEnd(next)).toMatchObject({ whole: true, lines: COUNT / RARE + 1 });
    // The one that waited goes on from where it was, to its end; the request above came after it was asked for.
    expect(await readToEnd(two)).toMatchObject({ whole: true, lines: COUNT + 1 });
    await noneRuns();
  });

  it('that breaks is not taken for whole', async () => {
    const answer = await ask('format=jsonl');
    await records.schema.renameTable('records', 'records_away');
    const reading = readToEnd(answer);
    const file = await reading.finally(() => records.schema.renameTable('records_away', 'records'));
    expect(file).toMatchObject({ status: 200, whole: false, trailers: {} });
    expect(file.lines).toBeLessThan(COUNT);
    const end = await endOf(file.headers['x-signalbox-export']);
    expect(end.after).toMatchObject({ digest: null, why: 'The process that made it has ended before its time.' });
    await noneRuns();
  });

  it('ends when whoever asked for it signs out', async () => {
    const own = { 'content-type': 'application/json', 'x-signalbox-csrf': '1' };
    const person = JSON.stringify({ email: 'admin@example.com', password: 'a password for tests' });
    const session = await fetch(`${gateway.url}/api/session`, { method: 'POST', headers: own, body: person });
    expect(session.status).toBe(200);
    const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const answer = await ask('format=jsonl', { cookie });
    expect(answer.statusCode).toBe(200);
    await fetch(`${gateway.url}/api/session`, { method: 'DELETE', headers: { ...own, cookie } });
    vi.advanceTimersByTime(5_000);
    const end = await endOf(answer.headers['x-signalbox-export']);
    expect(end.after).toMatchObject({ digest: null, why: expect.stringContaining('signed out') });
    expect((await readToEnd(answer)).whole).toBe(false);
  });

  it('that nobody reads for a minute ends', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const answer = await ask('format=jsonl');
    const end = await eventually(async () => {
      vi.advanceTimersByTime(5_000);
      const entry = (await entriesOf('export.end')).find(
        ({ after }) => after.id === answer.headers['x-signalbox-export'],
      );
      if (!entry) throw new Error('It has not ended.');
      return entry;
    });
    expect(end.after).toMatchObject({ digest: null, why: 'Nothing of it was read for a minute.' });
    expect((await readToEnd(answer)).whole).toBe(false);
  });

  it('leaves out what its reader may not see of budgets, made by its own process', async () => {
    const month = { window: 'month', timeZone: 'UTC', unit: 'usd', owner: null, reason: 'for a test' };
    const everybody = { ...month, name: 'Money of everybody', scope: [], limit: 48_271_634_905_113 };
    const { id: budget } = await gateway.api<{ id: string }>('POST', '/budgets', everybody);
    const pay = ['budget', { budget, warnAt: null }] as const;
    const call = ['model', { model: 'sandbox/small', timeoutSeconds: 20, retries: 0 }] as const;
    await publish(
      gateway,
      'paying',
      graphOf({ enter: ['request', {}], pay, call }, ['enter.next > pay', 'pay.within > call']),
    );
    const { token } = await makeKey(gateway);
    const body = { model: 'policy/paying', messages: [{ role: 'user', content: 'Hello' }] };
    const answer = await gateway.chat(body, { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(200);
    const [id] = [idOf(answer), await answer.text()];
    const policy = (await recordOf(gateway, id)).policy;
    const fileFor = async (reader: string): Promise<string> => {
      const headers = { authorization: `Bearer ${reader}` };
      const file = await fetch(`${gateway.url}/api/records/export?format=jsonl&policy=${policy}`, { headers });
      expect(file.status).toBe(200);
      return file.text();
    };
    const input = { name: 'of one project', grants: [{ role: 'lead', within: { project } }], scope: 'role', days: 1 };
    const lead = await gateway.api<{ token: string }>('POST', '/service-tokens', input);
    const [whole = '', told = ''] = [await fileFor(ADMIN_TOKEN), await fileFor(lead.token)];
    expect(whole).toMatch(/Money of everybody.*48271634905113/);
    expect(told).not.toMatch(/Money of everybody|48,?271[.,]?63/);
    expect(told).toContain('a budget that you may not see');
    const lines = told.trimEnd().split('\n');
    const sha256 = createHash('sha256').update(`${lines[0]}\n`).digest('hex');
    expect(JSON.parse(lines[1] ?? '')).toEqual({ end: { rows: 1, sha256 } });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ id, policy, status: 'ok' });
  });
});
