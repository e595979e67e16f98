/** The version of this program, as its package says it. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Two folders up from what is built, one from the sources. */
const PACKAGE = new URL(import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json', import.meta.url);

const packageSchema = z.object({ version: z.string() });

/** Reads the version, such as `1.2.0`. */
export async function readProgramVersion(): Promise<string> {
  return packageSchema.parse(JSON.parse(await readFile(PACKAGE, 'utf8'))).version;
}
