/** A gateway as a process of its own, with the settings of its environment and no policies of its own. */
import { readConfig } from '../../server/config.ts';
import { createProviders } from '../../server/providers/index.ts';
import { startServer } from '../../server/server.ts';
import { reportCpu } from '../bench/cpu-report.ts';

const running = await startServer(readConfig(process.env), await createProviders(process.env), [], 'none');
process.send?.({ url: running.url });
reportCpu();
