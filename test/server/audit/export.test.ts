/** Exports, and the program that checks them by itself. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, dialects } from '../control/house.ts';
import { openPast, type Past } from './past.ts';

interface Verdict {
  readonly ok: boolean;
  readonly line?: number;
  readonly words: string;
}
const VERIFIER = fileURLToPath(new URL('../../../server/audit/standalone/verify.mjs', import.meta.url));
const { verifyExport }: { verifyExport(pieces: Iterable<Uint8Array>, key?: string): Promise<Verdict> } = await import(
  VERIFIER
);

describe.each(dialects)('an export on %s', { timeout: 120_000 }, (dialect) => {
  let past: Past;
  let whole: Buffer;
  let ofOne: Buffer;
  beforeAll(async () => {
    past = await openPast(dialect);
    // An entry that was erased: its digests stay.
    const { db } = past.house.control;
    const { sequence } = await db('history').where({ action: 'team.rename' }).first();
    await db('history').where({ sequence }).update({ before_json: null });
    // At once: a connection that rests while others are checked is closed by the server.
    whole = await fetched('/audit/export');
    ofOne = await fetched(`/audit/export?objectType=record&objectId=${past.withoutContent}`);
  }, 120_000);
  afterAll(() => past.house.close());

  const fetched = async (path: string): Promise<Buffer> => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const response = await fetch(`${past.house.url}${path}`, { headers });
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  };
  const linesOf = (bytes: Buffer): { kind: string; [name: string]: unknown }[] =>
    bytes
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('holds all entries, record digests and checkpoints, and is checked by one file in an empty folder', async () => {
    const bytes = await fetched('/audit/export');
    const kinds = linesOf(bytes).map(({ kind }) => kind);
    const count = (kind: string): number => kinds.filter((one) => one === kind).length;
    expect(count('record')).toBe(past.records.length);
    expect(count('checkpoint')).toBeGreaterThanOrEqual(4);
    const text = bytes.toString('utf8');
    expect(text).not.toContain('person 0');
    expect(text).toContain('asked for by the person');

    const folder = await mkdtemp(join(tmpdir(), 'signalbox-export-'));
    await writeFile(join(folder, 'verify.mjs'), await fetched('/audit/verifier'));
    await writeFile(join(folder, 'export.jsonl'), bytes);
    const key = past.house.audit.key?.publicKey.toString('base64') ?? '';
    const check = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['verify.mjs', 'export.jsonl', ...args], { cwd: folder });
    const { stdout } = await check(key);
    expect(stdout).toContain(`holds ${count('entry')} entries of the history and ${past.records.length} records`);
    expect(stdout).toContain('1 contents were erased');
    expect(stdout).toContain('All signatures are of the key that you gave.');
    await expect(check(Buffer.alloc(32).toString('base64'))).rejects.toMatchObject({ code: 1 });
    await writeFile(join(folder, 'export.jsonl'), bytes.subarray(0, -200));
    await expect(check()).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('Line ') });
    await rm(folder, { recursive: true });
  });

  it('of one request shows what is stored of it, and proves each thing by itself', async () => {
    for (const id of [past.records[3], past.deleted]) {
      const bytes = await fetched(`/audit/export?objectType=record&objectId=${id}`);
      const lines = linesOf(bytes);
      expect(lines[1]).toMatchObject({ kind: 'record', record: id, stored: { id } });
      expect(lines.filter(({ kind }) => kind === 'proof')).toHaveLength(id === past.deleted ? 2 : 1);
      expect(await verifyExport([bytes])).toMatchObject({ ok: true });
    }
  });

  it('of a later span proves itself too, with what comes before and after as hashes alone', async () => {
    const rows = await past.house.control.db('history').orderBy('sequence').select('at', 'sequence');
    const [from, to] = [rows[4]?.at, rows.at(-3)?.at];
    const bytes = await fetched(`/audit/export?from=${from}&to=${to}`);
    expect(await verifyExport([bytes])).toMatchObject({ ok: true });
    const entries = linesOf(bytes).filter(({ kind }) => kind === 'entry');
    expect(entries.length).toBeGreaterThan(0);
    for (const { at } of entries) expect(Number(at) >= from && Number(at) < to).toBe(true);
    expect((await past.house.ask('GET', '/audit/export?from=1&objectType=team')).status).toBe(422);
  });

  it('is refused with any byte altered, at its line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (isWhole, place, change) => {
        const bytes = Buffer.from(isWhole ? whole : ofOne);
        const at = place % bytes.length;
        const line = bytes.subarray(0, at).toString('latin1').split('\n').length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        const verdict = await verifyExport([bytes]);
        expect(verdict, `byte ${at}, ${change}`).toMatchObject({ ok: false, line });
      }),
      { numRuns: 400 },
    );
  });

  it('is refused with a line left out, put twice, or put elsewhere', async () => {
    const lines = whole.toString('utf8').split(/(?<=\n)/);
    for (let i = 0; i < lines.length; i++) {
      const [line = '', next = ''] = lines.slice(i);
      const without = [...lines.slice(0, i), ...lines.slice(i + 1)];
      const twice = [...lines.slice(0, i), line, ...lines.slice(i)];
      const swapped = [...lines.slice(0, i), next, line, ...lines.slice(i + 2)];
      const checked = i + 1 < lines.length ? [without, twice, swapped] : [without, twice];
      for (const wrong of checked)
        expect(await verifyExport([Buffer.from(wrong.join(''))])).toMatchObject({ ok: false });
    }
  });
});
