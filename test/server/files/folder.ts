/** A folder of policy files for a test, and the three commands on it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../server/files/command.ts';
import { ADMIN_TOKEN, type TestGateway } from '../gateway/harness.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests change files of every shape.
export type FileText = any;

export interface Said {
  readonly code: number;
  readonly text: string;
}

export interface Folder {
  readonly path: string;
  /** Runs `pull`, `check` or `push` with the folder against the gateway, or against other settings. */
  run(words: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Said>;
  read(name: string): Promise<FileText>;
  text(name: string): Promise<string>;
  /** Changes a file as a person would, in a form of their own. */
  change(name: string, change: (policy: FileText) => void): Promise<void>;
  write(file: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

export async function openFolder(gateway: TestGateway): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-files-'));
  const text = (name: string) => readFile(join(path, `${name}.json`), 'utf8');
  const read = async (name: string): Promise<FileText> => JSON.parse(await text(name));
  const write = (file: string, content: string) => writeFile(join(path, file), content);
  const settings = { SIGNALBOX_URL: gateway.url, SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN };
  return {
    path,
    async run(words, environment = settings) {
      const lines: string[] = [];
      const code = await runCommand([...words, '--folder', path], environment, (line) => lines.push(line));
      return { code, text: lines.join('\n') };
    },
    read,
    text,
    async change(name, change) {
      const policy = await read(name);
      change(policy);
      await write(`${name}.json`, JSON.stringify(policy));
    },
    write,
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
