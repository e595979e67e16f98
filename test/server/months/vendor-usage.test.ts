import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeDollars } from '../../../server/months/amounts.ts';
import { Days } from '../../../server/months/days.ts';
import { readVendorUsage } from '../../../server/months/vendor-usage.ts';
import { readMoment, readMoney, readWhole } from '../../../server/months/vendor-values.ts';
import { ANTHROPIC_COST, ANTHROPIC_USAGE, CENTS, OPENAI_COST, OPENAI_USAGE } from './vendor-files.ts';

const linesOf = async (csv: string, zone = 'UTC') => {
  const { lines } = await readVendorUsage(csv, '2026-10', zone);
  return lines.map(({ day, model, ...amounts }) => [day, model, ...Object.values(amounts).map(Number)]);
};

describe('a vendor’s usage file', () => {
  it('of OpenAI is read by the names of its columns, and other months are left out', async () => {
    expect(await linesOf(OPENAI_USAGE)).toEqual([
      ['2026-10-24', 'gpt-5-2025-08-07', 3, 3000, 1000, 300, 0],
      ['2026-10-25', 'gpt-5-2025-08-07', 2, 2000, 0, 200, 0],
      ['2026-10-25', 'gpt-4o-2024-08-06', 1, 700, 0, 70, 0],
    ]);
    const usage = await readVendorUsage(OPENAI_USAGE, '2026-10', 'UTC');
    expect(usage).toMatchObject({ read: 3, outside: 1, unreadable: 0, long: 0 });
    expect(usage.has).toEqual({ requests: true, tokens: true, cost: false });
    expect(usage.columns).toContainEqual({ column: 'start_time', as: 'the day' });
    expect(usage.columns).toContainEqual({
      column: 'input_cached_tokens',
      as: 'cached input tokens, a part of the input',
    });
    expect(usage.columns.map(({ column }) => column)).not.toContain('api_key_id');
  });

  it('of OpenAI’s costs is read after a byte order mark, in any order and case, with parts of a price added up', async () => {
    expect(await linesOf(OPENAI_COST)).toEqual([
      ['2026-10-24', 'gpt-5-2025-08-07', 0, 0, 0, 0, 3_000_000],
      ['2026-10-25', 'gpt-5-2025-08-07', 0, 0, 0, 0, 2_000_000],
    ]);
  });

  it('of Anthropic counts what caches took as input', async () => {
    expect(await linesOf(ANTHROPIC_USAGE)).toEqual([
      ['2026-10-24', 'claude-sonnet-4-5-20250929', 0, 1000, 350, 120, 0],
      ['2026-10-25', 'claude-sonnet-4-5-20250929', 0, 1000, 0, 80, 0],
    ]);
    expect(await linesOf(ANTHROPIC_COST)).toEqual([
      ['2026-10-24', 'claude-sonnet-4-5-20250929', 0, 0, 0, 0, 4_000_000],
    ]);
  });

  it('may have cents, semicolons, ranges, and a title before its head; moments are told by the zone’s clocks', async () => {
    expect(await linesOf(CENTS)).toEqual([
      ['2026-10-24', 'gpt-5', 1000, 0, 0, 0, 125_000_000],
      ['2026-10-25', 'gpt-5', 1, 0, 0, 0, 70_002_500_000],
    ]);
    expect((await linesOf(CENTS, 'America/New_York')).map(([day]) => day)).toEqual(['2026-10-24']);
    expect(await readVendorUsage('day,model,cost\n2026-10-01 to 2026-10-31,a,1\n', '2026-10', 'UTC')).toMatchObject({
      long: 1,
      read: 1,
    });
  });

  it.each([
    ['', 'no usable columns were found'],
    ['when,what,how much\n1,2,3\n', 'Looked for a day (such as “start_time”, “usage_date_utc” or “date”)'],
    ['when,what,how much\n1,2,3\n', 'Its first line has “when”, “what”, “how much”'],
    ['date,model\n2026-10-01,a\n', 'no usable columns'],
    ['date,model,cost,currency\n2026-10-01,a,1,EUR\n', 'the amounts are in EUR'],
    ['date,model,cost\nyesterday,a,1\n', 'none of its lines can be read'],
    ['date,model,cost\n2026-02-30,a,1\n', 'none of its lines can be read'],
    ['date,model,cost\n2026-10-01,"a,1\n', 'the file is broken'],
    [`date,model,cost\n2026-10-01,"${'a'.repeat(200_000)}`, 'the file is broken'],
  ])('is refused in words: %j', async (csv, words) => {
    await expect(readVendorUsage(csv, '2026-10', 'UTC')).rejects.toThrow(words);
  });

  it('leaves out single lines that cannot be read, and says how many', async () => {
    const csv =
      'date,model,cost,input_tokens\n2026-10-01,a,1,5\n2026-10-01,a,a lot,5\ntotal,,6,\n2026-10-02,a,$2.50,\n';
    const usage = await readVendorUsage(csv, '2026-10', 'UTC');
    expect(usage).toMatchObject({ read: 2, unreadable: 2 });
    expect(usage.lines.map(({ cost }) => cost)).toEqual([1_000_000_000n, 2_500_000_000n]);
  });

  it('is read in pieces, between which everything else has its turn', async () => {
    let turns = 0;
    let isReading = true;
    const others = (): void => {
      turns += 1;
      if (isReading) setImmediate(others);
    };
    setImmediate(others);
    const line = '2026-10-01,a,1\n';
    const csv = `date,model,cost\n${line.repeat(100_000)}`;
    expect((await readVendorUsage(csv, '2026-10', 'UTC')).read).toBe(100_000);
    isReading = false;
    expect(turns).toBeGreaterThan(csv.length / 20_000);
  });

  it('with too many models is refused, so that memory stays small', async () => {
    const lines = Array.from({ length: 20_001 }, (_, i) => `2026-10-01,model ${i},1\n`);
    await expect(readVendorUsage(`date,model,cost\n${lines.join('')}`, '2026-10', 'UTC')).rejects.toThrow(
      'more than 20000 pairs',
    );
  });
});

