import { describe, expect, it } from 'vitest';
import { replaceable } from '../../../server/providers/accounts/replaceable.ts';
import { type AnswerSink, type Provider, UpstreamError } from '../../../server/providers/provider.ts';
import { openAiChat } from '../../../server/wire/openai-chat.ts';
import { modelNamed } from './upstream.ts';

/** Providers that were made, each with what it is being asked and whether it was closed. */
function made() {
  const all: { readonly sinks: AnswerSink[]; closed: boolean }[] = [];
  const create = (): Provider => {
    const one = { sinks: [] as AnswerSink[], closed: false };
    all.push(one);
    return {
      name: 'test',
      send(_request, sink) {
        one.sinks.push(sink);
        return { pause() {}, resume() {}, cancel() {} };
      },
      async close() {
        one.closed = true;
      },
    };
  };
  return { all, create };
}

const request = {
  protocol: openAiChat,
  model: modelNamed('one'),
  body: Buffer.from('{}'),
  stream: false,
  timeoutMs: 1000,
  headers: {},
};
const ends: string[] = [];
const sink = (): AnswerSink => ({
  head: () => {},
  data: () => {},
  end: () => ends.push('end'),
  fail: () => ends.push('fail'),
});

describe('a provider that is replaced', () => {
  it('closes at once where nothing is under way', () => {
    const { all, create } = made();
    replaceable(create).retire();
    expect(all.map(({ closed }) => closed)).toEqual([true]);
  });

  it('closes when the last request has ended, well or not', () => {
    const { all, create } = made();
    const provider = replaceable(create);
    provider.send(request, sink());
    provider.send(request, sink());
    provider.retire();
    all[0]?.sinks[0]?.end();
    expect(all[0]?.closed).toBe(false);
    all[0]?.sinks[1]?.fail(new UpstreamError('server_error', 'broken', { billed: 'maybe' }));
    expect(all[0]?.closed).toBe(true);
    expect(ends).toEqual(['end', 'fail']);
  });

  it('still serves a request that had chosen it before, and closes after it again', () => {
    const { all, create } = made();
    const provider = replaceable(create);
    provider.retire();
    provider.send(request, sink());
    expect(all.map(({ closed }) => closed)).toEqual([true, false]);
    all[1]?.sinks[0]?.end();
    expect(all.map(({ closed }) => closed)).toEqual([true, true]);
  });
});
