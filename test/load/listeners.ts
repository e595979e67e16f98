/** Clients who listen to long streams, all at once: most read as it comes, some slowly, some hang up. */
import { Agent } from 'undici';
import { type Random, randomOf } from './random.ts';
import { messageOf, type Plan } from './request-plan.ts';
import { type Seen, stream } from './streaming-client.ts';

/** How many of a hundred clients read slowly, and how many hang up. */
const SLOW = 5;
const HANGING_UP = 5;

export interface Listeners {
  readonly url: string;
  readonly key: string;
  readonly clients: number;
  readonly seed: number;
  /** Words of an answer, an event each, and milliseconds between two of them. */
  readonly words: number;
  readonly pace: number;
  /** Bytes of what slow readers ask for, and milliseconds between two of its events, which are large. */
  readonly slowBytes: number;
  readonly slowPace: number;
  /** Resolves when a slow reader has taken its time over so many bytes. */
  slowly(bytes: number): Promise<void>;
  /** Resolves when the client with this number begins. */
  begin(client: number): Promise<void>;
  /** Whether a client whose stream has ended begins another. */
  again(): boolean;
  /** When it fires all hang up. */
  readonly until?: AbortSignal;
}

export interface Heard {
  /** Milliseconds from each request to the first bytes of its answer. */
  readonly firstTokens: readonly number[];
  /** Ids of the streams that came to their end. */
  readonly complete: readonly string[];
  /** Ids of those that their clients left. */
  readonly left: readonly string[];
  /** What else happened, in words. */
  readonly failed: readonly string[];
  readonly mostAtOnce: number;
}

/** Words of about six bytes each that come in one event for a slow reader. */
const LARGE_EVENT = 700;
const WORD_BYTES = 6;

function planOf(slow: boolean, { words, pace, slowBytes, slowPace }: Listeners): Plan {
  const whole = { fate: 'answer', times: 1, breakAfter: 0, cached: 0 } as const;
  if (!slow) return { ...whole, output: words, events: words, pace };
  const events = Math.ceil(slowBytes / WORD_BYTES / LARGE_EVENT);
  return { ...whole, output: events * LARGE_EVENT, events, pace: slowPace };
}

function sayEnd(seen: Seen): string {
  if (seen.end === 'refused') return `it was refused (${seen.error.code})`;
  return seen.end === 'no answer' ? `there was no answer (${seen.why})` : `it was ${seen.end}`;
}

/** Lets all of them listen and resolves when the last has ended. */
export async function listen(listeners: Listeners): Promise<Heard> {
  const { url, key, clients, until } = listeners;
  // A connection for each stream: one that both sides may close at any moment would fail now and then.
  const dispatcher = new Agent({ connections: null, pipelining: 0, bodyTimeout: 0, connect: { timeout: 60_000 } });
  const firstTokens: number[] = [];
  const complete: string[] = [];
  const left: string[] = [];
  const failed: string[] = [];
  let [open, mostAtOnce] = [0, 0];

  const once = async (number: number, random: Random): Promise<void> => {
    const slow = number % 100 < SLOW;
    const leaves = !slow && number % 100 < SLOW + HANGING_UP;
    const plan = planOf(slow, listeners);
    const body = JSON.stringify({
      model: 'gpt-4.1-mini',
      stream: true,
      max_tokens: plan.output,
      messages: [{ role: 'user', content: messageOf(plan, random.sized(30, 600)) }],
    });
    const since = performance.now();
    let pieces = 0;
    const hangUpAfter = leaves ? random.between(1, plan.events) : null;
    const seen = await stream(
      dispatcher,
      { url, key, body, hangUpAfter },
      {
        ...(until && { until }),
        head() {
          open += 1;
          mostAtOnce = Math.max(mostAtOnce, open);
        },
        piece(bytes) {
          if (pieces === 0 && !slow) firstTokens.push(performance.now() - since);
          pieces += 1;
          return slow ? listeners.slowly(bytes) : undefined;
        },
      },
    );
    if (pieces > 0) open -= 1;
    if (seen.end === 'complete') complete.push(seen.id);
    else if (seen.end === 'hung up') left.push(seen.id);
    else if (!until?.aborted) failed.push(sayEnd(seen));
  };
  const client = async (number: number): Promise<void> => {
    const random = randomOf(listeners.seed + number);
    await listeners.begin(number);
    do await once(number, random);
    while (listeners.again());
  };
  try {
    await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  } finally {
    await dispatcher.destroy();
  }
  return { firstTokens, complete, left, failed, mostAtOnce };
}
