/** What is agreed with providers, and which price list is in force: through a real gateway, from one start to the next. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Price } from '../../../policies/model.ts';
import { listedSource } from '../../../server/providers/listed-source.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { sqliteReaders, sqliteWriter } from '../../../server/store/sqlite.ts';
import { verifyLedger } from '../../../server/verify/ledger.ts';
import { idOf, passEverythingOn, recordOf, startGateway, type TestGateway } from '../gateway/harness.ts';
import { json, startUpstream, type Upstream } from '../providers/upstream.ts';

const usage = { prompt_tokens: 1000, completion_tokens: 100 };
const choices = [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }];

let upstream: Upstream;
let dataDir = '';
let gateway: TestGateway;

async function start(): Promise<void> {
  const provider = createOpenAiCompatible({ name: 'openai', baseUrl: upstream.baseUrl, apiKey: 'secret' });
  gateway = await startGateway({ dataDir, providers: [{ provider, source: listedSource('openai', 'openai') }] });
}

beforeAll(async () => {
  upstream = await startUpstream(json(200, { id: 'chatcmpl-1', choices, usage }));
  dataDir = await mkdtemp(join(tmpdir(), 'signalbox-prices-'));
  await start();
  await passEverythingOn(gateway);
});
afterAll(async () => {
  vi.useRealTimers();
  await gateway.stop();
  await upstream.close();
  await rm(dataDir, { recursive: true });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a request costs now, in nano-dollars, and where its price came from. */
async function asking(model: string): Promise<{ id: string; cost: number | null; price: string | null | undefined }> {
  const response = await gateway.chat({ model, messages: [{ role: 'user', content: 'Hello' }] });
  await response.text();
  const { id, attempts } = await recordOf(gateway, idOf(response));
  return { id, cost: attempts[0]?.cost ?? null, price: attempts[0]?.price };
}

/** Every record has the cost of its usage at the price of its time. */
async function verify(): Promise<readonly string[]> {
  const [control, records] = ['control.db', 'records.db'].map((name) => sqliteReaders(join(dataDir, name)));
  if (!control || !records) throw new Error('There are no databases.');
  try {
    const ledger = { dialect: 'sqlite', control, records, intentsInFiles: () => Promise.resolve([]) } as const;
    return (await verifyLedger(ledger, () => {})).differences;
  } finally {
    await control.destroy();
    await records.destroy();
  }
}

const setClock = (at: number): void => {
  vi.useFakeTimers({ toFake: ['Date'], now: at });
};
const HOUR = 3_600_000;
/** gpt-4o: two and a half dollars in, ten out. */
const LISTED = 1000 * 2500 + 100 * 10_000;
const LIST = /^list [0-9a-f]{8} of \d{4}-\d\d-\d\d$/;

interface Card {
  readonly id: string;
  readonly from: number;
  readonly until: number | null;
}
const makeCard = (card: object): Promise<Card> =>
  gateway.api('POST', '/rate-cards', {
    provider: 'openai',
    models: null,
    discountBasisPoints: 1500,
    from: null,
    until: null,
    reason: 'agreed',
    ...card,
  });

