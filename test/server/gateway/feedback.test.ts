/** What apps say of answers: who may, what is kept of it, and how it is summed. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { sqliteWriter } from '../../../server/store/sqlite.ts';
import { OWN } from '../access/people.ts';
import { tablesWith } from '../store/everything-stored.ts';
import { graphOf, idOf, makeKey, publish, publishNext, replayAll, startGateway, type TestGateway } from './harness.ts';

const EMAIL = 'ada.lovelace@engines.example';
const hello = [{ role: 'user', content: 'Say hello.' }];
const call = (model: string) => ['model', { model, timeoutSeconds: 20, retries: 0 }] as const;
const plain = (model: string) => graphOf({ enter: ['request', {}], call: call(model) }, ['enter.next > call']);

const feedbackSchema = z.strictObject({
  object: z.literal('signalbox.feedback'),
  request_id: z.string(),
  created: z.int(),
  score: z.number(),
  label: z.string().nullable(),
  comment: z.string().nullable(),
});

let gateway: TestGateway;
/** Two keys of one project, and one of another. */
const keys = { own: '', same: '', other: '' };

beforeAll(async () => {
  gateway = await startGateway();
  await publish(gateway, 'plain', plain('sandbox/small'));
  keys.own = (await makeKey(gateway)).token;
  keys.same = (await makeKey(gateway)).token;
  const { teams } = await gateway.api<{ teams: { id: string }[] }>('GET', '/teams');
  const project = await gateway.api<{ id: string }>('POST', '/projects', {
    name: 'elsewhere',
    team: teams[0]?.id,
  });
  keys.other = (await makeKey(gateway, { project: project.id })).token;
});
afterAll(async () => {
  try {
    await replayAll(gateway);
  } finally {
    await gateway.stop();
  }
});

/** Makes a request and gives its id. */
async function ask(policy: string, token = keys.own): Promise<string> {
  const response = await gateway.chat(
    { model: `policy/${policy}`, messages: hello },
    { authorization: `Bearer ${token}` },
  );
  await response.text();
  return idOf(response);
}

const give = (body: unknown, token = keys.own) =>
  fetch(`${gateway.url}/v1/feedback`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function kept(body: unknown, token = keys.own): Promise<z.infer<typeof feedbackSchema>> {
  const response = await give(body, token);
  expect(response.status, await response.clone().text()).toBe(200);
  return feedbackSchema.parse(await response.json());
}

/** What an app reads of its request, and what administrators do. */
async function shown(id: string, token = keys.own): Promise<{ app: unknown[]; control: unknown[] }> {
  const response = await fetch(`${gateway.url}/v1/requests/${id}`, { headers: { authorization: `Bearer ${token}` } });
  const own = z.object({ feedback: z.array(feedbackSchema) }).parse(await response.json());
  const record = await gateway.api<{ feedback: { key: string }[] }>('GET', `/records/${id}`);
  expect(JSON.stringify(record)).not.toContain('"comment"');
  const { comments } = await gateway.api<{ comments: { key: string; comment: string }[] }>(
    'GET',
    `/records/${id}/content`,
  );
  const written = new Map(comments.map(({ key, comment }) => [key, comment]));
  const control = record.feedback.map((one) => ({ ...one, comment: written.get(one.key) ?? null }));
  return { app: own.feedback, control };
}

describe('feedback', () => {
  it('stands at its request, for the app and in the record', async () => {
    const id = await ask('plain');
    expect((await shown(id)).control).toEqual([]);
    const given = await kept({ request_id: id, score: 0.5, label: 'helpful', comment: 'Short and right.' });
    expect(given).toMatchObject({ request_id: id, score: 0.5, label: 'helpful', comment: 'Short and right.' });
    const { app, control } = await shown(id);
    expect(app).toEqual([given]);
    expect(control).toMatchObject([{ score: 0.5, label: 'helpful', comment: 'Short and right.' }]);
  });

  it('is one of each key: what comes later replaces what came before, also where it says less', async () => {
    const id = await ask('plain');
    await kept({ request_id: id, score: 1, label: 'good', comment: 'Yes.' });
    await kept({ request_id: id, score: -1 }, keys.same);
    await kept({ request_id: id, score: 0 });
    const { control } = await shown(id);
    expect(control).toHaveLength(2);
    expect(control).toContainEqual(expect.objectContaining({ score: 0, label: null, comment: null }));
    expect(control).toContainEqual(expect.objectContaining({ score: -1 }));
  });

  it('is taken from keys of the same project, and from no other', async () => {
    const id = await ask('plain');
    for (const request of [id, 'req_none']) {
      const response = await give({ request_id: request, score: 1 }, request === id ? keys.other : keys.own);
      expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'not_found' } }]);
    }
    expect((await give({ request_id: id, score: 1 }, 'sb_unknown')).status).toBe(401);
    expect((await shown(id)).control).toEqual([]);
  });

  it.each([
    ['a score above 1', { score: 5 }, 'score'],
    ['a score in words', { score: 'good' }, 'score: is a number from -1 (bad) to 1 (good)'],
    ['no score', {}, 'score'],
    ['a very long label', { score: 1, label: 'x'.repeat(65) }, 'label'],
    ['a very long comment', { score: 1, comment: 'x'.repeat(4001) }, 'comment'],
    ['a name in capitals', { Score: 1, score: 1 }, '"score"'],
  ])('is refused with %s', async (_what, body, words) => {
    const response = await give({ request_id: 'req_1', ...body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'invalid_request', message: expect.stringContaining(words) },
    });
  });

  it('is refused where it is no JSON, or very long', async () => {
    expect((await give('{')).status).toBe(400);
    expect((await give(`{"request_id":"r","score":1,"score":0}`)).status).toBe(400);
    expect((await give({ request_id: 'r', score: 1, more: 'x'.repeat(70_000) })).status).toBe(413);
    expect((await fetch(`${gateway.url}/v1/feedback`)).status).toBe(405);
    expect(gateway.running.gateway.inFlight.bytes).toBe(0);
  });
});

