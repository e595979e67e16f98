import { readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LARGEST_FILE_BYTES } from '../../../policies/policy-file.ts';
import { ADMIN_TOKEN, startGateway, type TestGateway } from '../gateway/harness.ts';
import { type Folder, openFolder } from './folder.ts';

/** Nothing listens there. */
const NOBODY = { SIGNALBOX_URL: 'http://127.0.0.1:1', SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN };

describe('policies:check', () => {
  let gateway: TestGateway;
  let folder: Folder;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    folder = await openFolder(gateway);
    await folder.run(['pull']);
  });
  afterEach(() => folder.remove());

  it('finds the shipped policies in order, by the server', async () => {
    const checked = await folder.run(['check']);
    expect(checked.code).toBe(0);
    expect(checked.text).toContain('starter.json: in order');
    expect(checked.text).toContain(`none with errors: by ${gateway.url}, with its models, budgets and keys`);
  });

  it('says problems with file and node in words, as the server finds them', async () => {
    await folder.change('starter', ({ graph }) => {
      const node = graph.nodes.find((one: { kind: string }) => one.kind === 'model');
      node.settings.model = 'sandbox/enormous';
      node.title = 'Strongest';
    });
    await folder.change('budgets', ({ graph }) => {
      graph.nodes.find((one: { kind: string }) => one.kind === 'budget').settings.budget = 'No such budget';
    });
    const checked = await folder.run(['check']);
    expect(checked.code).toBe(1);
    expect(checked.text).toMatch(/starter\.json: error: “Strongest” uses “sandbox\/enormous”.*Choose another model/);
    expect(checked.text).toMatch(/budgets\.json: error: .*“No such budget”, which does not exist\./);
    expect(checked.text).toContain('2 with errors');
  });

  it('runs the tests of files, with budgets by their names', async () => {
    await gateway.api('POST', '/policies', { name: 'tested', template: 'budgets' });
    await folder.run(['pull', '--draft']);
    expect(await folder.text('tested')).toContain('"Project, per month": {');
    expect(await folder.run(['check'])).toMatchObject({ code: 0 });
    await folder.change('tested', ({ tests }) => {
      tests[0].name = 'A test that fails';
      tests[0].expect = { model: 'sandbox/local', status: 200 };
    });
    const checked = await folder.run(['check']);
    expect(checked.code).toBe(1);
    expect(checked.text).toMatch(
      /tested\.json: error: The test “A test that fails” does not pass: It was to be answered/,
    );
  });

  it.each([
    ['without a token', {}, 'SIGNALBOX_ADMIN_TOKEN is not set'],
    ['where no server answers', NOBODY, 'no Signalbox answers at http://127.0.0.1:1'],
  ])('looks at the drawings alone %s, and says so', async (_when, environment, why) => {
    await folder.change('starter', ({ graph }) => {
      graph.nodes.find((one: { kind: string }) => one.kind === 'model').settings.model = 'sandbox/enormous';
    });
    const sound = await folder.run(['check'], environment);
    expect(sound.code).toBe(0);
    expect(sound.text).toContain(`the drawings alone, since ${why}`);
    await folder.change('starter', ({ graph }) => {
      graph.edges = graph.edges.slice(1);
    });
    const broken = await folder.run(['check'], environment);
    expect(broken.code).toBe(1);
    expect(broken.text).toMatch(/starter\.json: error: No way leads to/);
  });

  it.each([
    ['newer file', '{"schema":9,"name":"odd","graph":{}}', 'newer version of Signalbox'],
    ['newer graph', '{"name":"odd","graph":{"schema":9,"nodes":[],"edges":[]}}', 'newer version of Signalbox'],
    ['no graph', '{"name":"odd"}', 'no graph in this file'],
    ['no JSON', '{"name":', 'not JSON'],
    ['a list', '[]', 'no graph in this file'],
    ['too large', ' '.repeat(LARGEST_FILE_BYTES + 1), 'larger than 10 MB'],
    ['another name', '{"name":"other","graph":{"schema":1,"nodes":[],"edges":[]}}', 'names the policy “other”'],
    ['a graph alone', '{"schema":1,"nodes":[],"edges":[]}', 'names no policy'],
  ])('says in words what is wrong with a file: %s', async (_what, text, words) => {
    await folder.write('odd.json', text);
    for (const environment of [undefined, NOBODY]) {
      const checked = await folder.run(['check'], environment);
      expect(checked.code).toBe(1);
      const line = checked.text.split('\n').find((one) => one.startsWith('odd.json: error: '));
      expect(line).toContain(words);
      expect(line).toMatch(/\.$/);
    }
  });

  it('changes nothing, here or there', async () => {
    const before = [await readdir(folder.path), await gateway.api('GET', '/history?limit=1')];
    await folder.run(['check']);
    expect([await readdir(folder.path), await gateway.api('GET', '/history?limit=1')]).toEqual(before);
  });
});
