/** Digests of the code that decides requests, made of its files as they run here. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url));

/** Where each part's files are; the first that fits counts. */
const PARTS = [
  ['scorer', /^text\/complexity/],
  ['detectors', /^text\//],
  // Help for people who draw, which decides nothing.
  [null, /^(editing|templates)\/|\.(md|json|map)$/],
  ['evaluator', /./],
] as const;

export type CodePart = 'scorer' | 'detectors' | 'evaluator';
export type CodeDigests = Readonly<Record<CodePart, string>>;

/**
 * SHA-256, in hexadecimal, over the names and the bytes of each part's files. The sources and what is built from them have
 * different digests.
 */
export async function codeDigests(): Promise<CodeDigests> {
  const hashes = { scorer: createHash('sha256'), detectors: createHash('sha256'), evaluator: createHash('sha256') };
  const files = (await readdir(POLICIES, { recursive: true })).map((name) => name.replaceAll('\\', '/')).sort();
  for (const name of files) {
    const part = PARTS.find(([, pattern]) => pattern.test(name))?.[0];
    if (!part || !/\.(ts|js)$/.test(name)) continue;
    const digest = createHash('sha256')
      .update(await readFile(`${POLICIES}/${name}`))
      .digest('hex');
    hashes[part].update(`${name}\n${digest}\n`);
  }
  return {
    scorer: hashes.scorer.digest('hex'),
    detectors: hashes.detectors.digest('hex'),
    evaluator: hashes.evaluator.digest('hex'),
  };
}
