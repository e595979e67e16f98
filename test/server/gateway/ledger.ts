/** What a gateway's own tables say of its money, read beside it or after it. */
import { join } from 'node:path';
import { ContentSeals } from '../../../server/records/content-sealing.ts';
import { intentsIn } from '../../../server/records/intent-files.ts';
import type { Intent, RequestRecord, Spend } from '../../../server/records/record.ts';
import { SqlRecordStore } from '../../../server/records/store.ts';
import { postgresKnex } from '../../../server/store/postgres.ts';
import { openSecrets } from '../../../server/store/secrets.ts';
import { sqliteReaders } from '../../../server/store/sqlite.ts';

export interface Ledger {
  /** The counters as they are kept up with every record. */
  spend(): Promise<Spend[]>;
  /** The same from the records alone. */
  recomputed(): Promise<Spend[]>;
  /** Intents that no record has ended. */
  intents(): Promise<Intent[]>;
  /** Every record from a moment on without its content, the oldest first. */
  records(from?: number): Promise<RequestRecord[]>;
  /** A record with its content. */
  record(organisation: string, id: string): Promise<RequestRecord | null>;
  close(): Promise<void>;
}

const readOnly = () => Promise.reject(new Error('This store only reads.'));
const NO_WRITER = { write: readOnly, freezeBefore: readOnly, putFeedback: readOnly };

/** Reads the tables in `dataDir`, or those of the PostgreSQL database at `databaseUrl`. */
export function openLedger(where: { readonly dataDir: string; readonly databaseUrl?: string | undefined }): Ledger {
  const { dataDir, databaseUrl } = where;
  const readers =
    databaseUrl === undefined ? sqliteReaders(join(dataDir, 'records.db')) : postgresKnex(databaseUrl, 'records', 2);
  const store = new SqlRecordStore(readers, NO_WRITER, databaseUrl === undefined ? 'sqlite' : 'postgres', null);
  return {
    spend: () => store.spend(0),
    recomputed: () => store.recomputeSpend(0),
    async intents() {
      if (databaseUrl !== undefined)
        return (await readers('intents').pluck<string[]>('body')).map((body): Intent => JSON.parse(body));
      const last = new Map((await intentsIn(join(dataDir, 'intents'))).map((intent) => [intent.id, intent]));
      for (const id of await readers('records').pluck<string[]>('id')) last.delete(id);
      return [...last.values()];
    },
    async records(from = 0) {
      const [organisation = ''] = await readers('records').distinct('organisation').pluck<string[]>('organisation');
      const found: RequestRecord[] = [];
      let before: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof store.list>> = await store.list(
          { organisation, from, ...(before === null ? {} : { before }) },
          1000,
        );
        found.push(...page.records);
        before = page.next;
      } while (before !== null);
      return found.reverse();
    },
    async record(organisation, id) {
      const record = await store.get(organisation, id);
      if (!record?.content) return record;
      const contents = new ContentSeals(await openSecrets({ secretKey: null, dataDir }));
      return { ...record, content: contents.open(record, record.content) };
    },
    close: () => readers.destroy(),
  };
}
