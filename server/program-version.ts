/** The version of this program, as its package says it. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const packageSchema = z.object({ version: z.string() });

/** Reads the version, such as `1.2.0`, from the nearest package above: sources and builds lie at different depths. */
export async function readProgramVersion(): Promise<string> {
  for (let folder = new URL('.', import.meta.url); ; ) {
    const text = await readFile(new URL('package.json', folder), 'utf8').catch(() => null);
    if (text !== null) return packageSchema.parse(JSON.parse(text)).version;
    const above = new URL('..', folder);
    if (above.href === folder.href) throw new Error('The package of this program, which says its version, is missing.');
    folder = above;
  }
}
