/** Alerts in a whole gateway: nodes, budgets, people who ask, and what goes wrong. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  atRest,
  eventually,
  type GatewayWithUpstream,
  graphOf,
  idOf,
  makeDefault,
  makeKey,
  publish,
  recordOf,
  replayAll,
  startGateway,
  startWithUpstream,
  type TestGateway,
} from '../gateway/harness.ts';
import { type Receiver, startReceiver } from './desk.ts';

const HELLO = { model: 'sandbox/small', messages: [{ role: 'user', content: 'my card is 4111 1111 1111 1111' }] };

const environment = { ALLOW_PRIVATE_WEBHOOKS: 'true', PUBLIC_URL: 'https://pages.example.com/' };

let dataDir: string;
let gateway: TestGateway;
let receiver: Receiver;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'signalbox-alerts-'));
  [gateway, receiver] = await Promise.all([startGateway({ dataDir, environment }), startReceiver()]);
});
afterEach(async () => {
  await gateway.stop();
  await receiver.close();
  await rm(dataDir, { recursive: true });
});

async function restart(): Promise<void> {
  await gateway.stop();
  gateway = await startGateway({ dataDir, environment });
}

/** A key with which one may say for which of two teams a request is. */
async function keyOfTeams(): Promise<string> {
  return (await makeKey(gateway, { tagChoices: { team: ['search', 'ads'] } })).token;
}

interface Told {
  readonly about: string;
  readonly title: string;
  readonly text: string;
  readonly link: string | null;
  readonly data: Record<string, unknown>;
}

const told = (): Told[] => receiver.received.map(({ body }) => JSON.parse(body));

/** The messages, once there are so many. */
const toldSoFar = (count: number): Promise<Told[]> =>
  eventually(() => {
    expect(told()).toHaveLength(count);
    return told();
  });

async function channel(name: string, more: Record<string, unknown> = {}): Promise<string> {
  const target = { kind: 'webhook', url: receiver.url };
  const { channel: made } = await gateway.api<{ channel: { id: string } }>('POST', '/channels', {
    name,
    target,
    topics: [],
    ...more,
  });
  return made.id;
}

const alerting = (settings: Record<string, unknown>) =>
  graphOf(
    {
      enter: ['request', {}],
      watch: ['alert', { channel: 'Finance', text: '{team}/{user} at {node} of {policy}: {cost}', ...settings }],
      call: ['model', { model: 'asked', retries: 0 }],
    },
    ['enter.next > watch', 'watch.next > call'],
  );

const stepOf = async (answer: Response): Promise<string> => {
  await answer.text();
  const { trace } = await recordOf(gateway, idOf(answer));
  return trace[1]?.reason ?? '';
};

