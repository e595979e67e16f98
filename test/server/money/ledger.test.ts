/** Top-ups, resets, requests for more and the ledger of a running gateway, and what is left of them after a restart. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import type { LedgerEntry } from '../../../server/money/ledger.ts';
import { freshDatabase } from '../../postgres.ts';
import { ask, boundOf, refusalSchema, type SpendingGateway, startSpending } from '../gateway/spending.ts';

const postgresUrl = inject('postgresUrl');
const REASON = 'the launch is on Friday';
const body = ask('What is the shortest word for a signal box?');
/** Every request costs what it holds. */
const cost = boundOf(body).cost;

describe.each(['sqlite', ...(postgresUrl === null ? [] : ['postgres'])])('a budget on %s', (dialect) => {
  let dataDir = '';
  let database: Awaited<ReturnType<typeof freshDatabase>> | null = null;
  let gateway: SpendingGateway;
  const start = () => startSpending(database?.url ?? null, { dataDir });

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'signalbox-ledger-'));
    database = dialect === 'postgres' && postgresUrl !== null ? await freshDatabase(postgresUrl) : null;
    gateway = await start();
  });
  afterEach(async () => {
    await gateway.stop();
    await database?.drop();
    await rm(dataDir, { recursive: true });
  });

  const send = async (): Promise<number> => {
    const answer = await gateway.chat(body);
    await answer.text();
    return answer.status;
  };
  const useOf = async (id: string): Promise<unknown> => {
    const { budgets } = await gateway.api<{ budgets: { budget: { id: string }; use: unknown[] }[] }>('GET', '/budgets');
    return budgets.find(({ budget }) => budget.id === id)?.use[0];
  };

  it('can be topped up and reset for its window, which acts at once and survives a restart', async () => {
    const budget = await gateway.budget({ limit: cost });
    await gateway.useBudget(budget.id);
    expect([await send(), await send()]).toEqual([200, 429]);

    await gateway.api('POST', `/budgets/${budget.id}/top-ups`, { scope: '', amount: cost, reason: REASON });
    expect(await send()).toBe(200);
    const refused = refusalSchema.parse(await (await gateway.chat(body)).json());
    expect(refused.error).toMatchObject({
      code: 'budget_exhausted',
      limit: sayAmount(2 * cost, 'usd'),
      link: `/budgets/${budget.id}?ask=`,
      message: expect.stringContaining(`Ask Ada for more: the page /budgets/${budget.id}?ask= takes your request.`),
    });
    await gateway.settled();

    await gateway.api('POST', `/budgets/${budget.id}/reset`, { scope: '', reason: REASON });
    expect(await useOf(budget.id)).toMatchObject({ spent: 0, toppedUp: cost });
    expect(await send()).toBe(200);
    await gateway.settled();
    const before = await useOf(budget.id);
    expect(before).toMatchObject({ spent: cost, held: 0, toppedUp: cost });

    await gateway.stop();
    gateway = await start();
    expect(await useOf(budget.id)).toEqual(before);
    expect([await send(), await send()]).toEqual([200, 429]);

    // Another limit keeps what was spent and what was added.
    const change = { name: budget.name, owner: 'Ada', revision: budget.revision, reason: REASON };
    await gateway.api('PUT', `/budgets/${budget.id}`, { ...change, limit: 2 * cost });
    expect([await send(), await send()]).toEqual([200, 429]);
  });

  it('has a ledger that lists every movement in order, page by page', async () => {
    const budget = await gateway.budget({ limit: 10 * cost });
    await gateway.useBudget(budget.id);
    await send();
    await gateway.settled();
    await gateway.api('POST', `/budgets/${budget.id}/top-ups`, { scope: '', amount: 7, reason: REASON });
    await gateway.api('POST', `/budgets/${budget.id}/reset`, { scope: '', reason: REASON });
    await gateway.api('POST', `/budgets/${budget.id}/top-ups`, { scope: '', amount: 5, reason: REASON });
    await send();
    await gateway.settled();

    const found: LedgerEntry[] = [];
    let after = '';
    do {
      const page = await gateway.api<{ entries: LedgerEntry[]; next: string | null }>(
        'GET',
        `/ledger?budget=${budget.id}&limit=2${after}`,
      );
      found.push(...page.entries);
      after = page.next === null ? '' : `&after=${page.next}`;
    } while (after !== '');
    const said = sayAmount(cost, 'usd');
    expect(found.map(({ type, spent, raised, words }) => ({ type, spent, raised, words }))).toEqual([
      { type: 'settlement', spent: cost, raised: 0, words: `The request held ${said} and was charged ${said}.` },
      {
        type: 'top_up',
        spent: 0,
        raised: 7,
        words: `The limit was raised by ${sayAmount(7, 'usd')} for this window only.`,
      },
      { type: 'reset', spent: -cost, raised: 0, words: `What was spent was set back to zero; ${said} was taken off.` },
      expect.objectContaining({ type: 'top_up', raised: 5 }),
      expect.objectContaining({ type: 'settlement', spent: cost }),
    ]);
    expect(found[0]).toMatchObject({ scope: '', scopeWords: 'the organisation' });
    expect(found[2]).toMatchObject({ actor: 'admin-token', reason: REASON, request: null });
    const other = await gateway.api<{ entries: unknown[] }>('GET', `/ledger?budget=${budget.id}&scope=team%3Dads`);
    expect(other.entries).toEqual([]);
  });

  it('is topped up when a request for more is granted, and not when it is declined', async () => {
    const budget = await gateway.budget({ limit: cost });
    const more = { budget: budget.id, scope: '', amount: 3 * cost, reason: REASON };
    const asked = await gateway.api<{ id: string; state: string }>('POST', '/budget-requests', more);
    const second = await gateway.api<{ id: string }>('POST', '/budget-requests', more);
    expect(asked.state).toBe('open');
    await gateway.api('POST', `/budget-requests/${second.id}/decline`, { reason: 'Next month.' });
    expect(await useOf(budget.id)).toBeUndefined();
    const answer = { reason: 'For the launch.', amount: 2 * cost };
    expect(await gateway.api('POST', `/budget-requests/${asked.id}/grant`, answer)).toMatchObject({
      state: 'granted',
      answer: 'For the launch.',
      answeredBy: 'admin-token',
    });
    expect(await useOf(budget.id)).toMatchObject({ spent: 0, toppedUp: 2 * cost });
    await expect(gateway.api('POST', `/budget-requests/${asked.id}/grant`, answer)).rejects.toThrow(
      'This request for more was granted already',
    );
    const { requests } = await gateway.api<{ requests: { id: string }[] }>('GET', '/budget-requests?state=declined');
    expect(requests).toMatchObject([{ id: second.id, answer: 'Next month.' }]);
  });

  it('takes no top-up and no reset of a scope that it does not have', async () => {
    const budget = await gateway.budget({ limit: cost, scope: ['team', 'user'] });
    const topUp = (scope: string) =>
      gateway.api('POST', `/budgets/${budget.id}/top-ups`, { scope, amount: 1, reason: REASON });
    await expect(topUp('')).rejects.toThrow('counts by team=…,user=…');
    await expect(topUp('team=ads')).rejects.toThrow('is no part of it');
    await topUp('team=ads,user=ada');
    const reset = { scope: 'team=ads,user=ada', reason: REASON };
    await expect(gateway.api('POST', `/budgets/${budget.id}/reset`, reset)).rejects.toThrow('nothing to reset');
  });
});
