/** The whole gateway put together: stores opened, first start seeded, ready to listen; and taken apart again in order. */
import { createHmac } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { openSessions } from './access/sessions.ts';
import { resolveName } from './alerts/address.ts';
import { Alerts } from './alerts/alerts.ts';
import { countWaiting } from './alerts/outbox.ts';
import { createApp, createHttpServer } from './app.ts';
import { openAudit } from './audit/audit.ts';
import { codeDigests } from './audit/code-digests.ts';
import { Revisions } from './audit/revisions.ts';
import { MemoryCache } from './cache/memory-cache.ts';
import type { Config } from './config.ts';
import { createControl } from './control/control.ts';
import { newId } from './control/ids.ts';
import { acceptFirstLists, shippedList } from './control/price-list.ts';
import { type Seeded, type ShippedPolicy, seed } from './control/seed.ts';
import type { Snapshot } from './control/snapshot.ts';
import { postResets, topUpsOf } from './control/top-ups.ts';
import { RecordExports } from './export/exports.ts';
import { InFlight } from './gateway/body.ts';
import type { Gateway } from './gateway/gateway.ts';
import { type OrganisationModels, Runtime } from './gateway/runtime.ts';
import { SecondOpinion } from './gateway/second-opinion.ts';
import { Shadows } from './gateway/shadows.ts';
import { Throttles } from './gateway/throttles.ts';
import { Upstreams } from './gateway/upstreams.ts';
import { BudgetCounters } from './money/counters.ts';
import { Overruns } from './money/overruns.ts';
import type { AcceptedList } from './money/prices.ts';
import { Metrics } from './observe/metrics.ts';
import { addStateMetrics } from './observe/state-metrics.ts';
import { readProgramVersion } from './program-version.ts';
import { LiveProviders } from './providers/accounts/live.ts';
import { buildCatalogue, type Catalogue } from './providers/catalogue.ts';
import type { ConfiguredProvider } from './providers/index.ts';
import { ContentSeals } from './records/content-sealing.ts';
import { sealOldComments } from './records/feedback-sealing.ts';
import { recoverLost } from './records/recover.ts';
import { Retention } from './records/retention.ts';
import { RecordWriter } from './records/writer.ts';
import { openDatabase } from './store/database.ts';
import { openSecrets } from './store/secrets.ts';
import { answerUsage } from './usage/answer.ts';
import { Scans } from './usage/scans.ts';
import { sumHere } from './usage/summing.ts';
import type { UsageProcess } from './usage/usage-process.ts';
import { LiveTraffic } from './usage-live/live.ts';
import { LiveWatchers } from './usage-live/watchers.ts';

/** Bodies held in memory at once, in bytes. */
const IN_FLIGHT = 512 * 1024 * 1024;
/** Intents and records waiting to be written. */
const MOST_QUEUED = 20_000;
/** The name under which this gateway writes records. One gateway serves a store: whatever it left open is its own. */
const GATEWAY = 'gateway-1';
const DRAIN_MS = 30_000;
/** Answers kept to be given again, and the memory for them, in bytes. */
const MOST_CACHED = 50_000;
const CACHE_MEMORY = 128 * 1024 * 1024;
/** How often connections that have become idle are closed while stopping. */
const IDLE_CHECK_MS = 100;
/** How often future prices are looked at. */
const PRICE_CHECK_MS = 1000;
/** How long one attempt to send a message may take. */
const ALERT_TIMEOUT_MS = 10_000;

