/** Requests that come in one turn of the event loop go their way in step. */
import { describe, expect, it } from 'vitest';
import { endOfTurn, inStep } from '../../../server/gateway/turn.ts';
import { UpstreamAnswer } from '../../../server/gateway/upstream-answer.ts';
import type { AnswerSink, Provider } from '../../../server/providers/provider.ts';
import { openAiChat } from '../../../server/wire/openai-chat.ts';
import { exampleModel } from '../money/example.ts';

describe('those who come in one turn', () => {
  it('take each part before any of them takes the next, in the order of coming', async () => {
    const taken: string[] = [];
    const go = async (name: string): Promise<void> => {
      taken.push(`${name} comes`);
      await endOfTurn();
      taken.push(`${name} parses`);
      await inStep;
      taken.push(`${name} decides`);
      await inStep;
      taken.push(`${name} sends`);
    };
    await Promise.all([go('a'), go('b'), go('c')]);
    const parts = ['comes', 'parses', 'decides', 'sends'];
    expect(taken).toEqual(parts.flatMap((part) => ['a', 'b', 'c'].map((name) => `${name} ${part}`)));
  });

  it('do not wait for who comes later', async () => {
    const first = endOfTurn();
    expect(endOfTurn()).toBe(first);
    await first;
    const second = endOfTurn();
    expect(second).not.toBe(first);
    await second;
  });
});

const MODEL = exampleModel('small', 1);
const ANSWER = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'glad' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
};

describe('an answer in one piece', () => {
  /** A call whose whole answer has just come. */
  function answered(): {
    readonly answer: UpstreamAnswer;
    readonly begun: Promise<void>;
    readonly cancelled: () => number;
  } {
    const body = Buffer.from(JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'happy?' }] }));
    const answer = new UpstreamAnswer(MODEL, openAiChat.parse(body), null);
    let cancelled = 0;
    const send = (_: unknown, sink: AnswerSink) => {
      sink.head({ status: 200, contentType: 'application/json', requestId: null });
      sink.data(Buffer.from(JSON.stringify(ANSWER)));
      sink.end();
      return { pause() {}, resume() {}, cancel: () => (cancelled += 1) };
    };
    const provider: Provider = { name: 'test', send, close: async () => {} };
    const request = { protocol: openAiChat, model: MODEL, body, stream: false, timeoutMs: 1000, headers: {} };
    return { answer, begun: answer.begin(provider, request), cancelled: () => cancelled };
  }

  it('is read with all others of the turn', async () => {
    const [one, other] = [answered(), answered()];
    expect(one.answer.whole).toBeNull();
    await one.begun;
    expect(one.answer.text).toContain('glad');
    expect(other.answer.text).toBe(one.answer.text);
  });

  it('says what it cost, also where the client hangs up before it is read', async () => {
    const { answer, begun, cancelled } = answered();
    answer.cancel();
    await begun;
    expect(answer.usage).toMatchObject({ inputTokens: 9, outputTokens: 1 });
    expect(cancelled()).toBe(0);
  });
});
