/** A run of the scenario `budgets` in any size: sets the house up, lets the crowd spend, kills the gateway, and checks. */
import { mkdir } from 'node:fs/promises';
import { z } from 'zod';
import { accountSchema, VENDOR_PRICES } from './account.ts';
import { BudgetWatch } from './budget-watch.ts';
import { ADMIN_TOKEN, type ControlApi, controlApi, makeBudget, makeDefaultPolicy, makeTeam } from './control-api.ts';
import { checkLedger, intentsLeft } from './ledger-checks.ts';
import { type Part, startPart } from './processes.ts';
import { randomOf } from './random.ts';
import type { ScenarioResult } from './scenario.ts';
import { planRequest, SIZES, type Spender, spendAll } from './spenders.ts';
import type { Seen } from './streaming-client.ts';

/** Teams by their share of the clients: the largest comes to the end of its own budget, the smallest of the organisation's. */
const TEAMS = [
  ['search', 0.4],
  ['support', 0.25],
  ['sales', 0.15],
  ['legal', 0.12],
  ['people', 0.08],
] as const;
const USAGES = [
  ['building', 0.7],
  ['vibing', 0.3],
] as const;

/** Limits, as multiples of what all clients at once would hold. */
const LIMITS = { organisation: 3, team: 1, tokens: 0.4 } as const;
/** A limit is at least so many times the largest hold. */
const LEAST_HOLDS = 20;
const USED_AT_LEAST = 0.95;

export interface BudgetRun {
  readonly clients: number;
  readonly seed: number;
  readonly pace: number;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  say(words: string): void;
}

const dollars = (nano: number): string => `$${(nano / 1e9).toFixed(4)}`;
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

interface Hold {
  /** Nano-dollars. */
  readonly cost: number;
  readonly tokens: number;
}

/** Above what the dearest model of the plan wants for a token, in nano-dollars. */
const DEAREST = { input: 500, output: 1600 };

/** What a request of the plan holds, at a byte a token: on average, and at most. */
function holdsOf(seed: number): { readonly average: Hold; readonly largest: Hold } {
  const random = randomOf(seed);
  const average = { cost: 0, tokens: 0 };
  const samples = 2000;
  for (let i = 0; i < samples; i += 1) {
    const { body } = planRequest(random, 0);
    const asked = z.object({ model: z.string(), max_tokens: z.number() }).parse(JSON.parse(body));
    const { input, output } = VENDOR_PRICES[asked.model.slice('openai/'.length)] ?? DEAREST;
    average.cost += (body.length * input + asked.max_tokens * output) / samples;
    average.tokens += (body.length + asked.max_tokens) / samples;
  }
  const [inputTokens, outputTokens] = [SIZES.words[1] * 7 + 500, SIZES.outputLimit[1]];
  const cost = inputTokens * DEAREST.input + outputTokens * DEAREST.output;
  return { average, largest: { cost, tokens: inputTokens + outputTokens } };
}

async function makeHouse(api: ControlApi, run: BudgetRun): Promise<Spender[]> {
  const holds = holdsOf(run.seed);
  const limit = (times: number, of: 'cost' | 'tokens'): number =>
    Math.ceil(Math.max(times * run.clients * holds.average[of], LEAST_HOLDS * holds.largest[of]));
  const make = (name: string, scope: string[], unit: 'usd' | 'tokens', amount: number): Promise<string> =>
    makeBudget(api, { name, scope, unit, limit: amount });
  const organisation = await make('organisation', [], 'usd', limit(LIMITS.organisation, 'cost'));
  const team = await make('team', ['team'], 'usd', limit(LIMITS.team, 'cost'));
  const tokens = await make('tokens', ['usage'], 'tokens', limit(LIMITS.tokens, 'tokens'));
  const budget = (id: string, which: string) => ({
    id,
    kind: 'budget',
    title: id,
    settings: { budget: which, warnAt: null },
  });
  const isVibing = { fact: 'usage', operator: 'equal', value: 'vibing' };
  const edge = (from: string, port: string, to: string) => ({ from, port, to });
  await makeDefaultPolicy(api, {
    schema: 1,
    nodes: [
      { id: 'enter', kind: 'request', title: 'enter', settings: {} },
      budget('team', team),
      {
        id: 'mode',
        kind: 'match',
        title: 'mode',
        settings: { cases: [{ port: 'vibing', label: '', when: isVibing }] },
      },
      budget('tokens', tokens),
      budget('organisation', organisation),
      { id: 'call', kind: 'model', title: 'call', settings: { model: 'asked', retries: 1 } },
    ],
    edges: [
      edge('enter', 'next', 'team'),
      edge('team', 'within', 'mode'),
      edge('mode', 'vibing', 'tokens'),
      edge('mode', 'else', 'organisation'),
      edge('tokens', 'within', 'organisation'),
      edge('organisation', 'within', 'call'),
    ],
  });
  const spenders: Spender[] = [];
  for (const [name, ofAll] of TEAMS) {
    const keys = await makeTeam(
      api,
      name,
      USAGES.map(([usage]) => usage),
    );
    for (const [i, [usage, ofTeam]] of USAGES.entries()) {
      const clients = Math.max(1, Math.round(run.clients * ofAll * ofTeam));
      const spender: Spender = { key: keys[i] ?? '', team: name, usage };
      spenders.push(...Array.from({ length: clients }, () => ({ ...spender })));
    }
  }
  return spenders;
}

