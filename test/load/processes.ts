/** The processes that a scenario is made of. They run as this one does: compiled, or from the sources. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface Part {
  /** Where it listens. */
  readonly url: string;
  /** Its number among the processes of the machine. */
  readonly pid: number;
  /** Asks it for something by name and gives its answer. One question at a time. */
  ask<T>(question: string, schema: z.ZodType<T>): Promise<T>;
  /** What it said last on its way out; null while it runs. */
  readonly lastWords: string | null;
  /** Ends it at once, as nobody expects it, and resolves when it is gone. */
  kill(): Promise<void>;
}

const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PARTS = {
  gateway: './gateway',
  'export-gateway': './export-gateway',
  upstream: './upstream',
  'pass-through': '../bench/tuned-proxy',
} as const;
/** Parts that were made for the bench say their port alone. */
const readySchema = z.union([
  z.object({ url: z.string() }),
  z.object({ port: z.number() }).transform(({ port }) => ({ url: `http://127.0.0.1:${port}` })),
]);

/** Starts a part with nothing in its environment but what is given; rejects with what it said where it does not start. */
export async function startPart(name: keyof typeof PARTS, environment: Record<string, string> = {}): Promise<Part> {
  const { PATH = '', HOME = '' } = process.env;
  const child: ChildProcess = fork(
    fileURLToPath(new URL(`${PARTS[name]}${FROM_SOURCES ? '.ts' : '.js'}`, import.meta.url)),
    {
      execArgv: FROM_SOURCES ? ['--import', 'tsx'] : [],
      env: { PATH, HOME, NODE_ENV: 'production', UV_THREADPOOL_SIZE: '8', ...environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  let said = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString('utf8')).slice(-10_000);
  });
  const ended = once(child, 'exit');
  const { url } = await new Promise<{ url: string }>((resolve, reject) => {
    child.once('message', (message) => resolve(readySchema.parse(message)));
    child.once('error', reject);
    ended.then(() => reject(new Error(`The ${name} does not start: ${said}`)), reject);
  });
  return {
    url,
    pid: child.pid ?? 0,
    get lastWords() {
      return child.exitCode === null && child.signalCode === null ? null : said;
    },
    ask: (question, schema) =>
      new Promise((resolve, reject) => {
        child.once('message', (message) => resolve(schema.parse(message)));
        child.send(question, (error) => error && reject(error));
      }),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
