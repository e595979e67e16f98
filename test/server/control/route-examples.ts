/** What every mutating route of the control API does in the tests: something real, on what was prepared for it. */
import { afterAll } from 'vitest';
import { json, startUpstream, type Upstream } from '../providers/upstream.ts';
import { ACCOUNT_EXAMPLES } from './account-examples.ts';
import { APPROVAL_EXAMPLES } from './approval-examples.ts';
import { type Answer, type House, LAYOUT, modelGraph, recordOf } from './house.ts';

/** What a mutating route does in these tests: something real, on what was prepared for it. */
interface Example {
  /** Makes what the route needs, and gives its id. */
  readonly prepare?: (house: House) => Promise<string>;
  readonly run: (house: House, id: string) => Promise<Answer>;
  /** The action of the entry that it has to leave; null where it changes no table of the control plane. */
  readonly action: string | null;
  /** True where what it changes besides the history is in the tables of records. */
  readonly ofRecords?: true;
  /** Whether a person does it, and not the admin token. */
  readonly by?: 'person';
}

const REASON = 'to see that it is written down';

let names = 0;
const newName = () => `name-${++names}`;
const newPolicy = async (house: House): Promise<string> =>
  (await house.ask('POST', '/policies', { name: newName(), title: 'One', graph: modelGraph(), layout: LAYOUT })).body
    .policy.id;
const published = async (house: House): Promise<string> => {
  const policy = await newPolicy(house);
  await house.ask('POST', `/policies/${policy}/publish`, { revision: 1, reason: REASON });
  return policy;
};
const newTeam = async (house: House): Promise<string> =>
  (await house.ask('POST', '/teams', { name: newName() })).body.id;
const firstProject = async (house: House): Promise<string> => (await house.ask('GET', '/projects')).body.projects[0].id;
const budget = { scope: ['project'], window: 'month', timeZone: 'UTC', unit: 'usd', limit: 5e9, owner: 'finance' };
const rate = { aboveInputTokens: 0, input: 1, cachedInput: 1, cacheWrite: 1, output: 1 };
const rateCard = { provider: 'test', models: null, discountBasisPoints: 1500, from: null, until: null };
const sample = { model: 'test/small', messages: [{ role: 'user', content: 'Hello' }] };

const newBudget = async (house: House): Promise<string> =>
  (await house.ask('POST', '/budgets', { ...budget, name: newName(), reason: REASON })).body.id;
const askFor = (budget: string) => ({ budget, scope: 'project=one', amount: 7, reason: REASON });
const newRequest = async (house: House): Promise<string> =>
  (await house.ask('POST', '/budget-requests', askFor(await newBudget(house)))).body.id;
const target = { kind: 'webhook', url: 'https://hooks.example.com/secret' };
const newChannel = async (house: House): Promise<string> =>
  (await house.ask('POST', '/channels', { name: newName(), target, topics: ['budgets'] })).body.channel.id;
/** Nobody listens there: trying it tells so. */
const providerAccount = (address = 'http://127.0.0.1:9/v1') => ({
  kind: 'other',
  name: newName(),
  values: { address },
  leavesHouse: false,
  models: [{ name: 'tiny' }],
});
const newAccount = async (house: House): Promise<string> =>
  (await house.ask('POST', '/provider-accounts', providerAccount())).body.id;
/** An account whose server lists a model. */
const withModels = async () => {
  const upstream = await startUpstream(json(200, { data: [{ id: 'tiny' }] }));
  upstreams.push(upstream);
  return providerAccount(upstream.baseUrl);
};
const upstreams: Upstream[] = [];
afterAll(async () => {
  for (const upstream of upstreams) await upstream.close();
});
const newKey = async (house: House): Promise<string> =>
  (await house.ask('POST', '/keys', { name: 'app', project: await firstProject(house) })).body.key.id;

/** A request that is in the store, with its content. */
async function newRecord(house: House): Promise<string> {
  const record = recordOf(house, { content: { request: 'a question', answer: null } });
  await house.database.records.commit({ intents: [], records: [record] });
  return record.id;
}

