/** What policies do to OpenAI's responses: redaction, budgets, fixed answers. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { json, streamHead } from '../providers/upstream.ts';
import { answerOf, response as responseOf, sse, usage } from '../wire/response-events.ts';
import { graphOf, idOf, publish, recordOf } from './harness.ts';
import {
  eventsOf,
  expectRising,
  messageItem,
  native,
  type ResponsesGateway,
  startResponses,
  textOf,
  weather,
} from './responses-house.ts';

let gateway: ResponsesGateway;
beforeAll(async () => {
  gateway = await startResponses();
});
beforeEach(() => {
  gateway.answer = (response) => response.destroy();
});
afterAll(() => gateway.replayAndStop());

const sent = () => JSON.parse(gateway.lastBody());
const EMAIL = 'ada.lovelace@engines.example';

describe('a policy', () => {
  it.each(['house/one', 'sandbox/small'])(
    'redacts every place of a request to %s, and restores the answer',
    async (model) => {
      const policy = `careful-${model.replace('/', '-')}`;
      await publish(
        gateway,
        policy,
        graphOf(
          {
            enter: ['request', {}],
            protect: ['redact', { rules: [{ detect: 'email', action: 'placeholder' }] }],
            call: ['model', { model, timeoutSeconds: 20, retries: 0 }],
          },
          ['enter.next > protect', 'protect.clean > call', 'protect.found > call'],
        ),
      );
      const input = [
        { type: 'function_call', call_id: 'c', name: 'get_weather', arguments: JSON.stringify({ city: EMAIL }) },
        { type: 'function_call_output', call_id: 'c', output: `It rains on ${EMAIL}` },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: `Think of ${EMAIL}` }] },
        { role: 'assistant', content: [{ type: 'output_text', text: `Dear ${EMAIL}` }] },
        { role: 'user', content: [{ type: 'input_text', text: `Write to ${EMAIL}` }] },
      ];
      const body = {
        model: `policy/${policy}`,
        instructions: `You are ${EMAIL}`,
        input,
        safety_identifier: EMAIL,
        prompt_cache_key: EMAIL,
        tools: [{ ...weather, description: `By ${EMAIL}` }],
        tool_choice: 'none',
      };
      for (const streamed of [false, true]) {
        const whole = responseOf('completed', [messageItem('Write to [[EMAIL_1]]')], { usage });
        gateway.answer = streamed
          ? (response) =>
              streamHead(response).end(sse(answerOf(['Write to [[EM', 'AIL_1]]'], ['{"to":"[[EMAIL_', '1]]"}'])))
          : json(200, whole);
        const response = await gateway.respond({ ...body, stream: streamed });
        const text = await response.text();
        expect(response.status, text).toBe(200);
        expect(text).toContain(`Write to ${EMAIL}`);
        expect(text).not.toContain('[[EMAIL');
        if (streamed) expectRising(eventsOf(text));
        const record = await recordOf(gateway, idOf(response));
        expect(JSON.stringify(record)).not.toContain('lovelace');
        expect(record.content?.answer).toContain('[[EMAIL_1]]');
        if (model === 'house/one') expect(gateway.lastBody()).not.toContain('lovelace');
        expect(record.redactions).toEqual({ email: 9 });
      }
    },
  );

  it('restores nothing where the provider remembers placeholders of earlier requests', async () => {
    gateway.answer = json(200, responseOf('completed', [messageItem('Write to [[EMAIL_1]]')], { usage }));
    const input = `Write to ${EMAIL}`;
    const ask = { model: 'policy/careful-house-one', input };
    expect((await gateway.openai.responses.create(ask)).output_text).toBe(input);
    const later = await gateway.openai.responses.create({ ...ask, previous_response_id: 'resp_1' });
    expect(later.output_text).toBe('Write to [[EMAIL_1]]');
    expect(sent()).toMatchObject({ input: 'Write to [[EMAIL_1]]' });
  });

  it('with a budget refuses what it cannot pay for, and what has no known cost', async () => {
    const budget = await gateway.api<{ id: string }>('POST', '/budgets', {
      name: 'responses',
      scope: [],
      window: 'total',
      timeZone: 'UTC',
      unit: 'usd',
      limit: 1_000_000,
      owner: 'Grace',
      reason: 'for a test',
    });
    await publish(
      gateway,
      'paid',
      graphOf(
        {
          enter: ['request', {}],
          pay: ['budget', { budget: budget.id, warnAt: null }],
          call: ['model', { model: native, timeoutSeconds: 20, retries: 0 }],
        },
        ['enter.next > pay', 'pay.within > call'],
      ),
    );
    const ask = { model: 'policy/paid', input: 'Hi', max_output_tokens: 100 };
    gateway.answer = json(200, responseOf('completed', [messageItem('Yes')], { usage }));
    const paid = await gateway.openai.responses.create(ask).withResponse();
    const record = await recordOf(gateway, idOf(paid.response));
    expect(record.charges).toMatchObject([{ settled: record.cost }]);
    await expect(gateway.openai.responses.create({ ...ask, max_output_tokens: 100_000 })).rejects.toMatchObject({
      status: 429,
      code: 'budget_exhausted',
    });
    for (const more of [{ previous_response_id: 'resp_1' }, { tools: [{ type: 'web_search' as const }] }]) {
      await expect(gateway.openai.responses.create({ ...ask, ...more })).rejects.toMatchObject({
        code: 'cost_unbounded',
      });
    }
  });

  it.each([false, true])('answers by itself (streamed: %s)', async (streamed) => {
    const policy = `closed-${streamed}`;
    await publish(
      gateway,
      policy,
      graphOf({ enter: ['request', {}], say: ['answer', { text: 'Closed today.' }] }, ['enter.next > say']),
    );
    const ask = { model: `policy/${policy}`, input: 'Hi' };
    const data = streamed
      ? await gateway.openai.responses.stream(ask).finalResponse()
      : await gateway.openai.responses.create(ask);
    expect(data).toMatchObject({ status: 'completed', model: 'signalbox/answer', usage: { total_tokens: 0 } });
    expect(textOf(data.output)).toBe('Closed today.');
  });

  it('can be asked what it would do', async () => {
    const response = await gateway.respond({ model: native, input: 'Hi' }, { 'x-signalbox-dry-run': 'true' });
    expect(await response.json()).toMatchObject({ object: 'signalbox.decision', path: 'enter.next > call' });
  });
});
