/** The exports that run, each made by a process of its own: so many at once, and none longer than somebody wants it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import { type FromExport, PIPE, type ToExport } from './messages.ts';
import type { ExportJob } from './pieces.ts';

/** Exports that run at the same time. */
export const EXPORTS_AT_ONCE = 2;
/** When it is worth trying again while all of them run: nobody knows how long they take. */
const RETRY_AFTER_MS = 30_000;

/** How an export ended. */
export interface ExportEnd {
  /** How many requests were read; of an export that was broken off some of them may not have been sent. */
  readonly rows: number;
  /** SHA-256 of the whole file in hexadecimal; null where it was broken off. */
  readonly digest: string | null;
  /** Why it was broken off, in a sentence; null where it is whole. */
  readonly why: string | null;
}

export interface RunningExport {
  /** The bytes of the file, packed where that was asked for. Their end alone does not say that the file is whole. */
  readonly file: Readable;
  /** Resolves when the process has ended, in whatever way. */
  readonly ended: Promise<ExportEnd>;
  /** Breaks it off for a reason, in a sentence; one that has ended stays as it is. */
  stop(why: string): void;
}

/** The exports of one gateway. */
export class RecordExports {
  readonly #settings: ToExport['settings'];
  readonly #running = new Set<RunningExport>();

  /** The databases of the gateway, which have to be there when an export starts. */
  constructor(settings: ToExport['settings']) {
    this.#settings = settings;
  }

  /** How many are running. */
  get running(): number {
    return this.#running.size;
  }

  /** Starts an export; throws `too_many_exports` where as many as can be are running. */
  start(job: ExportJob, gzip: boolean): RunningExport {
    if (this.#running.size >= EXPORTS_AT_ONCE) {
      throw new SignalboxError('too_many_exports', { most: EXPORTS_AT_ONCE }, { retryAfterMs: RETRY_AFTER_MS });
    }
    const { dataDir, databaseUrl } = this.#settings;
    const running = runExport({ settings: { dataDir, databaseUrl }, job, gzip });
    this.#running.add(running);
    void running.ended.then(() => this.#running.delete(running));
    return running;
  }

  /** Breaks all of them off. */
  stop(): void {
    for (const running of this.#running) running.stop('The gateway has stopped.');
  }
}

function runExport(told: ToExport): RunningExport {
  const isSource = import.meta.url.endsWith('.ts');
  const child = fork(fileURLToPath(new URL(isSource ? './process.ts' : './process.js', import.meta.url)), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    // Its threads share one heap, and new objects little room: without that it grows slowly for as long as it runs.
    env: { ...process.env, MALLOC_ARENA_MAX: '1' },
    execArgv: ['--max-semi-space-size=2', ...(isSource ? ['--import', 'tsx'] : ['--enable-source-maps'])],
  });
  const file = child.stdio[PIPE];
  if (!(file instanceof Readable)) throw new Error('The process that makes an export has no pipe.');
  let why: string | null = null;
  let rows = 0;
  let digest: string | null = null;
  child.on('message', (given: unknown) => {
    const message = z
      .custom<FromExport>((one) => typeof one === 'object' && one !== null && 'kind' in one)
      .parse(given);
    rows = message.rows;
    if (message.kind === 'done') digest = message.digest;
  });
  child.send(told, () => {});
  return {
    file,
    ended: endOf(child).then((): ExportEnd => {
      if (digest !== null) return { rows, digest, why: null };
      return { rows, digest, why: why ?? 'The process that made it has ended before its time.' };
    }),
    stop(reason) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      why ??= reason;
      child.kill('SIGKILL');
    },
  };
}

/** Resolves when a process is gone and all that it said was heard; also where it never came to be. */
async function endOf(child: ChildProcess): Promise<void> {
  await once(child, 'close').catch(() => {});
}