describe('an alert in a policy', () => {
  it('tells its channel once for each scope, without the text of the request, and each request goes on', async () => {
    await channel('Finance');
    await makeDefault(gateway, await publish(gateway, 'watched', alerting({ scope: ['team'], everySeconds: 3600 })));
    const authorization = `Bearer ${await keyOfTeams()}`;
    const send = (team: string) => gateway.chat(HELLO, { authorization, 'x-signalbox-tags': `team=${team},user=ada` });
    const reasons: string[] = [];
    for (const team of ['search', 'search', 'ads']) {
      const answer = await send(team);
      expect(answer.status).toBe(200);
      reasons.push(await stepOf(answer));
    }
    expect(reasons).toEqual([
      '“Finance” is told of team=search.',
      '“Finance” was told of team=search less than an hour ago, and is not told again.',
      '“Finance” is told of team=ads.',
    ]);
    const messages = (await toldSoFar(2)).sort((a, b) => (a.text < b.text ? 1 : -1));
    expect(messages[0]).toMatchObject({
      about: 'policy',
      title: 'watch',
      text: 'search/ada at watch of watched: $0',
      link: expect.stringMatching(/^https:\/\/pages\.example\.com\/requests\/req_/),
      data: { policy: 'watched', node: 'watch', scope: 'team=search' },
    });
    expect(JSON.stringify(messages)).not.toContain('4111');
    expect(await replayAll(gateway)).toBe(3);
  });

  it('goes on where its channel is gone, tells nobody in a dry run, and guards the name while it is published', async () => {
    const id = await channel('Finance');
    const policy = await publish(gateway, 'watched', alerting({ everySeconds: 60 }));
    await makeDefault(gateway, policy);
    await expect(gateway.api('DELETE', `/channels/${id}`)).rejects.toThrow('“watched” tells it');
    await expect(gateway.api('PATCH', `/channels/${id}`, { name: 'Money' })).rejects.toThrow('cannot be renamed');
    const dry = await gateway.chat(HELLO, { 'x-signalbox-dry-run': 'true' });
    expect(await dry.text()).toContain('“Finance” is told.');
    const { alerts } = await gateway.api<{ alerts: unknown[] }>('GET', '/alerts');
    expect(alerts).toEqual([]);
    // Only somebody who writes into the database can take it away while a policy tells it.
    const problems = await gateway.api<{ problems: { message: string }[] }>('POST', '/check', {
      graph: alerting({ channel: 'Gone' }),
    });
    expect(problems.problems.map(({ message }) => message)).toEqual([
      '“watch” tells the channel “Gone”, which does not exist.',
    ]);
    const unknown = await gateway.api<{ problems: { message: string }[] }>('POST', '/check', {
      graph: alerting({ text: 'Look at {prompt}' }),
    });
    expect(unknown.problems[0]?.message).toContain('Nothing is known to put in place of {prompt}.');
  });

  it('tells nothing twice after a restart', async () => {
    await channel('Finance');
    await makeDefault(gateway, await publish(gateway, 'watched', alerting({ everySeconds: 3600 })));
    await (await gateway.chat(HELLO)).text();
    await toldSoFar(1);
    await restart();
    expect(await stepOf(await gateway.chat(HELLO))).toContain('less than an hour ago');
  });
});

describe('a budget', () => {
  /** A budget for each team, that every request pays from. */
  async function paying(limit: number): Promise<string> {
    const budget = {
      name: 'Month',
      scope: ['team'],
      window: 'month',
      timeZone: 'UTC',
      unit: 'tokens',
      limit,
      owner: 'Grace',
      reason: 'for a test',
    };
    const { id } = await gateway.api<{ id: string }>('POST', '/budgets', budget);
    const graph = graphOf(
      {
        enter: ['request', {}],
        pay: ['budget', { budget: id, warnAt: null, outputLimit: 300 }],
        call: ['model', { model: 'asked', retries: 0 }],
      },
      ['enter.next > pay', 'pay.within > call'],
    );
    await makeDefault(gateway, await publish(gateway, 'paying', graph));
    return id;
  }

  it('tells its channels once when a share is reached, and its team’s own only of that team', async () => {
    const id = await paying(2000);
    const team = await gateway.api<{ id: string }>('POST', '/teams', { name: 'search' });
    await channel('All budgets', { topics: ['budgets'] });
    await channel('Search', { topics: ['budgets'], team: team.id });
    const authorization = `Bearer ${await keyOfTeams()}`;
    const spend = async (name: string): Promise<number> => {
      const answer = await gateway.chat(HELLO, { authorization, 'x-signalbox-tags': `team=${name}` });
      await answer.text();
      return answer.status;
    };
    const until = async (name: string): Promise<void> => {
      while ((await spend(name)) === 200);
    };
    await until('search');
    await until('search');
    await atRest(gateway);
    const messages = await toldSoFar(4);
    const titles = messages.map(({ title }) => title);
    expect(titles.filter((title) => title === 'The budget “Month” for team=search has reached 80 %')).toHaveLength(2);
    expect(titles.filter((title) => title === 'The budget “Month” for team=search is used up')).toHaveLength(2);
    expect(messages[0]).toMatchObject({
      about: 'budgets',
      link: `https://pages.example.com/budgets/${id}`,
      text: expect.stringMatching(/ of 2,000 tokens is spent.* It resets on .* UTC\. Grace can give it more\.$/),
      data: { budget: id, scope: 'team=search', limit: 2000 },
    });
    await until('ads');
    const more = (await toldSoFar(6)).slice(4);
    expect(more.map(({ title }) => title).sort()).toEqual([
      'The budget “Month” for team=ads has reached 80 %',
      'The budget “Month” for team=ads is used up',
    ]);
    await restart();
    await spend('ads');
    await atRest(gateway);
    const { alerts } = await gateway.api<{ alerts: { state: string }[] }>('GET', '/alerts');
    expect(alerts.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'delivered'));
  });

  it('is asked for more of, and those who hear of it find the page', async () => {
    const id = await paying(2000);
    await channel('Owners', { topics: ['asks'] });
    const ask = { budget: id, scope: 'team=search', amount: 500, reason: 'The release is late' };
    await gateway.api('POST', '/budget-requests', ask);
    expect(await toldSoFar(1)).toMatchObject([
      {
        about: 'asks',
        title: 'Somebody asks for more of the budget “Month”',
        text: '500 tokens more is asked for for team=search. The reason: “The release is late”',
        link: `https://pages.example.com/budgets/${id}`,
      },
    ]);
  });
});

