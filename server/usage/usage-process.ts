/** The gateway's side of the process that makes the roll-ups: starts it, starts it again when it dies, and gives it work. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Group } from './groups.ts';
import type { FromProcess, ToProcess } from './process.ts';
import type { Job, Progress, Summing } from './summing.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

interface Waiting {
  readonly told: (progress: Progress) => void;
  readonly resolve: (groups: readonly Group[]) => void;
  readonly reject: (error: unknown) => void;
}

export class UsageProcess implements Summing {
  readonly #settings: { readonly dataDir: string; readonly databaseUrl: string | undefined };
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | null = null;
  #restart: NodeJS.Timeout | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #stopped = false;
  #numbers = 0;

  /** The databases of the gateway, which have to be up to date when it starts. */
  constructor(settings: { readonly dataDir: string; readonly databaseUrl: string | undefined }) {
    this.#settings = settings;
  }

  /** Starts the process a little later: the gateway's own start goes first. */
  start(): void {
    this.#restart = setTimeout(() => this.#fork(), FIRST_PAUSE_MS);
  }

  #fork(): void {
    const isSource = import.meta.url.endsWith('.ts');
    const file = fileURLToPath(new URL(isSource ? './process.ts' : './process.js', import.meta.url));
    const child = fork(file, [JSON.stringify(this.#settings)], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      ...(isSource && { execArgv: ['--import', 'tsx'] }),
    });
    this.#child = child;
    child.on('message', (given: unknown) => this.#heard(given));
    child.once('exit', () => this.#ended());
    // Also told where a message came too late; only a process that never was ends without saying so.
    child.on('error', () => {
      if (child.pid === undefined) this.#ended();
    });
  }

  /** The process's id; null while there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  sum(job: Job, told: (progress: Progress) => void, signal: AbortSignal): Promise<readonly Group[]> {
    const id = this.#numbers++;
    return new Promise<readonly Group[]>((resolve, reject) => {
      signal.throwIfAborted();
      this.#waiting.set(id, { told, resolve, reject });
      signal.addEventListener('abort', () => {
        if (!this.#waiting.delete(id)) return;
        this.#say({ kind: 'cancel', id });
        reject(signal.reason);
      });
      if (!this.#say({ kind: 'sum', id, job })) this.#fail(id, 'the process that sums up usage is being started again');
    });
  }

  /** Ends the process; what it was asked for fails. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#restart) clearTimeout(this.#restart);
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    await ended;
  }

  #say(message: ToProcess): boolean {
    if (!this.#child?.connected) return false;
    this.#child.send(message);
    return true;
  }

  #heard(given: unknown): void {
    const message = z
      .custom<FromProcess>((one) => typeof one === 'object' && one !== null && 'kind' in one)
      .parse(given);
    if (message.kind === 'ready') {
      this.#pauseMs = FIRST_PAUSE_MS;
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if (message.kind === 'told') {
      waiting.told(message.progress);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.kind === 'done') waiting.resolve(message.groups);
    else waiting.reject(new Error(`Usage could not be summed up: ${message.why}`));
  }

  #fail(id: number, why: string): void {
    this.#waiting.get(id)?.reject(new Error(`Usage could not be summed up: ${why}.`));
    this.#waiting.delete(id);
  }

  #ended(): void {
    this.#child = null;
    for (const id of [...this.#waiting.keys()]) this.#fail(id, 'the process that does it has ended');
    if (this.#stopped) return;
    console.warn(`The process that sums up usage has ended. It is started again in ${this.#pauseMs / 1_000} seconds.`);
    this.#restart = setTimeout(() => this.#fork(), this.#pauseMs);
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
  }
}