describe('a rate card', () => {
  it('takes its part off the list from its first moment until its last, and never before', async () => {
    const before = await asking('gpt-4o');
    expect(before).toMatchObject({ cost: LISTED, price: expect.stringMatching(LIST) });
    const now = Date.now();
    const { id } = await makeCard({ models: ['gpt-4*'], from: now + HOUR, until: now + 3 * HOUR, note: 'Contract 7' });
    expect((await asking('gpt-4o')).cost).toBe(LISTED);

    setClock(now + 2 * HOUR);
    const during = await asking('gpt-4o');
    expect(during.cost).toBe(Math.ceil(LISTED * 0.85));
    expect(during.price).toBe(`${before.price}, -15 %`);
    expect((await asking('gpt-5-mini')).price).toBe(before.price);
    setClock(now + 4 * HOUR);
    expect((await asking('gpt-4o')).cost).toBe(LISTED);

    expect((await recordOf(gateway, before.id)).cost).toBe(LISTED);
    expect((await recordOf(gateway, during.id)).cost).toBe(during.cost);
    expect(await verify()).toEqual([]);
    const { rateCards } = await gateway.api<{ rateCards: object[] }>('GET', '/rate-cards');
    expect(rateCards).toMatchObject([{ id, note: 'Contract 7', models: ['gpt-4*'], author: 'admin-token' }]);
  });

  it('ends when it is ended, and leaves prices that were set by hand alone', async () => {
    const now = Date.now();
    setClock(now + 10 * HOUR);
    const card = await makeCard({ discountBasisPoints: -1000 });
    setClock(now + 11 * HOUR);
    expect((await asking('gpt-4o')).cost).toBe((LISTED * 11) / 10);
    const rate = { aboveInputTokens: 0, input: 1e9, cachedInput: 1e9, cacheWrite: 1e9, output: 1e9 };
    await gateway.api('POST', '/prices', { model: 'openai/gpt-4.1', price: [rate], reason: 'agreed' });
    setClock(now + 12 * HOUR);
    expect(await asking('gpt-4.1')).toMatchObject({ cost: 1_100_000, price: expect.stringMatching(/^set from /) });
    const inForce = await gateway.api<{ prices: { model: string }[] }>('GET', '/prices/in-force');
    const shown = new Map(inForce.prices.map((price) => [price.model, price]));
    expect(shown.get('openai/gpt-4.1')).toMatchObject({ source: 'set', card: null });
    expect(shown.get('openai/gpt-4o')).toMatchObject({
      source: 'list',
      price: [{ input: 2.75e9 }],
      base: [{ input: 2.5e9 }],
      card: { id: card.id, discountBasisPoints: -1000 },
    });
    expect(shown.get('sandbox/local')).toMatchObject({ source: 'own', words: 'own machines, free' });

    await gateway.api('POST', `/rate-cards/${card.id}/end`, { at: null, reason: 'the contract is over' });
    expect((await asking('gpt-4o')).cost).toBe(LISTED);
    setClock(now + 13 * HOUR);
    expect(await verify()).toEqual([]);
    const again = gateway.api('POST', `/rate-cards/${card.id}/end`, { at: null, reason: 'twice' });
    await expect(again).rejects.toThrow('has ended already');
  });

  it.each([
    [{ from: 1000 }, 'the past is never repriced'],
    [{ until: 1000 }, 'ends after it has begun'],
    [{ provider: 'nobody' }, 'is not set up here'],
    [{ models: [] }, 'Name a model'],
    [{ models: ['two words'] }, 'without spaces'],
    [{ discountBasisPoints: 10_001 }, 'discountBasisPoints'],
    [{ discountBasisPoints: 0.5 }, 'discountBasisPoints'],
  ])('is refused with words where it makes no sense: %j', async (card, words) => {
    await expect(makeCard(card)).rejects.toThrow(words);
  });
});

interface PriceListAnswer {
  readonly accepted: { readonly digest: string; readonly author: string } | null;
  readonly waiting: {
    readonly digest: string;
    readonly changes: readonly { readonly model: string; readonly kind: string; readonly words: readonly string[] }[];
    readonly traffic: { readonly requests: number; readonly before: number; readonly after: number };
  } | null;
}

