/** Asks a server which models it has. */
import { Agent, request } from 'undici';
import { z } from 'zod';
import { failureOfAnswer } from '../../wire/chat-failure.ts';
import { parseJson } from '../../wire/json-value.ts';
import type { Connecting } from '../network.ts';
import { UpstreamError } from '../provider.ts';
import { transportFailure } from '../translate/upstream-fetch.ts';
import type { AccountModel } from './account.ts';
import type { ModelListAddress } from './kind.ts';

const TIMEOUT_MS = 20_000;
/** Largest list that is read, in bytes. */
const MAX_BYTES = 10 * 1024 * 1024;
const MOST_MODELS = 2000;

/** What servers call the length of a context; a few say it in words, which are left out. */
const CONTEXT_NAMES = ['context_length', 'max_model_len', 'max_context_length', 'context_window', 'inputTokenLimit'];

const entry = z.looseObject({ id: z.string().optional(), name: z.string().optional() });
/** As OpenAI and those who follow it say it, as Together does, and as Gemini does. */
const answer = z.union([
  z.object({ data: z.array(entry) }).transform(({ data }) => data),
  z.object({ models: z.array(entry) }).transform(({ models }) => models),
  z.array(entry),
]);

function contextOf(given: z.infer<typeof entry>): number | undefined {
  const found = CONTEXT_NAMES.map((name) => given[name]).find(
    (value) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0,
  );
  return typeof found === 'number' ? found : undefined;
}

/** Models of other kinds, where the server says so. */
function isOther({ type, supportedGenerationMethods }: z.infer<typeof entry>): boolean {
  if (Array.isArray(supportedGenerationMethods)) return !supportedGenerationMethods.includes('generateContent');
  return typeof type === 'string' && /^(embedding|image|audio|video|moderation|rerank|transcribe)/.test(type);
}

/** The models of a server by its own names. Rejects with UpstreamError. */
export async function askModels({ url, headers }: ModelListAddress, connect: Connecting): Promise<AccountModel[]> {
  const agent = new Agent({ connect });
  try {
    const response = await request(url, {
      headers: { ...headers, accept: 'application/json' },
      dispatcher: agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of response.body) {
      pieces.push(piece);
      length += piece.length;
      if (length > MAX_BYTES) throw new UpstreamError('bad_answer', 'its list is too long', { billed: 'no' });
    }
    const body = parseJson(Buffer.concat(pieces).toString('utf8'));
    if (response.statusCode !== 200) throw failureOfAnswer(response.statusCode, body, null);
    const parsed = answer.safeParse(body);
    if (!parsed.success) {
      throw new UpstreamError('bad_answer', 'what it answered is no list of models', { billed: 'no' });
    }
    const models = new Map<string, AccountModel>();
    for (const given of parsed.data) {
      const name = (given.id ?? given.name ?? '').replace(/^models\//, '');
      if (name === '' || /\s/.test(name) || name.length > 200 || isOther(given)) continue;
      const contextTokens = contextOf(given);
      models.set(name, { name, ...(contextTokens !== undefined && { contextTokens }) });
    }
    return [...models.values()].slice(0, MOST_MODELS);
  } catch (error) {
    if (error instanceof UpstreamError) throw error;
    if (error instanceof Error && error.name === 'TimeoutError') {
      throw new UpstreamError('timeout', `no answer within ${TIMEOUT_MS / 1000} seconds`, { billed: 'no' });
    }
    throw transportFailure(error, false) ?? new UpstreamError('connect', String(error), { billed: 'no' });
  } finally {
    agent.destroy().catch(() => {});
  }
}