/** Runs it and says what it measured. Rejects only where the scenario itself cannot go on. */
export async function spendBudgets(run: BudgetRun): Promise<ScenarioResult> {
  const { say, dataDir, databaseUrl } = run;
  await mkdir(dataDir, { recursive: true });
  const upstream = await startPart('upstream');
  const environment = {
    PORT: '0',
    DATA_DIR: dataDir,
    SANDBOX: 'false',
    SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN,
    SIGNALBOX_API_KEY: 'sb_load_key_0123456789abcdef0123',
    SIGNALBOX_ADMIN_PASSWORD: 'a password for a load',
    OPENAI_BASE_URL: `${upstream.url}/v1`,
    OPENAI_API_KEY: 'sk-load',
    // Nobody listens there.
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
    ANTHROPIC_API_KEY: 'sk-load',
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
  };
  let gateway = await startPart('gateway', environment);
  try {
    let restart: Promise<Part> = Promise.resolve(gateway);
    const api = controlApi(() => gateway.url);
    const spenders = await makeHouse(api, run);
    const watch = new BudgetWatch(api);
    const seen: Seen[] = [];
    let intentsAtKill: readonly string[] = [];
    const killAt = Math.ceil(run.clients / 2);
    const killAndRestart = async (): Promise<Part> => {
      await gateway.kill();
      intentsAtKill = await intentsLeft(dataDir, databaseUrl);
      const again = await startPart('gateway', environment);
      say('The gateway was killed and is back.');
      gateway = again;
      return again;
    };
    const since = performance.now();
    const watching = watch.run(() => restart);
    // Awaited below; until then its failure is that of the crowd too.
    watching.catch(() => {});
    say(`${spenders.length} clients begin.`);
    const { refusals, mostAtOnce } = await spendAll({
      spenders,
      seed: run.seed,
      pace: run.pace,
      url: async () => {
        const { url, lastWords } = await restart;
        if (lastWords !== null) throw new Error(`The gateway has ended by itself: ${lastWords}`);
        return url;
      },
      ended(one, count) {
        seen.push(one);
        if (count === killAt) restart = killAndRestart();
        if (count % 5000 === 0) say(`${count} requests have ended. ${watch.words}`);
      },
      noHolds: () => watch.noHolds(),
    }).finally(() => watch.stop());
    await watching;
    const seconds = (performance.now() - since) / 1000;
    say('Every key is refused. Checking the ledger.');
    const account = await upstream.ask('account', accountSchema);
    const ledger = await checkLedger({ dataDir, databaseUrl, seen, account, intentsAtKill });
    const broken = [...watch.broken, ...ledger.broken];
    const used: [string, string][] = [];
    for (const cell of await watch.refusing(refusals)) {
      const lost = ledger.lostBy.get(`${cell.budget} ${cell.scope}`) ?? 0;
      const share = (cell.spent - lost) / (cell.limit - lost);
      used.push([`used of ${cell.name}, lost rows apart`, percent(share)]);
      if (share < USED_AT_LEAST)
        broken.push(`Of ${cell.name} only ${percent(share)} is used, and it refuses requests.`);
      if (cell.held !== 0) broken.push(`Of ${cell.name}, ${cell.held} is held by nobody.`);
    }
    const ends = new Map<string, number>();
    for (const { end } of seen) ends.set(end, (ends.get(end) ?? 0) + 1);
    const gap = ledger.charged - ledger.billed;
    return {
      broken,
      figures: [
        ['clients at once', `${spenders.length}; the most streams open at once ${mostAtOnce}`],
        [
          'requests sent',
          `${seen.length} in ${seconds.toFixed(0)} s (${[...ends].map(([end, n]) => `${n} ${end}`).join(', ')})`,
        ],
        ['looks at the budgets', `${watch.looks}, the most spent and held ${percent(watch.most)} of a limit`],
        ...used,
        ['lost by the kill', `${ledger.lost.requests} requests, charged ${dollars(ledger.lost.cost)} as held`],
        ['complete answers compared', `${ledger.compared} with the upstream’s own account`],
        [
          'charged but for lost rows',
          `${dollars(ledger.charged)}; the upstream billed ${dollars(ledger.billed)} for them (${gap < 0 ? '' : '+'}${percent(gap / ledger.billed)})`,
        ],
        ['ledger:verify', ledger.verdict],
      ],
    };
  } finally {
    await gateway.kill();
    await upstream.kill();
  }
}
