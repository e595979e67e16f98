/** A gateway as a process of its own that sums nothing up: millions of records come to its table by another way. */
import { readConfig } from '../../server/config.ts';
import { createProviders } from '../../server/providers/index.ts';
import { startServer } from '../../server/server.ts';
import { reportKept } from './kept-report.ts';

const config = readConfig(process.env);
const running = await startServer(config, await createProviders(process.env), [], 'none');
process.send?.({ url: running.url });
process.on('disconnect', () => process.exit(0));
reportKept();
