import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { graphOf, publish, publishNext, startGateway, type TestGateway } from '../gateway/harness.ts';
import { type Folder, openFolder } from './folder.ts';

const SAY = (text: string) => graphOf({ enter: ['request', {}], say: ['answer', { text }] }, ['enter.next > say']);

describe('policies:pull', () => {
  let gateway: TestGateway;
  let folder: Folder;
  let made = 0;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    folder = await openFolder(gateway);
  });
  afterEach(() => folder.remove());

  const newName = () => `greeting-${++made}`;
  const written = (file: string) => stat(join(folder.path, file), { bigint: true });

  it('writes one file for each policy, with its keys in order and budgets by their names', async () => {
    const pulled = await folder.run(['pull']);
    expect(pulled).toMatchObject({ code: 0, text: expect.stringContaining('starter.json: new, version 1') });
    expect((await readdir(folder.path)).filter((file) => file === 'budgets.json' || file === 'starter.json')).toEqual([
      'budgets.json',
      'starter.json',
    ]);
    const policy = await folder.read('budgets');
    expect(Object.keys(policy)).toEqual([
      'schema',
      'name',
      'title',
      'description',
      'version',
      'graph',
      'layout',
      'tests',
    ]);
    expect(policy).toMatchObject({ name: 'budgets', version: 1 });
    const text = await folder.text('budgets');
    expect(text).toContain('"budget": "Project, per month"');
    expect(text).not.toContain('bud_');
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('leaves files alone that are as they should be, also in another form', async () => {
    await folder.run(['pull']);
    await folder.change('starter', () => {});
    const before = [await written('starter.json'), await written('budgets.json')];
    const again = await folder.run(['pull']);
    expect(again.text).toMatch(/^0 files written, \d+ already as on the server\.$/);
    const after = [await written('starter.json'), await written('budgets.json')];
    expect(after.map(({ mtimeNs, ino }) => [mtimeNs, ino])).toEqual(before.map(({ mtimeNs, ino }) => [mtimeNs, ino]));
  });

  it('writes a file again when the server has a newer version than it came from', async () => {
    const name = newName();
    const policy = await publish(gateway, name, SAY('Hello.'));
    await folder.run(['pull']);
    await publishNext(gateway, policy, SAY('Good morning.'));
    expect((await folder.run(['pull'])).text).toContain(`${name}.json: written again, version 2`);
    expect(await folder.read(name)).toMatchObject({ version: 2 });
    expect(await folder.text(name)).toContain('Good morning.');
    expect(await readdir(folder.path)).not.toContainEqual(expect.stringMatching(/^\./));
  });

  it('does not write over changes that were not pushed, unless it is told to', async () => {
    const name = newName();
    const policy = await publish(gateway, name, SAY('Hello.'));
    await folder.run(['pull']);
    await folder.change(name, (file) => {
      file.graph.nodes[1].title = 'Mine';
    });
    await publishNext(gateway, policy, SAY('Good morning.'));
    const pulled = await folder.run(['pull']);
    expect(pulled.code).toBe(1);
    expect(pulled.text).toContain(`${name}.json: left as it is, since it has changes that are not on the server.`);
    expect((await folder.read(name)).graph.nodes[1].title).toBe('Mine');
    expect(await folder.run(['pull', '--overwrite'])).toMatchObject({ code: 0 });
    expect(await folder.read(name)).toMatchObject({ version: 2 });
  });

  it('brings drafts when it is asked for them, and what was never published only then', async () => {
    const name = newName();
    const { policy } = await gateway.api<{ policy: { id: string } }>('POST', '/policies', {
      name,
      graph: SAY('Draft.'),
    });
    expect((await folder.run(['pull'])).text).toContain(
      `${name}.json: not written, since no version of it was published`,
    );
    expect((await folder.run(['pull', '--draft'])).text).toContain(`${name}.json: new, the draft`);
    expect(await folder.read(name)).toMatchObject({ version: null });
    await gateway.api('POST', `/policies/${policy.id}/publish`, { revision: 1, reason: 'for the test' });
    expect((await folder.run(['pull'])).code).toBe(0);
    expect(await folder.read(name)).toMatchObject({ version: 1 });
  });

  it('leaves out what is in the archive', async () => {
    const name = newName();
    const policy = await publish(gateway, name, SAY('Hello.'));
    await gateway.api('POST', `/policies/${policy}/archive`, { reason: 'for the test' });
    await folder.run(['pull']);
    expect(await readdir(folder.path)).not.toContain(`${name}.json`);
  });
});
