/** Which policy and version decides a request, and by which tags and facts. */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  eventually,
  type GatewayWithUpstream,
  graphOf,
  idOf,
  makeDefault,
  makeKey,
  publish,
  publishNext,
  recordOf,
  replayAll,
  startGateway,
  startWithUpstream,
} from './harness.ts';

let gateway: GatewayWithUpstream;
beforeAll(async () => {
  gateway = await startWithUpstream();
});
afterAll(async () => {
  try {
    await replayAll(gateway);
  } finally {
    await gateway.stop();
  }
});

/** A graph that only says `text`. */
const saying = (text: string) => graphOf({ enter: ['request', {}], say: ['answer', { text }] }, ['enter.next > say']);
const hello = [{ role: 'user', content: 'hello' }];
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const answerBody = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).optional(),
  error: z.object({ code: z.string() }).optional(),
});

/** What was answered, or the code of the error. */
async function said(response: Response): Promise<string | undefined> {
  const { choices, error } = answerBody.parse(await response.json());
  return error?.code ?? choices?.[0]?.message.content;
}

describe('the policy', () => {
  it('is asked for where neither the project nor the organisation has one', async () => {
    const empty = await startGateway({ policies: [] });
    try {
      const response = await empty.chat({ model: 'sandbox/small', messages: hello });
      expect([response.status, await said(response)]).toEqual([404, 'no_policy']);
    } finally {
      await empty.stop();
    }
  });

  it('is the one that the model names, else that of the project, else that of the organisation', async () => {
    const organisations = await publish(gateway, 'of-the-organisation', saying('organisation'));
    const projects = await publish(gateway, 'of-the-project', saying('project'));
    await publish(gateway, 'by-name', saying('name'));
    const { teams } = await gateway.api<{ teams: { id: string }[] }>('GET', '/teams');
    const project = await gateway.api<{ id: string }>('POST', '/projects', { name: 'Aside', team: teams[0]?.id });
    const { token } = await makeKey(gateway, { project: project.id });
    await makeDefault(gateway, organisations);
    const ask = (model: string) => gateway.chat({ model, messages: hello }, bearer(token)).then(said);
    expect(await ask('gpt-4o')).toBe('organisation');
    await gateway.api('PUT', `/projects/${project.id}/default-policy`, { policy: projects, reason: 'for a test' });
    expect(await ask('gpt-4o')).toBe('project');
    expect(await ask('policy/by-name')).toBe('name');
    const elsewhere = await gateway.chat({ model: 'gpt-4o', messages: hello });
    expect(await said(elsewhere)).toBe('organisation');
    await makeDefault(
      gateway,
      (await gateway.api<{ policies: { id: string; name: string }[] }>('GET', '/policies')).policies.find(
        ({ name }) => name === 'pass-on',
      )?.id ?? '',
    );
  });

  it('has to exist, to be published, and to be allowed for the key', async () => {
    await gateway.api('POST', '/policies', { name: 'draft-only', title: 'Draft', graph: saying('draft') });
    const own = await publish(gateway, 'own', saying('own'));
    const { token } = await makeKey(gateway, { policies: [own] });
    const ask = (model: string) => gateway.chat({ model, messages: hello }, bearer(token));
    for (const [model, code, status] of [
      ['policy/nowhere', 'unknown_policy', 404],
      ['policy/draft-only', 'unknown_policy', 404],
      ['policy/starter', 'policy_not_allowed', 403],
      ['gpt-4o', 'policy_not_allowed', 403],
    ] as const) {
      const response = await ask(model);
      expect([response.status, await said(response)], model).toEqual([status, code]);
    }
    expect(await said(await ask('policy/own'))).toBe('own');
  });

  it('acts at once in its next version, while a running stream ends on the one that it began with', async () => {
    let upstream: ServerResponse | undefined;
    gateway.answer = (response) => {
      upstream = response;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"begun"},"finish_reason":null}]}\n\n');
    };
    const calling = graphOf({ enter: ['request', {}], call: ['model', { model: 'up/one' }] }, ['enter.next > call']);
    const policy = await publish(gateway, 'moving', calling);
    const running = await gateway.chat({ model: 'policy/moving', stream: true, messages: hello });
    expect(running.headers.get('x-signalbox-policy')).toBe('moving@1');
    await publishNext(gateway, policy, saying('second'));
    const next = await gateway.chat({ model: 'policy/moving', messages: hello });
    expect(next.headers.get('x-signalbox-policy')).toBe('moving@2');
    expect(await said(next)).toBe('second');
    upstream?.end('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    expect(await running.text()).toContain('[DONE]');
    expect(await recordOf(gateway, idOf(running))).toMatchObject({ status: 'ok', version: 1 });
    expect(await recordOf(gateway, idOf(next))).toMatchObject({ status: 'answered', version: 2 });
  });

  it('answers as a stream where one is asked for, without any model', async () => {
    const stream = await gateway.openai.chat.completions.create({
      model: 'policy/by-name',
      messages: [{ role: 'user', content: 'hello' }],
      stream: true,
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('name');
  });
});

