/** Money under concurrency: what a budget allows is spent, and not one nano-dollar more. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import type { Intent } from '../../../server/records/record.ts';
import { freshDatabase } from '../../postgres.ts';
import { API_KEY } from './harness.ts';
import { ask, boundOf, refusalSchema, type SpendingGateway, startSpending } from './spending.ts';

const postgresUrl = inject('postgresUrl');

/** Reads an answer to its end; true where it is complete. */
async function isComplete(response: Response, stream: boolean): Promise<boolean> {
  const text = await response.text();
  return response.ok && (stream ? text.endsWith('data: [DONE]\n\n') : JSON.parse(text).object === 'chat.completion');
}

describe.each(['sqlite', ...(postgresUrl === null ? [] : ['postgres'])])('money on %s', (dialect) => {
  let gateway: SpendingGateway;
  let drop: (() => Promise<void>) | null = null;

  beforeAll(async () => {
    const database = dialect === 'postgres' && postgresUrl !== null ? await freshDatabase(postgresUrl) : null;
    drop = database?.drop ?? null;
    gateway = await startSpending(database?.url ?? null);
  });

  afterAll(async () => {
    await gateway.stop();
    await drop?.();
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Looks at the budget whenever a hold was taken or settled; gives the most that was spent and held. */
  function watch(budget: string, onIntent: (intent: Intent) => void = () => {}): () => number {
    const { writer } = gateway.running.gateway;
    let most = 0;
    const look = (): void => {
      for (const { spent, held } of gateway.cells(budget)) most = Math.max(most, spent + held);
    };
    const intent = writer.intent.bind(writer);
    const record = writer.record.bind(writer);
    vi.spyOn(writer, 'intent').mockImplementation(async (given) => {
      look();
      await intent(given);
      onIntent(given);
    });
    vi.spyOn(writer, 'record').mockImplementation((given) => {
      look();
      return record(given);
    });
    return () => most;
  }

  const spentOf = (budget: string): number => gateway.cells(budget).reduce((sum, cell) => sum + cell.spent, 0);

  it('lets 50 of 500 concurrent requests pass where the budget allows 50', async () => {
    const body = ask('What is the shortest word for a signal box?');
    const hold = boundOf(body).cost;
    const budget = await gateway.budget({ limit: 50 * hold });
    await gateway.useBudget(budget.id);
    const most = watch(budget.id);

    const answers = await Promise.all(
      Array.from({ length: 500 }, async (_, i) => {
        const stream = i % 2 === 0;
        const response = await gateway.chat({ ...body, stream });
        if (response.ok)
          return { status: 200, complete: await isComplete(response, stream), again: null, refusal: null };
        const refusal = refusalSchema.parse(await response.json());
        return { status: response.status, complete: false, again: response.headers.get('x-should-retry'), refusal };
      }),
    );

    expect(answers.filter(({ status, complete }) => status === 200 && complete)).toHaveLength(50);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(450);
    for (const { again, refusal } of refused) {
      expect(again).toBe('false');
      expect(refusal?.error).toMatchObject({
        code: 'budget_exhausted',
        budget: budget.name,
        scope: 'the organisation',
        limit: sayAmount(50 * hold, 'usd'),
        spent: expect.stringMatching(/^\$\d/),
        resets_at: 'never',
        owner: 'Ada',
      });
    }
    await gateway.settled();
    expect(spentOf(budget.id)).toBe(50 * hold);
    expect(most()).toBe(50 * hold);
  }, 60_000);

  it('uses a budget nearly up, and never more than that, when answers cost less than was held', async () => {
    const body = (i: number) =>
      ask(`request ${String(i).padStart(6, '0')}`, { model: 'sandbox/small?usage=random', stream: i % 2 === 0 });
    const hold = boundOf(body(0)).cost;
    const limit = 20 * hold;
    const budget = await gateway.budget({ limit });
    await gateway.useBudget(budget.id);
    const most = watch(budget.id);

    let sent = 0;
    let underWay = 0;
    const client = async (): Promise<void> => {
      for (;;) {
        sent += 1;
        underWay += 1;
        const response = await gateway.chat(body(sent));
        const complete = await isComplete(response, sent % 2 === 0 && response.ok).catch(() => false);
        underWay -= 1;
        expect([200, 429]).toContain(response.status);
        if (!complete && underWay === 0) return;
        // Others are still holding: what they do not use is for whoever asks next.
        if (response.status === 429 && spentOf(budget.id) + hold > limit) return;
      }
    };
    await Promise.all(Array.from({ length: 40 }, client));

    await gateway.settled();
    expect(most()).toBeLessThanOrEqual(limit);
    expect(spentOf(budget.id)).toBeLessThanOrEqual(limit);
    expect(spentOf(budget.id)).toBeGreaterThanOrEqual(0.95 * limit);
  }, 60_000);

  it('leaves no hold behind and settles each request once, whatever models and clients do', async () => {
    const kinds = [
      'usage=random',
      'fault=503',
      'fault=break',
      'fault=connect',
      'fault=garbage',
      'fault=429',
      'usage=none',
      'hang up',
    ] as const;
    const budget = await gateway.budget({ limit: 1_000_000_000 });
    await gateway.useBudget(budget.id);
    const known = new Set((await gateway.ledger.records()).map(({ id }) => id));
    const aborts = new Map<string, AbortController>();
    const most = watch(budget.id, ({ tags }) => aborts.get(tags.number?.value ?? '')?.abort());

    const outcomes = await Promise.all(
      Array.from({ length: 160 }, async (_, i) => {
        const kind = kinds[i % kinds.length] ?? 'usage=random';
        const stream = Math.floor(i / kinds.length) % 2 === 0;
        const controller = new AbortController();
        if (kind === 'hang up') aborts.set(String(i), controller);
        const model = `sandbox/small?${kind === 'hang up' ? 'delay=300' : kind}`;
        try {
          const response = await fetch(`${gateway.url}/v1/chat/completions`, {
            method: 'POST',
            headers: { authorization: `Bearer ${API_KEY}`, 'x-signalbox-tags': `number=${i}` },
            body: JSON.stringify(ask(`request ${i}`, { model, stream })),
            signal: controller.signal,
          });
          return (await isComplete(response, stream)) ? 'complete' : 'not';
        } catch {
          return 'gone';
        }
      }),
    );

    await gateway.settled();
    expect(most()).toBeLessThanOrEqual(1_000_000_000);
    expect(outcomes.filter((outcome) => outcome === 'complete')).toHaveLength(40);
    expect(outcomes.filter((outcome) => outcome === 'gone')).toHaveLength(20);
    const records = (await gateway.ledger.records()).filter(({ id }) => !known.has(id));
    expect(records).toHaveLength(160);
    expect(records.filter(({ status }) => status === 'aborted')).toHaveLength(20);
    for (const record of records) {
      expect(record.charges).toHaveLength(1);
      expect(record.charges[0]?.settled).toBe(record.cost);
      expect(record.cost).toBeLessThanOrEqual(record.charges[0]?.held ?? 0);
    }
    expect(spentOf(budget.id)).toBe(records.reduce((sum, { cost }) => sum + cost, 0));
  }, 60_000);

  it('holds tokens where the budget counts tokens', async () => {
    const body = ask('How many tokens?', { model: 'sandbox/local?usage=exact', n: 2 });
    const { tokens } = boundOf(body, 'local');
    const budget = await gateway.budget({ limit: 10 * tokens, unit: 'tokens' });
    await gateway.useBudget(budget.id);
    const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await gateway.chat(body)).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    await gateway.settled();
    expect(spentOf(budget.id)).toBe(10 * tokens);
  });

  it('asks every budget on the way, and gives back what was held where a later one refuses', async () => {
    const body = ask('Two budgets in a row.');
    const hold = boundOf(body).cost;
    const wide = await gateway.budget({ limit: 100 * hold });
    const narrow = await gateway.budget({ limit: 7 * hold });
    await gateway.use(
      {
        enter: ['request', {}],
        wide: ['budget', { budget: wide.id, warnAt: null }],
        narrow: ['budget', { budget: narrow.id, warnAt: null }],
        again: ['budget', { budget: wide.id, warnAt: null }],
        call: ['model', { model: 'asked' }],
      },
      ['enter.next > wide', 'wide.within > narrow', 'narrow.within > again', 'again.within > call'],
    );
    const answers = await Promise.all(Array.from({ length: 30 }, () => gateway.chat(body)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    const refusal = refusalSchema.parse(await answers.find(({ status }) => status === 429)?.json());
    expect(refusal.error.budget).toBe(narrow.name);
    await gateway.settled();
    // Met twice, the wide one has paid once.
    expect([spentOf(wide.id), spentOf(narrow.id)]).toEqual([7 * hold, 7 * hold]);
  });

  it('counts each team apart', async () => {
    const body = ask('Which team is this?');
    const hold = boundOf(body).cost;
    const budget = await gateway.budget({ limit: 3 * hold, scope: ['team', 'project'] });
    await gateway.useBudget(budget.id);
    const keys = await Promise.all(
      ['search', 'ads'].map(async (name) => {
        const team = await gateway.api<{ id: string }>('POST', '/teams', { name });
        const project = await gateway.api<{ id: string }>('POST', '/projects', { name: `${name} app`, team: team.id });
        return gateway.api<{ token: string }>('POST', '/keys', {
          name,
          project: project.id,
          fixedTags: { team: name },
        });
      }),
    );
    const statuses = await Promise.all(
      keys.map(async ({ token }) => {
        const answers = await Promise.all(
          Array.from({ length: 8 }, () => gateway.chat(body, { authorization: `Bearer ${token}` })),
        );
        return answers.filter(({ status }) => status === 200).length;
      }),
    );
    expect(statuses).toEqual([3, 3]);
    await gateway.settled();
    expect(gateway.cells(budget.id).map(({ scope, spent }) => [scope, spent])).toEqual([
      [expect.stringContaining('search'), 3 * hold],
      [expect.stringContaining('ads'), 3 * hold],
    ]);
  });

  it('counts each key apart', async () => {
    const body = ask('Which key is this?');
    const hold = boundOf(body).cost;
    const budget = await gateway.budget({ limit: hold, scope: ['key'] });
    await gateway.useBudget(budget.id);
    const [project] = (await gateway.api<{ projects: { id: string }[] }>('GET', '/projects')).projects;
    const other = await gateway.api<{ token: string }>('POST', '/keys', { name: 'another', project: project?.id });
    const statuses: number[] = [];
    for (const token of [API_KEY, API_KEY, other.token, other.token]) {
      statuses.push((await gateway.chat(body, { authorization: `Bearer ${token}` })).status);
    }
    expect(statuses).toEqual([200, 429, 200, 429]);
    await gateway.settled();
  });

  it('leaves by “warning” from 80 % on, and acts on a changed limit at once', async () => {
    const body = ask('Is it warm in here?', { model: 'sandbox/large?usage=exact' });
    const large = boundOf(body, 'large').cost;
    const small = boundOf(body, 'small').cost;
    const budget = await gateway.budget({ limit: 5 * large });
    await gateway.use(
      {
        enter: ['request', {}],
        pay: ['budget', { budget: budget.id }],
        call: ['model', { model: 'asked' }],
        cheap: ['model', { model: 'sandbox/small?usage=exact' }],
      },
      ['enter.next > pay', 'pay.within > call', 'pay.warning > cheap'],
    );
    const modelOf = async (): Promise<string | null> => {
      const response = await gateway.chat(body);
      return response.ok ? response.headers.get('x-signalbox-model') : String(response.status);
    };
    const models: (string | null)[] = [];
    for (let i = 0; i < 6; i += 1) models.push(await modelOf());
    expect(models).toEqual([...Array(4).fill('sandbox/large'), ...Array(2).fill('sandbox/small')]);
    await gateway.settled();
    expect(spentOf(budget.id)).toBe(4 * large + 2 * small);

    const change = (limit: number, revision: number) =>
      gateway.api('PUT', `/budgets/${budget.id}`, {
        name: budget.name,
        owner: null,
        limit,
        revision,
        reason: 'for a test',
      });
    await change(4 * large + 2 * small, 1);
    expect(await modelOf()).toBe('429');
    await change(50 * large, 2);
    expect(await modelOf()).toBe('sandbox/large');
    await gateway.settled();
    expect(spentOf(budget.id)).toBe(5 * large + 2 * small);
    const last = (await gateway.ledger.records()).at(-1);
    expect(last?.charges.map(({ revision }) => revision)).toEqual([3]);
  });
});
