import { readFileSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IntentFiles, intentsIn } from '../../../server/records/intent-files.ts';
import type { Intent } from '../../../server/records/record.ts';
import { exampleRecord, intentOf } from './example.ts';

describe.each(['process', 'power'] as const)('intents in files that survive the death of the %s', (durability) => {
  let folder = '';
  let files: IntentFiles | null = null;

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'signalbox-intents-')), 'intents');
  });
  afterEach(async () => {
    await files?.close();
    files = null;
    await rm(join(folder, '..'), { recursive: true });
  });

  const open = async (): Promise<IntentFiles> => {
    files = await IntentFiles.open(folder, durability);
    return files;
  };
  const intent = (changes: Partial<Intent> = {}): Intent => ({ ...intentOf(exampleRecord()), ...changes });
  /** Fills more than one file. */
  const large = () => intent({ requestedModel: 'x'.repeat(3_000_000) });

  it('are there for the next process, which nobody told of their end', async () => {
    const [first, second] = [intent(), intent()];
    const dead = await open();
    await dead.append([first, second]);
    expect(await intentsIn(folder)).toEqual([first, second]);
    expect((await open()).left).toEqual([first, second]);
    await dead.close();
  });

  it('are forgotten with their record, one by one', async () => {
    const [first, second] = [intent(), intent()];
    const opened = await open();
    await opened.append([first, second]);
    opened.end(first.id);
    opened.end('req_of_nobody');
    expect(opened.left).toEqual([second]);
  });

  it('give way to the intent of a further attempt, in this process and in the next', async () => {
    const first = intent();
    const second = { ...first, model: 'sandbox/large', cost: 9 };
    const dead = await open();
    await dead.append([first]);
    await dead.append([second]);
    expect(dead.left).toEqual([second]);
    expect((await open()).left).toEqual([second]);
    await dead.close();
  });

  it('leave no file behind when all have ended, and keep the one in which a request still waits', async () => {
    const opened = await open();
    const slow = intent();
    await opened.append([slow]);
    for (let i = 0; i < 4; i++) {
      const one = large();
      await opened.append([one]);
      opened.end(one.id);
    }
    await opened.append([intent({ id: slow.id, cost: 1 })]);
    await opened.close();
    // The first file went with its last request, whose second attempt is in the last one.
    expect(await readdir(folder)).toEqual(['3.jsonl']);

    const next = await open();
    expect(next.left.map(({ id, cost }) => [id, cost])).toEqual([[slow.id, 1]]);
    next.end(slow.id);
    await next.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('never writes into a file of the process before', async () => {
    const [before, after] = [intent(), intent()];
    const dead = await open();
    await dead.append([before]);
    const next = await open();
    await next.append([after]);
    expect(await readdir(folder)).toEqual(['1.jsonl', '2.jsonl']);
    expect(await intentsIn(folder)).toEqual([before, after]);
    await dead.close();
  });

  it('are read up to wherever the process was cut off, and what comes after a cut is not lost', async () => {
    const written = [intent(), intent(), intent()];
    const dead = await open();
    await dead.append(written.slice(0, 2));
    await dead.close();
    const path = join(folder, '1.jsonl');
    const whole = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        await truncate(path, length);
        const kept = (await intentsIn(folder)).length;
        expect(await intentsIn(folder)).toEqual(written.slice(0, kept));
        // Each whose line is whole.
        const lines = whole.subarray(0, length).toString().split('\n').slice(0, -1);
        expect(kept).toBeGreaterThanOrEqual(lines.filter((line) => line !== '').length);
        await appendFile(path, `\n${JSON.stringify(written[2])}\n`);
        expect(await intentsIn(folder)).toEqual([...written.slice(0, kept), written[2]]);
        await truncate(path, 0);
        await appendFile(path, whole);
      }),
      { numRuns: 30 },
    );
  });

  it('takes any number at the same time', async () => {
    const opened = await open();
    const all = Array.from({ length: 50 }, () => intent());
    await Promise.all(all.map((one) => opened.append([one])));
    expect(await intentsIn(folder)).toEqual(all);
  });

  it('come in the order in which they are brought, whether at once or not', async () => {
    const opened = await open();
    const all = Array.from({ length: 60 }, () => intent());
    const first = all.slice(0, 20).map((one) => opened.appendAtOnce([one]));
    await Promise.all(first);
    const rest = all.slice(20).map((one, i) => (i % 3 === 0 ? opened.append([one]) : opened.appendAtOnce([one])));
    await Promise.all(rest);
    expect(await intentsIn(folder)).toEqual(all);
    expect(opened.left).toEqual(all);
  });

  it('that are written at once fill one file after another, and an empty append leaves none behind', async () => {
    const opened = await open();
    await opened.append([]);
    for (let i = 0; i < 5; i++) {
      const one = large();
      await opened.appendAtOnce([one]);
      opened.end(one.id);
    }
    const last = intent();
    await opened.appendAtOnce([last]);
    expect(await intentsIn(folder)).toContainEqual(last);
    opened.end(last.id);
    await opened.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('that are written at once come by another thread for a while after the disk was slow', async () => {
    const opened = await open();
    await opened.append([intent()]);
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      // Each look at the clock is so many milliseconds after the one before.
      const isThereAtOnce = async (stepMs: number): Promise<boolean> => {
        clock.mockImplementation(() => (now += stepMs));
        const one = intent();
        const appended = opened.appendAtOnce([one]);
        const isThere = readFileSync(join(folder, '1.jsonl'), 'utf8').includes(one.id);
        await appended;
        expect((await intentsIn(folder)).at(-1)).toEqual(one);
        return isThere;
      };
      const isQuick = durability === 'process';
      expect(await isThereAtOnce(0)).toBe(isQuick);
      expect(await isThereAtOnce(6)).toBe(isQuick);
      expect(await isThereAtOnce(0)).toBe(false);
      now += 200;
      expect(await isThereAtOnce(0)).toBe(isQuick);
    } finally {
      clock.mockRestore();
    }
  });
});
