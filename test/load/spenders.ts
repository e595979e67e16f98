/** Clients who spend until their budgets let no request pass any more, whatever the upstream and the gateway do meanwhile. */
import { Agent } from 'undici';
import { type Random, randomOf } from './random.ts';
import { messageOf, type Plan } from './request-plan.ts';
import { Room } from './room.ts';
import { type Seen, stream } from './streaming-client.ts';

/** The least and the most that a request asks for. */
export const SIZES = { words: [30, 600], outputLimit: [20, 800] } as const;

const MODELS = ['openai/gpt-4.1-mini', 'openai/gpt-4.1-nano'] as const;
/** A vendor at whose address nobody listens. */
const UNREACHABLE = 'anthropic/claude-3-haiku-20240307';
const FAILURES = ['error', 'busy', 'reset', 'broken', 'unreported', 'unreachable'] as const;

const HANG_UPS = 0.2;
const FAILING = 0.1;

interface Planned {
  readonly body: string;
  readonly hangUpAfter: number | null;
}

/** A request of random size; `pace` is the longest time between two of its events, in milliseconds. */
export function planRequest(random: Random, pace: number): Planned {
  const outputLimit = random.sized(...SIZES.outputLimit);
  const output = Math.max(1, Math.floor(outputLimit * (0.3 + 0.7 * random.share())));
  const events = random.between(1, Math.min(30, output));
  const chance = random.share();
  const fate = chance < FAILING ? FAILURES[random.between(0, FAILURES.length - 1)] : 'answer';
  const plan: Plan = {
    fate: fate ?? 'answer',
    times: random.between(1, 2),
    output,
    events,
    breakAfter: random.between(0, events - 1),
    pace: random.between(0, pace),
    cached: random.share() < 0.3 ? random.share() : 0,
  };
  const model = plan.fate === 'unreachable' ? UNREACHABLE : MODELS[random.between(0, MODELS.length - 1)];
  const content = messageOf(plan, random.sized(...SIZES.words));
  return {
    body: JSON.stringify({ model, stream: true, max_tokens: outputLimit, messages: [{ role: 'user', content }] }),
    hangUpAfter: chance > 1 - HANG_UPS ? random.between(0, events) : null,
  };
}

export interface Spender {
  readonly key: string;
  /** What the gateway tells its keys apart by. */
  readonly team: string;
  readonly usage: string;
}

export interface Crowd {
  readonly spenders: readonly Spender[];
  readonly seed: number;
  readonly pace: number;
  /** The gateway's address; a promise while there is none. */
  url(): Promise<string>;
  /** Hears of every request that has ended, with their number so far. */
  ended(seen: Seen, count: number): void;
  /** All clients were refused: resolves when the gateway holds nothing any more. */
  noHolds(): Promise<void>;
}

export interface LastRefusal {
  readonly spender: Spender;
  readonly code: string;
  readonly budget: string;
}

/**
 * Lets every spender send requests, one after the other and all at once, each refused one again when there may be room.
 * Resolves when nothing is held and every key is refused all the same, with those refusals.
 */
export async function spendAll(
  crowd: Crowd,
): Promise<{ readonly refusals: readonly LastRefusal[]; readonly mostAtOnce: number }> {
  const dispatcher = new Agent({ connections: null, pipelining: 1 });
  const { spenders } = crowd;
  let count = 0;
  let [open, mostAtOnce] = [0, 0];
  let failed = false;
  let lastRefusals: LastRefusal[] = [];
  const pending = new Map<Spender, Planned>();

  const send = async ({ key }: Spender, { body, hangUpAfter }: Planned): Promise<Seen> => {
    const url = await crowd.url();
    let isOpen = 0;
    const seen = await stream(
      dispatcher,
      { url, key, body, hangUpAfter },
      {
        head() {
          isOpen = 1;
          open += 1;
          mostAtOnce = Math.max(mostAtOnce, open);
        },
      },
    );
    open -= isOpen;
    count += 1;
    crowd.ended(seen, count);
    return seen;
  };
  /** One key after the other, so that no other request holds anything. */
  const askOnce = async (): Promise<LastRefusal[] | null> => {
    const refusals: LastRefusal[] = [];
    for (const spender of new Map(spenders.map((one) => [one.key, one])).values()) {
      const planned = pending.get(spender);
      if (!planned) throw new Error('A client waits without a request.');
      const seen = await send(spender, { ...planned, hangUpAfter: null });
      if (seen.end !== 'refused' || seen.error.code !== 'budget_exhausted') return null;
      refusals.push({ spender, code: seen.error.code, budget: seen.error.budget ?? '' });
    }
    return refusals;
  };
  const room = new Room(spenders.length, async (ended) => {
    await crowd.noHolds();
    if (ended > 0) return true;
    const refusals = await askOnce();
    lastRefusals = refusals ?? [];
    return refusals === null;
  });
  const client = async (spender: Spender, random: Random): Promise<void> => {
    for (let planned = planRequest(random, crowd.pace); !failed; ) {
      pending.set(spender, planned);
      const seen = await send(spender, planned);
      if (seen.end === 'refused' && seen.error.code === 'budget_exhausted') {
        if (!(await room.wait())) return;
      } else {
        room.ended();
        planned = planRequest(random, crowd.pace);
      }
    }
  };
  try {
    await Promise.all(spenders.map((spender, i) => client(spender, randomOf(crowd.seed + i))));
  } finally {
    failed = true;
    await dispatcher.destroy();
  }
  return { refusals: lastRefusals, mostAtOnce };
}
