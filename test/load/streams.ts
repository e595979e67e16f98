/** The scenario `streams`: a thousand streams at once for a minute, beside the bench's pass-through. */
import { setMaxListeners } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { removeFolder } from '../program.ts';
import { openLedger } from '../server/gateway/ledger.ts';
import { keptReport } from './kept-report.ts';
import { type Heard, type Listeners, listen } from './listeners.ts';
import { type Part, startPart } from './processes.ts';
import type { Scenario } from './scenario.ts';
import { KEY, startStreamingGateway } from './streaming-gateway.ts';

const CLIENTS = 1000;
const SEED = 20_261_123;
/** A stream lasts about six seconds: words, and milliseconds between two. */
const WORDS = 30;
const PACE = 200;
const GATEWAY_SECONDS = 60;
const BESIDE_SECONDS = 30;
/** More than a stream's buffers on its whole way take, so that the gateway has to wait for its client. */
const SLOW_BYTES = 64_000_000;
const SLOW_BYTES_A_SECOND = 1000;
/** Milliseconds between two of its events: 200 kB a second, so that filling the buffers keeps nobody busy. */
const SLOW_PACE = 20;

const MOST_TIMES = 1.3;
/** By how much of itself what is kept in memory may be larger at the end than when all buffers were full. */
const MOST_GROWTH = 0.1;
/** Seconds between two looks at what is kept: each stops the gateway while it collects. */
const LOOK_EVERY = 10;
/** When every stream has come to its usual length, and slow readers' buffers are full. */
const FULL_AFTER = 20;

const cpuReport = z.object({ cpu: z.number(), rss: z.number() });

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN;
const median = (values: readonly number[]): number => quantile(values, 0.5);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const sayTimes = (values: readonly number[]): string =>
  `${median(values).toFixed(1)} ms, for 95 % within ${quantile(values, 0.95).toFixed(1)} ms`;

const NOTHING: Heard = { firstTokens: [], complete: [], left: [], failed: [], mostAtOnce: 0 };

/** Streams that ended otherwise than planned, in words. */
function failuresOf(all: readonly Heard[]): string[] {
  return [...new Set(all.flatMap(({ failed }) => failed))].map((what) => `A stream did not end as planned: ${what}.`);
}

/** Longest time in which a gateway has recorded those who hung up, in seconds. */
const RECORDED_WITHIN = 30;

/** What the records lack of what clients have seen, in words. */
async function unrecorded(dataDir: string, all: readonly Heard[]): Promise<string[]> {
  const ledger = openLedger({ dataDir });
  try {
    for (let second = 0; ; second += 1) {
      const status = new Map((await ledger.records()).map((record) => [record.id, record.status]));
      const complete = all.flatMap((heard) => heard.complete).filter((id) => status.get(id) !== 'ok').length;
      const left = all.flatMap((heard) => heard.left).filter((id) => !status.has(id)).length;
      // A gateway notices in its own time that a client is gone.
      if (left > 0 && second < RECORDED_WITHIN) await wait(1000);
      else {
        return [
          ...(complete > 0 ? [`${complete} complete answers have no record of success.`] : []),
          ...(left > 0 ? [`${left} requests that their clients left have no record.`] : []),
        ];
      }
    }
  } finally {
    await ledger.close();
  }
}

/** Keeps clients listening for so many seconds; `look` is called at the end of each. */
async function listenFor(
  seconds: number,
  url: string,
  clients: number,
  look: (second: number) => Promise<void> = () => Promise.resolve(),
): Promise<Heard> {
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const hearing: Listeners = {
    url,
    key: KEY,
    clients,
    seed: SEED,
    words: WORDS,
    pace: PACE,
    slowBytes: SLOW_BYTES,
    slowPace: SLOW_PACE,
    until: over.signal,
    slowly: (bytes) => wait((1000 * bytes) / SLOW_BYTES_A_SECOND, undefined, { signal: over.signal }),
    // Spread over the length of a stream, so that they neither begin nor end together.
    begin: (client) => wait((client / clients) * WORDS * PACE),
    again: () => !over.signal.aborted,
  };
  const heard = listen(hearing);
  for (let second = 1; second <= seconds; second += 1) {
    await wait(1000);
    await look(second);
  }
  over.abort();
  return heard;
}

