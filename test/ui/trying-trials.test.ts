import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChatBody, viewOfChat } from '../../policies/chat.ts';
import { NO_USAGE, type Tag } from '../../policies/request.ts';
import { scoreComplexity } from '../../policies/text/complexity.ts';
import { SignalboxError } from '../../server/errors.ts';
import { tagsOf } from '../../server/gateway/tags.ts';
import type { HouseAnswer } from '../../ui/api/house.ts';
import type { RequestRecord } from '../../ui/api/records.ts';
import { tagsSent } from '../../ui/trying/key-tags.ts';
import { trialOfRecord } from '../../ui/trying/past-trial.ts';
import { READY_TRIALS } from '../../ui/trying/ready-trials.ts';
import { besidesText, bodyOf, type Trial, textOf, trialOf, withText } from '../../ui/trying/trial.ts';
import { body } from '../policies/drawings.ts';
import { houseAnswer } from './trying-house.ts';

const trial = (chat: ChatBody): Trial => trialOf(chat, {}, { source: 'ready one', name: 'One' });
const built = (one: Trial): ChatBody => {
  const result = bodyOf(one);
  if (!result.ok) throw new Error(result.why.join(' '));
  return result.body;
};

describe('the form of a request', () => {
  it('says what the body said when nothing was changed', () => {
    fc.assert(
      fc.property(body, (chat) => {
        const again = built(trial(chat));
        expect(viewOfChat(again)).toEqual(viewOfChat(chat));
        expect(again.tools).toEqual(chat.tools);
      }),
    );
  });

  it('keeps what has no field: definitions of tools, an answer schema, pictures', () => {
    const chat: ChatBody = {
      model: 'large',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: 'data:,' } },
          ],
        },
      ],
      tools: [{ type: 'function', function: { name: 'find', description: 'Finds.' } }],
      response_format: { type: 'json_schema', json_schema: { name: 'answer' } },
      max_completion_tokens: 40,
    };
    const one = trial(chat);
    const [message] = one.messages;
    if (!message) throw new Error('no message');
    expect(besidesText(message)).toEqual(['a picture']);
    const changed = built({
      ...one,
      messages: [withText(message, 'And this?')],
      tools: ['find', 'send'],
      answerLimit: '1,000',
    });
    expect(textOf(changed.messages[0] ?? message)).toBe('And this?');
    expect(viewOfChat(changed)).toMatchObject({ images: 1, needs: { jsonSchema: true }, maxOutputTokens: 1000 });
    expect(changed.tools).toEqual([chat.tools?.[0], { type: 'function', function: { name: 'send' } }]);
    expect(changed.max_tokens).toBeUndefined();
  });

  it('says what is not right yet, in place of a body', () => {
    const one = trial({ model: 'large', messages: [{ role: 'user', content: 'Hello' }] });
    expect(bodyOf({ ...one, model: ' ' })).toMatchObject({ ok: false, why: ['Say which model the app asks for.'] });
    for (const answerLimit of ['ten', '0', '-4', '1.5']) expect(bodyOf({ ...one, answerLimit }).ok).toBe(false);
  });
});

const name = fc.constantFrom('team', 'usage', 'user', 'course', 'not a tag', '');
const value = fc.constantFrom('', 'search', 'vibing', 'ada', 'x'.repeat(300));
const pairs = fc.dictionary(fc.constantFrom('team', 'usage', 'user', 'course'), fc.constantFrom('search', 'vibing'));

describe('the tags of a request', () => {
  it('are those that the gateway gives it, and refused where the gateway refuses them', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ name, value }), { selector: (row) => row.name, maxLength: 4 }),
        pairs,
        fc.dictionary(fc.constantFrom('team', 'usage', 'user'), fc.constant(['search', 'vibing'] as string[])),
        fc.subarray(['usage', 'course']),
        (rows, fixedTags, tagChoices, requiredTags) => {
          const house = houseAnswer([]);
          const key = { ...keyOf(house), fixedTags, tagChoices, requiredTags };
          const sent = tagsSent(key, rows, { ...house, keys: [key] });
          const typed = rows.filter((row) => row.name !== '' || row.value !== '');
          const headers = typed.map((row) => `${row.name}=${row.value}`).join(',');
          let expected: ReadonlyMap<string, Tag> | null;
          try {
            const entry = {
              ...key,
              organisation: 'org_1',
              projectName: 'default',
              team: 'team_1',
              teamName: 'default',
              hash: Buffer.from(''),
              policies: new Set<string>(),
              limits: null,
              revoked: false,
            };
            expected = tagsOf(entry, headers === '' ? {} : { 'x-signalbox-tags': headers }, {}, null);
          } catch (error) {
            if (!(error instanceof SignalboxError)) throw error;
            expected = null;
          }
          expect(sent.refusals.length === 0).toBe(expected !== null);
          if (expected) expect(Object.fromEntries(sent.tags)).toEqual(Object.fromEntries(expected));
        },
      ),
      { numRuns: 500 },
    );
  });
});

