/** The three commands for files of policies: what they are given, and how they end. */
import { parseArgs } from 'node:util';
import { check } from './check.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { Refused, type ServerApi, serverApi, Unreachable } from './server-api.ts';
import { readFileSettings, settingWords } from './settings.ts';

const FOLDER = 'policy-files';

const HELP = [
  'npm run policies:pull [-- --draft] [--overwrite]   writes a file for each policy',
  'npm run policies:check                             checks the files',
  'npm run policies:push -- --reason "why"            publishes the files that were changed',
  `All take --folder; without it the folder is ${FOLDER}. They read these settings from the environment:`,
  ...settingWords,
];

const OPTIONS = {
  draft: { type: 'boolean' },
  overwrite: { type: 'boolean' },
  reason: { type: 'string' },
  folder: { type: 'string' },
} as const;

/** The options that each command knows. */
const KNOWN = {
  pull: ['draft', 'overwrite', 'folder'],
  check: ['folder'],
  push: ['reason', 'folder'],
} as const satisfies Record<string, readonly (keyof typeof OPTIONS)[]>;

/** A command that cannot be begun as it was given. */
class Misused extends Error {}

/**
 * Runs a command, such as `['pull', '--draft']`. Gives the exit code: 0 where all went well, 1 where files have errors or
 * were not pushed, 2 where the command could not do its work. It never rejects.
 */
export async function runCommand(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
): Promise<number> {
  try {
    const { command, values } = readWords(words);
    const { url, token } = readFileSettings(environment);
    const folder = values.folder ?? FOLDER;
    if (command === 'check') return await check(token === null ? null : serverApi(url, token), folder, print);
    const api = withToken(url, token);
    if (command === 'pull') {
      return await pull(api, folder, { draft: values.draft ?? false, overwrite: values.overwrite ?? false }, print);
    }
    const reason = values.reason?.trim() ?? '';
    if (reason === '') throw new Misused('A push needs a reason, which the history keeps: --reason "why".');
    return await push(api, folder, reason, print);
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    if (error instanceof Misused) for (const line of HELP) print(line);
    else if (error instanceof Refused && error.code === 'unauthenticated')
      print('SIGNALBOX_ADMIN_TOKEN has to be the token that this Signalbox was started with.');
    else if (!(error instanceof Refused || error instanceof Unreachable)) print('Nothing more was done.');
    return 2;
  }
}

function withToken(url: string, token: string | null): ServerApi {
  if (token !== null) return serverApi(url, token);
  throw new Misused('SIGNALBOX_ADMIN_TOKEN is not set, and without it the server says nothing.');
}

function readWords(words: readonly string[]) {
  const parsed = parse(words);
  const { positionals, values } = parsed;
  const [command, ...more] = positionals;
  if (command !== 'pull' && command !== 'check' && command !== 'push') throw new Misused('This is what there is:');
  const unknown = Object.keys(values).find((name) => !KNOWN[command].some((known) => known === name));
  if (unknown !== undefined || more.length > 0) {
    throw new Misused(
      `policies:${command} does not know ${unknown === undefined ? `“${more.join(' ')}”` : `--${unknown}`}.`,
    );
  }
  return { command, values };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Misused(error instanceof Error ? error.message : String(error));
  }
}
