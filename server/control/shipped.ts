/** The policies that come with the program, read from their files. */
import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { shippedPolicySchema, type Template } from '../../policies/template.ts';

const FOLDER = new URL('../../policies/templates/', import.meta.url);

/** All shipped policies by the name of their file. Throws when one of them is not in order. */
export async function shippedPolicies(): Promise<Template[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (file) => {
      const parsed = shippedPolicySchema.safeParse(JSON.parse(await readFile(new URL(file, FOLDER), 'utf8')));
      if (!parsed.success)
        throw new Error(`The shipped policy ${file} is not in order: ${z.prettifyError(parsed.error)}`);
      return parsed.data;
    }),
  );
}
