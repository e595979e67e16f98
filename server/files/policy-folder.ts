/** The folder of policy files: one a policy, named after it, and never half written. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LARGEST_FILE_BYTES, type ReadPolicyFile, readPolicyFile } from '../../policies/policy-file.ts';

/** A policy of a file, whose name is that of the file. */
export type FilePolicy = Extract<ReadPolicyFile, { ok: true }>['policy'] & { readonly name: string };

export type FoundFile =
  | { readonly file: string; readonly ok: true; readonly policy: FilePolicy }
  /** `why` is a sentence or two: what is wrong, and what to do. */
  | { readonly file: string; readonly ok: false; readonly why: string };

/** The file of a policy in its folder. */
export const fileOf = (name: string): string => `${name}.json`;

/** Names of the policy files in a folder, in their order; null where there is no such folder. */
export async function filesIn(folder: string): Promise<string[] | null> {
  try {
    return (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Reads one file, with its budgets as `budgetIds` (ids by name) has them; null where there is none. */
export async function readPolicy(
  folder: string,
  file: string,
  budgetIds: ReadonlyMap<string, string>,
): Promise<FoundFile | null> {
  const path = join(folder, file);
  try {
    if ((await stat(path)).size > LARGEST_FILE_BYTES) {
      const why = `This file is larger than ${LARGEST_FILE_BYTES / 1024 / 1024} MB, which no policy is. Take it out of the folder.`;
      return { file, ok: false, why };
    }
    const read = readPolicyFile(await readFile(path, 'utf8'), budgetIds);
    if (!read.ok) return { file, ...read };
    const { name } = read.policy;
    if (name === null || fileOf(name) !== file) {
      const named = name === null ? 'names no policy' : `names the policy “${name}”`;
      const why = `The file ${named}, and has to be called after it. Rename the file, or correct “name” in it.`;
      return { file, ok: false, why };
    }
    return { file, ok: true, policy: { ...read.policy, name } };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Writes a file so that readers see it whole or as it was before; makes the folder where it is missing. */
export async function writePolicy(folder: string, file: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const beside = join(folder, `.${file}.${process.pid}`);
  try {
    await writeFile(beside, text);
    await rename(beside, join(folder, file));
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
