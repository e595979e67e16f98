/** A store for tests of the writer, whose commits end when and how the test says, and time that only the test lets pass. */
import { vi } from 'vitest';
import type { Intent, RequestRecord } from '../../../server/records/record.ts';

type Batch = { readonly intents: readonly Intent[]; readonly records: readonly RequestRecord[] };

/** A store whose commits end when and how the test says. */
export class ControlledStore {
  readonly commits: { batch: Batch; succeed(): void; fail(): void }[] = [];
  /** Decides at once instead, where it is set: true takes the batch. */
  takes: ((batch: Batch) => boolean) | null = null;
  readonly written: RequestRecord[] = [];
  readonly intents: Intent[] = [];

  commit(batch: Batch): Promise<void> {
    return new Promise((resolve, reject) => {
      const succeed = () => {
        this.written.push(...batch.records);
        this.intents.push(...batch.intents);
        resolve();
      };
      const fail = () => reject(new Error('disk full'));
      if (this.takes === null) this.commits.push({ batch, succeed, fail });
      else if (this.takes(batch)) succeed();
      else fail();
    });
  }
}

export const FAILED = { status: 'rejected', reason: { code: 'record_failed' } };
export const WRITTEN = { status: 'fulfilled' };

/** Lets everything happen that needs no time. */
export const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
};

/** Lets so many milliseconds pass, and then all happen that needs no time. */
export const advance = async (ms: number) => {
  await settle();
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
};