describe('what goes wrong', () => {
  it('is told: more used than held, a model without a price, records that cannot be written', async () => {
    await gateway.stop();
    const ours: GatewayWithUpstream = await startWithUpstream({ dataDir, environment });
    gateway = ours;
    await channel('Operators', { topics: ['budgets', 'failures'] });
    ours.answer = (response) =>
      response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          id: 'c1',
          object: 'chat.completion',
          created: 1,
          model: 'one',
          choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 9000, completion_tokens: 3, total_tokens: 9003 },
        }),
      );
    const ask = { model: 'up/three', messages: [{ role: 'user', content: 'Hello' }] };
    for (let i = 0; i < 2; i++) expect((await gateway.chat(ask)).status).toBe(200);
    expect(await toldSoFar(1)).toMatchObject([
      { about: 'budgets', title: 'up/three has no price', data: { model: 'up/three' } },
    ]);

    const { id } = await gateway.api<{ id: string }>('POST', '/budgets', {
      name: 'Tokens',
      scope: [],
      window: 'month',
      timeZone: 'UTC',
      unit: 'tokens',
      limit: 1e9,
      owner: null,
      reason: 'for a test',
    });
    const graph = graphOf(
      {
        enter: ['request', {}],
        pay: ['budget', { budget: id, warnAt: null }],
        call: ['model', { model: 'asked', retries: 0 }],
      },
      ['enter.next > pay', 'pay.within > call'],
    );
    await makeDefault(gateway, await publish(gateway, 'paying', graph));
    for (let i = 0; i < 2; i++) expect((await gateway.chat(ask)).status).toBe(200);
    expect((await toldSoFar(2))[1]).toMatchObject({
      about: 'budgets',
      title: 'up/three used more than was held for it',
      text: expect.stringContaining('reported 9000 tokens of input'),
    });

    const { faults } = gateway.running.gateway.alerts;
    for (const isWriting of [false, false, true]) faults.writing(isWriting, Date.now());
    const titles = (await toldSoFar(4)).slice(2).map(({ title }) => title);
    // Of messages of one moment, none is promised to come first.
    expect(titles.sort()).toEqual(['Requests are recorded again', 'Requests cannot be recorded']);
  });

  it('is no reason to keep a request waiting: a receiver that hangs holds nobody up', async () => {
    receiver.answer = () => {};
    await channel('Finance');
    await makeDefault(gateway, await publish(gateway, 'watched', alerting({ scope: ['user'], everySeconds: 60 })));
    const { token } = await makeKey(gateway);
    const send = (user: string) =>
      gateway.chat(HELLO, { authorization: `Bearer ${token}`, 'x-signalbox-tags': `user=${user}` });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => send(`u${i}`)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    // So that the gateway need not wait for it at its end.
    receiver.answer = (response) => response.end();
    await receiver.close();
  });
});
