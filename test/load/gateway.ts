/** A gateway as a process of its own, with the settings of its environment and no policies of its own. */
import { readConfig } from '../../server/config.ts';
import { createProviders } from '../../server/providers/index.ts';
import { startServer } from '../../server/server.ts';
import { UsageProcess } from '../../server/usage/usage-process.ts';
import { reportCpu } from '../bench/cpu-report.ts';
import { reportKept } from './kept-report.ts';

const config = readConfig(process.env);
const usageProcess = new UsageProcess(config);
const running = await startServer(config, await createProviders(process.env), [], 'none', usageProcess);
process.send?.({ url: running.url });
reportCpu();
reportKept();