export const streams: Scenario = {
  name: 'streams',
  sentence: `${CLIENTS} streams at once for a minute, some read slowly, some left: memory stays flat and the first words come soon.`,
  async run({ database, say }) {
    if (database !== 'sqlite') throw new Error('This scenario runs on the embedded database alone.');
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-load-'));
    const parts: Part[] = [];
    const started = async (starting: Promise<Part>): Promise<Part> => {
      const part = await starting;
      parts.push(part);
      return part;
    };
    try {
      const upstream = await started(startPart('upstream'));
      const passThrough = await started(startPart('pass-through', { UPSTREAM: upstream.url }));
      const gateway = await started(startStreamingGateway(folder, upstream.url));
      say(`${CLIENTS} streams through the gateway.`);
      const memory: number[] = [];
      const kept: number[] = [];
      const cpuBefore = (await gateway.ask('cpu', cpuReport)).cpu;
      const heard = await listenFor(GATEWAY_SECONDS, gateway.url, CLIENTS, async (second) => {
        memory.push((await gateway.ask('cpu', cpuReport)).rss);
        const due = second >= FULL_AFTER && second % LOOK_EVERY === 0;
        if (due) kept.push((await gateway.ask('kept', keptReport)).kept);
      });
      const cpu = (await gateway.ask('cpu', cpuReport)).cpu - cpuBefore;
      const broken = [...(await unrecorded(folder, [heard])), ...failuresOf([heard])];
      say('A third of them each through the gateway, through the pass-through, and to the upstream itself.');
      const [ours = NOTHING, theirs = NOTHING, bare = NOTHING] = await Promise.all(
        [gateway, passThrough, upstream].map(({ url }) => listenFor(BESIDE_SECONDS, url, Math.floor(CLIENTS / 3))),
      );
      const first = { ours: median(ours.firstTokens), theirs: median(theirs.firstTokens) };
      const added = { ours: first.ours - median(bare.firstTokens), theirs: first.theirs - median(bare.firstTokens) };
      broken.push(...(await unrecorded(folder, [ours])), ...failuresOf([ours]));
      const [full = 0, end = 0] = [kept[0], kept.at(-1)];
      if (end > full * (1 + MOST_GROWTH)) {
        broken.push(`What is kept in memory grew from ${megabytes(full)} to ${megabytes(end)}.`);
      }
      if (first.ours > MOST_TIMES * first.theirs) {
        broken.push(
          `The first words took ${(first.ours / first.theirs).toFixed(2)} times as long as through the pass-through, above ${MOST_TIMES}.`,
        );
      }
      return {
        broken,
        figures: [
          ['streams at once', `${heard.mostAtOnce}, about ${Math.round((CLIENTS * 1000) / PACE)} events a second`],
          ['streams in all', `${heard.complete.length} complete, ${heard.left.length} left by their clients`],
          [`kept in memory after ${FULL_AFTER} seconds, then every ${LOOK_EVERY}`, kept.map(megabytes).join(', ')],
          ['memory of the process, at most', megabytes(Math.max(...memory))],
          ['CPU of the gateway', `${((cpu / 1e6 / GATEWAY_SECONDS) * 100).toFixed(0)} % of a core`],
          ['first words at 1,000 streams', sayTimes(heard.firstTokens)],
          ['first words side by side: gateway', sayTimes(ours.firstTokens)],
          ['   pass-through', sayTimes(theirs.firstTokens)],
          ['   the upstream itself', sayTimes(bare.firstTokens)],
          ['   gateway to pass-through', `${(first.ours / first.theirs).toFixed(2)} times`],
          [
            '   added to the upstream’s own',
            `${added.ours.toFixed(1)} ms; the pass-through ${added.theirs.toFixed(1)} ms`,
          ],
        ],
      };
    } finally {
      for (const part of parts) await part.kill();
      await removeFolder(folder);
    }
  },
};
