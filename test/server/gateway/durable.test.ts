/** An app sees the end of an answer once its record is durable, and never where it is not. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../../server/errors.ts';
import { atRest, idOf, passEverythingOn, recordOf, replayAll, startGateway, type TestGateway } from './harness.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await passEverythingOn(gateway);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await atRest(gateway);
});
afterAll(async () => {
  try {
    await replayAll(gateway);
  } finally {
    await gateway.stop();
  }
});

const ask = (stream: boolean) => ({ model: 'sandbox/small', stream, messages: [{ role: 'user', content: 'hello' }] });
const errorBody = z.object({ error: z.object({ code: z.string(), request_id: z.string() }) });

describe('while the record is being written', () => {
  it('the end of a stream is withheld', async () => {
    const { writer } = gateway.running.gateway;
    const write = writer.record.bind(writer);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const asked = new Promise<void>((resolve) => {
      vi.spyOn(writer, 'record').mockImplementation(async (record) => {
        resolve();
        await released;
        await write(record);
      });
    });
    const response = await gateway.chat(ask(true));
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('hello')) text += (await reader.read()).value ?? '';
    await asked;
    // Everything but the end is on its way; the end is not, however long one reads.
    let ended = false;
    const rest = (async () => {
      for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
      ended = true;
    })();
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    expect(text).not.toContain('"finish_reason":"stop"');
    await expect(recordOf(gateway, idOf(response))).rejects.toThrow('404');
    expect(text).not.toContain('[DONE]');
    release();
    await rest;
    expect(text).toContain('"finish_reason":"stop"');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(await recordOf(gateway, idOf(response))).toMatchObject({ status: 'ok' });
  });
});

describe('when the record cannot be written', () => {
  const fail = (): void => {
    vi.spyOn(gateway.running.gateway.writer, 'record').mockRejectedValue(new SignalboxError('record_failed'));
  };

  it('a whole answer is an error', async () => {
    fail();
    const response = await gateway.chat(ask(false));
    expect(response.status).toBe(503);
    const { error } = errorBody.parse(await response.json());
    expect(error).toEqual({ code: 'record_failed', request_id: idOf(response) });
  });

  it('a stream ends with an error, without its finish reason and without [DONE]', async () => {
    fail();
    const response = await gateway.chat(ask(true));
    const text = await response.text();
    expect(text).toContain('hello');
    expect(text).not.toContain('"finish_reason":"stop"');
    expect(text).not.toContain('[DONE]');
    const last = text.trim().split('\n\n').at(-1)?.replace('data: ', '');
    expect(errorBody.parse(JSON.parse(last ?? '')).error.code).toBe('record_failed');
  });
});

it('refuses what does not fit in memory, for a moment', async () => {
  const { inFlight } = gateway.running.gateway;
  const most = 512 * 1024 * 1024;
  inFlight.add(most);
  try {
    const response = await gateway.chat(ask(false));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(errorBody.parse(await response.json()).error.code).toBe('overloaded');
    expect(await recordOf(gateway, idOf(response))).toMatchObject({ errorCode: 'overloaded' });
  } finally {
    inFlight.remove(most);
  }
  expect((await gateway.chat(ask(false))).status).toBe(200);
});

it('decides a dry run by the model that was asked for, and again the same', async () => {
  const response = await gateway.chat(ask(false), { 'x-signalbox-dry-run': 'true' });
  expect(await response.json()).toMatchObject({ outcome: { type: 'model', model: 'sandbox/small' } });
  const again = await gateway.api('POST', `/records/${idOf(response)}/replay`, {});
  expect(again).toMatchObject({ result: 'same' });
});
