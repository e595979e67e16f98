/** The bench's own client: as many requests as a connection count allows, or a fixed rate, counted with their times. */
import type { Pool } from 'undici';

export interface Load {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Round {
  readonly requests: number;
  readonly failures: number;
  readonly seconds: number;
}

/** One request; resolves with the milliseconds to its first byte and to its end. */
function once(pool: Pool, load: Load): Promise<{ firstByte: number; whole: number }> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    let firstByte = 0;
    let status = 0;
    pool.dispatch(
      { method: 'POST', path: '/v1/chat/completions', headers: load.headers, body: load.body },
      {
        onRequestStart() {},
        onResponseStart(_controller, code) {
          status = code;
        },
        onResponseData() {
          if (firstByte === 0) firstByte = performance.now() - start;
        },
        onResponseEnd() {
          if (status === 200) resolve({ firstByte, whole: performance.now() - start });
          else reject(new Error(`status ${status}`));
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}

/** Keeps `connections` requests running for `milliseconds`. */
export async function saturate(pool: Pool, load: Load, connections: number, milliseconds: number): Promise<Round> {
  const start = performance.now();
  let requests = 0;
  let failures = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - start < milliseconds) {
      await once(pool, load).then(
        () => (requests += 1),
        () => (failures += 1),
      );
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return { requests, failures, seconds: (performance.now() - start) / 1000 };
}

/** Sends `rate` requests a second for `milliseconds`, whatever the answers do; gives their times in milliseconds, sorted. */
export async function steady(
  pool: Pool,
  load: Load,
  rate: number,
  milliseconds: number,
): Promise<{ firstByte: number[]; whole: number[] }> {
  const running: Promise<{ firstByte: number; whole: number } | null>[] = [];
  const start = performance.now();
  for (let sent = 0; ; ) {
    const due = Math.floor(((performance.now() - start) / 1000) * rate);
    for (; sent < due; sent++) running.push(once(pool, load).catch(() => null));
    if (performance.now() - start >= milliseconds) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const done = (await Promise.all(running)).filter((one) => one !== null);
  const sorted = (values: number[]): number[] => values.sort((a, b) => a - b);
  return { firstByte: sorted(done.map((one) => one.firstByte)), whole: sorted(done.map((one) => one.whole)) };
}
