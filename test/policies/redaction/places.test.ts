import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatBody, viewOfChat } from '../../../policies/chat.ts';
import type { RedactResult } from '../../../policies/effects.ts';
import { embeddingBody, viewOfEmbeddings } from '../../../policies/embeddings.ts';
import { messagesBody, viewOfMessages } from '../../../policies/messages.ts';
import type { RequestView } from '../../../policies/request.ts';
import { responsesBody, viewOfResponses } from '../../../policies/responses.ts';
import { Run } from '../../../policies/run.ts';
import { detectors } from '../../../policies/text/detectors/index.ts';
import { sayPlace, sayPlaces } from '../../../policies/text/place-words.ts';
import type { RedactionAction, RedactionRule } from '../../../policies/text/redact.ts';
import { redactText } from '../../../policies/text-effects.ts';
import { recordedStepSchema } from '../../../policies/trace-schema.ts';

const READERS: Readonly<Record<RequestView['endpoint'], (body: unknown) => RequestView>> = {
  'chat.completions': (body) => viewOfChat(chatBody.parse(body)),
  messages: (body) => viewOfMessages(messagesBody.parse(body)),
  responses: (body) => viewOfResponses(responsesBody.parse(body)),
  embeddings: (body) => viewOfEmbeddings(embeddingBody.parse(body)),
};
const all = (action: RedactionAction): RedactionRule[] => detectors.map(({ name }) => ({ detect: name, action }));

function redacted(view: RequestView, rules: readonly RedactionRule[] = all('placeholder')): RedactResult {
  const source = { read: () => null, truth: () => false };
  const run = new Run({ view, tags: new Map(), source, now: 0 });
  return redactText({ type: 'redact', node: 'protect', rules, ifUnavailable: 'refuse' }, run);
}

const counts = (found: Readonly<Record<string, number>>): string =>
  Object.entries(found)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');

function said(endpoint: RequestView['endpoint'], body: object): string[] {
  const { places = [], further } = redacted(READERS[endpoint]({ model: 'm', ...body }));
  return sayPlaces({ places, ...(further && { further }) }, counts).map(({ place, found }) => `${place}: ${found}`);
}

const MAIL = 'ada@example.com';
const PHONE = '+49 30 901820';

