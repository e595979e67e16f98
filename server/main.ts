/** Settings, stores, listening; and the way down again. */
import { fileURLToPath } from 'node:url';
import { readConfig } from './config.ts';
import { shippedPolicies } from './control/shipped.ts';
import { createProviders } from './providers/index.ts';
import { startServer } from './server.ts';
import { UsageProcess } from './usage/usage-process.ts';
import { welcome } from './welcome.ts';

/** Built pages stand beside the built server, also when the sources are run as they are. */
const PAGES = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../dist/ui' : '../ui', import.meta.url));

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const providers = await createProviders(process.env);
  const usageProcess = new UsageProcess(config);
  const running = await startServer(config, providers, await shippedPolicies(), PAGES, usageProcess);
  let stopping = false;
  const stop = (why: string): void => {
    if (stopping) return;
    stopping = true;
    console.log(`${why}: finishing running requests.`);
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('Asked to stop'));
  process.on('SIGINT', () => stop('Interrupted'));
  // Started by `npm start`: when that is gone, so are we.
  if (process.send) process.on('disconnect', () => stop('The starting program is gone'));
  // Last, so that whoever waits for this line can stop us from then on.
  console.log(welcome(running, config, providers));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
