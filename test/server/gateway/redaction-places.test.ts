/** Where something was found stands in the record of every protocol, on both databases, and never what was found. */
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { findingsOf } from '../../../policies/decision.ts';
import { sayPlace } from '../../../policies/text/place-words.ts';
import { freshDatabase } from '../../postgres.ts';
import { dialects } from '../control/house.ts';
import {
  ADMIN_TOKEN,
  API_KEY,
  graphOf,
  idOf,
  publish,
  recordOf,
  replayAll,
  startGateway,
  type TestGateway,
} from './harness.ts';

const EMAIL = 'ada.lovelace@engines.example';
const PHONE = '+49 30 901820';
const JSON_TYPE = { 'content-type': 'application/json' };

const call = (model: string) => ['model', { model, timeoutSeconds: 20, retries: 0 }] as const;
const redact = (...detect: string[]) =>
  [
    'redact',
    { rules: detect.map((one) => ({ detect: one, action: 'placeholder' })), ifUnavailable: 'refuse' },
  ] as const;

describe.each(dialects)('places on %s', (dialect) => {
  let gateway: TestGateway;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const server = inject('postgresUrl');
    const fresh = dialect === 'postgres' && server !== null ? await freshDatabase(server) : null;
    gateway = await startGateway({ environment: fresh ? { DATABASE_URL: fresh.url } : {} });
    close = async () => {
      await gateway.stop();
      await fresh?.drop();
    };
    for (const [name, model] of [
      ['careful', 'sandbox/small'],
      ['vectors', 'sandbox/embed'],
    ] as const) {
      await publish(
        gateway,
        name,
        graphOf({ enter: ['request', {}], mail: redact('email'), phone: redact('phone'), call: call(model) }, [
          'enter.next > mail',
          'mail.clean > phone',
          'mail.found > phone',
          'phone.clean > call',
          'phone.found > call',
        ]),
      );
    }
  }, 60_000);
  afterAll(async () => {
    try {
      await replayAll(gateway);
    } finally {
      await close();
    }
  });

  /** What the record of a request says of its places, by node. */
  async function placesAfter(path: string, body: object): Promise<Record<string, string[]>> {
    const answer = await fetch(`${gateway.url}/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, ...JSON_TYPE },
      body: JSON.stringify({ model: path === 'embeddings' ? 'policy/vectors' : 'policy/careful', ...body }),
    });
    expect(answer.status, await answer.text()).toBe(200);
    const record = await recordOf(gateway, idOf(answer));
    expect(JSON.stringify({ ...record, content: null })).not.toMatch(/lovelace|901820/);
    return Object.fromEntries(
      record.trace.flatMap((step) =>
        findingsOf(step).map(({ places = [] }) => [
          step.node,
          places.map((place) => `${sayPlace(place)}: ${Object.entries(place.found).flat().join(' ')}`),
        ]),
      ),
    );
  }

  it('are in the record of a chat, of each redact node its own', async () => {
    expect(
      await placesAfter('chat/completions', {
        messages: [
          { role: 'system', content: `You write for ${EMAIL}.` },
          { role: 'user', content: 'Hello.' },
          { role: 'user', content: `Is ${EMAIL} or bob@engines.example at ${PHONE}?` },
        ],
      }),
    ).toEqual({
      mail: ['message 1 (system): email 1', 'message 3 (user): email 2'],
      phone: ['message 3 (user): phone 1'],
    });
  });

  it('are in the record of messages, responses and embeddings', async () => {
    expect(
      await placesAfter('messages', {
        max_tokens: 50,
        system: `You write for ${EMAIL}.`,
        messages: [{ role: 'user', content: [{ type: 'text', text: `Is it ${PHONE}?` }] }],
      }),
    ).toEqual({ mail: ['the system text: email 1'], phone: ['message 1 (user), part 1: phone 1'] });
    expect(
      await placesAfter('responses', {
        input: [
          { role: 'user', content: 'Who is it?' },
          { type: 'function_call', call_id: 'c', name: 'find', arguments: JSON.stringify({ mail: EMAIL }) },
          { type: 'function_call_output', call_id: 'c', output: JSON.stringify({ phone: PHONE }) },
        ],
      }),
    ).toEqual({
      mail: ['the arguments of a tool call in message 2: email 1'],
      phone: ['the result of a tool in message 3: phone 1'],
    });
    expect(await placesAfter('embeddings', { input: ['nothing', EMAIL] })).toEqual({
      mail: ['text 2: email 1'],
      phone: [],
    });
  });

  it('name the tool whose result it was, which the request offers under a plain name', async () => {
    const asked = (name: string) => ({
      messages: [
        { role: 'user', content: 'Who is it?' },
        { role: 'assistant', tool_calls: [{ id: 'c1', type: 'function', function: { name, arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'c1', content: `It is ${EMAIL}.` },
      ],
      tools: [{ type: 'function', function: { name, parameters: { type: 'object', properties: {} } } }],
    });
    const told = { mail: ['the result of “lookup_customer” in message 3: email 1'], phone: [] };
    expect(await placesAfter('chat/completions', asked('lookup_customer'))).toEqual(told);
    const unnamed = { mail: ['the result of a tool in message 3: email 1'], phone: [] };
    expect(await placesAfter('chat/completions', asked('=lookup customer'))).toEqual(unnamed);
  });

  it('are in an export, in words in the table', async () => {
    const read = async (format: string): Promise<string> => {
      const answer = await fetch(`${gateway.url}/api/records/export?format=${format}`, {
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      });
      expect(answer.status).toBe(200);
      return answer.text();
    };
    const rows: Record<string, string>[] = parse(await read('csv'), { columns: true });
    expect(rows.map((row) => row['Redactions by place'])).toContain(
      '1 email in message 1 (system); 2 email in message 3 (user); 1 phone in message 3 (user)',
    );
    expect(rows.map((row) => row['Redactions by place'])).toContain(
      '1 email in the result of “lookup_customer” in message 3',
    );
    expect(await read('jsonl')).toContain('"places":[{"in":"message","message":3,"role":"user","found":{"phone":1}}]');
  });
});
