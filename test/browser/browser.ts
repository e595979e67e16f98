/** A real browser before the real pages: found, started, watched for errors, and checked for accessibility. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type Scheme = 'light' | 'dark';
export const SCHEMES: readonly Scheme[] = ['light', 'dark'];

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The best first: without what draws windows, Chromium takes a quarter less time for the same pages. */
const NAMES = ['chromium-headless-shell', 'chromium', 'google-chrome'];

/** The browser of this machine: CHROME_PATH, else the first of `NAMES` on the path; null when there is none. */
export function findBrowser(): string | null {
  const { CHROME_PATH, PATH = '' } = process.env;
  if (CHROME_PATH) return CHROME_PATH;
  const folders = PATH.split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(runs) ?? null;
}

/** What pages are made of. */
const SOURCES = ['ui', 'policies', 'vite.config.ts', 'package-lock.json'];

async function digestOf(root: string): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const source of SOURCES) {
    const path = join(root, source);
    const below = (await stat(path)).isDirectory() ? await readdir(path, { recursive: true }) : [''];
    for (const name of below.sort()) {
      const file = join(path, name);
      if ((await stat(file)).isFile()) hash.update(file.slice(root.length)).update(await readFile(file));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * The folder of the pages as `npm start` builds them, from the sources in `root`. Tests share one build while the sources
 * stay as they are; whoever comes first makes it.
 */
export async function buildPages(root = ROOT): Promise<string> {
  const cache = join(ROOT, 'node_modules', '.cache', 'pages');
  const folder = join(cache, await digestOf(root));
  const isThere = await stat(folder).catch(() => null);
  if (isThere) return folder;
  await mkdir(cache, { recursive: true });
  const building = await mkdtemp(join(cache, 'building-'));
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const { NODE_ENV: _, VITEST: __, ...env } = process.env;
  const options = ['build', '--outDir', building, '--emptyOutDir', '--logLevel', 'warn'];
  await promisify(execFile)(process.execPath, [vite, ...options], { cwd: root, env });
  // Another test may have been quicker, with the same result.
  await rename(building, folder).catch(() => rm(building, { recursive: true }));
  return folder;
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the console complained of; the answer to "who is signed in?" for someone who is not is no complaint. */
  readonly complaints: readonly string[];
  leave(): Promise<void>;
}

/** Started for the first window, and gone with the process of the tests. */
let started: Promise<Browser> | null = null;

/** A window with an empty profile, in a colour scheme. */
export async function visit(executablePath: string, scheme: Scheme): Promise<Visit> {
  started ??= chromium.launch({ executablePath, args: ARGUMENTS });
  const context = await (await started).newContext({
    colorScheme: scheme,
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    complaints.push(message.text());
  });
  return { page, context, complaints, leave: () => context.close() };
}

/** Fails when axe finds anything serious on the page as it is now. In the dark only colours differ, and nothing else is looked at. */
export async function expectAccessible(page: Page): Promise<void> {
  // Colours on their way from one to another are read as what they are at the moment.
  await page.evaluate(`Promise.allSettled(
    document.getAnimations().filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime)).map((one) => one.finished)
  ).then(() => {})`);
  const isThere = await page.evaluate('"axe" in window');
  if (!isThere) await page.evaluate(axe.source);
  const isDark = await page.evaluate<boolean>('matchMedia("(prefers-color-scheme: dark)").matches');
  const options: axe.RunOptions = { resultTypes: ['violations'], ...(isDark && { runOnly: ['color-contrast'] }) };
  const found = await page.evaluate<Pick<axe.Result, 'id' | 'impact' | 'nodes'>[]>(
    `axe.run(${JSON.stringify(options)}).then(({ violations }) => violations)`,
  );
  const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}
