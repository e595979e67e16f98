/** What the request path stands on. */
import type { Cache } from '../cache/cache.ts';
import type { Snapshot } from '../control/snapshot.ts';
import type { BudgetCounters } from '../money/counters.ts';
import type { Overruns } from '../money/overruns.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Tracing } from '../observe/tracing.ts';
import type { Provider } from '../providers/provider.ts';
import type { ContentSeals } from '../records/content-sealing.ts';
import type { Intent, RequestRecord } from '../records/record.ts';
import type { LiveTraffic } from '../usage-live/live.ts';
import type { GatewayAlerts } from './alerting.ts';
import type { InFlight } from './body.ts';
import type { Runtime } from './runtime.ts';
import type { SecondOpinion } from './second-opinion.ts';
import type { Shadows } from './shadows.ts';
import type { Throttles } from './throttles.ts';
import type { Upstreams } from './upstreams.ts';

export interface Gateway {
  /** The state of the house now; a request takes it once. */
  runtime(): Runtime;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly counters: BudgetCounters;
  readonly writer: {
    intent(intent: Intent): Promise<void>;
    record(record: RequestRecord): Promise<void>;
    /** True when so much is waiting to be written that nothing new should be begun. */
    readonly full: boolean;
    /** True while the store does not write. */
    readonly stuck: boolean;
  };
  readonly overruns: Overruns;
  readonly alerts: GatewayAlerts;
  /** What people see of the traffic now. */
  readonly live: LiveTraffic;
  readonly inFlight: InFlight;
  readonly upstreams: Upstreams;
  readonly throttles: Throttles;
  /** Answers to be given again. */
  readonly cache: Cache;
  readonly shadows: Shadows;
  /** Seals what is kept of requests and answers. */
  readonly contents: ContentSeals;
  readonly secondOpinion: SecondOpinion;
  /** The id of the revisions that decide an organisation's requests in a snapshot. */
  revisions(snapshot: Snapshot, organisation: string): string;
  /** Counts requests as they end; null where nobody reads it. */
  readonly metrics: Metrics | null;
  /** Makes spans of requests; null where nobody collects them. */
  readonly tracing: Tracing | null;
  /** Silence after which a stream gets a comment, in milliseconds; 0 for none. */
  readonly heartbeatMs: number;
  /** Where people reach the pages; null where that is not known. */
  readonly publicUrl: string | null;
  /** Largest body in bytes. */
  readonly bodyLimit: number;
  /** Who writes these records: the gateway, its run, and the next number of the run. */
  readonly gateway: string;
  readonly boot: string;
  nextSequence(): number;
  /** True from the moment that the process was told to stop. */
  stopping(): boolean;
}
