import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_KEY, graphOf } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import {
  browser,
  button,
  card,
  comeAgain,
  dialog,
  field,
  files,
  gateway,
  heading,
  here,
  look,
  open,
  openHouse,
  page,
  send,
} from './house.ts';

describe.skipIf(browser === null)('the list of policies', () => {
  openHouse();

  it('make a policy from a shipped one under a name that is free, and open it in the editor', async () => {
    await open('/policies');
    await page.getByRole('link', { name: 'New policy' }).click();
    await page.getByRole('radio', { name: 'Grading on a learning platform' }).click();
    expect(await field('Title').inputValue()).toBe('Grading on a learning platform');
    expect(await field('Name').inputValue()).toBe('grading-2');
    await field('Title').fill('Exams in Köln!');
    expect(await field('Name').inputValue()).toBe('exams-in-koln');
    await field('Name').fill('grading');
    await page.getByText('There is a policy of that name already. grading-2 is free.').waitFor();
    await field('Name').fill('exams');
    await button('Make it and open the editor').click();
    await heading('Exams in Köln!').waitFor();
    const id = new URL(page.url()).pathname.split('/')[2] ?? '';
    expect(page.url()).toBe(`${gateway.url}/policies/${id}/edit`);
    const draft = await gateway.api<{ graph: { nodes: unknown[] }; tests: unknown[] }>('GET', `/policies/${id}/draft`);
    expect(draft.graph.nodes.length).toBeGreaterThan(3);
    expect(draft.tests.length).toBeGreaterThan(0);
  });

  it('begin with nothing, and keep what was typed when the gateway does not take it', async () => {
    await open('/policies/new');
    await page.getByRole('radio', { name: 'Nothing' }).click();
    await button('Make it and open the editor').click();
    await page.getByText('Give it a title.').waitFor();
    await field('Title').fill('Bare');
    await page.route('**/api/policies', (route) =>
      route.request().method() === 'POST' ? route.abort() : route.continue(),
    );
    await button('Make it and open the editor').click();
    await page.getByRole('alert').getByText('The gateway does not answer.').waitFor();
    expect(await field('Title').inputValue()).toBe('Bare');
    await page.unroute('**/api/policies');
    await button('Make it and open the editor').click();
    await heading('Bare').waitFor();
  });

  it('say of a file why it cannot be used, and what in it is not known here', async () => {
    const choose = async (name: string, content: string): Promise<void> => {
      const path = join(files, name);
      await writeFile(path, content);
      await page.locator('input[type=file]').setInputFiles(path);
    };
    await open('/policies/new');
    await page.getByRole('radio', { name: 'A file' }).click();
    await field('Title').fill('From elsewhere');
    await button('Make it and open the editor').click();
    await page.getByText('Choose the file first.').waitFor();
    for (const [name, content, why] of [
      ['words.json', 'hello', 'This file is not JSON'],
      ['other.json', '{"colour":"red"}', 'There is no graph in this file.'],
      ['newer.json', '{"schema":99,"nodes":[],"edges":[]}', 'This policy was made by a newer version of Signalbox'],
      [
        'broken.json',
        '{"schema":1,"nodes":[{"id":"a"}],"edges":[]}',
        'The policy in this file is not in order at “nodes',
      ],
      ['large.json', ' '.repeat(10 * 1024 * 1024 + 1), 'a policy has at most 10 MB'],
    ] as const) {
      await choose(name, content);
      await page.getByRole('alert').filter({ hasText: why }).waitFor();
    }
    expect(await field('Title').inputValue()).toBe('From elsewhere');
    const graph = graphOf(
      {
        enter: ['request', {}],
        month: ['budget', { budget: 'Money of the moon' }],
        call: ['model', { model: 'moon/large' }],
        cheap: ['budget', { budget: 'Everything' }],
      },
      ['enter.next > month', 'month.within > cheap', 'cheap.within > call'],
    );
    await choose('moon.json', JSON.stringify({ schema: 1, name: 'moon', title: 'Moon', graph }));
    await page.getByText('4 nodes, 3 edges, 0 tests').waitFor();
    const notice = page.getByRole('alert').filter({ hasText: 'Some of it is not known here' });
    expect(await notice.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringContaining('“month”'),
      expect.stringContaining('moon/large'),
    ]);
    expect(await field('Title').inputValue()).toBe('From elsewhere');
    await button('Make it and open the editor').click();
    await heading('From elsewhere').waitFor();
  });

  it('export a policy that can be imported again, duplicate and rename it', async () => {
    await open('/policies');
    const download = page.waitForEvent('download');
    await button('More for Starter').click();
    await page.getByRole('menuitem', { name: 'Export version 1' }).click();
    const path = join(files, 'starter.json');
    expect((await download).suggestedFilename()).toBe('starter.json');
    await (await download).saveAs(path);
    const text = await readFile(path, 'utf8');
    expect(text).toContain('"budget": "Everything"');
    expect(text).not.toContain('bud_');

    await page.goto(`${gateway.url}/policies/new`);
    await page.getByRole('radio', { name: 'A file' }).click();
    await page.locator('input[type=file]').setInputFiles(path);
    await page.getByText('0 tests').waitFor();
    expect(await field('Title').inputValue()).toBe('Starter');
    expect(await field('Name').inputValue()).toBe('starter-2');
    await field('Title').fill('Starter again');
    await button('Make it and open the editor').click();
    await heading('Starter again').waitFor();

    interface Listed {
      id: string;
      name: string;
    }
    const { policies } = await gateway.api<{ policies: Listed[] }>('GET', '/policies');
    const graphs = await Promise.all(
      ['starter', 'starter-again'].map(async (name) => {
        const id = policies.find((policy) => policy.name === name)?.id;
        return (await gateway.api<{ graph: unknown }>('GET', `/policies/${id}/draft`)).graph;
      }),
    );
    expect(graphs[1]).toEqual(graphs[0]);

    await page.goto(`${gateway.url}/policies`);
    await button('More for Starter again').click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await heading('Duplicate of Starter again').waitFor();
    expect(await field('Name').inputValue()).toBe('starter-again-copy');
    await button('Make it and open the editor').click();
    await heading('Starter again (copy)').waitFor();
    await page.goto(`${gateway.url}/policies`);
    await button('More for Starter again (copy)').click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await dialog().getByRole('textbox', { name: 'Title' }).fill('Second start');
    await dialog().getByRole('textbox', { name: 'Name' }).fill('starter');
    await button('Save').click();
    await dialog().getByRole('alert').getByText('There is already a policy of that name.').waitFor();
    await dialog().getByRole('textbox', { name: 'Name' }).fill('second-start');
    await button('Save').click();
    await card('Second start').getByText('policy/second-start').waitFor();
  });

  it('say how policies stand, find one by its words, and put one into the archive and back', async () => {
    await send(API_KEY);
    await open('/policies');
    await card('Starter')
      .getByText(/^\d+ requests? in 24 hours, none failed/)
      .waitFor();
    await card('Starter').getByText('default', { exact: true }).waitFor();
    await card('Three providers in a row').getByText('2 warnings in the draft').waitFor();
    await field('Search policies').or(page.getByRole('searchbox')).first().fill('learning');
    await expect.poll(() => page.getByRole('main').getByRole('listitem').count()).toBe(1);
    await page.reload();
    await expect.poll(() => page.getByRole('main').getByRole('listitem').count()).toBe(1);
    await button('More for Grading on a learning platform').click();
    await page.getByRole('menuitem', { name: 'Archive' }).click();
    await button('Archive').click();
    await page.getByText('Say why, in a few words.').waitFor();
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('No courses this year');
    await button('Archive').click();
    await page.getByText('No policy fits').waitFor();
    await page.getByRole('switch', { name: 'Show the archive (1)' }).click();
    await card('Grading on a learning platform').getByText('In the archive: it serves no request').waitFor();
    await button('More for Grading on a learning platform').click();
    await page.getByRole('menuitem', { name: 'Bring back' }).click();
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('Courses again');
    await button('Bring back').click();
    await card('Grading on a learning platform').getByText('Version 1 is live').waitFor();
    // The default is refused, with whose it is.
    await page.goto(`${gateway.url}/policies`);
    await button('More for Starter').click();
    await page.getByRole('menuitem', { name: 'Archive' }).click();
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('Just so');
    await button('Archive').click();
    await dialog().getByRole('alert').getByText('the whole organisation').waitFor();
    expect(await dialog().getByRole('textbox', { name: 'Reason' }).inputValue()).toBe('Just so');
  });

  it.each(SCHEMES)(
    'have nothing that keeps people out, and no complaint in the console, in %s colours',
    async (scheme) => {
      await comeAgain(scheme);
      await send(API_KEY, 'user=grace');
      await open('/policies');
      await card('Starter').waitFor();
      await look(`policies-${scheme}`);
      await button('More for Starter').click();
      await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
      await look(`policies-menu-${scheme}`);
      await page.getByRole('menuitem', { name: 'Archive' }).click();
      await page.getByRole('dialog').waitFor();
      await look(`policies-archive-${scheme}`);
      await page.goto(`${gateway.url}/policies/new`);
      await page.getByRole('radio', { name: 'Starter', exact: true }).waitFor();
      await look(`policy-new-${scheme}`);
      expect(here.complaints).toEqual([]);
    },
    300_000,
  );
});
