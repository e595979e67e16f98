/** What a gateway's own tables have to say after a scenario, against what its clients and its upstream saw. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { intentsIn } from '../../server/records/intent-files.ts';
import type { Attempt, RequestRecord } from '../../server/records/record.ts';
import { openLedger } from '../server/gateway/ledger.ts';
import { type Billed, dueFor } from './account.ts';
import type { Seen } from './streaming-client.ts';

export interface LedgerToCheck {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  /** How every request ended for its client. */
  readonly seen: readonly Seen[];
  /** What the upstream says that it billed. */
  readonly account: readonly Billed[];
  /** Requests that had an intent when the gateway was killed. */
  readonly intentsAtKill: readonly string[];
}

export interface LedgerChecked {
  readonly broken: readonly string[];
  /** Complete answers whose cost was held against the upstream's account. */
  readonly compared: number;
  readonly lost: { readonly requests: number; readonly cost: number };
  /** What lost requests were charged, by "budget scope". */
  readonly lostBy: ReadonlyMap<string, number>;
  /** Nano-dollars of all requests but the lost: what the gateway charged, and what the upstream billed for them. */
  readonly charged: number;
  readonly billed: number;
  /** The last line of `npm run ledger:verify`. */
  readonly verdict: string;
}

/** The requests that have an intent in the files or the table of a gateway that is not running. */
export async function intentsLeft(dataDir: string, databaseUrl: string | null): Promise<string[]> {
  if (databaseUrl === null) return (await intentsIn(join(dataDir, 'intents'))).map(({ id }) => id);
  const ledger = openLedger({ dataDir, databaseUrl });
  try {
    return (await ledger.intents()).map(({ id }) => id);
  } finally {
    await ledger.close();
  }
}

/** Why a record does not fit to an answer that its client saw complete; null where it does. */
function whyNotComplete(record: RequestRecord | undefined, billed: readonly Billed[]): string | null {
  if (!record) return 'has no record';
  if (record.status !== 'ok') return `is recorded as ${record.status}`;
  const answered: Attempt | undefined = record.attempts.at(-1);
  const last = billed.at(-1);
  if (!answered?.ok || !last?.complete) return 'is recorded without the attempt that answered';
  if (!last.reported) return answered.usageSource === 'provider' ? 'is charged as reported, and nothing was' : null;
  const due = dueFor(last);
  return answered.cost === due ? null : `costs ${answered.cost}, and the upstream billed ${due}`;
}

/** Checks all of it; each promise that does not hold is a sentence of `broken`. */
export async function checkLedger(toCheck: LedgerToCheck): Promise<LedgerChecked> {
  const { dataDir, databaseUrl, seen, account, intentsAtKill } = toCheck;
  const ledger = openLedger({ dataDir, databaseUrl: databaseUrl ?? undefined });
  const [list, open] = await Promise.all([ledger.records(), ledger.intents()]).finally(() => ledger.close());
  const records = new Map(list.map((record) => [record.id, record]));
  const billedBy = new Map<string, Billed[]>();
  for (const one of account) billedBy.set(one.id, [...(billedBy.get(one.id) ?? []), one]);
  const broken: string[] = [];
  if (records.size < list.length) broken.push(`${list.length - records.size} requests have two records.`);
  if (open.length > 0) broken.push(`${open.length} intents were never ended.`);
  let compared = 0;
  for (const one of seen) {
    if (one.end === 'no answer') continue;
    if (one.end === 'cut short') broken.push(`The answer of ${one.id} ended as if it were whole, and was not.`);
    const record = records.get(one.id);
    if (one.end !== 'complete') {
      if (!record) broken.push(`The request ${one.id} (${one.end}) has no record.`);
      continue;
    }
    const why = whyNotComplete(record, billedBy.get(one.id) ?? []);
    if (why !== null) broken.push(`The request ${one.id}, whose client saw all of its answer, ${why}.`);
    compared += 1;
  }
  for (const id of intentsAtKill)
    if (!records.has(id)) broken.push(`The request ${id} was under way and has no record.`);

  const lostBy = new Map<string, number>();
  const lost = { requests: 0, cost: 0 };
  let [charged, billed] = [0, 0];
  for (const record of list) {
    if (record.status !== 'lost') {
      charged += record.cost;
      for (const one of billedBy.get(record.id) ?? []) billed += dueFor(one);
      continue;
    }
    lost.requests += 1;
    lost.cost += record.cost;
    for (const { budget, scope, held, settled } of record.charges) {
      if (settled !== held) broken.push(`The lost request ${record.id} held ${held} and was charged ${settled}.`);
      const key = `${budget} ${scope}`;
      lostBy.set(key, (lostBy.get(key) ?? 0) + settled);
    }
  }
  const verified = await verify(dataDir, databaseUrl);
  if (!verified.clean) broken.push(`ledger:verify is not content: ${verified.verdict}`);
  if (!verified.verdict.includes(' 0 requests under way')) broken.push(`Holds are left: ${verified.verdict}`);
  return { broken, compared, lost, lostBy, charged, billed, verdict: verified.verdict };
}

/** Runs the command that people run, beside the gateway. */
function verify(dataDir: string, databaseUrl: string | null): Promise<{ clean: boolean; verdict: string }> {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, DATA_DIR: dataDir, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) };
  return new Promise((resolve) => {
    execFile('npm', ['run', '--silent', 'ledger:verify'], { env, maxBuffer: 100_000_000 }, (error, out, complaints) => {
      const lines = `${out}${complaints}`.trim().split('\n');
      resolve({ clean: error === null, verdict: lines.at(-1) ?? '' });
    });
  });
}
