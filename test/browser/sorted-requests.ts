/** Requests through a policy that sorts them by how hard they are, and what the screens that show them have in common. */
import type { Locator } from 'playwright-core';
import { afterEach, beforeAll, expect } from 'vitest';
import { API_KEY, graphOf, idOf, publish } from '../server/gateway/harness.ts';
import { gateway, here, openHouse, page } from './house.ts';

export const SIMPLE = 'What is the capital of Australia?';
export const HARD =
  'Prove that there are infinitely many primes, compare three proofs step by step, then implement a segmented sieve in Rust with tests and explain its complexity.';

const model = (id: string) => ['model', { model: id, timeoutSeconds: 20, retries: 0 }] as const;

/** Simple requests to the small model, all others to the large one; `refuse` is what hard ones meet instead. */
export const sorted = (simpleBelow: number, complexFrom: number, refuse = false) =>
  graphOf(
    {
      enter: ['request', { timeZone: 'UTC' }],
      sort: ['classify', { simpleBelow, complexFrom }],
      cheap: model('sandbox/small'),
      strong: refuse ? ['block', { status: 403, message: 'Too hard for us.' }] : model('sandbox/large'),
    },
    ['enter.next > sort', 'sort.simple > cheap', 'sort.standard > strong', 'sort.complex > strong'],
  );

/** The id of the policy `sorted`. */
export let policy: string;

/** Opens a house with the policy `sorted`, in which no page may complain. */
export function openRequests(): void {
  openHouse();
  beforeAll(async () => {
    policy = await publish(gateway, 'sorted', sorted(0.24, 0.55));
  });
  afterEach(() => expect(here.complaints).toEqual([]));
}

/** Sends a request as an app does, and gives its answer once it is there. */
export async function ask(question: string, tags: string, extra: Record<string, unknown> = {}): Promise<Response> {
  const body = { model: 'policy/sorted', messages: [{ role: 'user', content: question }], ...extra };
  const answer = await gateway.chat(body, { 'x-signalbox-tags': tags });
  await answer.text();
  return answer;
}

export const send = async (question: string, tags: string, extra?: Record<string, unknown>): Promise<string> =>
  idOf(await ask(question, tags, extra));

/** Says of a request's answer, as its app does, how good it was. */
export async function tell(id: string, said: { score: number; label?: string; comment?: string }): Promise<void> {
  const response = await fetch(`${gateway.url}/v1/feedback`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ request_id: id, ...said }),
  });
  expect(response.status, await response.text()).toBe(200);
}

export const rows = (): Locator => page.locator('tbody tr');
export const chip = (words: string): Locator => page.getByRole('button', { name: `${words} (take away)`, exact: true });
