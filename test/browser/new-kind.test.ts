import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../server/gateway/harness.ts';
import { buildPages, findBrowser, visit } from './browser.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EMAIL = 'ada@example.com';
const browser = findBrowser();

const KIND = `import { z } from 'zod';
import { defineKind, field } from '../kind.ts';

const settings = z.strictObject({
  words: field(z.string().min(1), 'Words of welcome', 'Said to everybody who comes by.'),
});

export const greet = defineKind(
  { title: 'Greet', icon: 'message-2', group: 'decide', summary: 'Welcomes a request.' },
  settings,
  { words: 'Good morning' },
  ({ words }) => ({
    ports: [{ name: 'next', label: 'next' }],
    sentence: 'Says “' + words + '”.',
    compile: () => () => ({ port: 'next', reason: 'Greeted.' }),
  }),
);
`;

/** A copy of what pages are made of, with one folder and one line more. */
async function withNewKind(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'signalbox-kind-'));
  for (const name of ['ui', 'policies', 'vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.json'])
    await cp(join(ROOT, name), join(root, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const kinds = join(root, 'policies', 'kinds');
  await mkdir(join(kinds, 'greet'));
  await writeFile(join(kinds, 'greet', 'greet.ts'), KIND);
  await writeFile(join(kinds, 'greet', 'greet.md'), '# Greet\n\nA friendly word before anything else happens.\n');
  const index = await readFile(join(kinds, 'index.ts'), 'utf8');
  const line = "import { greet } from './greet/greet.ts';\n";
  await writeFile(join(kinds, 'index.ts'), line + index.replace('  request,\n', '  request,\n  greet,\n'));
  return root;
}

describe.skipIf(browser === null)('a kind that was added under policies/kinds alone', () => {
  let root: string;
  let pages: string;
  let gateway: TestGateway;
  beforeAll(async () => {
    root = await withNewKind();
    pages = await buildPages(root);
    gateway = await startGateway({ pages, environment: { SIGNALBOX_ADMIN_EMAIL: EMAIL } });
  }, 180_000);
  afterAll(async () => {
    await gateway?.stop();
    await rm(root, { recursive: true, force: true });
    await rm(pages, { recursive: true, force: true });
  });

  it('is in the list of nodes, has its form, its definition and its help', async () => {
    const { page, context, complaints, leave } = await visit(browser ?? '', 'light');
    await page.setViewportSize({ width: 1440, height: 900 });
    await context.request.post(`${gateway.url}/api/session`, {
      headers: { 'x-signalbox-csrf': '1' },
      data: { email: EMAIL, password: 'a password for tests' },
    });
    const { policy } = await gateway.api<{ policy: { id: string } }>('POST', '/policies', { name: 'new-kind' });
    await page.goto(`${gateway.url}/policies/${policy.id}/edit`);
    await page.locator('.react-flow__node[data-id="request"]').click();

    await page.getByRole('button', { name: /^Greet/ }).click();
    const node = page.locator('.react-flow__node[data-id="greet"]');
    await node.getByText('Says “Good morning”.').waitFor();

    const words = page.getByRole('textbox', { name: 'Words of welcome' });
    await page.getByText('Said to everybody who comes by.').waitFor();
    await words.fill('Hello');
    await node.getByText('Says “Hello”.').waitFor();

    await page.getByRole('button', { name: 'Help on Greet' }).click();
    await page.getByText('A friendly word before anything else happens.').waitFor();

    await page.getByRole('tab', { name: 'Definition' }).click();
    const editor = page.getByRole('tabpanel', { name: 'Definition' }).locator('.monaco-editor').first();
    await editor.getByText('Hello').waitFor();
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('{ "id": "greet", "title": "", "kind": "greet", "settings": { } }');
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget .monaco-list-row', { hasText: 'words' }).waitFor();
    expect(complaints).toEqual([]);
    await leave();
  }, 120_000);
});
