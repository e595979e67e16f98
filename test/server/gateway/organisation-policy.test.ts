/** The policy of the organisation that every request goes through first, in a whole gateway. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { isMandatory } from '../../../server/control/organisation-policy.ts';
import { freshDatabase } from '../../postgres.ts';
import {
  API_KEY,
  graphOf,
  idOf,
  makeDefault,
  makeKey,
  publish,
  publishNext,
  recordOf,
  replayAll,
  startGateway,
  type TestGateway,
} from './harness.ts';

const postgresUrl = inject('postgresUrl');
const enter = ['request', {}] as const;
const on = ['project', {}] as const;
const model = (name: string) => ['model', { model: name, retries: 0 }] as const;
const hide = ['redact', { rules: [{ detect: 'email', action: 'mask' }] }] as const;
const answering = (name: string) => graphOf({ enter, call: model(name) }, ['enter.next > call']);

const month = {
  scope: [],
  window: 'month',
  timeZone: 'UTC',
  unit: 'usd',
  limit: 5_000_000_000,
  owner: 'finance',
  reason: 'for a test',
};

const errorSchema = z.object({ error: z.object({ code: z.string() }) });
const codeOf = async (answer: Response): Promise<string> => errorSchema.parse(await answer.json()).error.code;

interface House {
  readonly gateway: TestGateway;
  readonly drop: (() => Promise<void>) | null;
}

async function open(dialect: string): Promise<House> {
  const database = dialect === 'postgres' && postgresUrl !== null ? await freshDatabase(postgresUrl) : null;
  const gateway = await startGateway({ environment: database ? { DATABASE_URL: database.url } : {} });
  return { gateway, drop: database?.drop ?? null };
}

describe.each(['sqlite', ...(postgresUrl === null ? [] : ['postgres'])])(
  'the organisation’s own policy, on %s',
  (dialect) => {
    let house: House;
    let gateway: TestGateway;
    let rules = '';
    let budget = '';

    const ask = (name: string, content = 'hello', headers: Record<string, string> = {}): Promise<Response> =>
      gateway.chat({ model: name, messages: [{ role: 'user', content }] }, headers);
    const choose = (policy: string | null) =>
      gateway.api('PUT', '/organisation/policy', { policy, reason: 'for a test' });
    const refusal = async (answer: Promise<unknown>): Promise<string> =>
      answer.then(
        () => 'nothing was refused',
        (error: unknown) => String(error),
      );

    const policyNamed = async (name: string): Promise<{ id: string }> => {
      const { policies } = await gateway.api<{ policies: { id: string; name: string }[] }>('GET', '/policies');
      const found = policies.find((policy) => policy.name === name);
      if (!found) throw new Error(`no policy ${name}`);
      return found;
    };

    beforeAll(async () => {
      house = await open(dialect);
      gateway = house.gateway;
      ({ id: budget } = await gateway.api<{ id: string }>('POST', '/budgets', { ...month, name: 'All of us' }));
      const graph = graphOf({ enter, hide, all: ['budget', { budget, warnAt: null }], on }, [
        'enter.next > hide',
        'hide.clean > all',
        'hide.found > all',
        'all.within > on',
      ]);
      rules = await publish(gateway, 'rules', graph);
      await publish(gateway, 'plain', answering('sandbox/small'));
      await choose(rules);
    });

    afterAll(async () => {
      expect(await replayAll(gateway)).toBeGreaterThan(5);
      await gateway.stop();
      await house.drop?.();
    });

    it('runs before every policy: what it takes out is not sent, and what it holds is charged', async () => {
      const answer = await ask('policy/plain', 'write to ada@example.com');
      expect(answer.headers.get('x-signalbox-policy')).toBe('plain@1');
      expect(answer.headers.get('x-signalbox-redactions')).toBe('1');
      expect(answer.headers.get('x-signalbox-path')).toBe(
        'organisation:enter.next > organisation:hide.found > organisation:all.within > organisation:on.into > enter.next > call',
      );
      const record = await recordOf(gateway, idOf(answer));
      expect(record.mandatory).toEqual({ policy: rules, version: 1 });
      expect(record.charges).toMatchObject([{ budget, settled: record.cost }]);
      expect(record.content?.request).not.toContain('ada@example.com');
      const hold = record.trace.find(({ node }) => node === 'organisation:all')?.results?.[0];
      expect(hold && 'within' in hold ? hold.within : null).toEqual(['sandbox/small']);
    });

    it('has what goes through it as its own traffic', async () => {
      const plain = await policyNamed('plain');
      const edgesOf = async (policy: string): Promise<string[]> => {
        const { edges } = await gateway.api<{ edges: { node: string; port: string }[] }>(
          'GET',
          `/policies/${policy}/versions/1/edges?from=0&to=${Date.now() + 1}`,
        );
        return edges.map(({ node, port }) => `${node}.${port}`).sort();
      };
      expect(await edgesOf(rules)).toEqual(['all.within', 'enter.next', 'hide.found', 'on.into']);
      expect(await edgesOf(plain.id)).toEqual(['enter.next']);
    });

    it('runs before the policy of the project too, and the default one', async () => {
      const answer = await ask('sandbox/small');
      expect(answer.headers.get('x-signalbox-path')).toContain('organisation:on.into > enter.next');
    });

    it('holds a budget that both meet once, and counts parts of it beside it', async () => {
      const { id: part } = await gateway.api<{ id: string }>('POST', '/budgets', {
        ...month,
        name: 'A part',
        scope: ['project'],
        parent: budget,
      });
      const both = graphOf(
        {
          enter,
          again: ['budget', { budget, warnAt: null }],
          part: ['budget', { budget: part, warnAt: null }],
          call: model('sandbox/small'),
        },
        ['enter.next > again', 'again.within > part', 'part.within > call'],
      );
      await publish(gateway, 'both', both);
      const record = await recordOf(gateway, idOf(await ask('policy/both')));
      expect(record.charges.map((charge) => [charge.budget, charge.settled]).sort()).toEqual(
        [
          [budget, record.cost],
          [part, record.cost],
        ].sort(),
      );
    });

    it('says what would happen with the steps of both', async () => {
      const dry = await ask('policy/plain', 'hello', { 'x-signalbox-dry-run': 'true' });
      const told = z.looseObject({ path: z.string() }).parse(await dry.json());
      expect(told).toMatchObject({ policy: 'plain@1', organisation_policy: 'rules@1' });
      expect(told.path).toContain('organisation:on.into > enter.next > call');
      const simulated = await gateway.api<{ decision: { trace: { node: string }[] } }>(
        'POST',
        `/policies/${(await policyNamed('plain')).id}/simulate`,
        { request: { model: 'x', messages: [{ role: 'user', content: 'hello' }] } },
      );
      expect(simulated.decision.trace.map(({ node }) => node)).toEqual(
        ['enter', 'hide', 'all', 'on'].map((id) => `organisation:${id}`).concat('enter', 'call'),
      );
      const alone = await gateway.api<{ decision: { trace: { node: string }[]; outcome: unknown } }>(
        'POST',
        `/policies/${rules}/simulate`,
        {
          request: { model: 'sandbox/small', messages: [{ role: 'user', content: 'hello' }] },
        },
      );
      expect(alone.decision.trace.map(({ node }) => node)).toEqual(['enter', 'hide', 'all', 'on']);
      expect(alone.decision.outcome).toEqual({ type: 'project' });
    });

    it('counts tokens as the model would read them after both', async () => {
      const count = async (content: string): Promise<number> => {
        const answer = await fetch(`${gateway.url}/v1/messages/count_tokens`, {
          method: 'POST',
          headers: { 'x-api-key': API_KEY, 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'policy/plain', messages: [{ role: 'user', content }] }),
        });
        return z.object({ input_tokens: z.number() }).parse(await answer.json()).input_tokens;
      };
      expect(await count('ada.lovelace.of.the.engine@example.com')).toBe(await count('a@example.com'));
    });

    it('is shown with its drawing, and is no policy of a project itself', async () => {
      const { policy } = await gateway.api<{ policy: { id: string; version: number; graph: { nodes: unknown[] } } }>(
        'GET',
        '/organisation/policy',
      );
      expect(policy).toMatchObject({ id: rules, name: 'rules', title: 'rules', version: 1 });
      expect(policy.graph.nodes).toHaveLength(4);
      const refused = await ask('policy/rules');
      expect([refused.status, await codeOf(refused)]).toEqual([404, 'policy_not_own']);
      const models = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${API_KEY}` } });
      const { data } = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(await models.json());
      const ids = data.map(({ id }) => id);
      expect(ids).toContain('policy/plain');
      expect(ids).not.toContain('policy/rules');
      expect(await refusal(makeDefault(gateway, rules))).toContain('leaves requests to the policies of their projects');
      expect(await refusal(gateway.api('POST', `/policies/${rules}/archive`, { reason: 'x' }))).toContain(
        'policy_is_mandatory',
      );
      const { snapshot } = gateway.running.gateway.runtime();
      const [organisation = ''] = snapshot.organisations.keys();
      expect(isMandatory(snapshot, organisation, rules)).toBe(true);
      expect(isMandatory(snapshot, organisation, (await policyNamed('plain')).id)).toBe(false);
    });

    it('refuses requests without a policy before it runs, so that nothing is held for them', async () => {
      const refused = await ask('policy/nobody');
      expect(await codeOf(refused)).toBe('unknown_policy');
      const record = await recordOf(gateway, idOf(refused));
      expect([record.trace, record.charges]).toEqual([[], []]);
    });

    it('ends requests by itself where it is drawn so', async () => {
      await publishNext(
        gateway,
        rules,
        graphOf(
          {
            enter,
            look: [
              'match',
              { cases: [{ port: 'no', label: 'no', when: { fact: 'tags.feature', operator: 'equal', value: 'bad' } }] },
            ],
            no: ['block', { status: 451, message: 'Not here.' }],
            hide,
            on,
          },
          ['enter.next > look', 'look.no > no', 'look.else > hide', 'hide.clean > on', 'hide.found > on'],
        ),
      );
      const refused = await ask('policy/plain', 'hello', { 'x-signalbox-tags': 'feature=bad' });
      expect(refused.status).toBe(451);
      const record = await recordOf(gateway, idOf(refused));
      expect(record).toMatchObject({ status: 'blocked', mandatory: { policy: rules, version: 2 } });
      // Its own policy has nothing to take out, but the organisation's has, and was not asked to.
      expect(record.content?.request).toBe('');
      expect((await ask('policy/plain')).status).toBe(200);
    });

    it('keeps what apps say of an answer as it kept the request', async () => {
      const answer = await ask('policy/plain');
      const said = await fetch(`${gateway.url}/v1/feedback`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ request_id: idOf(answer), score: 1, comment: 'Thanks, says ada@example.com' }),
      });
      const { comment } = z.object({ comment: z.string() }).parse(await said.json());
      expect(comment).toContain('Thanks');
      expect(comment).not.toContain('ada@example.com');
    });

    it('counts its throttles over all policies', async () => {
      const calm = graphOf({ enter, calm: ['throttle', { limit: { requests: 2, per: 'day' } }], on }, [
        'enter.next > calm',
        'calm.within > on',
      ]);
      await publishNext(gateway, rules, calm);
      await publish(gateway, 'other', answering('sandbox/large'));
      const statuses = [];
      for (const name of ['policy/plain', 'policy/other', 'policy/plain']) statuses.push((await ask(name)).status);
      expect(statuses).toEqual([200, 200, 429]);
    });

    it('cannot be published, nor chosen, where live policies would get problems, which are named', async () => {
      const free = graphOf({ enter, call: ['fallback', { models: ['nobody/knows', 'sandbox/small'] }] }, [
        'enter.next > call',
      ]);
      await publish(gateway, 'free', free);
      const without = graphOf({ enter, call: model('sandbox/small') }, ['enter.next > call']);
      expect(await refusal(publishNext(gateway, rules, without))).toContain(
        'No way leads on to the policies of projects',
      );
      const plain = (await policyNamed('plain')).id;
      expect(await refusal(choose(plain))).toContain('No way leads on');
      const { defaultPolicy } = await gateway.api<{ defaultPolicy: string }>('GET', '/organisation');
      expect(await refusal(choose(defaultPolicy))).toContain('go to by default');
    });

    it('is ended with an entry of the history, after which requests are decided by their own policy alone', async () => {
      await choose(null);
      const answer = await ask('policy/plain');
      expect(answer.headers.get('x-signalbox-path')).toBe('enter.next > call');
      expect((await recordOf(gateway, idOf(answer))).mandatory).toBeUndefined();
      const { entries } = await gateway.api<{ entries: { action: string; before: unknown; after: unknown }[] }>(
        'GET',
        '/history?limit=10',
      );
      expect(entries.find(({ action }) => action === 'organisation.set_mandatory_policy')).toMatchObject({
        before: { mandatoryPolicy: rules },
        after: { mandatoryPolicy: null },
      });
      // A policy with a way to those of projects that runs before none is no answer.
      const refused = await ask('policy/rules');
      expect(await codeOf(refused)).toBe('policy_not_own');
    });

    it('holds for keys that may use one policy alone', async () => {
      await publishNext(
        gateway,
        rules,
        graphOf({ enter, mark: ['tag', { tags: { usage: 'building' } }], on }, ['enter.next > mark', 'mark.next > on']),
      );
      await choose(rules);
      const { token } = await makeKey(gateway, { policies: [(await policyNamed('plain')).id] });
      const answer = await ask('policy/plain', 'hello', { authorization: `Bearer ${token}` });
      expect(answer.headers.get('x-signalbox-path')).toContain('organisation:mark.next');
      expect((await recordOf(gateway, idOf(answer))).tags.usage).toEqual({ value: 'building', source: 'rule' });
    });
  },
);