describe('places of findings', () => {
  it('are told of a chat', () => {
    const call = (text: string) => ({ type: 'function', function: { name: 'find', arguments: text } });
    expect(
      said('chat.completions', {
        messages: [
          { role: 'system', content: `For ${MAIL}.` },
          { role: 'user', content: 'Nothing.' },
          {
            role: 'user',
            name: MAIL,
            content: [
              { type: 'text', text: 'no' },
              { type: 'text', text: `${MAIL} ${PHONE}` },
            ],
          },
          { role: 'assistant', content: null, tool_calls: [call('{}'), call(JSON.stringify({ [MAIL]: [MAIL] }))] },
          { role: 'tool', content: JSON.stringify({ a: MAIL, b: PHONE }) },
          {
            role: 'assistant',
            content: `To ${MAIL}`,
            reasoning_content: MAIL,
            function_call: { name: 'f', arguments: `"${MAIL}"` },
          },
        ],
        prediction: { type: 'content', content: MAIL },
        user: MAIL,
        tools: [
          { type: 'custom', custom: { name: 'x' } },
          { type: 'function', function: { name: 'find', description: MAIL } },
        ],
      }),
    ).toEqual([
      'message 1 (system): 1 email',
      'message 3 (user), part 2: 1 email, 1 phone',
      'a name or title in message 3: 1 email',
      'the arguments of tool call 2 in message 4: 2 email',
      'the result of a tool in message 5: 1 email, 1 phone',
      'message 6 (assistant): 2 email',
      'the arguments of a tool call in message 6: 1 email',
      'the predicted answer: 1 email',
      'the details beside the messages (such as the id of a user): 1 email',
      'the description of tool 2: 1 email',
    ]);
  });

  it('are told of messages', () => {
    expect(
      said('messages', {
        max_tokens: 10,
        system: [
          { type: 'text', text: 'Be kind.' },
          { type: 'text', text: `For ${MAIL}` },
        ],
        messages: [
          { role: 'user', content: `I am ${MAIL}` },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: MAIL, signature: 's' },
              { type: 'tool_use', id: 't', name: 'find', input: { [MAIL]: { to: MAIL, cc: [MAIL] } } },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: MAIL }] },
              { type: 'document', title: MAIL, source: { type: 'text', media_type: 'text/plain', data: PHONE } },
            ],
          },
        ],
        metadata: { user_id: MAIL },
        tools: [{ name: 'find', description: MAIL }],
      }),
    ).toEqual([
      'the system text, part 2: 1 email',
      'message 1 (user): 1 email',
      'the thoughts of the model in message 2, part 1: 1 email',
      'the arguments of a tool call in message 2, part 2: 2 email',
      'the result of “find” in message 3, part 1: 1 email',
      'a name or title in message 3, part 2: 1 email',
      'message 3 (user), part 2: 1 phone',
      'the details beside the messages (such as the id of a user): 1 email',
      'the description of tool 1: 1 email',
    ]);
    expect(said('messages', { max_tokens: 10, system: MAIL, messages: [{ role: 'user', content: 'x' }] })).toEqual([
      'the system text: 1 email',
    ]);
  });

  it('are told of responses', () => {
    expect(said('responses', { input: MAIL, instructions: PHONE })).toEqual([
      'the system text: 1 phone',
      'message 1 (user): 1 email',
    ]);
    expect(
      said('responses', {
        input: [
          { role: 'developer', content: MAIL },
          { role: 'user', content: [{ type: 'input_text', text: MAIL }] },
          { type: 'function_call', name: 'f', call_id: 'c', arguments: JSON.stringify({ to: MAIL }) },
          { type: 'function_call_output', call_id: 'c', output: JSON.stringify({ to: MAIL }) },
          { type: 'reasoning', summary: [{ type: 'summary_text', text: MAIL }] },
          { type: 'mcp_call', arguments: `"${MAIL}"`, output: MAIL },
        ],
        prompt: { id: 'p', variables: { [MAIL]: MAIL } },
        safety_identifier: MAIL,
      }),
    ).toEqual([
      'message 1 (system): 1 email',
      'message 2 (user), part 1: 1 email',
      'the arguments of a tool call in message 3: 1 email',
      'the result of a tool in message 4: 1 email',
      'the thoughts of the model in message 5, part 1: 1 email',
      'the arguments of a tool call in message 6: 1 email',
      'message 6 (assistant): 1 email',
      'the variables of a stored prompt: 1 email',
      'the details beside the messages (such as the id of a user): 1 email',
    ]);
  });

  it('are told of texts to embed', () => {
    expect(said('embeddings', { input: MAIL })).toEqual(['text 1: 1 email']);
    expect(said('embeddings', { input: ['x', MAIL], user: MAIL })).toEqual([
      'text 2: 1 email',
      'the details beside the messages (such as the id of a user): 1 email',
    ]);
  });

  /** A conversation in which tools were called and have answered, as each protocol has it. */
  const called = (
    endpoint: 'chat.completions' | 'messages' | 'responses',
    calls: readonly string[],
    offered = calls,
  ) => {
    const ids = calls.map((_, i) => `call_${i}`);
    switch (endpoint) {
      case 'chat.completions':
        return {
          messages: [
            { role: 'user', content: 'x' },
            ...calls.map((name, i) => ({
              role: 'assistant',
              content: null,
              tool_calls: [{ id: ids[i], type: 'function', function: { name, arguments: '{}' } }],
            })),
            ...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: `to ${MAIL}` })),
          ],
          tools: offered.map((name) => ({ type: 'function', function: { name } })),
        };
      case 'messages':
        return {
          max_tokens: 10,
          messages: [
            { role: 'user', content: 'x' },
            { role: 'assistant', content: calls.map((name, i) => ({ type: 'tool_use', id: ids[i], name, input: {} })) },
            {
              role: 'user',
              content: ids.map((id) => ({
                type: 'tool_result',
                tool_use_id: id,
                content: [{ type: 'text', text: MAIL }],
              })),
            },
          ],
          tools: offered.map((name) => ({ name })),
        };
      case 'responses':
        return {
          input: [
            { role: 'user', content: 'x' },
            ...calls.map((name, i) => ({ type: 'function_call', call_id: ids[i], name, arguments: '{}' })),
            ...ids.map((id) => ({ type: 'function_call_output', call_id: id, output: JSON.stringify({ to: MAIL }) })),
          ],
          tools: offered.map((name) => ({ type: 'function', name })),
        };
    }
  };
  const protocols = ['chat.completions', 'messages', 'responses'] as const;

  it('name the tool whose result it is, where the request says which call it answers', () => {
    const names = ['lookup_customer', 'searchOrders'];
    const told = Object.fromEntries(protocols.map((one) => [one, said(one, called(one, names))]));
    expect(told).toEqual({
      'chat.completions': [
        'the result of “lookup_customer” in message 4: 1 email',
        'the result of “searchOrders” in message 5: 1 email',
      ],
      messages: [
        'the result of “lookup_customer” in message 3, part 1: 1 email',
        'the result of “searchOrders” in message 3, part 2: 1 email',
      ],
      responses: [
        'the result of “lookup_customer” in message 4: 1 email',
        'the result of “searchOrders” in message 5: 1 email',
      ],
    });
    const long = 'a'.repeat(64);
    expect(said('messages', called('messages', [long]))).toEqual([
      `the result of “${'a'.repeat(40)}” in message 3, part 1: 1 email`,
    ]);
  });

  it('name no tool that the request does not offer, whose name is no plain one, or holds what the rules look for', () => {
    const unnamed = (endpoint: (typeof protocols)[number], body: object, rules = all('placeholder')) => {
      const { places = [] } = redacted(READERS[endpoint]({ model: 'm', ...body }), rules);
      expect(places).toHaveLength(1);
      expect(places[0]).not.toHaveProperty('tool');
      expect(places[0]?.in).toBe('result');
    };
    for (const endpoint of protocols) {
      unnamed(endpoint, called(endpoint, ['lookup'], ['another']));
      for (const name of ['=cmd', 'two words', MAIL, '<b>', 'a'.repeat(65), `call${PHONE.replaceAll(' ', '')}`]) {
        unnamed(endpoint, called(endpoint, [name]));
      }
      for (const name of ['falcon', 'ask_falcon', 'askFalcon']) {
        const rules = [...all('placeholder'), { words: ['falcon'], name: 'project', action: 'report' } as const];
        unnamed(endpoint, called(endpoint, [name]), rules);
      }
    }
  });

  it('name tools in words that every record takes, whatever they are called', () => {
    const name = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9_.-]{1,70}$/),
      fc.string({ minLength: 1 }),
      fc.constantFrom('constructor', '__proto__', '4155550123', 'ada.example.com', '192.168.7.1'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...protocols), fc.array(name, { minLength: 1, maxLength: 4 }), (endpoint, names) => {
        const result = redacted(READERS[endpoint]({ model: 'm', ...called(endpoint, names) }));
        for (const { tool } of result.places ?? []) {
          if (tool === undefined) continue;
          expect(names).toContain(tool);
          const alone = redacted(READERS.embeddings({ model: 'm', input: tool }));
          expect(alone.found, tool).toEqual({});
        }
        const step = { node: 'n', kind: 'redact', port: 'found', reason: '', results: [result] };
        expect(recordedStepSchema.parse(JSON.parse(JSON.stringify(step))).results).toEqual([result]);
      }),
    );
  });

  it('are not there where nothing was found, nor where nothing could be read', () => {
    expect(redacted(READERS.embeddings({ model: 'm', input: 'nothing' }))).not.toHaveProperty('places');
    expect(redacted(READERS.embeddings({ model: 'm', input: [1, 2, 3] }))).not.toHaveProperty('places');
  });

  it('tell of a kind whatever it is called', () => {
    const view = READERS.embeddings({ model: 'm', input: 'falcon and falcon' });
    const result = redacted(view, [{ words: ['falcon'], name: 'constructor', action: 'mask' }]);
    expect(result).toMatchObject({
      found: { constructor: 2 },
      places: [{ in: 'text', message: 1, found: { constructor: 2 } }],
    });
  });

  it('are few however many there are, and the rest is counted', () => {
    const message = { role: 'user', content: `${MAIL} ${PHONE}` };
    const many = READERS['chat.completions']({ model: 'm', messages: Array.from({ length: 10_000 }, () => message) });
    const result = redacted(many);
    expect(result.found).toEqual({ email: 10_000, phone: 10_000 });
    expect(result.places).toHaveLength(50);
    expect(result.further).toEqual({ places: 9_950, found: { email: 9_950, phone: 9_950 } });
    expect(JSON.stringify(result).length).toBeLessThan(5_000);

    const rules = Array.from({ length: 60 }, (_, i) => {
      return { words: [`word${i}`], name: `kind_${i}`, action: 'report' } as const;
    });
    const input = Array.from({ length: 60 }, () => rules.map(({ words }) => words[0]).join(' '));
    const wide = redacted(READERS.embeddings({ model: 'm', input }), rules);
    expect(wide.places).toHaveLength(3);
    expect(wide.further?.places).toBe(57);
    expect(sayPlaces({ places: [], further: { places: 1, found: { email: 2 } } }, counts)).toEqual([
      { place: '1 more place', found: '2 email' },
    ]);
  });
});

