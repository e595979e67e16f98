/** Exports of many records while requests are served: whole, counted, and in a memory that does not grow with them. */
import { z } from 'zod';
import { askForFile, type ReadFile, readToEnd } from './export-reader.ts';
import { RARE, RARE_MODEL } from './export-records.ts';
import type { ScenarioResult } from './scenario.ts';

export interface ExportRun {
  /** Address of the gateway, and what lets a program in there. */
  readonly url: string;
  readonly adminToken: string;
  /** The project whose records are exported, and how many they are. */
  readonly project: string;
  readonly count: number;
  /** The only format that is exported; null for each. */
  readonly format: 'jsonl' | 'csv' | null;
  /** Sends a request through the gateway and resolves when it was answered; rejects where that is no answer. */
  request(): Promise<void>;
  /** Resolves when it is time for the next request; `over` does so when the export has ended. */
  pause(over: Promise<void>): Promise<void>;
  /** Bytes of memory; null where nobody looks at them. */
  readonly memory: {
    /** What the gateway keeps once all that nobody needs is collected. */
    kept(): Promise<number>;
    /** What the gateway and the processes that it has started take now. */
    taken(): { readonly gateway: number; readonly exporting: number };
  } | null;
  say(words: string): void;
}

/** How often memory is looked at in one export. */
const LOOKS = 20;
/** By how much of itself memory may be larger in the second half of an export than in the first. */
const MOST_GROWTH = 0.15;
/** Below this nobody would notice what a process keeps more, in bytes. */
const NOTICEABLE = 20e6;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN;

interface Exported {
  readonly file: ReadFile;
  readonly tookMs: number;
  readonly taken: readonly { readonly gateway: number; readonly exporting: number }[];
  /** Milliseconds that requests took meanwhile. */
  readonly served: readonly number[];
  readonly failed: readonly string[];
}

/** Runs one export to its end, and requests beside it. */
async function exportOnce(run: ExportRun, query: string, expected: number): Promise<Exported> {
  const headers = { authorization: `Bearer ${run.adminToken}` };
  const taken: Exported['taken'][number][] = [];
  const served: number[] = [];
  const failed: string[] = [];
  const end = new AbortController();
  const over = new Promise<void>((resolve) => end.signal.addEventListener('abort', () => resolve()));
  const traffic = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const began = performance.now();
      await run.request().then(
        () => served.push(performance.now() - began),
        (error: unknown) => failed.push(String(error)),
      );
      await run.pause(over);
    }
  };
  const serving = traffic();
  const began = performance.now();
  let next = 0;
  try {
    const answer = await askForFile(`${run.url}/api/records/export?project=${run.project}&${query}`, headers);
    const file = await readToEnd(answer, (lines) => {
      if (lines < next) return;
      next += expected / LOOKS;
      if (run.memory) taken.push(run.memory.taken());
      if (taken.length % 5 === 1) run.say(`${query}: ${lines} lines read.`);
    });
    return { file, tookMs: performance.now() - began, taken, served, failed };
  } finally {
    end.abort();
    await serving;
  }
}

const sayTimes = (values: readonly number[]): string =>
  `${values.length}, half within ${quantile(values, 0.5).toFixed(0)} ms, 95 % within ${quantile(values, 0.95).toFixed(0)} ms`;

/** What of an export is not as it was promised, in sentences. */
function faultsOf(query: string, expected: number, { file, taken, failed }: Exported): string[] {
  const broken: string[] = failed.map((why) => `A request beside the export failed: ${why}.`);
  // One line more: a head, or the end.
  if (!file.whole || file.status !== 200 || file.lines !== expected + 1) {
    broken.push(`"${query}" was answered ${file.status} with ${file.lines} lines, and ${expected + 1} were expected.`);
  }
  const { 'x-signalbox-rows': rows, 'x-signalbox-sha256': sum } = file.trailers;
  if (rows !== String(expected) || sum !== file.sha256)
    broken.push(`"${query}" tells ${rows} rows and another digest.`);
  for (const part of ['gateway', 'exporting'] as const) {
    const all = taken.map((one) => one[part]);
    // At the end its process may be gone before it is looked at.
    const [first, second] = [all.slice(1, all.length / 2), all.slice(all.length / 2)].map((half) =>
      Math.max(0, ...half),
    );
    if (first !== undefined && second !== undefined && second > first * (1 + MOST_GROWTH) + NOTICEABLE) {
      broken.push(`Memory (${part}) grew from ${megabytes(first)} to ${megabytes(second)} within "${query}".`);
    }
  }
  return broken;
}

const sizeSchema = z.object({ rows: z.number(), more: z.boolean() });

/** Exports all of a project as JSON lines and as a table, or as one of them, and then the few records of a rare model. */
export async function runExports(run: ExportRun): Promise<ScenarioResult> {
  const { count, format, memory, say } = run;
  const figures: [string, string][] = [];
  const broken: string[] = [];
  const keptBefore = await memory?.kept();
  const asked = performance.now();
  const size = await fetch(`${run.url}/api/records/export/size?project=${run.project}`, {
    headers: { authorization: `Bearer ${run.adminToken}` },
  });
  const { rows, more } = sizeSchema.parse(await size.json());
  if (rows !== Math.min(count, 10_000)) broken.push(`${rows} records were counted before the export.`);
  figures.push(['counted beforehand', `${more ? 'more than ' : ''}${rows}, in ${seconds(performance.now() - asked)}`]);

  const exports: readonly (readonly [name: string, query: string, rows: number])[] = [
    ['as JSON lines', 'format=jsonl', count],
    ['as a table', 'format=csv', count],
    [
      'one in a thousand',
      `format=${format ?? 'jsonl'}&model=${encodeURIComponent(RARE_MODEL)}`,
      Math.ceil(count / RARE),
    ],
  ];
  for (const [name, query, expected] of exports) {
    if (format !== null && !query.startsWith(`format=${format}`)) continue;
    say(`Exporting ${name}.`);
    const done = await exportOnce(run, query, expected);
    const { file, tookMs, taken, served } = done;
    broken.push(...faultsOf(query, expected, done));
    figures.push([
      name,
      `${file.lines - 1} rows, ${megabytes(file.bytes)}, in ${seconds(tookMs)}${file.whole ? `: ${((1000 * count) / tookMs).toFixed(0)} looked at a second` : ', broken off'}`,
    ]);
    if (taken.length > 0) {
      for (const [part, words] of [
        ['exporting', 'its process'],
        ['gateway', 'the gateway'],
      ] as const) {
        const all = taken.map((one) => one[part]);
        const shown = [0.05, 0.25, 0.5, 0.75, 0.95].map((q) => megabytes(all[Math.floor(q * all.length)] ?? 0));
        figures.push([`   memory of ${words}, at 5, 25, 50, 75, 95 %`, shown.join(', ')]);
      }
    }
    if (served.length > 0) figures.push(['   requests served meanwhile', sayTimes(served)]);
    else broken.push(`No request was served beside "${query}".`);
  }
  const keptAfter = await memory?.kept();
  if (keptBefore !== undefined && keptAfter !== undefined) {
    figures.push(['kept by the gateway before and after', `${megabytes(keptBefore)}, ${megabytes(keptAfter)}`]);
    if (keptAfter > keptBefore + NOTICEABLE) broken.push('The gateway keeps something of what it has sent.');
  }
  return { figures, broken };
}
