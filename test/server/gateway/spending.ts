/** A gateway with budgets: policies that hold money, requests against them, and their ledger. */
import { expect, vi } from 'vitest';
import { z } from 'zod';
import { chatBody, viewOfChat } from '../../../policies/chat.ts';
import { costBound, usageBound } from '../../../policies/price.ts';
import type { Cell } from '../../../server/money/counters.ts';
import { SANDBOX_MODELS } from '../../../server/providers/sandbox/sandbox.ts';
import { type GatewayOptions, graphOf, publish, startGateway, type TestGateway } from './harness.ts';
import { type Ledger, openLedger } from './ledger.ts';

interface BudgetInput {
  readonly limit: number;
  readonly unit?: 'usd' | 'tokens';
  readonly scope?: readonly string[];
  readonly window?: string;
  readonly parent?: string;
  readonly limits?: Readonly<Record<string, number>>;
}

interface StoredBudget {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly limit: number;
}

export interface SpendingGateway extends TestGateway {
  readonly ledger: Ledger;
  budget(input: BudgetInput): Promise<StoredBudget>;
  /** Publishes a graph and makes it the default, so that apps name models and not the policy. */
  use(nodes: Parameters<typeof graphOf>[0], edges: readonly string[]): Promise<void>;
  /** The default becomes: request > budget > the model asked for. */
  useBudget(budget: string, settings?: Record<string, unknown>): Promise<void>;
  /** Counters of a budget as they are now. */
  cells(budget: string): readonly Cell[];
  /** Waits until nothing is under way, then holds the counters, the ledger and the records against each other. */
  settled(): Promise<void>;
}

let made = 0;

export async function startSpending(
  databaseUrl: string | null,
  options: GatewayOptions = {},
): Promise<SpendingGateway> {
  const gateway = await startGateway({
    ...options,
    environment: { ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }), ...options.environment },
  });
  const ledger = openLedger({ dataDir: gateway.dataDir, databaseUrl: databaseUrl ?? undefined });
  const { counters, inFlight, runtime } = gateway.running.gateway;
  const budgets = new Set<string>();
  const cells = (id: string): readonly Cell[] => {
    const budget = runtime().snapshot.budgets.get(id);
    if (!budget) throw new Error(`There is no budget ${id}.`);
    return counters.of(budget, Date.now());
  };
  const use = async (nodes: Parameters<typeof graphOf>[0], edges: readonly string[]): Promise<void> => {
    made += 1;
    const policy = await publish(gateway, `money-${made}`, graphOf(nodes, edges));
    await gateway.api('PUT', '/organisation/default-policy', { policy, reason: 'for a test' });
  };
  return {
    ...gateway,
    ledger,
    cells,
    use,
    async budget(input) {
      made += 1;
      const budget = await gateway.api<StoredBudget>('POST', '/budgets', {
        name: `budget ${made}`,
        scope: [],
        window: 'total',
        timeZone: 'UTC',
        unit: 'usd',
        owner: 'Ada',
        reason: 'for a test',
        ...input,
      });
      budgets.add(budget.id);
      return budget;
    },
    useBudget: (budget, settings = {}) =>
      use(
        {
          enter: ['request', {}],
          pay: ['budget', { budget, warnAt: null, ...settings }],
          call: ['model', { model: 'asked' }],
        },
        ['enter.next > pay', 'pay.within > call'],
      ),
    async settled() {
      const held = (): number => [...budgets].flatMap(cells).reduce((sum, cell) => sum + cell.held, 0);
      await vi.waitFor(() => expect([inFlight.bytes, held()]).toEqual([0, 0]), { timeout: 15_000 });
      const recomputed = await ledger.recomputed();
      expect(await ledger.spend()).toEqual(recomputed);
      expect(await ledger.intents()).toEqual([]);
      for (const cell of [...budgets].flatMap(cells)) {
        const { budget, scope, window, spent } = cell;
        const entry = recomputed.find(
          (one) => one.budget === budget && one.scope === scope && one.window === window.start,
        );
        expect(entry?.spent ?? 0).toBe(spent);
      }
    },
    async stop() {
      await ledger.close();
      await gateway.stop();
    },
  };
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: 'user'; readonly content: unknown }[];
  readonly max_tokens?: number;
  readonly stream?: boolean;
  readonly n?: number;
}

export function ask(content: unknown, more: Partial<ChatRequest> = {}): ChatRequest {
  return { model: 'sandbox/small?usage=exact', messages: [{ role: 'user', content }], max_tokens: 100, ...more };
}

/** The most that a request to a sandbox model can use, and what it then costs in nano-dollars. */
export function boundOf(body: ChatRequest, model = 'small'): { readonly cost: number; readonly tokens: number } {
  const found = SANDBOX_MODELS.find(({ name }) => name === model);
  if (!found?.price) throw new Error(`The sandbox has no priced model ${model}.`);
  const view = viewOfChat(chatBody.parse(body));
  const usage = usageBound(view, found, view.maxOutputTokens ?? 4096);
  return { cost: costBound(usage, found.price), tokens: usage.inputTokens + usage.outputTokens };
}

export const refusalSchema = z.object({ error: z.record(z.string(), z.string().nullable()) });