/** A word that turns up nowhere by chance, with what a detector finds in or beside it. */
const piece = fc
  .stringMatching(/^q[a-z]{8}z$/)
  .chain((word) =>
    fc.constantFrom(
      word,
      `${word}@example.com`,
      `${PHONE} ${word}`,
      `${word}@example.org and 415-555-0123 for ${word}`,
    ),
  );
const json = fc.oneof(
  piece.map((text) => JSON.stringify(text)),
  fc.dictionary(piece, fc.array(piece, { maxLength: 3 }), { maxKeys: 3 }).map((value) => JSON.stringify(value)),
);
const parts = <T>(part: fc.Arbitrary<T>) => fc.array(part, { maxLength: 4 });
const content = fc.oneof(piece, parts(piece.map((text) => ({ type: 'text', text }))));

const bodies: Readonly<Record<RequestView['endpoint'], fc.Arbitrary<object>>> = {
  'chat.completions': fc.record(
    {
      messages: fc.array(
        fc.record(
          {
            role: fc.constantFrom('system', 'developer', 'user', 'assistant', 'tool'),
            content,
            name: piece,
            reasoning_content: piece,
            tool_calls: parts(json.map((text) => ({ type: 'function', function: { name: 'f', arguments: text } }))),
          },
          { requiredKeys: ['role', 'content'] },
        ),
        { minLength: 1, maxLength: 80 },
      ),
      user: piece,
      prediction: content.map((value) => ({ type: 'content', content: value })),
      tools: parts(piece.map((description) => ({ type: 'function', function: { name: 'f', description } }))),
    },
    { requiredKeys: ['messages'] },
  ),
  messages: fc.record(
    {
      max_tokens: fc.constant(10),
      system: content,
      messages: fc.array(
        fc.record({
          role: fc.constantFrom('user', 'assistant'),
          content: fc.oneof(
            piece,
            parts(
              fc.oneof(
                piece.map((text) => ({ type: 'text', text })),
                piece.map((thinking) => ({ type: 'thinking', thinking })),
                json.map((input) => ({ type: 'tool_use', id: 't', name: 'f', input: JSON.parse(input) })),
                content.map((value) => ({ type: 'tool_result', tool_use_id: 't', content: value })),
                piece.map((title) => ({ type: 'document', title, source: { type: 'text', data: title } })),
                json.map((value) => ({ type: 'web_search_tool_result', content: JSON.parse(value) })),
              ),
            ),
          ),
        }),
        { minLength: 1, maxLength: 60 },
      ),
      metadata: fc.record({ user_id: piece }),
    },
    { requiredKeys: ['max_tokens', 'messages'] },
  ),
  responses: fc.record(
    {
      instructions: piece,
      input: fc.oneof(
        piece,
        fc.array(
          fc.oneof(
            fc.record({ role: fc.constantFrom('user', 'assistant', 'system', 'developer'), content }),
            json.map((text) => ({ type: 'function_call', name: 'f', arguments: text })),
            json.map((output) => ({ type: 'function_call_output', output })),
            json.map((value) => ({ type: 'mcp_call', arguments: value, output: JSON.parse(value) })),
            piece.map((text) => ({ type: 'reasoning', summary: [{ type: 'summary_text', text }] })),
          ),
          { maxLength: 60 },
        ),
      ),
      prompt: fc.dictionary(piece, piece, { maxKeys: 3 }).map((variables) => ({ id: 'p', variables })),
      metadata: fc.dictionary(piece, piece, { maxKeys: 3 }),
      store: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
  embeddings: fc.record(
    { input: fc.oneof(piece, fc.array(piece, { minLength: 1, maxLength: 80 })), user: piece },
    { requiredKeys: ['input'] },
  ),
};

describe.each(Object.keys(READERS) as RequestView['endpoint'][])('places in %s, whatever the request', (endpoint) => {
  it('have as many findings as there are of each kind, each place once, and no piece of a text', () => {
    fc.assert(
      fc.property(
        bodies[endpoint],
        fc.constantFrom('mask' as const, 'placeholder' as const, 'report' as const),
        (body, action) => {
          const view = READERS[endpoint]({ model: 'm', ...body });
          const result = redacted(view, all(action));
          const { found, places = [], further } = result;
          const sum: Record<string, number> = {};
          for (const one of [...places, ...(further ? [further] : [])]) {
            for (const [type, count] of Object.entries(one.found)) sum[type] = (sum[type] ?? 0) + count;
          }
          expect(sum).toEqual(found);
          expect(places.length).toBeLessThanOrEqual(50);
          const words = places.map(sayPlace);
          expect(new Set(words).size).toBe(words.length);
          const told = JSON.stringify(result) + words.join('\n');
          expect(told).not.toMatch(/q[a-z]{8}z|example\.|901820|555/);
          const step = { node: 'protect', kind: 'redact', port: 'found', reason: '', results: [result] };
          expect(recordedStepSchema.parse(JSON.parse(JSON.stringify(step)))).toEqual(step);
        },
      ),
    );
  });
});
