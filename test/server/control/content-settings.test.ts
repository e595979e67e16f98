/** What is kept of requests as their project says, sealed on the disk, and read by those who leave an entry of it. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ContentSetting } from '../../../server/control/content-settings.ts';
import { sqliteWriter } from '../../../server/store/sqlite.ts';
import {
  type GatewayWithUpstream,
  graphOf,
  idOf,
  makeDefault,
  makeKey,
  publish,
  recordOf,
  startGateway,
  startWithUpstream,
} from '../gateway/harness.ts';
import { json } from '../providers/upstream.ts';

const EMAIL = 'ada.lovelace@example.com';
const QUOTED = 'Ada "the first" Lovelace';

let gateway: GatewayWithUpstream;
let project = '';
beforeAll(async () => {
  gateway = await startWithUpstream();
  const rules = [
    { detect: 'email', action: 'placeholder' },
    { name: 'person', pattern: QUOTED, action: 'placeholder' },
  ];
  const policy = await publish(
    gateway,
    'private',
    graphOf(
      {
        enter: ['request', {}],
        hide: ['redact', { rules }],
        call: ['model', { model: 'asked', timeoutSeconds: 20, retries: 0 }],
      },
      ['enter.next > hide', 'hide.clean > call', 'hide.found > call'],
    ),
  );
  await makeDefault(gateway, policy);
  const { projects } = await gateway.api<{ projects: { id: string }[] }>('GET', '/projects');
  project = projects[0]?.id ?? '';
});
afterAll(() => gateway.stop());

const keep = (content: ContentSetting['content']) =>
  gateway.api('PUT', '/organisation/content-settings', {
    setting: { content, contentDays: null, recordDays: null },
    reason: 'for a test',
  });

const said = { role: 'assistant', content: `I wrote to [[EMAIL_1]].` };
const call = { id: 'c', type: 'function', function: { name: 'find', arguments: '{"who":"[[PERSON_1]]"}' } };

async function ask(token?: string): Promise<string> {
  gateway.answer = json(200, {
    choices: [{ index: 0, message: { ...said, tool_calls: [call] }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 5, completion_tokens: 5 },
  });
  const response = await gateway.chat(
    { model: 'up/one', messages: [{ role: 'user', content: `Write to ${EMAIL}, that is ${QUOTED}.` }] },
    token === undefined ? {} : { authorization: `Bearer ${token}` },
  );
  expect(response.status).toBe(200);
  await response.text();
  return idOf(response);
}

it('is what the model got and wrote, where nobody has set anything', async () => {
  expect(await gateway.api('GET', '/content-settings')).toEqual({
    organisation: { content: 'redacted', contentDays: null, recordDays: null },
    projects: [],
  });
  const { content } = await recordOf(gateway, await ask());
  expect(content?.request).toBe(gateway.lastSent());
  expect(content?.request).not.toContain(EMAIL);
  expect(content?.answer).toContain('[[EMAIL_1]]');
});

it('is what the app sent and got, where everything is kept, and nothing, where nothing is', async () => {
  await keep('full');
  const full = await recordOf(gateway, await ask());
  expect(JSON.parse(full.content?.request ?? '').messages[0].content).toBe(`Write to ${EMAIL}, that is ${QUOTED}.`);
  const [choice] = JSON.parse(full.content?.answer ?? '');
  expect(choice.message.content).toBe(`I wrote to ${EMAIL}.`);
  expect(JSON.parse(choice.message.tool_calls[0].function.arguments)).toEqual({ who: QUOTED });
  expect(gateway.lastSent()).not.toContain(EMAIL);

  await keep('none');
  const id = await ask();
  expect((await recordOf(gateway, id)).content).toBeNull();
  expect(await gateway.api('GET', `/records/${id}`)).toMatchObject({ isContentKept: false });
  // What was kept before is as it was.
  expect((await recordOf(gateway, full.id)).content?.request).toContain(EMAIL);
});

it('is as the project says, where it says something of its own', async () => {
  await keep('full');
  const { projects } = await gateway.api<{ projects: { id: string; team: string }[] }>('GET', '/projects');
  const other = await gateway.api<{ id: string }>('POST', '/projects', { name: 'Quiet', team: projects[0]?.team });
  const { token } = await makeKey(gateway, { project: other.id });
  const setting = { content: 'none', contentDays: 3, recordDays: 30 };
  const path = `/projects/${other.id}/content-settings`;
  const settings = await gateway.api('PUT', path, { setting, reason: 'nobody needs it' });
  expect(settings).toMatchObject({ projects: [{ project: other.id, setting }] });
  expect((await recordOf(gateway, await ask(token))).content).toBeNull();
  expect((await recordOf(gateway, await ask())).content?.request).toContain(EMAIL);
  await gateway.api('PUT', path, { setting: null, reason: 'as the others' });
  expect((await recordOf(gateway, await ask(token))).content?.request).toContain(EMAIL);
  const { entries } = await gateway.api<{ entries: unknown[] }>(
    'GET',
    `/history?objectType=project&objectId=${other.id}&limit=2`,
  );
  expect(entries).toMatchObject([
    { action: 'project.set_content', before: setting, after: null, reason: 'as the others' },
    { action: 'project.set_content', before: null, after: setting, reason: 'nobody needs it' },
  ]);
});

it('is refused where content would outlast its record, in words', async () => {
  for (const contentDays of [null, 31]) {
    const setting = { content: 'redacted', contentDays, recordDays: 30 };
    await expect(gateway.api('PUT', `/projects/${project}/content-settings`, { setting, reason: 'x' })).rejects.toThrow(
      'Content goes with its record',
    );
  }
});

it('is on no disk as it was said', async () => {
  await keep('full');
  await ask();
  const files = (await readdir(gateway.dataDir, { recursive: true, withFileTypes: true })).filter((file) =>
    file.isFile(),
  );
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const text = (await readFile(join(file.parentPath, file.name))).toString('latin1');
    expect(text.includes(EMAIL) || text.includes('Write to'), file.name).toBe(false);
  }
});

it('leaves an entry when somebody reads it, one an hour, and none when they look at the rest', async () => {
  await keep('redacted');
  const id = await ask();
  const views = async () => {
    const path = `/history?objectType=record&objectId=${id}&limit=50`;
    return (await gateway.api<{ entries: { action: string }[] }>('GET', path)).entries;
  };
  expect(await gateway.api('GET', `/records/${id}`)).toMatchObject({ id, isContentKept: true });
  expect(await gateway.api('GET', `/records/${id}`)).not.toHaveProperty('content');
  expect(await gateway.api('POST', `/records/${id}/replay`, {})).toMatchObject({ result: 'same' });
  expect(await views()).toEqual([]);
  await gateway.api('GET', `/records/${id}/content`);
  await gateway.api('GET', `/records/${id}/content`);
  expect(await views()).toMatchObject([{ action: 'record.view_content', actor: 'admin-token' }]);
});

it('that was kept plain before stays readable, and what was put under another record is not', async () => {
  const [mine, other] = [await ask(), await ask()];
  const tables = sqliteWriter(join(gateway.dataDir, 'records.db'), 'process');
  try {
    const [row] = await tables('contents').where({ id: other });
    await tables('contents').where({ id: mine }).update({ request: row.request });
    await expect(gateway.api('GET', `/records/${mine}/content`)).rejects.toThrow('content_unreadable');
    const plain = { request: '{"said":"plainly"}', answer: null };
    await tables('contents').where({ id: mine }).update(plain);
    expect(await gateway.api('GET', `/records/${mine}/content`)).toEqual({ content: plain, comments: [] });
  } finally {
    await tables.destroy();
  }
});

it('cannot be read with another key, which is said, and can again with its own', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-contents-'));
  const withKey = (byte: number) =>
    startGateway({ dataDir, environment: { SECRET_KEY: Buffer.alloc(32, byte).toString('base64') } });
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    const first = await withKey(1);
    const question = { model: 'sandbox/small', messages: [{ role: 'user', content: 'Keep this.' }] };
    const id = idOf(await first.chat(question));
    await first.stop();
    const other = await withKey(2);
    await expect(other.api('GET', `/records/${id}/content`)).rejects.toThrow('put back the setting SECRET_KEY');
    await other.stop();
    const again = await withKey(1);
    expect((await recordOf(again, id)).content?.request).toContain('Keep this.');
    await again.stop();
  } finally {
    vi.restoreAllMocks();
    await rm(dataDir, { recursive: true });
  }
});
