/**
 * `npm start`: builds what is missing or older than its sources, then runs the gateway. Plain JavaScript, since it runs
 * before anything is built.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.sources');
const SOURCES = [
  'server',
  'policies',
  'ui',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'vite.config.ts',
];

function* files(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) yield* files(join(path, name));
}

/** A digest of every file that the build is made from. */
function digest() {
  const hash = createHash('sha256').update(process.version);
  for (const source of SOURCES) {
    for (const file of files(join(ROOT, source)))
      hash.update(relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function run(command, args) {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules', command), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

function build() {
  const now = digest();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === now) return;
  console.log('Building …');
  rmSync(DIST, { recursive: true, force: true });
  run('typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
  if (existsSync(join(ROOT, 'ui', 'index.html'))) run('vite/bin/vite.js', ['build', '--logLevel', 'warn']);
  // Shipped policies are read as files, and the compiler moves only what is imported.
  const templates = join(ROOT, 'policies', 'templates');
  for (const file of files(templates)) {
    if (!file.endsWith('.json')) continue;
    const target = join(DIST, relative(ROOT, file));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
  // Read as it is, too: people run it by itself.
  const verifier = join('server', 'audit', 'standalone', 'verify.mjs');
  mkdirSync(dirname(join(DIST, verifier)), { recursive: true });
  copyFileSync(join(ROOT, verifier), join(DIST, verifier));
  writeFileSync(STAMP, now);
}

build();
if (!process.argv.includes('--build-only')) {
  // Room for new objects, in MB, twice what Node gives: at a few thousand requests a second they are gone through half as
  // often, and fewer of those that belong to requests under way are taken for old. It saves about a twentieth of the CPU.
  const flags = ['--enable-source-maps', '--max-semi-space-size=32'];
  const child = spawn(process.execPath, [...flags, join(DIST, 'server', 'main.js')], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // Database work, password hashing and name look-ups share these threads: with the default of four, slow dashboard
    // queries held up commits for seconds. Two readers, two hashes and a look-up leave room for the writer in eight; more
    // only cost, since every commit then wakes another thread.
    env: { UV_THREADPOOL_SIZE: '8', ...process.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  // npm can be killed without a word to us: when it is gone, so are we.
  const starter = process.ppid;
  if (process.env.npm_lifecycle_event)
    setInterval(() => process.ppid !== starter && child.kill('SIGTERM'), 1000).unref();
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
