/** Events in the binary frames of Amazon's event streams (docs: "Event stream encoding"). */
import { crc32 } from 'node:zlib';
import type { Event } from './upstream.ts';

const STRING = 7;

function header(name: string, value: string): Buffer {
  const [key, text] = [Buffer.from(name), Buffer.from(value)];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([Buffer.of(key.length), key, Buffer.of(STRING), length, text]);
}

function frame(headers: Buffer, payload: Buffer): Buffer {
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + headers.length + payload.length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, payload]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(message));
  return Buffer.concat([message, checksum]);
}

/** One frame for each event; those whose names end in “Exception” are framed as such. */
export function eventFrames(events: readonly Event[]): Buffer {
  return Buffer.concat(
    events.map(({ event = '', data }) => {
      const isException = event.endsWith('Exception');
      const headers = Buffer.concat([
        header(isException ? ':exception-type' : ':event-type', event),
        header(':content-type', 'application/json'),
        header(':message-type', isException ? 'exception' : 'event'),
      ]);
      return frame(headers, Buffer.from(JSON.stringify(data)));
    }),
  );
}
