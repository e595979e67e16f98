/** Bounds the frames of Amazon's event streams (docs: "Event stream encoding"), which name their lengths themselves. */
import { Transform } from 'node:stream';
import { MAX_EVENT_BYTES } from '../../wire/sse.ts';
import { UpstreamError } from '../provider.ts';

const LENGTH_BYTES = 4;
/** The lengths of the frame and of its headers, and two checksums. */
const SMALLEST_FRAME = 16;

/**
 * Passes a stream of frames through, each of them whole: the package copies all that it has of one with every piece. Ends in
 * an UpstreamError: `bad_answer` at the length of a frame above 20 MB, or that no frame can have, so that nobody waits for
 * the rest of it; `broken` where the stream ends in the middle of a frame.
 */
export function frameLimit(): Transform {
  /** The length of the frame that comes, as far as it has been read, and how many bytes of it that is. */
  let length = 0;
  let read = 0;
  /** Bytes of the frame that are still to come after its length. */
  let left = 0;
  let held: Buffer[] = [];
  const wrong = (): string | null => {
    if (length > MAX_EVENT_BYTES) return 'one event of the stream is larger than 20 MB';
    return length < SMALLEST_FRAME ? 'its stream is not made of events' : null;
  };
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      let at = 0;
      let whole = 0;
      while (at < bytes.length) {
        if (left > 0) {
          const taken = Math.min(left, bytes.length - at);
          left -= taken;
          at += taken;
          if (left === 0) whole = at;
          continue;
        }
        length = length * 256 + bytes.readUInt8(at);
        at += 1;
        read += 1;
        if (read < LENGTH_BYTES) continue;
        const why = wrong();
        if (why !== null) return done(new UpstreamError('bad_answer', why, { billed: 'maybe' }));
        left = length - LENGTH_BYTES;
        length = 0;
        read = 0;
      }
      if (whole > 0) {
        this.push(Buffer.concat([...held, bytes.subarray(0, whole)]));
        held = [];
      }
      if (whole < bytes.length) held.push(bytes.subarray(whole));
      done();
    },
    flush(done) {
      if (left === 0 && read === 0) done();
      else done(new UpstreamError('broken', 'the stream ended in the middle of an event', { billed: 'maybe' }));
    },
  });
}
