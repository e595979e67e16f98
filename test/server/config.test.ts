/** Settings: wrong ones stop the start with a sentence, and the README says what there are. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig, settings } from '../../server/config.ts';
import { createProviders } from '../../server/providers/index.ts';
import { addressOf, ROOT, runGateway } from '../program.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Values that cannot be used, with what is said of them. */
const WRONG: readonly (readonly [name: string, value: string, why: RegExp])[] = [
  ['PORT', 'eighty', /number/],
  ['PORT', '80.5', /whole number/],
  ['PORT', '70000', /0 to 65535/],
  ['PUBLIC_URL', 'gateway', /web address/],
  ['DATABASE_URL', 'mysql://host/name', /postgres:\/\//],
  ['REDIS_URL', 'redis://host', /not built yet/],
  ['DURABILITY', 'always', /process or power/],
  ['EVALUATOR', 'both', /sample or library/],
  ['BODY_LIMIT_MB', '0', /above 0/],
  ['BODY_LIMIT_MB', 'large', /number/],
  ['SMTP_URL', 'mail.example.com', /smtp:\/\//],
  ['SMTP_URL', 'smtp://mail.example.com', /needs ALERT_FROM/],
  ['ALERT_FROM', 'Ada', /e-mail address/],
  ['ALLOW_PRIVATE_WEBHOOKS', 'yes', /true or false/],
  ['TRUSTED_PROXIES', '10.0.0.1, everybody', /addresses or ranges/],
  ['ALLOW_PRIVATE_ISSUERS', 'yes', /true or false/],
  ['STREAM_HEARTBEAT_SECONDS', 'often', /number/],
  ['METRICS_TOKEN', 'short', /20 characters/],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', /web address/],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'a key', /name=value/],
  ['SECRET_KEY', 'short', /32 bytes/],
  ['SIGNALBOX_ADMIN_EMAIL', 'Ada', /e-mail address/],
  ['SIGNALBOX_ADMIN_PASSWORD', 'short', /10 characters/],
  ['SIGNALBOX_ADMIN_TOKEN', 'short', /20 characters/],
  ['SIGNALBOX_API_KEY', 'short', /20 characters/],
  ['OPENAI_BASE_URL', 'openai', /address/],
  ['ANTHROPIC_BASE_URL', 'ftp://host', /address/],
  ['UPSTREAM_BASE_URL', 'host', /address/],
  ['UPSTREAM_NAME', 'My Server', /small letters/],
  ['UPSTREAM_LEAVES_HOUSE', 'yes', /true or false/],
  ['UPSTREAM_RESPONSES', 'yes', /true or false/],
  ['SANDBOX', 'off', /true or false/],
];

/** Settings whose every value can be used, or is found out only when it is. */
const ANY_VALUE = ['HOST', 'DATA_DIR', 'OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'UPSTREAM_API_KEY', 'UPSTREAM_MODELS'];

/** Starts the gateway with settings that cannot work; gives the only line that it says. */
async function refusalTo(environment: Readonly<Record<string, string>>): Promise<string> {
  const gateway = runGateway({ DATA_DIR: join(folder, 'data'), ...environment });
  expect(await gateway.ended).toEqual({ code: 1, signal: null });
  const lines = gateway.said().trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

const SENTENCE = /^[A-Z].*\.$/;

describe('a setting that cannot be used stops the start', () => {
  it('and each that can be wrong is tried here', () => {
    const tried = new Set([...WRONG.map(([name]) => name), ...ANY_VALUE]);
    expect([...tried].sort()).toEqual(settings.map(({ name }) => name).sort());
  });

  /** What the start says of settings, short of starting: a process for each would take minutes. */
  async function complaintOf(environment: Readonly<Record<string, string>>): Promise<string> {
    try {
      readConfig(environment);
      await createProviders(environment);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return '';
  }

  it.each(WRONG)('%s=%s', async (name, value, why) => {
    const line = await complaintOf({ [name]: value });
    expect(line).toMatch(SENTENCE);
    expect(line).toContain(`The setting ${name} `);
    expect(line).toMatch(why);
    // Words of the library that reads the settings mean nothing to whoever has set them.
    expect(line).not.toMatch(/NaN|Invalid input/);
  });

  it.each([
    ['DURABILITY', 'always'],
    ['UPSTREAM_NAME', 'My Server'],
  ])('with nothing else said: %s=%s', async (name, value) => {
    expect(await refusalTo({ [name]: value })).toContain(`The setting ${name} `);
  });

  it('and all that are wrong are named at once', () => {
    expect(() => readConfig({ PORT: '70000', DURABILITY: 'always' })).toThrow(/PORT .*\n.*DURABILITY /);
  });

  it('PORT of another program', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const line = await refusalTo({ PORT: port });
    other.close();
    expect(line).toBe(`Port ${port} on 127.0.0.1 is in use by another program. Set PORT to a free one.`);
  });

  it('HOST that this machine does not have', async () => {
    expect(await refusalTo({ HOST: '192.0.2.1' })).toMatch(/^Cannot listen on 192\.0\.2\.1.*\.$/);
  });

  it('DATA_DIR that is no folder', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const line = await refusalTo({ DATA_DIR: file });
    expect(line).toMatch(SENTENCE);
    expect(line).toContain('DATA_DIR');
    expect(line).toContain(file);
  });

  it('DATA_DIR of another gateway', async () => {
    const shared = join(folder, 'shared');
    const first = runGateway({ DATA_DIR: shared, SIGNALBOX_ADMIN_PASSWORD: 'a password for tests' });
    await addressOf(first);
    const line = await refusalTo({ DATA_DIR: shared });
    first.kill('SIGTERM');
    expect(line).toMatch(SENTENCE);
    expect(line).toContain(`${shared} is in use by another Signalbox process`);
    expect(await first.ended).toEqual({ code: 0, signal: null });
  });

  it('DATABASE_URL where no database answers', async () => {
    const line = await refusalTo({ DATABASE_URL: 'postgres://ada:secret@127.0.0.1:1/signalbox' });
    expect(line).toMatch(SENTENCE);
    expect(line).toContain('DATABASE_URL');
    expect(line).not.toContain('secret');
  });

  it('but an empty one counts as not set', async () => {
    await mkdir(join(folder, 'empty'));
    const gateway = runGateway({
      DATA_DIR: join(folder, 'empty'),
      DATABASE_URL: '',
      REDIS_URL: '',
      SANDBOX: '',
      OPENAI_API_KEY: '',
    });
    await addressOf(gateway);
    gateway.kill('SIGTERM');
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
  });
});

/** The table of settings as the README has it. */
function settingsTable(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = settings.map((one) => {
    const value = one.default === null ? '' : `\`${one.default}\``;
    return `| \`${one.name}\` | ${cell(value)} | ${cell(one.description)} |`;
  });
  return ['| Setting | Default | What it does |', '|---|---|---|', ...rows].join('\n');
}

it('the README lists every setting', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const between = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(readme)?.[1];
  expect(between?.trim()).toBe(settingsTable());
});
