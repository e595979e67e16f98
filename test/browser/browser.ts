/** A real browser before the real pages: found, started, watched for errors, and checked for accessibility. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
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

/** The browser of this machine: CHROME_PATH, else chromium or google-chrome on the path; null when there is none. */
export function findBrowser(): string | null {
  const { CHROME_PATH, PATH = '' } = process.env;
  if (CHROME_PATH) return CHROME_PATH;
  const folders = PATH.split(delimiter);
  const candidates = ['chromium', 'google-chrome'].flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find(runs) ?? null;
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

/** A browser with an empty profile, in a colour scheme. */
export async function visit(executablePath: string, scheme: Scheme): Promise<Visit> {
  const profile = await mkdtemp(join(tmpdir(), 'signalbox-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ARGUMENTS,
    colorScheme: scheme,
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(15_000);
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    complaints.push(message.text());
  });
  const leave = async (): Promise<void> => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  };
  return { page, context, complaints, leave };
}

/** Fails when axe finds anything serious on the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  // Without frames there is nothing to be put together in a page of its own, which takes longer than the looking.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const { violations } = await axe.analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}
