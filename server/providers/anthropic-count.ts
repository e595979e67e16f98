/** Anthropic's own count of a request's tokens. */
import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { parseJson } from '../wire/json-value.ts';
import { messageFailure } from '../wire/message-failure.ts';
import { type CountRequest, UpstreamError } from './provider.ts';
import { transportFailure } from './translate/upstream-fetch.ts';

const answer = z.object({ input_tokens: z.int().min(0) });

/**
 * Asks at `url` for the tokens of a body. Rejects with UpstreamError. A count costs nothing: as with a call that does,
 * `billed` is "no" without a status only where the request surely did not go out.
 */
export async function countAtAnthropic(
  dispatcher: Dispatcher,
  url: string,
  headers: Readonly<Record<string, string>>,
  { body, timeoutMs, headers: passed }: CountRequest,
): Promise<number> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const response = await request(url, {
      dispatcher,
      method: 'POST',
      headers: { ...passed, ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body,
      signal: late,
    });
    const given = parseJson(await response.body.text());
    if (response.statusCode !== 200) throw messageFailure(response.statusCode, given, null);
    const parsed = answer.safeParse(given);
    if (parsed.success) return parsed.data.input_tokens;
    const { statusCode: status } = response;
    throw new UpstreamError('bad_answer', 'its count of tokens cannot be read', { status, billed: 'no' });
  } catch (error) {
    if (error instanceof UpstreamError) throw error;
    if (late.aborted) throw new UpstreamError('timeout', `no count within ${timeoutMs} ms`, { billed: 'maybe' });
    throw transportFailure(error, false) ?? new UpstreamError('server_error', String(error), { billed: 'maybe' });
  }
}
