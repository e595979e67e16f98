/**
 * `npm run bench`: the gateway with everything on beside three proxies and the bare upstream, in one interleaved run on
 * loopback. It runs compiled, as the gateway does for its users. Ratios of paired one-second blocks are what counts: the machine may be noisy, but both sides share the noise.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { type Load, saturate, steady } from './client.ts';
import type { CpuReport } from './cpu-report.ts';

const KEY = 'sb_bench_key_0123456789abcdef0123';
const CONNECTIONS = 50;
/** Counted in requests, not in seconds: on a busy machine a few seconds do not compile what is measured. */
const WARM_UP = Number(process.env.BENCH_WARM_UP ?? 12_000);
const BLOCK_MS = 1000;
const BLOCKS = Number(process.env.BENCH_BLOCKS ?? 9);
/** Events of the streams that are compared: what more of them cost is what an event costs. */
const [SHORT_STREAM, LONG_STREAM] = [100, 500];

interface Target {
  readonly name: string;
  readonly process: ChildProcess | null;
  readonly pool: Pool;
}

function start(file: string, environment: Record<string, string>): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    // As `npm start` gives the gateway; the proxies get the same.
    execArgv: ['--max-semi-space-size=32'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '8', NODE_ENV: 'production', ...environment },
  });
  return new Promise((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve({ child, port: message.port }));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
}