describe('the price list', () => {
  it('is accepted by itself at the first start, with an entry of the history', async () => {
    expect(await gateway.api<PriceListAnswer>('GET', '/price-list')).toMatchObject({
      accepted: { author: 'system' },
      waiting: null,
    });
    const { entries } = await gateway.api<{ entries: object[] }>('GET', '/history?action=price_list.accept');
    expect(entries).toMatchObject([{ actor: 'system', objectType: 'price_list', before: null }]);
  });

  it('of a newer program changes nothing until somebody accepts it, and then only what comes after', async () => {
    await gateway.stop();
    // As if an older program had been accepted: gpt-4o cost twice as much, one model was not there, and another still was.
    const control = sqliteWriter(join(dataDir, 'control.db'), 'process');
    const row = await control('price_lists').first();
    const prices: Record<
      string,
      Record<string, { label: string; steps: { from: number; price: Price }[] }>
    > = JSON.parse(row.prices_json);
    const { 'gpt-4o': known, 'gpt-5-mini': _, ...others } = prices.openai ?? {};
    const rate = known?.steps[0]?.price[0];
    if (!known || !rate) throw new Error('gpt-4o is not listed.');
    const dearer = [{ from: 0, price: [{ ...rate, input: 2 * rate.input, output: 2 * rate.output }] }];
    const openai = { ...others, 'gpt-4o': { ...known, steps: dearer }, 'gpt-4o-old': known };
    await control('price_lists').update({ digest: '0'.repeat(64), prices_json: JSON.stringify({ ...prices, openai }) });
    await control.destroy();

    await start();
    const old = await asking('gpt-4o');
    expect(old).toMatchObject({ cost: 2 * LISTED, price: expect.stringMatching(/^list 00000000 of /) });
    expect((await asking('gpt-4o-old')).cost).toBe(LISTED);
    expect(await asking('gpt-5-mini')).toMatchObject({ cost: null, price: null });
    const unpriced = await gateway.api<{ models: { id: string; requests: number }[] }>('GET', '/models/unpriced');
    expect(unpriced.models).toMatchObject([{ id: 'openai/gpt-5-mini', offered: true }]);

    const { waiting } = await gateway.api<PriceListAnswer>('GET', '/price-list');
    expect(waiting?.changes).toMatchObject([
      {
        model: 'openai/gpt-4o',
        kind: 'changed',
        words: ['input $5.00 → $2.50 (-50 %)', 'output $20.00 → $10.00 (-50 %)'],
      },
      { model: 'openai/gpt-5-mini', kind: 'new', words: [expect.stringContaining('input $0.25')] },
      { model: 'openai/gpt-4o-old', kind: 'gone', words: [expect.stringContaining('input $2.50')] },
    ]);
    // Of the 30 days before, all calls to gpt-4o and gpt-5-mini, at the prices of the list that waits.
    const { requests = 0, before = 0, after = 0 } = waiting?.traffic ?? {};
    expect(requests).toBeGreaterThan(4);
    expect(after).toBeLessThan(before);
    await expect(
      gateway.api('POST', '/price-list/accept', { digest: 'f'.repeat(64), reason: 'which?' }),
    ).rejects.toThrow('another price list waits');
    await gateway.api('POST', '/price-list/accept', { digest: waiting?.digest, reason: 'looked through' });

    expect(await asking('gpt-4o')).toMatchObject({ cost: LISTED, price: expect.stringMatching(LIST) });
    expect((await asking('gpt-5-mini')).cost).toBe(1000 * 250 + 100 * 2000);
    expect((await recordOf(gateway, old.id)).cost).toBe(2 * LISTED);
    expect(await gateway.api('GET', '/price-list')).toMatchObject({
      accepted: { author: 'admin-token' },
      waiting: null,
    });
    expect(await gateway.api('GET', '/models/unpriced')).toEqual({ models: [] });
    await expect(
      gateway.api('POST', '/price-list/accept', { digest: waiting?.digest, reason: 'again' }),
    ).rejects.toThrow('in force already');
  });

  it('is kept from one start to the next, and a record that does not fit its price is found', async () => {
    setClock(Date.now() + 20 * HOUR);
    const { id, price } = await asking('gpt-4o');
    vi.useRealTimers();
    await gateway.stop();
    await start();
    expect(await gateway.api('GET', '/price-list')).toMatchObject({
      accepted: { author: 'admin-token' },
      waiting: null,
    });
    const records = sqliteWriter(join(dataDir, 'records.db'), 'process');
    const { detail } = await records('records').where({ id }).first();
    await records('records')
      .where({ id })
      .update({ detail: detail.replace(`"price":"${price}"`, '"price":"built in"') });
    await records.destroy();
    expect(await verify()).toEqual([expect.stringContaining(`${id} does not add up: its call of openai/gpt-4o has`)]);
  });
});
