/** Requests of many months, made up from a seed: the same ones every time. */

import type { RecordStatus } from '../../../policies/record-status.ts';
import { NO_USAGE } from '../../../policies/request.ts';
import type { RequestRecord } from '../../../server/records/record.ts';

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let made = 0;

interface Made {
  readonly organisation: string;
  readonly project: string;
  readonly at: number;
  readonly calls: readonly {
    readonly model: string;
    readonly input: number;
    readonly cached: number;
    readonly output: number;
    readonly cost: number;
  }[];
  readonly status?: RecordStatus;
  readonly charges?: RequestRecord['charges'];
}

/** A record whose sums are those of its calls, the last of which answered. */
export function madeRecord({ organisation, project, at, calls, status = 'ok', charges = [] }: Made): RequestRecord {
  made += 1;
  const sum = (of: (call: Made['calls'][number]) => number) => calls.reduce((total, call) => total + of(call), 0);
  const digits = made.toString(16).padStart(12, '0');
  const time = at.toString(16).padStart(12, '0');
  return {
    id: `req_${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${digits}`,
    gateway: 'test',
    boot: 'boot_1',
    sequence: made,
    organisation,
    project,
    key: 'key_1',
    at,
    durationMs: 10,
    overheadMs: 1,
    status,
    httpStatus: 200,
    errorCode: null,
    endpoint: 'chat.completions',
    stream: false,
    app: null,
    requestedModel: 'asked',
    model: calls.at(-1)?.model ?? null,
    policy: null,
    version: null,
    tags: {},
    trace: [],
    charges,
    redactions: {},
    facts: {},
    content: null,
    attempts: calls.map(({ model, input, cached, output, cost }) => ({
      node: 'n',
      model,
      ok: true,
      failure: null,
      status: 200,
      message: null,
      usage: { ...NO_USAGE, inputTokens: input, cachedInputTokens: cached, outputTokens: output },
      usageSource: 'provider',
      cost,
      firstByteMs: 1,
      durationMs: 5,
      upstreamId: null,
    })),
    usage: {
      ...NO_USAGE,
      inputTokens: sum(({ input }) => input),
      cachedInputTokens: sum(({ cached }) => cached),
      outputTokens: sum(({ output }) => output),
    },
    usageSource: 'provider',
    cost: sum(({ cost }) => cost),
  };
}

const MODELS = ['openai/gpt-5', 'openai/gpt-5-mini', 'anthropic/claude-sonnet-4-5', 'sandbox/small'];
const STATUSES: readonly RecordStatus[] = ['ok', 'ok', 'ok', 'ok', 'failed', 'aborted', 'lost', 'blocked'];

interface Traffic {
  readonly seed: number;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Moments around which there are requests: just before, just at and just after. */
  readonly edges: readonly number[];
  readonly organisation: string;
  readonly projects: readonly string[];
  /** True for some that are so dear that sums leave what a number holds exactly. */
  readonly dear: boolean;
  readonly charges: (at: number, cost: number) => RequestRecord['charges'];
}

/** So many requests spread over a time, some of them with two calls, some with none. */
export function traffic(wanted: Traffic): RequestRecord[] {
  const { seed, count, from, to, edges, organisation, projects, dear, charges } = wanted;
  const next = numbersFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  return Array.from({ length: count }, (_, i) => {
    const edge = edges[Math.floor(i / 3)];
    const at = edge === undefined ? from + Math.floor(next() * (to - from)) : edge + (i % 3) - 1;
    const status = pick(STATUSES);
    const many = status === 'blocked' ? 0 : next() < 0.2 ? 2 : 1;
    const calls = Array.from({ length: many }, () => {
      const input = Math.floor(next() * 20_000);
      const cached = Math.floor(next() * input);
      const cost = Math.floor(next() * (dear && next() < 0.02 ? Number.MAX_SAFE_INTEGER / 4 : 5e9));
      return { model: pick(MODELS), input, cached, output: Math.floor(next() * 4000), cost };
    });
    const cost = calls.reduce((sum, call) => sum + call.cost, 0);
    return madeRecord({ organisation, project: pick(projects), at, calls, status, charges: charges(at, cost) });
  });
}
