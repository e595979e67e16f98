/** From a clone to an answer, the way the README says: install, start, paste the line. */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addressOf, type Ended, type Program, ROOT, run } from './program.ts';

/** Packages are built for minutes, so only CI installs them anew; elsewhere the clone borrows those that are here. */
const INSTALLS = process.env.CI === 'true';

async function finished(program: Program): Promise<Ended> {
  const ended = await program.ended;
  if (ended.code !== 0) throw new Error(program.said());
  return ended;
}

/** What this machine needs to reach the registry, such as proxies, is in variables of any name. */
const inherited = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

const between = (text: string, pattern: RegExp): string => {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`${String(pattern)} is not in: ${text}`);
  return found;
};

describe(`a fresh clone, ${INSTALLS ? 'installed with npm ci' : 'with the packages of this folder in place of npm ci'}`, () => {
  let folder: string;
  let clone: string;
  let gateway: Program | null = null;
  let url = '';
  let welcome = '';

  const start = (): Program => run('npm', ['start'], { cwd: clone, environment: { PORT: '0' } });

  const isGone = async (address: string): Promise<boolean> =>
    fetch(`${address}/v1/models`).then(
      () => false,
      () => true,
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-clone-'));
    clone = join(folder, 'signalbox');
    await finished(run('git', ['clone', '--quiet', ROOT, clone]));
    if (INSTALLS) await finished(run('npm', ['ci'], { cwd: clone, environment: inherited() }));
    else await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  }, 600_000);

  afterAll(async () => {
    gateway?.kill('SIGTERM');
    await gateway?.ended;
    await rm(folder, { recursive: true, force: true });
  });

  it('builds, starts, and says where to go, how to sign in, and a line to paste', async () => {
    gateway = start();
    await gateway.waitFor(/^curl .*\n/m);
    url = await addressOf(gateway);
    welcome = gateway.said();
    expect(welcome).toMatch(/Sign in +admin@example\.com/);
    expect(welcome).toMatch(/Password +\S{10,}/);
    expect(welcome).toMatch(/API key +sb_\S{20,}/);
  }, 180_000);

  it('answers the line as it was pasted', async () => {
    const shell = run('sh', ['-c', between(welcome, /^(curl .*)$/m)]);
    await finished(shell);
    // curl shows how far it is on the same terminal.
    const answer: unknown = JSON.parse(between(shell.said(), /(\{"id".*\})/));
    expect(answer).toMatchObject({ object: 'chat.completion', choices: [{ message: { role: 'assistant' } }] });
    expect(shell.said()).toContain('give me a synonym for happy');
  });

  it('lets the first administrator sign in with the password that it printed', async () => {
    const credentials = { email: between(welcome, /Sign in +(\S+)/), password: between(welcome, /Password +(\S+)/) };
    const signIn = (body: object): Promise<Response> =>
      fetch(`${url}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: url },
        body: JSON.stringify(body),
      });
    expect((await signIn({ ...credentials, password: 'not this one' })).status).toBe(401);
    const signedIn = await signIn(credentials);
    expect(signedIn.ok).toBe(true);
    const cookie = signedIn.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const policies = await fetch(`${url}/api/policies`, { headers: { cookie } });
    expect(await policies.json()).toMatchObject({
      policies: expect.arrayContaining([expect.objectContaining({ name: 'starter' })]),
    });
  });

  it('refuses a second process on the same data with a sentence', async () => {
    const second = start();
    expect((await second.ended).code).not.toBe(0);
    expect(second.said()).toMatch(/^The data folder \S+ is in use by another Signalbox process\. .*\.$/m);
    expect(second.said()).not.toMatch(/^ +at /m);
    expect(await isGone(url)).toBe(false);
  }, 60_000);

  it('ends in good order when npm is told to stop', async () => {
    gateway?.kill('SIGTERM');
    expect(await gateway?.ended).toEqual({ code: 0, signal: null });
    expect(gateway?.said()).toContain('finishing running requests');
    expect(await isGone(url)).toBe(true);
  });

  it('starts again without a secret, and knows the key that it gave', async () => {
    gateway = start();
    url = await addressOf(gateway);
    const key = between(welcome, /API key +(\S+)/);
    const models = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    expect(models.status).toBe(200);
    const said = gateway.said();
    expect(said).not.toContain(key);
    expect(said).not.toContain(between(welcome, /Password +(\S+)/));
    expect(said).not.toMatch(/Password|sb_/);
  }, 60_000);

  it('leaves no gateway behind when npm is killed', async () => {
    gateway?.kill('SIGKILL');
    await gateway?.ended;
    await vi.waitFor(async () => expect(await isGone(url)).toBe(true), { timeout: 10_000 });
    const next = start();
    expect(await addressOf(next)).toMatch(/^http/);
    next.kill('SIGTERM');
    await next.ended;
  }, 60_000);
});