export const EXAMPLES: Readonly<Record<string, Example>> = {
  'delete /records/{record}': {
    action: 'record.delete',
    ofRecords: true,
    prepare: newRecord,
    run: (house, record) => house.ask('DELETE', `/records/${record}`, { reason: REASON }),
  },
  'delete /records/{record}/content': {
    action: 'record.delete_content',
    ofRecords: true,
    prepare: newRecord,
    run: (house, record) => house.ask('DELETE', `/records/${record}/content`, { reason: REASON }),
  },
  'put /organisation/content-settings': {
    action: 'organisation.set_content',
    run: (house) =>
      house.ask('PUT', '/organisation/content-settings', {
        setting: { content: 'none', contentDays: 30, recordDays: null },
        reason: REASON,
      }),
  },
  'put /projects/{project}/content-settings': {
    action: 'project.set_content',
    prepare: firstProject,
    run: (house, project) =>
      house.ask('PUT', `/projects/${project}/content-settings`, {
        setting: { content: 'full', contentDays: 7, recordDays: 90 },
        reason: REASON,
      }),
  },
  'post /deletions/find': {
    action: null,
    run: (house) => house.ask('POST', '/deletions/find', { tag: { name: 'user', value: 'ada' }, project: null }),
  },
  'post /deletions': {
    action: 'deletion.begin',
    ofRecords: true,
    prepare: async (house) => {
      const record = recordOf(house, { tags: { user: { value: 'ada', source: 'key' } } });
      await house.database.records.commit({ intents: [], records: [record] });
      return record.id;
    },
    run: (house) =>
      house.ask('POST', '/deletions', { tag: { name: 'user', value: 'ada' }, project: null, reason: REASON }),
  },
  ...ACCOUNT_EXAMPLES,
  ...APPROVAL_EXAMPLES,
  'post /people': {
    action: 'person.create',
    run: (house) =>
      house.ask('POST', '/people', {
        name: 'Vi',
        email: `${newName()}@example.org`,
        password: 'a long password',
        grants: [{ role: 'viewer' }],
      }),
  },
  'post /models/find': {
    action: null,
    run: (house) => house.ask('POST', '/models/find', { names: ['nobody/offers'] }),
  },
  'post /versions/find': {
    action: null,
    run: (house) => house.ask('POST', '/versions/find', { versions: [{ policy: 'pol_nobody', version: 1 }] }),
  },
  'put /organisation/default-policy': {
    action: 'organisation.set_default_policy',
    prepare: published,
    run: (house, policy) => house.ask('PUT', '/organisation/default-policy', { policy, reason: REASON }),
  },
  'put /organisation/policy': {
    action: 'organisation.set_mandatory_policy',
    prepare: async (house) => {
      const graph = {
        schema: 1,
        nodes: [
          { id: 'enter', kind: 'request', title: '', settings: {} },
          { id: 'on', kind: 'project', title: '', settings: {} },
        ],
        edges: [{ from: 'enter', port: 'next', to: 'on' }],
      };
      const made = await house.ask('POST', '/policies', { name: newName(), title: 'First', graph, layout: LAYOUT });
      await house.ask('POST', `/policies/${made.body.policy.id}/publish`, { revision: 1, reason: REASON });
      return made.body.policy.id;
    },
    run: (house, policy) => house.ask('PUT', '/organisation/policy', { policy, reason: REASON }),
  },
  'post /teams': { action: 'team.create', run: (house) => house.ask('POST', '/teams', { name: newName() }) },
  'patch /teams/{team}': {
    action: 'team.rename',
    prepare: newTeam,
    run: (house, team) => house.ask('PATCH', `/teams/${team}`, { name: newName() }),
  },
  'post /projects': {
    action: 'project.create',
    prepare: newTeam,
    run: (house, team) => house.ask('POST', '/projects', { name: newName(), team }),
  },
  'patch /projects/{project}': {
    action: 'project.rename',
    prepare: firstProject,
    run: (house, project) => house.ask('PATCH', `/projects/${project}`, { name: newName() }),
  },
  'put /projects/{project}/default-policy': {
    action: 'project.set_default_policy',
    prepare: async (house) => `${await firstProject(house)} ${await published(house)}`,
    run: (house, ids) => {
      const [project, policy] = ids.split(' ');
      return house.ask('PUT', `/projects/${project}/default-policy`, { policy, reason: REASON });
    },
  },
  'post /keys': {
    action: 'key.create',
    prepare: firstProject,
    run: (house, project) => house.ask('POST', '/keys', { name: 'app', project }),
  },
  'put /keys/{key}/limits': {
    action: 'key.change_limits',
    prepare: newKey,
    run: (house, key) => {
      const limits = { policies: null, endpoints: ['messages'], models: null, networks: ['::1'], expiresAt: null };
      return house.ask('PUT', `/keys/${key}/limits`, { ...limits, revision: 1, reason: REASON });
    },
  },
  'post /keys/{key}/replace': {
    action: 'key.replace',
    prepare: newKey,
    run: (house, key) =>
      house.ask('POST', `/keys/${key}/replace`, { name: newName(), endsAt: Date.now() + 3_600_000, reason: REASON }),
  },
  'post /keys/{key}/revoke': {
    action: 'key.revoke',
    prepare: newKey,
    run: (house, key) => house.ask('POST', `/keys/${key}/revoke`, { reason: REASON }),
  },
  'post /policies': {
    action: 'policy.create',
    run: (house) => house.ask('POST', '/policies', { name: newName(), title: 'One' }),
  },
  'patch /policies/{policy}': {
    action: 'policy.change',
    prepare: newPolicy,
    run: (house, policy) => house.ask('PATCH', `/policies/${policy}`, { title: 'Two' }),
  },
  'post /policies/{policy}/archive': {
    action: 'policy.archive',
    prepare: published,
    run: (house, policy) => house.ask('POST', `/policies/${policy}/archive`, { reason: REASON }),
  },
  'post /policies/{policy}/unarchive': {
    action: 'policy.unarchive',
    prepare: async (house) => {
      const policy = await published(house);
      await house.ask('POST', `/policies/${policy}/archive`, { reason: REASON });
      return policy;
    },
    run: (house, policy) => house.ask('POST', `/policies/${policy}/unarchive`, { reason: REASON }),
  },
  'post /check': { action: null, run: (house) => house.ask('POST', '/check', { graph: modelGraph() }) },
  'put /policies/{policy}/draft': {
    action: 'draft.save',
    prepare: newPolicy,
    run: (house, policy) =>
      house.ask('PUT', `/policies/${policy}/draft`, { graph: modelGraph('Other'), layout: LAYOUT, revision: 1 }),
  },
  'post /policies/{policy}/check': {
    action: null,
    prepare: newPolicy,
    run: (house, policy) => house.ask('POST', `/policies/${policy}/check`, {}),
  },
  'post /policies/{policy}/simulate': {
    action: null,
    prepare: newPolicy,
    run: (house, policy) => house.ask('POST', `/policies/${policy}/simulate`, { request: sample }),
  },
  'post /policies/{policy}/publish': {
    action: 'version.publish',
    prepare: newPolicy,
    run: (house, policy) => house.ask('POST', `/policies/${policy}/publish`, { revision: 1, reason: REASON }),
  },
  'post /policies/{policy}/versions/{version}/restore': {
    action: 'version.restore',
    prepare: published,
    run: (house, policy) => house.ask('POST', `/policies/${policy}/versions/1/restore`, { reason: REASON }),
  },
  'post /prices': {
    action: 'price.set',
    run: (house) => house.ask('POST', '/prices', { model: 'test/small', price: [rate], reason: REASON }),
  },
  'post /provider-accounts': {
    action: 'provider_account.create',
    run: (house) => house.ask('POST', '/provider-accounts', providerAccount()),
  },
  'patch /provider-accounts/{account}': {
    action: 'provider_account.change',
    prepare: newAccount,
    run: (house, account) => house.ask('PATCH', `/provider-accounts/${account}`, { region: 'Oslo' }),
  },
  'delete /provider-accounts/{account}': {
    action: 'provider_account.delete',
    prepare: newAccount,
    run: (house, account) => house.ask('DELETE', `/provider-accounts/${account}`),
  },
  'post /provider-accounts/test': {
    action: null,
    run: (house) => house.ask('POST', '/provider-accounts/test', providerAccount()),
  },
  'post /provider-accounts/{account}/test': {
    action: null,
    prepare: newAccount,
    run: (house, account) => house.ask('POST', `/provider-accounts/${account}/test`, {}),
  },
  'post /provider-accounts/{account}/ask-models': {
    action: 'provider_account.ask_models',
    prepare: async (house) => (await house.ask('POST', '/provider-accounts', await withModels())).body.id,
    run: (house, account) => house.ask('POST', `/provider-accounts/${account}/ask-models`),
  },
  'put /aliases/{alias}': {
    action: 'alias.set',
    run: (house) => house.ask('PUT', '/aliases/cheap', { model: 'test/small', reason: REASON }),
  },
  'delete /aliases/{alias}': {
    action: 'alias.delete',
    prepare: async (house) => {
      await house.ask('PUT', '/aliases/strong', { model: 'test/small' });
      return 'strong';
    },
    run: (house, alias) => house.ask('DELETE', `/aliases/${alias}`),
  },
  'post /rate-cards': {
    action: 'rate_card.create',
    run: (house) => house.ask('POST', '/rate-cards', { ...rateCard, reason: REASON }),
  },
  'post /rate-cards/{card}/end': {
    action: 'rate_card.end',
    prepare: async (house) => (await house.ask('POST', '/rate-cards', { ...rateCard, reason: REASON })).body.id,
    run: (house, card) => house.ask('POST', `/rate-cards/${card}/end`, { at: null, reason: REASON }),
  },
  'post /price-list/accept': {
    action: 'price_list.accept',
    prepare: async (house) => (await house.ask('GET', '/price-list')).body.waiting.digest,
    run: (house, digest) => house.ask('POST', '/price-list/accept', { digest, reason: REASON }),
  },
  'post /budgets': {
    action: 'budget.create',
    run: (house) => house.ask('POST', '/budgets', { ...budget, name: newName(), reason: REASON }),
  },
  'put /budgets/{budget}': {
    action: 'budget.change',
    prepare: newBudget,
    run: (house, id) =>
      house.ask('PUT', `/budgets/${id}`, { name: newName(), limit: 1, owner: null, revision: 1, reason: REASON }),
  },
  'post /budgets/move': {
    action: 'budget.move',
    prepare: newBudget,
    run: (house, id) => {
      const [from, to] = ['project=one', 'project=two'].map((scope) => ({ budget: id, scope }));
      return house.ask('POST', '/budgets/move', { from, to, amount: 5, reason: REASON });
    },
  },
  'put /budgets/{budget}/plan': {
    action: 'budget.plan',
    prepare: newBudget,
    run: (house, id) =>
      house.ask('PUT', `/budgets/${id}/plan`, { scope: 'project=one', months: { '2026-11': 7 }, reason: REASON }),
  },
  'post /budgets/{budget}/top-ups': {
    action: 'budget.top_up',
    prepare: newBudget,
    run: async (house, id) =>
      house.ask('POST', `/budgets/${id}/top-ups`, { scope: 'project=one', amount: 1e9, reason: REASON }),
  },
  'post /budgets/{budget}/reset': {
    action: 'budget.reset',
    prepare: async (house) => {
      const id = await newBudget(house);
      const entry = house.control.snapshot().budgets.get(id);
      if (entry) house.counters.cell(entry, 'project=one', Date.now()).spent = 5;
      return id;
    },
    run: (house, id) => house.ask('POST', `/budgets/${id}/reset`, { scope: 'project=one', reason: REASON }),
  },
  'post /budget-requests': {
    action: 'budget_request.create',
    prepare: newBudget,
    run: (house, id) => house.ask('POST', '/budget-requests', askFor(id)),
  },
  'post /budget-requests/{request}/grant': {
    action: 'budget_request.grant',
    prepare: newRequest,
    run: (house, id) => house.ask('POST', `/budget-requests/${id}/grant`, { reason: REASON }),
  },
  'post /budget-requests/{request}/decline': {
    action: 'budget_request.decline',
    prepare: newRequest,
    run: (house, id) => house.ask('POST', `/budget-requests/${id}/decline`, { reason: REASON }),
  },
  'put /organisation/time-zone': {
    action: 'organisation.set_time_zone',
    run: (house) => house.ask('PUT', '/organisation/time-zone', { timeZone: 'Europe/Berlin', reason: REASON }),
  },
  'put /projects/{project}/cost-centre': {
    action: 'project.set_cost_centre',
    prepare: firstProject,
    run: (house, id) => house.ask('PUT', `/projects/${id}/cost-centre`, { costCentre: '4711', reason: REASON }),
  },
  'put /teams/{team}/cost-centre': {
    action: 'team.set_cost_centre',
    prepare: newTeam,
    run: (house, id) => house.ask('PUT', `/teams/${id}/cost-centre`, { costCentre: '4711', reason: REASON }),
  },
  'post /months/{month}/close': {
    action: 'month.close',
    run: (house) => house.ask('POST', '/months/2020-02/close', { reason: REASON }),
  },
  'post /months/{month}/compare': {
    action: null,
    run: (house) =>
      house.ask('POST', '/months/2026-01/compare', { csv: 'date,model,cost\n2026-01-05,a,1\n', provider: 'test' }),
  },
  'post /corrections': {
    action: 'correction.post',
    prepare: firstProject,
    run: (house, project) =>
      house.ask('POST', '/corrections', { project, amount: -5, month: null, request: null, reason: REASON }),
  },
  'post /channels': {
    action: 'channel.create',
    run: (house) => house.ask('POST', '/channels', { name: newName(), target, topics: ['budgets'] }),
  },
  'patch /channels/{channel}': {
    action: 'channel.change',
    prepare: newChannel,
    run: (house, id) => house.ask('PATCH', `/channels/${id}`, { topics: ['asks'] }),
  },
  'delete /channels/{channel}': {
    action: 'channel.delete',
    prepare: newChannel,
    run: (house, id) => house.ask('DELETE', `/channels/${id}`),
  },
  'post /channels/{channel}/test': {
    action: 'channel.test',
    prepare: newChannel,
    run: (house, id) => house.ask('POST', `/channels/${id}/test`),
  },
  'post /channels/{channel}/rotate-secret': {
    action: 'channel.rotate_secret',
    prepare: newChannel,
    run: (house, id) => house.ask('POST', `/channels/${id}/rotate-secret`),
  },
  'post /alerts/{alert}/retry': {
    action: 'alert.retry',
    prepare: async (house) => {
      await house.ask('POST', `/channels/${await newChannel(house)}/test`);
      return (await house.ask('GET', '/alerts?limit=1')).body.alerts[0].id;
    },
    run: (house, id) => house.ask('POST', `/alerts/${id}/retry`),
  },
  'post /usage/scans': { action: null, run: (house) => house.ask('POST', '/usage/scans', { by: 'tag:topic' }) },
  'delete /usage/scans/{scan}': {
    action: null,
    prepare: async (house) => (await house.ask('POST', '/usage/scans', { by: 'tag:topic' })).body.id,
    run: (house, scan) => house.ask('DELETE', `/usage/scans/${scan}`),
  },
  'post /records/{record}/replay': {
    action: null,
    prepare: async (house) => {
      const policy = await published(house);
      const record = recordOf(house, { policy, version: 1 });
      await house.database.records.commit({ intents: [], records: [record] });
      return record.id;
    },
    run: (house, record) => house.ask('POST', `/records/${record}/replay`, {}),
  },
};
