/** `npm run ledger:verify`: reads the ledger of the configured database and says what does not add up. */
import { join } from 'node:path';
import { readConfig } from '../config.ts';
import { intentsIn } from '../records/intent-files.ts';
import type { Intent } from '../records/record.ts';
import { openToRead } from '../store/read-only.ts';
import { type LedgerToVerify, verifyLedger } from './ledger.ts';

async function openLedger(dataDir: string, databaseUrl: string | undefined): Promise<LedgerToVerify> {
  const stores = await openToRead({ dataDir, databaseUrl });
  const isInFiles = stores.dialect === 'sqlite';
  return {
    ...stores,
    intentsInFiles: () => (isInFiles ? intentsWhileRunning(join(dataDir, 'intents')) : Promise.resolve([])),
  };
}

/** A running gateway removes files that are done with: then they are read again. */
async function intentsWhileRunning(folder: string): Promise<Intent[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await intentsIn(folder);
    } catch (error) {
      if (tries === 10) throw error;
    }
  }
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const ledger = await openLedger(config.dataDir, config.databaseUrl);
  try {
    const { records, counters, open, differences } = await verifyLedger(ledger, (words) => console.log(words));
    for (const difference of differences) console.log(difference);
    const read = `${records} records, ${counters} counters, ${open} requests under way`;
    if (differences.length === 0) console.log(`The ledger adds up: ${read}.`);
    else {
      const things = differences.length === 1 ? 'one thing' : `${differences.length} things`;
      console.log(`The ledger does not add up: ${things} to look at, above. ${read}.`);
      process.exitCode = 1;
    }
  } finally {
    await ledger.control.destroy();
    await ledger.records.destroy();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
