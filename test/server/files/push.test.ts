import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { push } from '../../../server/files/push.ts';
import { Refused, type ServerApi, serverApi } from '../../../server/files/server-api.ts';
import { ADMIN_TOKEN, graphOf, publish, publishNext, startGateway, type TestGateway } from '../gateway/harness.ts';
import { type FileText, type Folder, openFolder } from './folder.ts';

const SAY = (text: string) => graphOf({ enter: ['request', {}], say: ['answer', { text }] }, ['enter.next > say']);
const PUSH = ['push', '--reason', 'Said more kindly'];

describe('policies:push', () => {
  let gateway: TestGateway;
  let folder: Folder;
  let name: string;
  let policy: string;
  let made = 0;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    folder = await openFolder(gateway);
    name = `greeting-${++made}`;
    policy = await publish(gateway, name, SAY('Hello.'));
    await folder.run(['pull']);
  });
  afterEach(() => folder.remove());

  const say = (text: string) =>
    folder.change(name, ({ graph }) => {
      graph.nodes[1].settings.text = text;
    });
  const newest = async () =>
    (await gateway.api<{ versions: FileText[] }>('GET', `/policies/${policy}/versions`)).versions[0];
  const draft = () => gateway.api<FileText>('GET', `/policies/${policy}/draft`);
  const entries = async () =>
    (await gateway.api<{ entries: FileText[] }>('GET', '/history?limit=1')).entries[0].sequence;

  it('publishes what was changed, with the reason and the changes in words, and nothing else', async () => {
    await say('Good morning.');
    const before = await entries();
    const pushed = await folder.run(PUSH);
    expect(pushed.code).toBe(0);
    expect(pushed.text).toContain('“say”');
    expect(pushed.text).toContain(`${name}.json: published as version 2`);
    expect(pushed.text).toMatch(/1 file pushed, \d+ already as on the server\.$/);
    expect(await newest()).toMatchObject({ number: 2, live: true, reason: 'Said more kindly', author: 'admin-token' });
    // The draft was saved and published: no other policy has an entry.
    expect(await entries()).toBe(before + 2);
    expect(await folder.read(name)).toMatchObject({ version: 2 });
    expect((await folder.run(PUSH)).text).toMatch(/^0 files pushed/);
  });

  it('goes on from what it has pushed', async () => {
    await say('Good morning.');
    await folder.run(PUSH);
    await say('Good evening.');
    expect(await folder.run(PUSH)).toMatchObject({ code: 0 });
    expect((await newest()).number).toBe(3);
  });

  it('is refused where the server has another version than the file came from, and nothing is changed', async () => {
    await publishNext(gateway, policy, SAY('Good day.'));
    await say('Good morning.');
    const before = await entries();
    const refused = await folder.run(PUSH);
    expect(refused.code).toBe(1);
    expect(refused.text).toContain(
      `${name}.json: error: It comes from version 1, while on the server version 2 is live.`,
    );
    expect(refused.text).toContain('Pull first');
    expect(refused.text).toContain('Nothing was changed on the server');
    expect(await entries()).toBe(before);
  });

  it('has nothing to do where the server says the same under another number', async () => {
    await say('Good morning.');
    const changed = await folder.text(name);
    await folder.run(PUSH);
    await folder.write(`${name}.json`, changed);
    expect(await folder.run(PUSH)).toMatchObject({ code: 0, text: expect.stringMatching(/^0 files pushed/) });
  });

  it('does not write over a draft that was not published, but publishes one that it is', async () => {
    const { revision, layout } = await draft();
    await gateway.api('PUT', `/policies/${policy}/draft`, { graph: SAY('In the browser.'), layout, revision });
    await say('Good morning.');
    const refused = await folder.run(PUSH);
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('changes that were not published') });
    expect((await draft()).revision).toBe(2);
    await folder.run(['pull', '--draft', '--overwrite']);
    expect((await folder.run(PUSH)).text).toContain(`${name}.json: published as version 2`);
    expect((await draft()).revision).toBe(2);
  });

  it('stops before anything is changed when one file has errors', async () => {
    await say('Good morning.');
    await folder.change('starter', ({ graph }) => {
      graph.edges = [];
    });
    const before = await entries();
    const refused = await folder.run(PUSH);
    expect(refused.code).toBe(1);
    expect(refused.text).toMatch(/starter\.json: error: /);
    expect(refused.text).toContain('Nothing was changed on the server: 1 file cannot be pushed.');
    expect(await entries()).toBe(before);
  });

  it('makes policies that are new, and changes titles without a version', async () => {
    const fresh = { name: `${name}-new`, title: 'New', graph: SAY('Hello.'), layout: undefined };
    await folder.write(`${name}-new.json`, JSON.stringify(fresh));
    await folder.change(name, (file) => {
      file.title = 'Another title';
    });
    const pushed = await folder.run(PUSH);
    expect(pushed.code).toBe(0);
    expect(pushed.text).toContain(`${name}-new.json: published as version 1`);
    expect(await folder.read(`${name}-new`)).toMatchObject({ version: 1, title: 'New' });
    expect(await newest()).toMatchObject({ number: 1 });
    expect(await gateway.api('GET', `/policies/${policy}`)).toMatchObject({ title: 'Another title', liveVersion: 1 });
    expect((await folder.run(PUSH)).text).toMatch(/^0 files pushed/);
  });

  it('publishes tests with the graph', async () => {
    const test = {
      id: 'kind',
      name: 'It is kind',
      request: { model: 'any', messages: [{ role: 'user', content: 'Hello' }] },
      at: '2026-03-02T12:00:00Z',
      expect: { model: null, status: 200 },
    };
    await folder.change(name, (file) => {
      file.tests = [test];
    });
    expect((await folder.run(PUSH)).text).toContain('Its tests are others.');
    expect((await draft()).tests).toMatchObject([{ id: 'kind' }]);
    await folder.change(name, (file) => {
      file.tests[0].expect.status = 403;
    });
    expect(await folder.run(PUSH)).toMatchObject({
      code: 1,
      text: expect.stringContaining('“It is kind” does not pass'),
    });
    expect((await newest()).number).toBe(2);
  });

  it('refuses what is in the archive', async () => {
    await gateway.api('POST', `/policies/${policy}/archive`, { reason: 'for the test' });
    await say('Good morning.');
    expect(await folder.run(PUSH)).toMatchObject({ code: 1, text: expect.stringContaining('is in the archive') });
  });

  it('puts the draft back when the server refuses to publish it after all', async () => {
    await say('Good morning.');
    const real = serverApi(gateway.url, ADMIN_TOKEN);
    const refusing: ServerApi = {
      url: real.url,
      ask: (answer, method, path, body) =>
        path.endsWith('/publish')
          ? Promise.reject(new Refused('internal', 'It cannot be published now.'))
          : real.ask(answer, method, path, body),
    };
    const lines: string[] = [];
    expect(await push(refusing, folder.path, 'for the test', (line) => lines.push(line))).toBe(1);
    expect(lines.join('\n')).toContain(`${name}.json: error: It cannot be published now.`);
    expect(await draft()).toMatchObject({ revision: 3, graph: SAY('Hello.') });
    expect(await folder.read(name)).toMatchObject({ version: 1 });
  });

  it('brings policies from one Signalbox to another, whose budgets have other ids', async () => {
    const other = await startGateway();
    try {
      const environment = { SIGNALBOX_URL: other.url, SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN };
      await folder.change('budgets', (file) => {
        file.graph.nodes[1].title = 'Money';
      });
      const pushed = await folder.run(PUSH, environment);
      expect(pushed).toMatchObject({ code: 0, text: expect.stringContaining('budgets.json: published as version 2') });
      const { budgets } = await other.api<{ budgets: FileText[] }>('GET', '/budgets');
      const theirs = await other.api<{ policies: FileText[] }>('GET', '/policies');
      const moved = theirs.policies.find((one) => one.name === 'budgets');
      const ids = budgets.map(({ budget }) => budget.id);
      expect(moved.budgets.length).toBeGreaterThan(0);
      for (const id of moved.budgets) expect(ids).toContain(id);
    } finally {
      await other.stop();
    }
  });
});
