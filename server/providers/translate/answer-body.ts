/**
 * The body of an answer as a vendor's package is to read it: decoded, and never so much at once that it fills the memory,
 * be it one event of a stream or an answer in one piece.
 */
import { pipeline, type Readable, Transform } from 'node:stream';
import { MAX_EVENT_BYTES } from '../../wire/sse.ts';
import { decoderOf } from '../decoding.ts';
import { UpstreamError } from '../provider.ts';
import { frameLimit } from './frame-limit.ts';

/** Blank lines, which end events. One that is cut in two is missed, which only makes the event look longer. */
const ENDS = ['\n\n', '\r\n\r\n', '\r\r'];

/** Amazon's streams are binary frames. */
const BINARY_STREAM = 'application/vnd.amazon.eventstream';

/** Ends in an UpstreamError `bad_answer` where more than 20 MB would have to be kept at once. */
function limit(contentType: string): Transform {
  const isStream = contentType.includes('text/event-stream');
  const what = isStream ? 'one event of the stream' : 'its answer';
  let held = 0;
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      const end = isStream ? Math.max(...ENDS.map((blank) => bytes.lastIndexOf(blank))) : -1;
      held = end < 0 ? held + bytes.length : bytes.length - end;
      if (held <= MAX_EVENT_BYTES) done(null, bytes);
      else done(new UpstreamError('bad_answer', `${what} is larger than 20 MB`, { billed: 'maybe' }));
    },
  });
}

/** What can be read of a body with these headers. Errors of the connection and of its coding end it. */
export function answerBody(body: Readable, headers: Headers): Readable {
  const contentType = headers.get('content-type') ?? '';
  const decoder = decoderOf(headers.get('content-encoding') ?? '');
  const limited = contentType.includes(BINARY_STREAM) ? frameLimit() : limit(contentType);
  // Whoever reads hears of errors from the last of them.
  if (decoder) pipeline(body, decoder, limited, () => {});
  else pipeline(body, limited, () => {});
  return limited;
}
