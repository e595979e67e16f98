/** The variants of a split beside each other: what their requests cost, how long they took, how they ended and were liked. */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { meanInterval, quantile, scoreInterval, shareInterval } from '../../policies/intervals.ts';
import { isTraffic } from '../../policies/record-status.ts';
import { ERROR_STATUSES } from '../records/batch.ts';
import type { RecordStore, RequestRecord } from '../records/record.ts';

/** Records that are read at most, the newest: enough for narrow intervals, and few enough to be read at once. */
const MOST_READ = 20_000;
const PAGE = 500;

const interval = { low: z.number(), high: z.number() };
const quantileSchema = z
  .object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() })
  .meta({ description: 'Milliseconds; an end is null where there are too few requests to tell it.' });

export const variantSchema = z
  .object({
    port: z.string(),
    requests: z.int(),
    cost: z
      .object({ total: z.number(), mean: z.number(), low: z.number().nullable(), high: z.number().nullable() })
      .meta({ description: 'Nano-dollars; the mean of a request with its interval by the normal distribution.' }),
    latency: z
      .object({ p50: quantileSchema, p95: quantileSchema })
      .nullable()
      .meta({ description: 'Of requests that were answered, with intervals by ranks.' }),
    errors: z
      .object({ count: z.int(), share: z.number(), ...interval })
      .meta({ description: "With Wilson's interval." }),
    feedback: z
      .object({ count: z.int(), mean: z.number(), ...interval })
      .nullable()
      .meta({ description: 'Scores from -1 to 1; the interval takes the widest spread that such scores have.' }),
    models: z.array(z.string()).meta({ description: 'Those that answered, the most frequent first.' }),
  })
  .meta({ id: 'Variant', description: 'All intervals hold the true value 95 times in 100.' });
export type Variant = z.infer<typeof variantSchema>;

interface Tally {
  errors: number;
  readonly costs: number[];
  readonly latencies: number[];
  readonly models: Map<string, number>;
}

export interface VariantQuestion {
  readonly organisation: string;
  readonly policy: string;
  /** Id of the split. */
  readonly node: string;
  /** Milliseconds since 1970, inclusive and exclusive. */
  readonly from: number;
  readonly to: number;
}

/** Compares variants by their ports; `isWhole` is false where only the newest requests of the time were read. */
export async function compareVariants(
  records: RecordStore,
  { organisation, policy, node, from, to }: VariantQuestion,
): Promise<{ readonly variants: Variant[]; readonly read: number; readonly isWhole: boolean }> {
  const tallies = new Map<string, Tally>();
  let read = 0;
  let before: string | null = null;
  do {
    const filter = { organisation, policy, from, to, ...(before !== null && { before }) };
    const page = await records.list(filter, PAGE);
    for (const record of page.records) count(tallies, record, node);
    read += page.records.length;
    before = page.next;
    // Requests that wait go first.
    await setImmediate();
  } while (before !== null && read < MOST_READ);
  const liked = new Map<string, { count: number; sum: number }>();
  for (const { variant, count: scores, mean } of await records.feedbackTotals({ organisation, policy, from, to })) {
    for (const way of variant?.split(' ') ?? []) {
      if (!way.startsWith(`${node}.`)) continue;
      const port = way.slice(node.length + 1);
      const known = liked.get(port) ?? { count: 0, sum: 0 };
      liked.set(port, { count: known.count + scores, sum: known.sum + scores * mean });
    }
  }
  const variants = [...tallies].map(([port, tally]) => variantOf(port, tally, liked.get(port) ?? null));
  return { variants: variants.sort((a, b) => (a.port < b.port ? -1 : 1)), read, isWhole: before === null };
}

function count(tallies: Map<string, Tally>, record: RequestRecord, node: string): void {
  const port = record.trace.find((step) => step.node === node && step.kind === 'split')?.port;
  if (port == null || !isTraffic(record.status)) return;
  const tally = tallies.get(port) ?? { errors: 0, costs: [], latencies: [], models: new Map<string, number>() };
  tallies.set(port, tally);
  tally.costs.push(record.cost);
  if (ERROR_STATUSES.includes(record.status)) tally.errors += 1;
  // What was refused or broke off says nothing of how long answers take.
  if (record.status === 'ok' || record.status === 'answered') tally.latencies.push(record.durationMs);
  if (record.model !== null) tally.models.set(record.model, (tally.models.get(record.model) ?? 0) + 1);
}

function variantOf(port: string, tally: Tally, liked: { count: number; sum: number } | null): Variant {
  const { costs, errors, models } = tally;
  const requests = costs.length;
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  const spread = meanInterval(costs);
  const latencies = tally.latencies.sort((a, b) => a - b);
  return {
    port,
    requests,
    cost: { total, mean: total / requests, low: spread?.low ?? null, high: spread?.high ?? null },
    latency: latencies.length === 0 ? null : { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) },
    errors: { count: errors, share: errors / requests, ...shareInterval(errors, requests) },
    feedback: liked && {
      count: liked.count,
      mean: liked.sum / liked.count,
      ...scoreInterval(liked.sum / liked.count, liked.count),
    },
    models: [...models].sort(([, a], [, b]) => b - a).map(([model]) => model),
  };
}