describe('tags', () => {
  beforeAll(async () => {
    await publish(gateway, 'tagged', saying('ok'));
  });
  const tagsFor = async (headers: Record<string, string>, body: Record<string, unknown> = {}) => {
    const response = await gateway.chat({ model: 'policy/tagged', messages: hello, ...body }, headers);
    const { tags } = await recordOf(gateway, idOf(response));
    return Object.fromEntries(Object.entries(tags).map(([name, { value, source }]) => [name, `${value} (${source})`]));
  };

  it.each([
    [
      'our own header',
      { 'x-signalbox-tags': 'feature=search, usage=building,note=a%20b%2Cc' },
      { feature: 'search', usage: 'building', note: 'a b,c' },
    ],
    ['LiteLLM', { 'x-litellm-tags': 'feature:search,beta' }, { feature: 'search', beta: 'true' }],
    [
      'Portkey',
      { 'x-portkey-metadata': '{"_user":"ada","feature":"search","nothing":null}' },
      { user: 'ada', feature: 'search' },
    ],
    [
      'Cloudflare',
      { 'cf-aig-metadata': '{"feature":"search","paid":true,"seats":3}' },
      { feature: 'search', paid: 'true', seats: '3' },
    ],
    ['Helicone', { 'Helicone-Property-Feature': 'search' }, { feature: 'search' }],
  ])('come from the headers of %s', async (_whose, headers, expected) => {
    const { team: _, ...tags } = await tagsFor(headers);
    expect(tags).toEqual(
      Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, `${value} (caller)`])),
    );
  });

  it('come from the body: its metadata, and its user', async () => {
    const { team: _, ...tags } = await tagsFor(
      {},
      { user: 'ada', metadata: { feature: 'search', seats: 3, deep: { a: 1 } } },
    );
    expect(tags).toEqual({ user: 'ada (caller)', feature: 'search (caller)', seats: '3 (caller)' });
  });

  it('leave metadata alone that is no tag, since apps have their own uses for it', async () => {
    const { team: _, ...tags } = await tagsFor(
      {},
      { metadata: { 'trace id': 'x', '1st': 'y', long: 'z'.repeat(400), fine: 'yes' } },
    );
    expect(tags).toEqual({ fine: 'yes (caller)' });
  });

  it('count most in our own header, then in the body', async () => {
    const headers = { 'x-litellm-tags': 'a:1,b:1,c:1', 'x-signalbox-tags': 'a=3' };
    const tags = await tagsFor(headers, { metadata: { a: '2', b: '2' } });
    expect(tags).toMatchObject({ a: '3 (caller)', b: '2 (caller)', c: '1 (caller)' });
  });

  it.each([
    ['without a name', { 'x-signalbox-tags': 'search' }],
    ['with a name that is none', { 'x-signalbox-tags': '1st=search' }],
    ['with a broken percent-encoding', { 'x-signalbox-tags': 'a=%E0%A4%A' }],
    ['that are too long', { 'x-signalbox-tags': `a=${'x'.repeat(257)}` }],
    ['that are too many', { 'x-signalbox-tags': Array.from({ length: 60 }, (_, i) => `t${i}=1`).join(',') }],
    ['that are not JSON', { 'x-portkey-metadata': 'search' }],
    ['that are a list', { 'cf-aig-metadata': '[1]' }],
  ])('%s are refused', async (_what, headers) => {
    const response = await gateway.chat({ model: 'policy/tagged', messages: hello }, headers);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_tags', type: 'invalid_request_error' } });
    expect(await recordOf(gateway, idOf(response))).toMatchObject({ status: 'failed', errorCode: 'invalid_tags' });
  });

  it('that the key fixes cannot be said otherwise', async () => {
    const { token } = await makeKey(gateway, { fixedTags: { cost: 'c1', user: 'robot' } });
    const tags = await tagsFor(
      { ...bearer(token), 'x-signalbox-tags': 'cost=c2,user=ada' },
      { user: 'eve', metadata: { cost: 'c3' } },
    );
    expect(tags).toMatchObject({ cost: 'c1 (key)', user: 'robot (key)' });
  });

  it('that the key requires have to be said', async () => {
    const { token } = await makeKey(gateway, { requiredTags: ['feature'] });
    const without = await gateway.chat({ model: 'policy/tagged', messages: hello }, bearer(token));
    expect(await without.json()).toMatchObject({
      error: { code: 'invalid_tags', message: expect.stringContaining('feature') },
    });
    expect(await tagsFor({ ...bearer(token), 'x-signalbox-tags': 'feature=search' })).toMatchObject({
      feature: 'search (caller)',
    });
  });

  it('that the key lists are one of the list, wherever they come from', async () => {
    const { token } = await makeKey(gateway, { tagChoices: { feature: ['search', 'chat'], user: ['ada'] } });
    expect(await tagsFor({ ...bearer(token), 'x-signalbox-tags': 'feature=chat' }, { user: 'ada' })).toMatchObject({
      feature: 'chat (caller)',
      user: 'ada (caller)',
    });
    for (const [headers, body] of [
      [{ 'x-signalbox-tags': 'feature=games' }, {}],
      [{}, { metadata: { feature: 'games' } }],
      [{ 'helicone-property-feature': 'games' }, {}],
      [{}, { user: 'eve' }],
    ] as const) {
      const response = await gateway.chat(
        { model: 'policy/tagged', messages: hello, ...body },
        { ...bearer(token), ...headers },
      );
      expect([response.status, await said(response)]).toEqual([400, 'invalid_tags']);
    }
  });

  it('decide, also by who said them and by what a node has set', async () => {
    const { token } = await makeKey(gateway, { fixedTags: { tier: 'gold' } });
    const sourced = (port: string, source: string) => ({
      port,
      label: port,
      when: { fact: 'tag_source.tier', operator: 'equal', value: source },
    });
    await publish(
      gateway,
      'sourced',
      graphOf(
        {
          enter: ['request', {}],
          who: ['match', { cases: [sourced('by-key', 'key'), sourced('by-caller', 'caller')] }],
          mark: ['tag', { tags: { tier: 'basic', usage: 'vibing' }, override: true }],
          again: [
            'match',
            {
              cases: [
                {
                  port: 'set',
                  label: 'set',
                  when: {
                    all: [
                      { fact: 'tags.tier', operator: 'equal', value: 'basic' },
                      { fact: 'tag_source.tier', operator: 'equal', value: 'rule' },
                    ],
                  },
                },
              ],
            },
          ],
          key: ['answer', { text: 'key' }],
          caller: ['answer', { text: 'rule after caller' }],
          none: ['answer', { text: 'nobody' }],
        },
        [
          'enter.next > who',
          'who.by-key > key',
          'who.by-caller > mark',
          'who.else > none',
          'mark.next > again',
          'again.set > caller',
          'again.else > none',
        ],
      ),
    );
    const ask = (headers: Record<string, string>) =>
      gateway.chat({ model: 'policy/sourced', messages: hello }, headers);
    expect(await said(await ask({ ...bearer(token), 'x-signalbox-tags': 'tier=silver' }))).toBe('key');
    const marked = await ask({ 'x-signalbox-tags': 'tier=silver,usage=building' });
    expect((await recordOf(gateway, idOf(marked))).tags).toMatchObject({
      tier: { value: 'basic', source: 'rule' },
      usage: { value: 'vibing', source: 'rule' },
    });
    expect(await said(marked)).toBe('rule after caller');
    expect(await said(await ask({}))).toBe('nobody');
  });
});

