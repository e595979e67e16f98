import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../../policies/graph.ts';
import { dialects, type House, LAYOUT, modelGraph, openHouse, recordOf } from '../control/house.ts';
import { type Guest, guestWith } from './people.ts';

const REASON = { reason: 'to see who may' };
const HIDDEN = { status: 404, body: { error: { code: 'not_found' } } };
const REFUSED = { status: 403, body: { error: { code: 'not_allowed' } } };

/** Goes on with the policy of the project. */
const BEFORE_ALL: Graph = {
  schema: 1,
  nodes: [
    { id: 'enter', kind: 'request', title: 'Request', settings: { timeZone: 'UTC' } },
    { id: 'on', kind: 'project', title: 'The project’s own', settings: {} },
  ],
  edges: [{ from: 'enter', port: 'next', to: 'on' }],
};

/** What one project has, by id. */
interface Belongings {
  readonly team: string;
  readonly project: string;
  readonly policy: string;
  readonly key: string;
  readonly budget: string;
  readonly record: string;
}

describe.each(dialects)('roles that count in one place on %s', (dialect) => {
  let house: House;
  let own: Belongings;
  let foreign: Belongings;
  /** A policy of the whole organisation. */
  let common: string;

  async function made(path: string, body: unknown, read = 'id'): Promise<string> {
    const answer = await house.ask('POST', path, body);
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(201);
    return String(read.split('.').reduce((value, name) => value[name], answer.body));
  }
  const newPolicy = (name: string, project: string | null, graph = modelGraph()): Promise<string> =>
    made('/policies', { name, title: name, project, graph, layout: LAYOUT }, 'policy.id');

  async function belongings(name: string): Promise<Belongings> {
    const team = await made('/teams', { name });
    const project = await made('/projects', { name, team });
    const policy = await newPolicy(name, project);
    const key = await made('/keys', { name, project }, 'key.id');
    const limits = { scope: ['project'], window: 'month', timeZone: 'UTC', unit: 'usd', limit: 5e9, owner: name };
    const budget = await made('/budgets', { ...limits, name, project, ...REASON });
    const content = { request: `what ${name} said`, answer: null };
    const record = recordOf(house, { project, policy, key, version: 1, content });
    await house.database.records.commit({ intents: [], records: [record] });
    return { team, project, policy, key, budget, record: record.id };
  }

  const come = (...grants: object[]): Promise<Guest> => guestWith(house, ...grants);

  beforeAll(async () => {
    house = await openHouse(dialect);
    own = await belongings('search');
    foreign = await belongings('billing');
    common = await newPolicy('common', null, BEFORE_ALL);
  });
  afterAll(async () => {
    expect(house.faults).toEqual([]);
    await house.close();
  });

  it('let a team lead reach the team’s keys, requests and spending, and nothing of another team', async () => {
    const { send } = await come({ role: 'lead', within: { team: own.team } });
    const ids = async (path: string, list: string): Promise<string[]> =>
      (await send('GET', path)).body[list].map(
        (one: { id?: string; budget?: { id: string } }) => one.id ?? one.budget?.id,
      );
    expect(await ids('/keys', 'keys')).toEqual([own.key]);
    expect(await ids('/budgets', 'budgets')).toEqual([own.budget]);
    expect(await ids('/records', 'records')).toEqual([own.record]);
    expect(await ids(`/records?key=${own.key}`, 'records')).toEqual([own.record]);
    expect(await ids(`/records?key=${foreign.key}`, 'records')).toEqual([]);
    expect((await send('GET', `/records/export/size?key=${foreign.key}`)).body.rows ?? 0).toBe(0);
    expect(new Set(await ids('/policies', 'policies'))).toContain(own.policy);
    expect(await ids('/policies', 'policies')).not.toContain(foreign.policy);
    expect(await ids('/policies', 'policies')).toContain(common);

    expect((await send('GET', `/records/${own.record}/content`)).status).toBe(200);
    for (const path of [
      ...[`/records/${foreign.record}`, `/records/${foreign.record}/content`],
      ...[`/policies/${foreign.policy}`, `/budgets/${foreign.budget}/refusals`],
    ]) {
      expect(await send('GET', path), path).toMatchObject(HIDDEN);
    }
    expect(await send('POST', `/keys/${foreign.key}/revoke`, REASON)).toMatchObject(HIDDEN);
    expect(await send('POST', `/records/${foreign.record}/replay`, {})).toMatchObject(HIDDEN);
    expect((await send('POST', '/keys', { name: 'new', project: own.project })).status).toBe(201);
    expect(await send('POST', '/keys', { name: 'new', project: foreign.project })).toMatchObject(REFUSED);
    // A key cannot be a way around to a policy that one may not see.
    const around = { name: 'new', project: own.project, policies: [foreign.policy] };
    expect(await send('POST', '/keys', around)).toMatchObject(HIDDEN);
    expect(await send('PUT', `/policies/${own.policy}/draft`, {})).toMatchObject(REFUSED);
    expect(await send('PATCH', `/teams/${own.team}`, { name: 'mine' })).toMatchObject(REFUSED);
    const house_ = (await send('GET', '/house')).body;
    expect(JSON.stringify([house_.keys, house_.budgets, house_.policies])).not.toContain(foreign.project);
  });

  it('let a team lead see the usage of the team alone, whatever is asked for', async () => {
    const { send } = await come({ role: 'lead', within: { team: own.team } });
    for (const question of ['by=project', 'by=model', `by=project&project=${foreign.project}`]) {
      const answer = await send('GET', `/usage?${question}`);
      const said = answer.status === 200 ? answer : await send('POST', '/usage/scans', { by: 'project' });
      expect(JSON.stringify(said.body)).not.toContain(foreign.project);
      expect(JSON.stringify(said.body)).not.toContain('billing');
    }
  });

  it('let nobody read or end a scan of usage that reads more than they may see', async () => {
    const { send } = await come({ role: 'lead', within: { team: own.team } });
    const { id } = (await house.ask('POST', '/usage/scans', { by: 'project' })).body;
    expect(await send('GET', `/usage/scans/${id}`)).toMatchObject(HIDDEN);
    expect(await send('DELETE', `/usage/scans/${id}`)).toMatchObject(HIDDEN);
    const mine = (await send('POST', '/usage/scans', { by: 'project' })).body.id;
    expect((await send('GET', `/usage/scans/${mine}`)).status).toBe(200);
    expect((await send('DELETE', `/usage/scans/${mine}`)).status).toBe(204);
    expect((await house.ask('DELETE', `/usage/scans/${id}`)).status).toBe(204);
  });

  it('let an app developer make keys of their own, and see the requests of these alone', async () => {
    const developer = await come({ role: 'developer', within: { project: own.project } });
    const { send } = developer;
    expect((await send('GET', '/keys')).body.keys).toEqual([]);
    const key = (await send('POST', '/keys', { name: 'mine', project: own.project })).body.key.id;
    const content = { request: 'what I asked', answer: null };
    const record = recordOf(house, { project: own.project, key, content });
    await house.database.records.commit({ intents: [], records: [record] });
    expect((await send('GET', '/records')).body.records.map(({ id }: { id: string }) => id)).toEqual([record.id]);
    expect((await send('GET', `/records/${record.id}/content`)).status).toBe(200);
    expect(await send('GET', `/records/${own.record}`)).toMatchObject(HIDDEN);
    expect(await send('POST', `/keys/${own.key}/revoke`, REASON)).toMatchObject(HIDDEN);
    expect((await send('POST', `/keys/${key}/revoke`, REASON)).status).toBe(200);
    expect(await send('GET', '/usage?by=model')).toMatchObject(REFUSED);
  });

  it('let an author of one policy draw that one, look at those of everybody, and not see others', async () => {
    const { send } = await come({ role: 'author', within: { policy: own.policy } });
    const { body: draft } = await send('GET', `/policies/${own.policy}/draft`);
    const saved = { graph: draft.graph, layout: draft.layout, revision: draft.revision };
    expect((await send('PUT', `/policies/${own.policy}/draft`, saved)).status).toBe(200);
    expect((await send('GET', `/policies/${common}/draft`)).status).toBe(200);
    expect(await send('PUT', `/policies/${common}/draft`, saved)).toMatchObject(REFUSED);
    expect(await send('GET', `/policies/${foreign.policy}/draft`)).toMatchObject(HIDDEN);
    expect(await send('POST', '/policies', { name: 'more', project: own.project })).toMatchObject(REFUSED);
    expect((await send('GET', `/policies/${own.policy}/history`)).status).toBe(200);
    expect(await send('GET', `/policies/${foreign.policy}/history`)).toMatchObject(HIDDEN);
    expect(await send('GET', '/history')).toMatchObject(REFUSED);
  });

  it('add several roles up', async () => {
    const { send } = await come(
      { role: 'author', within: { project: own.project } },
      { role: 'viewer', within: { project: foreign.project }, content: true },
    );
    expect((await send('POST', '/policies', { name: `both-${dialect}`, project: own.project })).status).toBe(201);
    expect(await send('POST', '/policies', { name: 'no', project: foreign.project })).toMatchObject(REFUSED);
    expect((await send('GET', `/records/${foreign.record}/content`)).status).toBe(200);
    expect(await send('GET', `/records/${own.record}/content`)).toMatchObject(REFUSED);
    expect((await send('GET', '/records')).body.records.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining([own.record, foreign.record]),
    );
  });

  it('show finance what a request cost, and never what was said', async () => {
    const { send } = await come({ role: 'finance' });
    const { status, body } = await send('GET', `/records/${own.record}`);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain('what search said');
    expect(await send('GET', `/records/${own.record}/content`)).toMatchObject(REFUSED);
    expect((await send('GET', `/budgets/${foreign.budget}/refusals`)).status).toBe(200);
  });

  it('leave the policy that runs before all others to its owners', async () => {
    const author = await come({ role: 'author' });
    const owner = await come({ role: 'author', within: { policy: common } });
    const rename = (guest: Guest) => guest.send('PATCH', `/policies/${common}`, { title: 'Ours' });
    expect((await rename(author)).status).toBe(200);
    expect((await owner.send('POST', `/policies/${common}/publish`, { revision: 1, ...REASON })).status).toBe(201);
    const chosen = { policy: common, ...REASON };
    expect(await owner.send('PUT', '/organisation/policy', chosen)).toMatchObject(REFUSED);
    expect(await house.ask('PUT', '/organisation/policy', chosen)).toMatchObject({ status: 200 });
    expect(await rename(author)).toMatchObject(REFUSED);
    expect((await rename(owner)).status).toBe(200);
  });
});