function cpuOf(child: ChildProcess): Promise<CpuReport> {
  return new Promise((resolve) => {
    child.once('message', (report: CpuReport) => resolve(report));
    child.send('cpu');
  });
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

function shuffled<T>(list: readonly T[]): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** A chat of a few messages, padded to `bytes`, as apps send it; the upstream answers with so many events, or whole for null. */
function bodyOf(bytes: number, events: number | null): Buffer {
  const text = 'Please summarise the following notes of our planning meeting for the team and list what is open. ';
  const base = {
    model: 'gpt-4.1-mini',
    ...(events === null ? {} : { stream: true }),
    max_tokens: events ?? 500,
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: '' },
    ],
  };
  const room = bytes - JSON.stringify(base).length;
  base.messages[1]!.content = text.repeat(Math.ceil(room / text.length)).slice(0, room);
  return Buffer.from(JSON.stringify(base));
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
  const upstream = await start('./upstream.js', {});
  const UPSTREAM = `http://127.0.0.1:${upstream.port}`;
  const targets: Target[] = [{ name: 'direct', process: null, pool: new Pool(UPSTREAM, { connections: null }) }];
  for (const [name, file] of [
    ['plain proxy', './plain-proxy.js'],
    ['tuned proxy', './tuned-proxy.js'],
    ['recording proxy', './recording-proxy.js'],
    ['gateway', './gateway.js'],
  ] as const) {
    const { child, port } = await start(file, { UPSTREAM, BENCH_KEY: KEY, DATA_DIR: join(folder, name) });
    targets.push({ name, process: child, pool: new Pool(`http://127.0.0.1:${port}`, { connections: null }) });
  }
  console.log(
    'On in the gateway: hashed key, policy of eight nodes with ten conditions, redaction with seven detectors, budget hold and settlement,',
  );
  console.log(
    'classification, awaited intent and awaited record in SQLite (WAL mode, synchronous NORMAL), content stored, 1 % second opinions.',
  );
  console.log(
    `${CONNECTIONS} connections, ${WARM_UP} requests to warm up, ${BLOCKS} shuffled blocks of ${BLOCK_MS / 1000} s each, loopback.\n`,
  );
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${KEY}`,
    'x-signalbox-tags': 'team=search,usage=building',
  };
  await compare('1 kB', targets, { body: bodyOf(1000, null), headers }, 1);
  console.log('');
  await compare('10 kB', targets, { body: bodyOf(10_000, null), headers }, 1);
  console.log('');
  const streamed = async (events: number): Promise<ReadonlyMap<string, number>> => {
    const cpu = await compare('1 kB, streamed', targets, { body: bodyOf(1000, events), headers }, events);
    console.log('');
    return cpu;
  };
  sayParts(await streamed(SHORT_STREAM), await streamed(LONG_STREAM));
  for (const target of targets) {
    await target.pool.destroy();
    if (!target.process) continue;
    const ended = once(target.process, 'exit');
    target.process.kill();
    await ended;
  }
  upstream.child.kill();
  await rm(folder, { recursive: true, maxRetries: 5 });
}

async function warmUp(target: Target, load: Load, requests: number): Promise<void> {
  for (let done = 0; done < requests; ) {
    const round = await saturate(target.pool, load, CONNECTIONS, BLOCK_MS);
    if (round.requests === 0) throw new Error(`The ${target.name} does not answer.`);
    done += round.requests;
  }
}

/** Gives the median CPU a request, in microseconds, by the target's name. */
async function compare(
  title: string,
  targets: readonly Target[],
  load: Load,
  events: number,
): Promise<ReadonlyMap<string, number>> {
  for (const target of targets) await warmUp(target, load, WARM_UP / Math.sqrt(events));
  const rate = new Map<string, number[]>();
  const cpu = new Map<string, number[]>();
  let failures = 0;
  for (let block = 0; block < BLOCKS; block++) {
    for (const target of shuffled(targets)) {
      const before = target.process ? (await cpuOf(target.process)).cpu : 0;
      const round = await saturate(target.pool, load, CONNECTIONS, BLOCK_MS);
      const after = target.process ? (await cpuOf(target.process)).cpu : 0;
      failures += round.failures;
      rate.set(target.name, [...(rate.get(target.name) ?? []), round.requests / round.seconds]);
      cpu.set(target.name, [...(cpu.get(target.name) ?? []), (after - before) / round.requests]);
    }
  }
  console.log(`${title}${events > 1 ? ` (${events} events)` : ''}${failures > 0 ? `  (${failures} failed)` : ''}`);
  const direct = await steady(targets[0]!.pool, load, 200 / Math.sqrt(events), 3000);
  for (const target of targets) {
    const { firstByte, whole } = await steady(target.pool, load, 200 / Math.sqrt(events), 3000);
    const rss = target.process ? (await cpuOf(target.process)).rss : 0;
    const words = [
      target.name.padEnd(15),
      `${median(rate.get(target.name) ?? [])
        .toFixed(0)
        .padStart(6)} requests/s`,
      target.process
        ? `${median(cpu.get(target.name) ?? [])
            .toFixed(0)
            .padStart(5)} µs CPU/request`
        : ''.padStart(20),
      `added p50 ${(quantile(whole, 0.5) - quantile(direct.whole, 0.5)).toFixed(2)} ms, p99 ${(quantile(whole, 0.99) - quantile(direct.whole, 0.99)).toFixed(2)} ms`,
      `first byte ${quantile(firstByte, 0.5).toFixed(2)} ms`,
      target.process ? `${(rss / 1e6).toFixed(0)} MB` : '',
    ];
    console.log(`  ${words.join('   ')}`);
  }
  const ratio = (a: string, b: string): number =>
    median((cpu.get(a) ?? []).map((value, i) => value / (cpu.get(b)?.[i] ?? Number.NaN)));
  console.log(
    `  CPU of the gateway: ${ratio('gateway', 'tuned proxy').toFixed(2)} × the tuned proxy, ${ratio('gateway', 'plain proxy').toFixed(2)} × the plain proxy`,
  );
  console.log(
    `  CPU of the recording proxy, which decides nothing: ${ratio('recording proxy', 'tuned proxy').toFixed(2)} × the tuned proxy`,
  );
  return new Map([...cpu].map(([name, values]) => [name, median(values)]));
}

/**
 * What streams cost, in two parts: their events, and all else. The second is more than a whole answer costs, as fewer
 * requests a second share what is written down together.
 */
function sayParts(short: ReadonlyMap<string, number>, long: ReadonlyMap<string, number>): void {
  const parts = (name: string): { event: number; besides: number } => {
    const [less, more] = [short.get(name) ?? Number.NaN, long.get(name) ?? Number.NaN];
    const event = (more - less) / (LONG_STREAM - SHORT_STREAM);
    return { event, besides: less - SHORT_STREAM * event };
  };
  const [ours, theirs] = [parts('gateway'), parts('tuned proxy')];
  console.log(
    `CPU of an event: gateway ${ours.event.toFixed(1)} µs, tuned proxy ${theirs.event.toFixed(1)} µs: ${(ours.event / theirs.event).toFixed(2)} ×`,
  );
  console.log(
    `CPU of a stream besides its events: gateway ${ours.besides.toFixed(0)} µs, tuned proxy ${theirs.besides.toFixed(0)} µs`,
  );
}

await main();