describe('the clock', () => {
  it('is read once, in the time zone of the drawing', async () => {
    // Kiritimati is 26 hours ahead of Pago Pago: never the same weekday.
    const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
    const cases = weekdays.map((day) => ({
      port: day,
      label: day,
      when: { fact: 'time.weekday', operator: 'equal', value: day },
    }));
    const seen: string[] = [];
    for (const [name, timeZone] of [
      ['east', 'Pacific/Kiritimati'],
      ['west', 'Pacific/Pago_Pago'],
    ] as const) {
      const nodes: Parameters<typeof graphOf>[0] = {
        enter: ['request', { timeZone }],
        day: ['match', { cases }],
        none: ['answer', { text: 'never' }],
      };
      for (const day of weekdays) nodes[`say-${day}`] = ['answer', { text: day }];
      await publish(
        gateway,
        name,
        graphOf(nodes, ['enter.next > day', ...weekdays.map((day) => `day.${day} > say-${day}`), 'day.else > none']),
      );
      const response = await gateway.chat({ model: `policy/${name}`, messages: hello });
      const { at } = await recordOf(gateway, idOf(response));
      const expected = new Intl.DateTimeFormat('en', { timeZone, weekday: 'long' }).format(at).toLowerCase();
      expect(await said(response)).toBe(expected);
      seen.push(expected);
    }
    expect(new Set(seen).size).toBe(2);
  });

  it('tells the hour and the time of day', async () => {
    await publish(
      gateway,
      'hours',
      graphOf(
        {
          enter: ['request', { timeZone: 'UTC' }],
          when: [
            'match',
            {
              cases: [
                {
                  port: 'early',
                  label: 'early',
                  when: {
                    all: [
                      { fact: 'time.hour', operator: 'lessThan', value: 12 },
                      { fact: 'time.of_day', operator: 'during', value: ['00:00', '12:00'] },
                    ],
                  },
                },
              ],
            },
          ],
          early: ['answer', { text: 'before noon' }],
          late: ['answer', { text: 'after noon' }],
        },
        ['enter.next > when', 'when.early > early', 'when.else > late'],
      ),
    );
    const response = await gateway.chat({ model: 'policy/hours', messages: hello });
    const { at } = await recordOf(gateway, idOf(response));
    expect(await said(response)).toBe(new Date(at).getUTCHours() < 12 ? 'before noon' : 'after noon');
  });
});

it('compares every decision with the rules library', async () => {
  const { secondOpinion } = gateway.running.gateway;
  const before = secondOpinion.looked;
  await gateway.chat({ model: 'policy/hours', messages: hello });
  await eventually(() => expect(secondOpinion.looked).toBe(before + 1));
});
