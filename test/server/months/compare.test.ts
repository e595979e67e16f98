import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialects, type House, openHouse } from '../control/house.ts';
import { madeRecord } from './traffic.ts';
import { ANTHROPIC_USAGE, OPENAI_COST, OPENAI_USAGE } from './vendor-files.ts';

describe.each(dialects)('a month beside the vendor’s file on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
    const [project = ''] = house.control.snapshot().projects.keys();
    const { organisation } = house;
    const made = (day: number, hour: number, model: string, input: number, output: number, cost: number, more = {}) =>
      madeRecord({
        organisation,
        project,
        at: Date.UTC(2026, 9, day, hour),
        calls: [{ model, input, cached: 0, output, cost }],
        ...more,
      });
    await house.database.records.commit({
      intents: [],
      records: [
        made(24, 1, 'openai/gpt-5', 1000, 100, 1_000_000),
        made(24, 23, 'openai/gpt-5', 2000, 200, 2_000_000),
        made(25, 5, 'openai/gpt-5', 2000, 200, 2_000_000),
        made(25, 6, 'openai/gpt-5', 800, 4000, 30_000_000, { status: 'lost' }),
        made(26, 5, 'openai/gpt-5-mini', 50, 5, 1000),
        made(24, 5, 'anthropic/claude-sonnet-4-5', 1000, 120, 5),
        made(24, 23, 'anthropic/claude-sonnet-4-5', 600, 40, 5),
        made(25, 5, 'anthropic/claude-sonnet-4-5', 400, 40, 5),
      ],
    });
  });
  afterAll(() => house.close());

  const compare = async (body: Record<string, unknown>, month = '2026-10') =>
    house.ask('POST', `/months/${month}/compare`, { provider: 'openai', ...body });

  interface Row {
    readonly day: string;
    readonly model: string;
    readonly same: boolean;
    readonly cause: string | null;
    readonly ours: { readonly inputTokens: string } | null;
    readonly theirs: { readonly inputTokens: string } | null;
  }
  const told = ({ day, model, same, cause }: Row) => [day.slice(8), model, same, cause?.slice(0, 44) ?? null];

  it('finds the same where there is the same, and gives each difference its likely cause', async () => {
    const { body } = await compare({ csv: OPENAI_USAGE });
    expect(body.rows.map(told)).toEqual([
      ['24', 'gpt-5', true, null],
      ['25', 'gpt-4o-2024-08-06', false, 'This model was never called through the gate'],
      ['25', 'gpt-5', false, 'One lost request is charged here at their ho'],
      ['26', 'gpt-5-mini', false, 'The file has nothing at all of this day: it '],
    ]);
    expect(body.rows[0]).toMatchObject({ ours: { inputTokens: '3000' }, theirs: { inputTokens: '3000' } });
    expect(body.totals).toMatchObject({ ours: { inputTokens: '5850' }, theirs: { inputTokens: '5700' } });
    expect(body).toMatchObject({ read: 3, outside: 1 });
    const table: Record<string, string>[] = parse(body.csv, { columns: true });
    expect(
      table.map(({ day, model, difference, input_tokens_difference: input }) => [day, model, difference, input]),
    ).toEqual([
      ['2026-10-24', 'gpt-5', 'none', '0'],
      ['2026-10-25', 'gpt-4o-2024-08-06', 'only in the file', '-700'],
      ['2026-10-25', 'gpt-5', 'differs', '800'],
      ['2026-10-26', 'gpt-5-mini', 'only here', '50'],
    ]);
  });

  it('compares costs where the file has nothing else; less than half a cent is no difference', async () => {
    const { body } = await compare({ csv: OPENAI_COST });
    expect(body.has).toEqual({ requests: false, tokens: false, cost: true });
    expect(body.rows.map(told)).toEqual([
      ['24', 'gpt-5', true, null],
      ['25', 'gpt-5', false, 'One lost request is charged here at their ho'],
      ['26', 'gpt-5-mini', true, null],
    ]);
    const dear = OPENAI_COST.replace('"0.002"', '"5.2"');
    expect((await compare({ csv: dear })).body.rows[1].cause).toContain(
      'More was used at the vendor than went through',
    );
  });

  it('says where days begin by other clocks, and finds them the same by those clocks', async () => {
    const wrong = await compare({ csv: ANTHROPIC_USAGE, provider: 'anthropic' });
    expect(wrong.body.rows.map(told)).toEqual([
      ['24', 'claude-sonnet-4-5', false, 'What differs here stands on the day beside i'],
      ['25', 'claude-sonnet-4-5', false, 'What differs here stands on the day beside i'],
    ]);
    const right = await compare({ csv: ANTHROPIC_USAGE, provider: 'anthropic', timeZone: 'Asia/Tokyo' });
    expect(right.body.rows.map(told)).toEqual([
      ['24', 'claude-sonnet-4-5', true, null],
      ['25', 'claude-sonnet-4-5', true, null],
    ]);
  });

  it('says when the tokens are the same and the price is not', async () => {
    const csv = 'date,model,input_tokens,output_tokens,cost_usd\n2026-10-24,gpt-5,3000,300,4.5\n';
    expect((await compare({ csv })).body.rows[0].cause).toContain('Look at the price of the model');
  });

  it('refuses a file that is none in words', async () => {
    const answer = await compare({ csv: 'a,b\n1,2\n' });
    expect(answer.status).toBe(422);
    expect(answer.body.error.message).toContain('no usable columns were found. Looked for a day');
  });

  it('takes 20 MB and not more', async () => {
    const line = '2026-10-24,gpt-5,made-up-key,Default,standard,10,1,0.0001\n';
    const head = 'date,model,api_key,workspace,usage_type,input_tokens,output_tokens,cost_usd\n';
    const csv = head + line.repeat(Math.floor((20_000_000 - head.length) / line.length));
    const answer = await compare({ csv });
    expect(answer.status).toBe(200);
    expect(answer.body.read).toBe((csv.length - head.length) / line.length);
    expect((await compare({ csv: csv + line.repeat(3) })).body.error.message).toContain('larger than 20 MB');
  });
});