export interface RunningServer {
  readonly url: string;
  readonly gateway: Gateway;
  /** What the first start has made; null on later ones. */
  readonly seeded: Seeded | null;
  /** Requests that were under way when the process died the last time. */
  readonly lost: number;
  /** Finishes running requests (at most 30 seconds), then closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts a gateway, and the process that sums up usage where it is given; without it no sums are kept, and questions about
 * usage read the records. Rejects with a sentence for people when a store, a port or a provider is not to be had.
 */
export async function startServer(
  config: Config,
  providers: readonly ConfiguredProvider[],
  shipped: readonly ShippedPolicy[],
  pages: string,
  usageProcess: UsageProcess | null = null,
): Promise<RunningServer> {
  const database = await openDatabase({
    dataDir: config.dataDir,
    ...(config.databaseUrl === undefined ? {} : { databaseUrl: config.databaseUrl }),
    durability: config.durability,
  });
  try {
    const lost = await recoverLost(database.records, GATEWAY, Date.now());
    const control = await createControl(database);
    const seeded = await seed(control, {
      organisation: 'My organisation',
      adminEmail: config.adminEmail,
      adminPassword: config.adminPassword,
      apiKey: config.apiKey,
      policies: shipped,
      starter: 'starter',
    });

    const shippedPrices = shippedList();
    await acceptFirstLists(control, shippedPrices);

    const secrets = await openSecrets(config);
    const contents = new ContentSeals(secrets);
    await sealOldComments({ dialect: database.dialect, records: database.recordTables }, contents);
    const liveProviders = new LiveProviders(providers, secrets);
    liveProviders.update(control.snapshot().providerAccounts);
    const of = (organisation: string) => (one: { readonly organisation: string }) => one.organisation === organisation;
    const modelsWith = (snapshot: Snapshot, organisation: string, lists: readonly AcceptedList[]): Catalogue =>
      buildCatalogue({
        sources: liveProviders.sources(organisation),
        aliases: snapshot.aliases.filter(of(organisation)),
        overrides: snapshot.prices.filter(of(organisation)),
        cards: snapshot.rateCards.filter(of(organisation)),
        lists,
        now: Date.now(),
      });
    const modelsOf = (snapshot: Snapshot, organisation: string): OrganisationModels => {
      return modelsWith(snapshot, organisation, snapshot.priceLists.filter(of(organisation)));
    };
    const upstreams = new Upstreams(() => performance.now(), Math.random);
    let runtime = new Runtime(control.snapshot(), modelsOf);
    let priced = Date.now();
    control.onChange((snapshot) => {
      for (const { organisation, name } of liveProviders.update(snapshot.providerAccounts)) {
        upstreams.of(organisation).forget(name);
      }
      runtime = new Runtime(snapshot, modelsOf);
    });
    const priceTimer = setInterval(() => {
      const now = Date.now();
      const due = pricesChange(runtime.snapshot, priced, now);
      priced = now;
      if (due) runtime = new Runtime(runtime.snapshot, modelsOf);
    }, PRICE_CHECK_MS);

    await postResets(control.db, database.records);
    const counters = new BudgetCounters(await database.records.spend(0), await topUpsOf(control.db));
    const writer = new RecordWriter(database.records, { maxQueued: MOST_QUEUED });
    const boot = newId('boot');
    const [version, code] = [await readProgramVersion(), await codeDigests()];
    const revisions = new Revisions(control.db, version, code);
    revisions.prepare(control.snapshot());
    control.onChange((snapshot) => revisions.prepare(snapshot));
    const organisations = (): Iterable<string> => control.snapshot().organisations.keys();
    const logs = { dialect: database.dialect, control: control.db, records: database.recordTables };
    const audit = await openAudit(logs, secrets, organisations);
    await audit.activity.programStarted(organisations(), {
      boot,
      version,
      node: process.version,
      settings: config.effective,
      code,
      signing: audit.key && {
        installation: audit.key.installation,
        publicKey: audit.key.publicKey.toString('base64'),
      },
    });
    const cache = new MemoryCache({ entries: MOST_CACHED, bytes: CACHE_MEMORY });
    const retention = new Retention({
      control,
      cache,
      now: Date.now,
      stores: { dialect: database.dialect, records: database.recordTables, readers: database.usage.records },
      usage: { ...database.usage, sums: database.sumTables },
      reportFault: (error) =>
        console.error('Deleting what is not to be kept failed, and is tried again in a minute:', error),
    });
    const channels = { secrets, allowPrivate: config.allowPrivateWebhooks, canMail: config.mail !== null };
    const summing = usageProcess ?? sumHere(database.usage);
    const alerts = new Alerts({
      control,
      usage: (question) => answerUsage(database.usage, summing, question),
      counters,
      secrets,
      isWriting: () => writer.healthy,
      settings: {
        resolve: resolveName,
        allowPrivate: config.allowPrivateWebhooks,
        timeoutMs: ALERT_TIMEOUT_MS,
        mail: config.mail,
        publicUrl: config.publicUrl,
        now: Date.now,
        chance: Math.random,
      },
    });
    const live = new LiveTraffic();
    const watchers = new LiveWatchers(live, Date.now);
    const scans = new Scans(summing);
    const exports = new RecordExports(config);
    const metrics = config.metrics && new Metrics();
    const tracing = config.tracing && (await import('./observe/tracing.ts')).startTracing(config.tracing);
    let stopping = false;
    let sequence = 0;
    const gateway: Gateway = {
      runtime: () => runtime,
      get providers() {
        return liveProviders.providers;
      },
      counters,
      writer,
      overruns: new Overruns((words) => console.warn(words)),
      alerts,
      live,
      inFlight: new InFlight(IN_FLIGHT),
      upstreams,
      throttles: new Throttles(),
      cache,
      shadows: new Shadows(),
      contents,
      secondOpinion: new SecondOpinion(config.secondOpinions, (found) => {
        console.error(
          `The two evaluators disagree on request ${found.request} at node ${found.node}: ${found.taken} was taken, the rules library says ${found.library}. Please report this.`,
        );
      }),
      revisions: (snapshot, organisation) => revisions.of(snapshot, organisation),
      metrics,
      tracing,
      heartbeatMs: config.heartbeatMs,
      publicUrl: config.publicUrl,
      bodyLimit: config.bodyLimit,
      gateway: GATEWAY,
      boot,
      nextSequence: () => sequence++,
      stopping: () => stopping,
    };

    const stopWatching =
      metrics &&
      addStateMetrics(metrics.registry, {
        gateway,
        queued: () => writer.queued,
        alertsWaiting: () => countWaiting(control.db),
      });
    const sessions = openSessions(control.db, sessionSecret(control.snapshot()));
    const app = createApp({
      gateway,
      control,
      controlDeps: {
        records: database.records,
        contents,
        retention,
        models: (organisation, list) =>
          list ? modelsWith(runtime.snapshot, organisation, [list]) : runtime.models(organisation),
        modelStates: (organisation) => new Map(upstreams.of(organisation).states(upstreams.now())),
        shippedList: shippedPrices,
        providers: providers.map(({ provider }) => provider.name),
        budgetUse: (budget) =>
          counters.of(budget, Date.now()).map(({ scope, spent, held, toppedUp, window }) => ({
            scope,
            spent,
            held,
            resetsAt: window.end,
            ...(toppedUp > 0 && { toppedUp }),
          })),
        counters,
        usage: { stores: database.usage, summing, scans },
        exports,
        audit,
        watchers,
        signIn: {
          secrets,
          mail: config.mail,
          publicUrl: config.publicUrl,
          allowPrivate: config.allowPrivateIssuers,
        },
        channels,
        alerts,
        gateway: GATEWAY,
        adminToken: config.adminToken,
        sessions: sessions.handle,
        // Its stack alone: errors of databases carry the row that was refused as well.
        reportFault: (error) =>
          console.error(`The control API failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`),
      },
      health: {
        gateway,
        isWriting: () => writer.healthy,
        stores: {
          'database of settings': () => control.db.raw('SELECT 1'),
          'database of records': () => database.usage.records.raw('SELECT 1'),
        },
      },
      metricsToken: config.metrics?.token ?? null,
      trustedProxies: config.trustedProxies,
      pages,
    });
    const server = createHttpServer(app);
    const sockets = openSockets(server);
    await listen(server, config.port, config.host);
    await alerts.start();
    audit.start();
    retention.start();
    usageProcess?.start();
    const address = server.address() as AddressInfo;
    return {
      url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
      gateway,
      seeded,
      lost,
      async stop() {
        stopping = true;
        gateway.throttles.stop();
        clearInterval(priceTimer);
        watchers.stop();
        scans.stop();
        exports.stop();
        await retention.stop();
        await usageProcess?.stop();
        await drain(server, sockets);
        await gateway.shadows.drain(DRAIN_MS);
        await writer.drain();
        await audit.stop();
        stopWatching?.();
        await tracing?.stop();
        await alerts.stop();
        await liveProviders.close();
        sessions.stop();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Whether a price that was set, a rate card or a step of a list begins or ends after one moment and by the other. */
function pricesChange({ prices, rateCards, priceLists }: Snapshot, after: number, until: number): boolean {
  const due = (at: number | null): boolean => at !== null && at > after && at <= until;
  return (
    prices.some(({ effectiveFrom }) => due(effectiveFrom)) ||
    rateCards.some((card) => due(card.from) || due(card.until)) ||
    priceLists.some((list) =>
      Object.values(list.prices).some((models) =>
        Object.values(models).some(({ steps }) => steps.some(({ from }) => due(from))),
      ),
    )
  );
}

/** Signs sessions; the same after a restart, so that nobody is signed out by one. */
function sessionSecret(snapshot: Snapshot): string {
  const hmac = createHmac('sha256', 'sessions');
  for (const { secret } of snapshot.organisations.values()) hmac.update(secret);
  return hmac.digest('base64url');
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new Error(`Port ${port} on ${host} is in use by another program. Set PORT to a free one.`));
      else reject(new Error(`Cannot listen on ${host}:${port}: ${error.message}.`));
    });
    server.listen(port, host, resolve);
  });
}

/** The sockets of a server that are open, kept up to date. */
function openSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Takes no new connections, and lets running requests end in their time. */
function drain(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    server.close(() => {
      clearTimeout(timer);
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
    // Node does not count as idle what clients have opened in advance and not used yet.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  });
}