describe('a comment', () => {
  const careful = (action: string) => ['redact', { rules: [{ detect: 'email', action }] }] as const;

  it('is kept as the policy of its request keeps texts, in the version that decided it', async () => {
    const edges = ['enter.next > protect', 'protect.clean > call', 'protect.found > call'];
    const nodes = { enter: ['request', {}], protect: careful('mask'), call: call('sandbox/small') } as const;
    const policy = await publish(gateway, 'masking', graphOf(nodes, edges));
    const id = await ask('masking');
    await publishNext(gateway, policy, plain('sandbox/small'));
    const given = await kept({ request_id: id, score: 1, label: EMAIL, comment: `Send it to ${EMAIL}.` });
    expect(given).toMatchObject({ label: '[email]', comment: 'Send it to [email].' });
    expect(JSON.stringify(await shown(id))).not.toContain('lovelace');
    const later = await ask('masking');
    expect(await kept({ request_id: later, score: 1, comment: EMAIL })).toMatchObject({ comment: EMAIL });
  });

  it('is sealed where it is stored, is bound to its place, and is read by those who may read what was said', async () => {
    const database = sqliteWriter(join(gateway.dataDir, 'records.db'), 'process');
    onTestFinished(() => database.destroy());
    const id = await ask('plain');
    const other = await ask('plain');
    await kept({ request_id: id, score: 1, comment: 'Hypatia wrote this.' });
    await kept({ request_id: other, score: 1, comment: 'sealed1.words of an app' });
    expect(await tablesWith(database, 'sqlite', 'Hypatia')).toEqual([]);
    const [row] = await database('feedback').where({ request: id });
    expect(row.comment).toMatch(/^sealed1\./);
    expect((await shown(id)).control).toMatchObject([{ comment: 'Hypatia wrote this.', isCommentKept: true }]);
    expect((await shown(other)).app).toMatchObject([{ comment: 'sealed1.words of an app' }]);

    const viewer = {
      name: 'Vi',
      email: 'vi@example.com',
      password: 'a password for tests',
      grants: [{ role: 'viewer' }],
    };
    await gateway.api('POST', '/people', viewer);
    const signedIn = await fetch(`${gateway.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...OWN },
      body: JSON.stringify({ email: viewer.email, password: viewer.password }),
    });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const look = (path: string) => fetch(`${gateway.url}/api/records/${path}`, { headers: { cookie } });
    const seen = await (await look(id)).text();
    expect(seen).toContain('"isCommentKept":true');
    expect(seen).not.toContain('Hypatia');
    expect((await look(`${id}/content`)).status).toBe(403);
    const { entries } = await gateway.api<{ entries: unknown[] }>('GET', `/history?objectType=record&objectId=${id}`);
    expect(entries).toMatchObject([{ action: 'record.view_content' }]);

    await database('feedback').where({ request: other }).update({ comment: row.comment });
    expect((await look(other)).status).toBe(200);
    await expect(gateway.api('GET', `/records/${other}/content`)).rejects.toThrow('content_unreadable');
  });

  it('is not kept where the request came to no redact node of its policy', async () => {
    const graph = graphOf(
      {
        enter: ['request', {}],
        sort: [
          'match',
          {
            cases: [
              { port: 'streams', label: 'streams', when: { fact: 'request.stream', operator: 'equal', value: true } },
            ],
          },
        ],
        protect: careful('mask'),
        call: call('sandbox/small'),
      },
      [
        'enter.next > sort',
        'sort.streams > protect',
        'sort.else > call',
        'protect.clean > call',
        'protect.found > call',
      ],
    );
    await publish(gateway, 'sometimes', graph);
    const id = await ask('sometimes');
    expect(await kept({ request_id: id, score: 1, comment: 'Ada wrote this.' })).toMatchObject({
      score: 1,
      comment: null,
    });
  });
});

it('loses its words with the content of its request, and keeps its score', async () => {
  const id = await ask('plain');
  await kept({ request_id: id, score: 1, label: 'good', comment: 'Ada wrote this.' });
  await gateway.api('DELETE', `/records/${id}/content`, { reason: 'for a test' });
  expect((await shown(id)).control).toMatchObject([{ score: 1, label: null, comment: null }]);
});

describe('the sum', () => {
  it('is told by version and model: how many, and the mean', async () => {
    const policy = await publish(gateway, 'summed', plain('sandbox/small'));
    for (const score of [1, 1, -1]) await kept({ request_id: await ask('summed'), score });
    await publishNext(gateway, policy, plain('sandbox/large'));
    const last = await ask('summed');
    await kept({ request_id: last, score: -0.5 });
    await kept({ request_id: last, score: 0.5 }, keys.same);
    const { feedback } = await gateway.api<{ feedback: unknown[] }>('GET', `/feedback?policy=${policy}`);
    expect(feedback).toEqual([
      { version: 2, model: 'sandbox/large', variant: null, count: 2, mean: 0 },
      { version: 1, model: 'sandbox/small', variant: null, count: 3, mean: expect.closeTo(1 / 3, 9) },
    ]);
    const { at } = await gateway.api<{ at: number }>('GET', `/records/${last}`);
    const since = (query: string) => gateway.api<{ feedback: unknown[] }>('GET', `/feedback?policy=${policy}&${query}`);
    expect((await since(`from=${at}`)).feedback).toHaveLength(1);
    expect((await since(`from=${at + 1}`)).feedback).toEqual([]);
    expect((await since(`to=${at}`)).feedback).toMatchObject([{ version: 1 }]);
  });

  it('tells the variants of a split apart', async () => {
    const variants = ['a', 'b'].map((port) => ({ port, label: port, weight: port === 'a' ? 1 : 0 }));
    const nodes = { enter: ['request', {}], trial: ['split', { variants }], call: call('sandbox/small') } as const;
    const policy = await publish(
      gateway,
      'tried',
      graphOf(nodes, ['enter.next > trial', 'trial.a > call', 'trial.b > call']),
    );
    await kept({ request_id: await ask('tried'), score: 1 });
    const { feedback } = await gateway.api<{ feedback: unknown[] }>('GET', `/feedback?policy=${policy}`);
    expect(feedback).toMatchObject([{ variant: 'trial.a', count: 1, mean: 1 }]);
  });
});