function keyOf({ keys }: HouseAnswer): HouseAnswer['keys'][number] {
  const [key] = keys;
  if (!key) throw new Error('no key');
  return key;
}

const record: RequestRecord = {
  id: 'req_1',
  project: 'prj_1',
  key: 'key_1',
  at: Date.UTC(2026, 10, 20, 9, 30),
  durationMs: 10,
  overheadMs: 1,
  status: 'ok',
  httpStatus: 200,
  errorCode: null,
  stream: true,
  app: null,
  requestedModel: 'sandbox/large',
  model: 'sandbox/small',
  policy: 'pol_1',
  version: 1,
  tags: { team: { value: 'search', source: 'key' }, usage: { value: 'vibing', source: 'rule' } },
  usage: { ...NO_USAGE, inputTokens: 500, outputTokens: 10 },
  usageSource: 'provider',
  cost: 1,
  facts: { 'tags.usage': 'building', 'tag_source.usage': 'caller' },
  trace: [],
  attempts: [],
  charges: [],
  redactions: {},
  isContentKept: true,
  feedback: [],
};

describe('a request of the past', () => {
  it('is tried as it is stored, as streamed and for the model that was asked for', () => {
    const request = JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'Hello' }], temperature: 1 });
    const past = trialOfRecord({ record, content: { request, answer: null }, isHidden: false }, 'Then', [
      { id: 'key_1' },
    ]);
    expect(built(past)).toEqual({
      model: 'sandbox/large',
      stream: true,
      messages: [{ role: 'user', content: 'Hello' }],
      temperature: 1,
    });
    expect(past).toMatchObject({
      key: 'key_1',
      at: record.at,
      tags: [
        { name: 'team', value: 'search' },
        { name: 'usage', value: 'building' },
      ],
    });
  });

  it('is tried by its texts where nothing else is stored', () => {
    const request = JSON.stringify({ model: 'small', texts: ['Be kind.', 'Hello'] });
    const past = trialOfRecord({ record, content: { request, answer: null }, isHidden: false }, 'Then', []);
    expect(built(past).messages).toEqual([{ role: 'user', content: 'Be kind.\n\nHello' }]);
    expect(past.key).toBeNull();
    expect(past.notes.join(' ')).toContain('Its key is not in use any more');
  });

  it('is tried by its size where nothing that was said is stored, and says so', () => {
    const cut = { request: '{"model":"small","mess… (7 more characters are not kept)', answer: null };
    for (const content of [null, cut, { request: '', answer: null }]) {
      const past = trialOfRecord({ record, content, isHidden: false }, 'Then', [{ id: 'key_1' }]);
      const text = textOf(built(past).messages[0] ?? { role: 'user' });
      expect(Math.abs(text.length / 4 - 500)).toBeLessThan(10);
      expect(past.notes.join(' ')).toContain('about 500 tokens');
    }
    const hidden = trialOfRecord({ record, content: null, isHidden: true }, 'Then', []);
    expect(hidden.notes.join(' ')).toContain('Your role does not let you read what was said.');
  });
});

describe('the ready requests', () => {
  it('are one of each: simple, hard, with tools, long', () => {
    const view = (id: string) => {
      const ready = READY_TRIALS.find((one) => one.id === id);
      return viewOfChat({ messages: [], ...ready?.body, model: 'any' });
    };
    expect(scoreComplexity(view('simple')).score).toBeLessThan(0.24);
    expect(scoreComplexity(view('hard')).score).toBeGreaterThanOrEqual(0.55);
    expect(view('tools').toolNames).toEqual(['find_order']);
    expect(view('long').slots[0]?.text.length).toBeGreaterThan(20_000);
  });
});
