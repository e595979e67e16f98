/** `npm run usage:rebuild`: makes the usage roll-ups of the configured database anew, beside a gateway that may be running. */
import { readConfig } from '../config.ts';
import { rebuildUsage } from './rebuild.ts';
import { openUsageStores } from './stores.ts';

async function main(): Promise<void> {
  const stores = await openUsageStores(readConfig(process.env));
  try {
    const read = await rebuildUsage(stores, (words) => console.log(words));
    console.log(`Usage is summed up anew from ${read} records.`);
  } finally {
    await stores.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
