import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventSplitter, MAX_EVENT_BYTES, type SseEvent } from '../../../server/wire/sse.ts';

function split(pieces: readonly Buffer[]): SseEvent[] {
  const splitter = new EventSplitter();
  return pieces.flatMap((piece) => splitter.push(piece));
}

const data = (events: readonly SseEvent[]) => events.map((event) => event.data).filter((text) => text !== null);
const raw = (events: readonly SseEvent[]) => Buffer.concat(events.map((event) => event.raw)).toString();

const STREAM =
  'data: {"a":"é字😀"}\r\n\r\n: a comment\n\nevent: x\rdata: one\rdata:two\r\rid: 3\ndata\n\nretry: 1\n\ndata: [DONE]\n\n';
const DATA = ['{"a":"é字😀"}', 'one\ntwo', '', '[DONE]'];

describe('splitting server-sent events', () => {
  it('understands every line end, comments, and data of several lines', () => {
    const events = split([Buffer.from(STREAM)]);
    expect(data(events)).toEqual(DATA);
    expect(raw(events)).toBe(STREAM);
  });

  it('gives the same events wherever the bytes are cut', () => {
    const bytes = Buffer.from(STREAM);
    for (let at = 0; at <= bytes.length; at++) {
      const events = split([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(data(events)).toEqual(DATA);
      expect(raw(events)).toBe(STREAM);
    }
    const drips = split([...bytes].map((byte) => Buffer.from([byte])));
    expect(data(drips)).toEqual(DATA);
    expect(raw(drips)).toBe(STREAM);
  });

  it('gives the same events for any stream and any cuts', () => {
    const line = fc.constantFrom('data: a', 'data:', 'data', 'database: 1', ': c', 'event: e', '', '', 'data: 字');
    const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 30 });
    fc.assert(
      fc.property(stream, fc.array(fc.nat(200), { maxLength: 10 }), (lines, cuts) => {
        const bytes = Buffer.from(lines.flat().join(''));
        const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        expect(data(split(pieces))).toEqual(data(split([bytes])));
      }),
      { numRuns: 1000 },
    );
  });

  it('passes over a byte order mark', () => {
    expect(data(split([Buffer.from('\ufeffdata: x\n\n')]))).toEqual(['x']);
  });

  it('looks at each byte of a slow drip once', () => {
    const splitter = new EventSplitter();
    const byte = Buffer.from('x');
    splitter.push(Buffer.from('data: '));
    for (let i = 0; i < 2_000_000; i++) splitter.push(byte);
    expect(splitter.push(Buffer.from('\n\n'))[0]?.data?.length).toBe(2_000_000);
  });

  it('refuses an event over the limit', () => {
    const splitter = new EventSplitter();
    splitter.push(Buffer.alloc(MAX_EVENT_BYTES, 'x'));
    expect(() => splitter.push(Buffer.from('x'))).toThrow(/larger than 20 MB/);
  });
});
