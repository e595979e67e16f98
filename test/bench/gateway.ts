/** The gateway with everything on, as a process of its own: key, eight nodes with ten conditions, redaction, holds, records. */
import { readConfig } from '../../server/config.ts';
import type { ShippedPolicy } from '../../server/control/seed.ts';
import { createProviders } from '../../server/providers/index.ts';
import { startServer } from '../../server/server.ts';
import { reportCpu } from './cpu-report.ts';
import { BENCH_POLICY } from './policy.ts';

const environment = {
  PORT: '0',
  DATA_DIR: process.env.DATA_DIR ?? '',
  SANDBOX: 'false',
  OPENAI_BASE_URL: `${process.env.UPSTREAM}/v1`,
  OPENAI_API_KEY: 'sk-bench',
  SIGNALBOX_API_KEY: process.env.BENCH_KEY ?? '',
};
const policies: ShippedPolicy[] = [BENCH_POLICY];
const running = await startServer(readConfig(environment), await createProviders(environment), policies, 'none');
process.send?.({ port: Number(new URL(running.url).port) });
reportCpu();
