/** One streamed chat completion, read to its end or hung up on in the middle. */
import { type Dispatcher, request } from 'undici';
import { z } from 'zod';

export interface Sent {
  readonly url: string;
  readonly key: string;
  readonly body: string;
  /** Pieces of the answer after which the client hangs up; 0 as soon as it has sent its request, null never. */
  readonly hangUpAfter: number | null;
}

/** How it ended for the client; `cut short` is an end that looks like one and is not. */
export type Seen =
  | { readonly end: 'complete' | 'error event' | 'cut short' | 'hung up' | 'broken'; readonly id: string }
  /** The gateway went away, or the client did, before there was a head. */
  | { readonly end: 'no answer'; readonly why: string }
  | { readonly end: 'refused'; readonly id: string; readonly status: number; readonly error: z.infer<typeof refusal> };

const refusal = z.object({ code: z.string(), budget: z.string().optional() });
const refusalBody = z.object({ error: refusal });

const END = 'data: [DONE]\n\n';
/** As much of the last bytes as an event with an error takes. */
const TAIL = 4000;

export interface Watching {
  /** A stream has begun. */
  head?(): void;
  /** So many bytes of it have come; the next are read when it resolves. */
  piece?(bytes: number): void | Promise<void>;
  /** When it fires the client hangs up. */
  readonly until?: AbortSignal;
}

/** Sends it and rejects only for an answer that is none of the gateway's. */
export async function stream(dispatcher: Dispatcher, sent: Sent, watching: Watching): Promise<Seen> {
  const hangUp = new AbortController();
  const signal = watching.until ? AbortSignal.any([hangUp.signal, watching.until]) : hangUp.signal;
  const options = {
    method: 'POST',
    dispatcher,
    headers: { authorization: `Bearer ${sent.key}`, 'content-type': 'application/json' },
    body: sent.body,
    signal,
  } as const;
  let id: string | null = null;
  try {
    const asked = request(`${sent.url}/v1/chat/completions`, options);
    if (sent.hangUpAfter === 0) {
      // In the next turn the request is on its way.
      setImmediate(() => hangUp.abort());
    }
    const answer = await asked;
    id = String(answer.headers['x-signalbox-request-id']);
    if (answer.statusCode !== 200) {
      const { error } = refusalBody.parse(await answer.body.json());
      return { end: 'refused', id, status: answer.statusCode, error };
    }
    watching.head?.();
    let pieces = 0;
    let tail = '';
    for await (const bytes of answer.body) {
      const piece: string = bytes.toString('latin1');
      tail = (tail + piece).slice(-TAIL);
      pieces += 1;
      await watching.piece?.(bytes.length);
      if (pieces === sent.hangUpAfter) hangUp.abort();
    }
    if (tail.endsWith(END)) return { end: 'complete', id };
    return { end: tail.includes('data: {"error":') ? 'error event' : 'cut short', id };
  } catch (error) {
    if (error instanceof z.ZodError) throw error;
    if (id === null) return { end: 'no answer', why: error instanceof Error ? error.message : String(error) };
    return { end: signal.aborted ? 'hung up' : 'broken', id };
  }
}
