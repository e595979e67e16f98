/** Answers "kept" from a scenario with what this process keeps in memory, once all that nobody needs is collected. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';

/** Bytes. */
export const keptReport = z.object({ kept: z.number() });

export function reportKept(): void {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  process.on('message', (message) => {
    if (message !== 'kept') return;
    collect();
    const { heapUsed, external } = process.memoryUsage();
    process.send?.({ kept: heapUsed + external } satisfies z.infer<typeof keptReport>);
  });
}
