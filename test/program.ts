/** A program under test as a process of its own: what it says, where it listens, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program {
  readonly pid: number;
  /** Everything that it has written so far. */
  said(): string;
  /** Resolves with the first match in what it writes; rejects with what it wrote when it ends without. */
  waitFor(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** Runs a command with nothing in its environment but PATH, HOME and what is given. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Program {
  const { PATH = '', HOME = '' } = process.env;
  const child: ChildProcess = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: { PATH, HOME, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8');
      for (const look of listeners) look();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    pid: child.pid ?? 0,
    said: () => text,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const [match] = pattern.exec(text) ?? [];
          if (match === undefined) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        ended.then(() => reject(new Error(`It ended before it said ${String(pattern)}: ${text}`)), reject);
      }),
    kill: (signal) => {
      child.kill(signal);
    },
    ended,
  };
}

/** The gateway from its sources, with these settings. */
export function runGateway(environment: Readonly<Record<string, string>>): Program {
  return run(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    environment: { PORT: '0', UV_THREADPOOL_SIZE: '8', ...environment },
  });
}

/** Where a gateway that was started listens. */
export async function addressOf(gateway: Program): Promise<string> {
  return (await gateway.waitFor(/http:\/\/127\.0\.0\.1:\d+(?=\n)/)).trim();
}

/** Removes the folder of a program that was killed: what that had started may write there until it notices. */
export const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 10 });
