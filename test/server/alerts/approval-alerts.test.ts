/** What people are told of approvals: who asks and is answered, what becomes void, and what was an emergency. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import { ALERT_TOPICS } from '../../../server/alerts/message.ts';
import { createPerson } from '../../../server/control/people.ts';
import { newGuest } from '../access/people.ts';
import {
  approve,
  ask,
  asked,
  changeRule,
  drawn,
  house,
  nextNumber,
  ONE,
  openTeam,
  publish,
  REASON,
  save,
  team,
} from '../control/approval-team.ts';
import { dialects, LAYOUT, modelGraph } from '../control/house.ts';
import { openDesk } from './desk.ts';

const topics = ['approvals', 'answers', 'emergencies'];
const target = { kind: 'slack', url: 'https://hooks.example.com/services/T0' };

interface Told {
  readonly about: string;
  readonly title: string;
  readonly text: string;
  readonly path: string | null;
  readonly at: number;
}

describe.each(dialects)('alerts about approvals on %s', (dialect) => {
  openTeam(dialect);

  /** Makes a channel of those topics; gives what waits for it, the oldest first, once it is so much. */
  async function listen(more: object = {}): Promise<(count: number) => Promise<Told[]>> {
    const name = `Approvals ${nextNumber()}`;
    const { channel } = (await house.ask('POST', '/channels', { name, target, topics, ...more })).body;
    const read = async (): Promise<Told[]> => (await house.ask('GET', `/alerts?channel=${channel.id}`)).body.alerts;
    return async (count) => {
      await expect.poll(async () => (await read()).length).toBe(count);
      // Several are written at once, in no order of their own.
      return (await read()).sort((a, b) => a.at - b.at);
    };
  }

  it('tell of a request when it is made, and who asked once it is approved by enough', async () => {
    const { author, one, two, admin } = team;
    const policy = await drawn(house, author);
    const told = await listen();
    const request = await asked(house, author, policy);
    const [first] = await told(1);
    expect(first).toMatchObject({ about: 'approvals', path: `/approvals/${request.id}` });
    expect(first?.title).toMatch(/^Somebody asks for approval of a draft of “Approved/);
    expect(first?.text).toContain(`2 people have to approve it before it is published. The reason: “${REASON}”`);
    await approve(one, request);
    await approve(two, request);
    // One more than it needs changes nothing for who asked.
    await approve(admin, request);
    await author.send('POST', `/approvals/${request.id}/withdraw`, { reason: 'To see what comes after it' });
    await asked(house, author, policy);
    const [, approved, again] = await told(3);
    expect(approved).toMatchObject({ about: 'answers', path: `/approvals/${request.id}` });
    expect(approved?.text).toContain('can be published now');
    expect(again).toMatchObject({ about: 'approvals' });
  });

  it('tell who asked that it was sent back with words, or became void by what others have drawn', async () => {
    const { author, one, admin } = team;
    const policy = await drawn(house, author, ONE);
    const told = await listen();
    const { id, digest } = await asked(house, author, policy);
    await one.send('POST', `/approvals/${id}/send-back`, { digest, reason: 'The model is too large' });
    expect((await told(2))[1]).toMatchObject({
      about: 'answers',
      title: expect.stringContaining('was sent back'),
      text: expect.stringContaining('“The model is too large”'),
    });
    const waiting = async () => (await author.send('GET', '/approvals/waiting')).body;
    expect((await waiting()).answers).toContain(id);

    // One's own edit is no news.
    const own = await asked(house, author, policy);
    expect((await waiting()).answers).not.toContain(id);
    await save(house, author, policy, 'By the author');
    expect((await waiting()).answers).not.toContain(own.id);
    const other = await asked(house, author, policy);
    await save(house, admin, policy, 'By the admin');
    const all = await told(5);
    expect(all.slice(2).map(({ about }) => about)).toEqual(['approvals', 'approvals', 'answers']);
    expect(all[4]).toMatchObject({ path: `/approvals/${other.id}`, title: expect.stringContaining('is void') });
    expect((await waiting()).answers).toContain(other.id);
  });

  it('tell of emergencies, published or brought back, and of a request that an old version makes void', async () => {
    const { author, admin } = team;
    const policy = await drawn(house, author, ONE);
    const told = await listen();
    expect((await publish(house, admin, policy, true)).status).toBe(201);
    expect(await told(1)).toMatchObject([
      { about: 'emergencies', path: '/approvals', text: expect.stringContaining(`“${REASON}”`) },
    ]);
    await save(house, author, policy, 'Second');
    await publish(house, admin, policy, true);
    await admin.send('POST', `/policies/${policy}/versions/1/restore`, { reason: REASON, emergency: true });
    expect((await told(3)).map(({ title }) => title)).toEqual([
      expect.stringMatching(/^Version 1 of .* was published in an emergency$/),
      expect.stringMatching(/^Version 2 of /),
      expect.stringMatching(/^Version 3 of /),
    ]);
    await save(house, author, policy, 'Fourth');
    const request = await asked(house, author, policy);
    const { revision } = (await house.ask('GET', `/policies/${policy}/draft`)).body;
    const body = { revision, replace: true, reason: 'Restores version 2' };
    expect((await admin.send('POST', `/policies/${policy}/versions/2/approvals`, body)).status).toBe(201);
    // Both are of one moment.
    expect((await told(6)).slice(4)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ about: 'answers', path: `/approvals/${request.id}` }),
        expect.objectContaining({ about: 'approvals', text: expect.stringContaining('“Restores version 2”') }),
      ]),
    );
    // What is needed no more is nobody's emergency.
    await changeRule(house, policy, { ...ONE, approvals: 0 });
    expect((await publish(house, author, policy)).status).toBe(201);
  });

  it('go to the channel of a team where the policy belongs to one of its projects', async () => {
    const newTeam = async () => (await house.ask('POST', '/teams', { name: `team-${nextNumber()}` })).body.id;
    const [near, far] = [await newTeam(), await newTeam()];
    const body = { name: `project-${nextNumber()}`, team: near };
    const project = (await house.ask('POST', '/projects', body)).body.id;
    const drawing = { name: `near-${nextNumber()}`, title: 'Near', project, graph: modelGraph(), layout: LAYOUT };
    const { id } = (await house.ask('POST', '/policies', drawing)).body.policy;
    const [here, there] = [await listen({ team: near }), await listen({ team: far })];
    const author = await newGuest(house, 'author');
    expect((await ask(house, author, id)).status).toBe(201);
    expect(await here(1)).toMatchObject([{ about: 'approvals', title: expect.stringContaining('“Near”') }]);
    expect(await there(0)).toEqual([]);
  });
});

