/** The table of errors, the page that explains it and the code that throws them say the same. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS, SignalboxError } from '../../server/errors.ts';
import { ROOT } from '../program.ts';

const page = await readFile(join(ROOT, 'docs/errors.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );

async function sources(): Promise<{ name: string; text: string }[]> {
  const files = await readdir(join(ROOT, 'server'), { recursive: true });
  const names = files.filter((name) => name.endsWith('.ts') && name !== 'errors.ts');
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(ROOT, 'server', name), 'utf8') })));
}

it('explains every error that there is, once, and no other', () => {
  expect(rows.map(([code]) => code)).toEqual(Object.keys(ERRORS).map((code) => `\`${code}\``));
});

describe.each(Object.entries(ERRORS))('%s', (code, entry) => {
  it('stands on the page with its status, its type and whether to try again, and says what to do', () => {
    const row = rows.find(([name]) => name === `\`${code}\``);
    expect(row?.slice(1, 4)).toEqual([String(entry.status), `\`${entry.type}\``, entry.retry ? 'yes' : 'no']);
    expect(row?.slice(4).map((cell) => cell.length > 5)).toEqual([true, true]);
  });

  it('is thrown somewhere', async () => {
    const throwing = new RegExp(`SignalboxError\\(\\s*'${code}'`);
    // Failures of models are turned into errors by a table there.
    const found = (await sources()).filter(({ name, text }) =>
      name === join('gateway', 'refusal.ts') ? text.includes(`'${code}'`) : throwing.test(text),
    );
    expect(found.map(({ name }) => name)).not.toEqual([]);
  });
});

it('fills the details into its sentence, and says so where one is missing', () => {
  const error = new SignalboxError('method_not_allowed', { method: 'PUT' });
  expect(error.message).toBe('PUT is not possible here. Allowed: unknown.');
  expect([error.status, error.type, error.retry]).toEqual([405, 'invalid_request_error', false]);
});
