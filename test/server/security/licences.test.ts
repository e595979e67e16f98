import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../../program.ts';

/** Licences that ask for no more than their text and a notice; none makes what uses it free software by itself. */
const PERMISSIVE: ReadonlySet<string> = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'],
  ...['Python-2.0', 'CC0-1.0', 'Unlicense', 'Zlib'],
]);

const packageSchema = z.object({
  license: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
});
const lockSchema = z.object({ packages: z.record(z.string(), packageSchema) });
const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));

/** Whether what a package says of its licence, in the words of SPDX, lets us choose a permissive one. */
function isPermissive(said: string): boolean {
  return said
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => PERMISSIVE.has(one.trim())));
}

/** The licence in a package's own file; null where it is not installed here, as for other systems. */
function installedLicence(path: string): string | null {
  let text: string;
  try {
    text = readFileSync(join(ROOT, path, 'package.json'), 'utf8');
  } catch {
    return null;
  }
  return packageSchema.parse(JSON.parse(text)).license ?? 'none named';
}

/** Where a package finds another: in its own folder, or in one above. */
function placeOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[place]) return place;
    if (folder === '') return undefined;
  }
}

/** Packages that the sources of the pages name, which are built into them, and all that those need. */
function inPages(): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (name: string, from: string): void => {
    const place = placeOf(name, from);
    if (place === undefined || found.has(place)) return;
    found.add(place);
    for (const needed of Object.keys(packages[place]?.dependencies ?? {})) add(needed, place);
  };
  for (const file of readdirSync(join(ROOT, 'ui'), { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file)) continue;
    const text = readFileSync(join(ROOT, 'ui', file), 'utf8');
    for (const [, name = ''] of text.matchAll(/(?:from|import) ?\(?'((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^']*)?'/g)) {
      if (!name.startsWith('.')) add(name, '');
    }
  }
  return found;
}

const running = Object.keys(packages).filter((path) => path !== '' && packages[path]?.dev !== true);
const shown = [...inPages()];

it('finds what runs and what is built into the pages', () => {
  expect(running).toContain('node_modules/express');
  expect(running).toContain('node_modules/pg-protocol');
  expect(shown).toEqual(
    expect.arrayContaining(['node_modules/react', 'node_modules/@mantine/core', 'node_modules/monaco-editor']),
  );
  expect(shown.length).toBeGreaterThan(40);
});

it.each([
  ['the gateway runs with', running],
  ['is built into the pages', shown],
])('everything that %s has a permissive licence', (_what, paths) => {
  const others = paths.flatMap((path) => {
    const said = [packages[path]?.license ?? 'none named', installedLicence(path)].filter((one) => one !== null);
    return said.every(isPermissive) ? [] : [`${path}: ${said.join(', ')}`];
  });
  expect(others).toEqual([]);
});

it.each([
  ['GPL-3.0-only', false],
  ['MIT AND GPL-2.0', false],
  ['none named', false],
  ['(GPL-3.0 OR MIT)', true],
  ['(MIT AND BSD-3-Clause)', true],
])('%s', (said, permissive) => {
  expect(isPermissive(said)).toBe(permissive);
});