describe('mail about approvals', () => {
  it('reaches everybody but who has done it, and nobody where only they would get it', async () => {
    const taken: string[][] = [];
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      logger: false,
      onData(stream, session, done) {
        taken.push(session.envelope.rcptTo.map(({ address }) => address));
        stream.resume();
        stream.on('end', () => done());
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.server.address() as AddressInfo;
    const mail = { url: `smtp://127.0.0.1:${port}`, from: 'signalbox@example.org' };
    const desk = await openDesk('sqlite', { mail });
    try {
      const { control, actor, organisation } = desk;
      const grants = [{ role: 'author' as const, within: null, content: false }];
      const person = { name: 'Uma', email: 'uma@example.org', passwordHash: '', grants };
      const { id: by } = await createPerson(control, actor, person);
      const to = (name: string, addresses: string[]) =>
        desk.channel(name, '', { topics: ['approvals'], target: { kind: 'email', to: addresses } });
      await to('all', ['Uma@Example.org', 'bo@example.org']);
      await to('own', ['uma@example.org']);
      const request = {
        id: 'apr_1',
        policy: 'pol_1',
        title: 'Answers',
        revision: 1,
        digest: '',
        baseVersion: null,
        author: by,
        reason: REASON,
        at: desk.now,
        state: 'open' as const,
        needed: 1,
        approvals: [],
        waitingFor: [],
        answer: null,
        endedBy: null,
        endedAt: null,
        version: null,
        openComments: 0,
      };
      desk.alerts.approvals.asked(request, { organisation, project: null, by });
      await desk.settle();
      expect(taken).toEqual([['bo@example.org']]);
      const log = await desk.log();
      expect(log.map(({ channel_name, state }) => [channel_name, state]).sort()).toEqual([
        ['all', 'delivered'],
        ['own', 'dropped'],
      ]);
    } finally {
      await desk.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });
});

describe('the page about alerts', () => {
  it('names every topic as a message to a webhook does', () => {
    const page = readFileSync(new URL('../../../docs/alerts.md', import.meta.url), 'utf8');
    const sentence = /`about` is ([^.]*)\./.exec(page)?.[1] ?? '';
    for (const topic of ALERT_TOPICS) expect(sentence).toContain(`\`${topic}\``);
  });
});