describe('a value', () => {
  it('of money is read to the last nano-dollar, in dollars and in cents', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (nano) => {
        const text = writeDollars(nano);
        expect(readMoney(text, 'dollars')).toBe(nano);
        expect(readMoney(`$${text}`, 'dollars')).toBe(nano);
        expect(readMoney(`${nano}e-7`, 'cents')).toBe(nano);
      }),
    );
    expect(readMoney('12¢', 'dollars')).toBe(120_000_000n);
    expect(readMoney('0.00000000049', 'dollars')).toBe(0n);
    expect(readMoney('0.0000000005', 'dollars')).toBe(1n);
    expect(readMoney('', 'dollars')).toBe(0n);
    for (const text of ['n/a', '1.2.3', '-', '1e999', '$']) expect(readMoney(text, 'dollars')).toBeNull();
  });

  it('of tokens is a whole number', () => {
    expect(['1,234', '1234.0', ' 5 ', ''].map(readWhole)).toEqual([1234n, 1234n, 5n, 0n]);
    expect(['1.5', 'many', '0x10'].map(readWhole)).toEqual([null, null, null]);
  });

  it.each([
    ['2026-10-25', 'Asia/Tokyo', '2026-10-25'],
    ['2026/10/25', 'UTC', '2026-10-25'],
    ['20261025', 'UTC', '2026-10-25'],
    ['1792972799', 'UTC', '2026-10-25'],
    ['1792972799', 'Asia/Tokyo', '2026-10-26'],
    ['1792972799.9', 'UTC', '2026-10-25'],
    ['1792972799000', 'America/New_York', '2026-10-25'],
    ['2026-10-25T00:30:00+02:00', 'UTC', '2026-10-24'],
    ['2026-10-25 00:30:00+02', 'UTC', '2026-10-24'],
    ['2026-10-25 00:30 UTC', 'America/New_York', '2026-10-24'],
    ['2026-10-25T00:30:00', 'America/New_York', '2026-10-25'],
    ['Oct 25, 2026', 'UTC', '2026-10-25'],
    ['10/25/2026', 'UTC', undefined],
    ['the 25th', 'UTC', undefined],
    ['12', 'UTC', undefined],
  ])('of time, %s in %s, is the day %s', (text, zone, day) => {
    expect(readMoment(text, new Days(zone))?.day).toBe(day);
  });
});
