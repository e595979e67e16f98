/** Those who watch the traffic: each gets the last minute as an event every second, or nothing while they are slow. */
import type { ServerResponse } from 'node:http';
import { SignalboxError } from '../errors.ts';
import type { LiveTotals, LiveTraffic } from './live.ts';

const EVERY_MS = 1000;
/** A page has one; more than this are not people. */
const MOST = 200;

/** The ids of the projects that somebody may watch; null for the whole organisation. */
type Watched = readonly string[] | null;

interface Watcher {
  readonly organisation: string;
  readonly response: ServerResponse;
  /** What whoever watches may see by now; rejects once they may not watch any more. */
  readonly mayStill: () => Promise<Watched>;
  /** True while that is being asked. */
  asking: boolean;
}

export class LiveWatchers {
  readonly #traffic: LiveTraffic;
  readonly #now: () => number;
  readonly #everyMs: number;
  readonly #watchers = new Set<Watcher>();
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(traffic: LiveTraffic, now: () => number, everyMs = EVERY_MS) {
    this.#traffic = traffic;
    this.#now = now;
    this.#everyMs = everyMs;
  }

  /** How many watch now. */
  get size(): number {
    return this.#watchers.size;
  }

  /** Begins a stream of events, which lasts until the client goes, `mayStill` rejects, or the gateway stops. */
  watch(organisation: string, watched: Watched, response: ServerResponse, mayStill: Watcher['mayStill']): void {
    if (this.#stopped) throw new SignalboxError('shutting_down', {}, { retryAfterMs: 2000 });
    if (this.#watchers.size >= MOST) throw new SignalboxError('overloaded', {}, { retryAfterMs: 10_000 });
    const watcher: Watcher = { organisation, response, mayStill, asking: false };
    this.#watchers.add(watcher);
    response.once('close', () => this.#forget(watcher));
    // A proxy that collects an answer before it passes it on would never pass this one on.
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    send(response, this.#traffic.totals(organisation, watched, this.#now()));
    this.#timer ??= setInterval(() => this.#tick(), this.#everyMs);
  }

  /** Ends all streams, and begins no more: a gateway that is told to stop does not wait for people who look. */
  stop(): void {
    this.#stopped = true;
    for (const watcher of [...this.#watchers]) this.#end(watcher);
  }

  #tick(): void {
    const totals = new Map<string, LiveTotals>();
    for (const watcher of this.#watchers) {
      if (watcher.asking) continue;
      watcher.asking = true;
      watcher.mayStill().then(
        (watched) => {
          watcher.asking = false;
          // Nothing is kept for a client that has not taken what was sent before: it gets a later second.
          if (!this.#watchers.has(watcher) || watcher.response.writableLength > 0) return;
          const of = watched === null ? watcher.organisation : watched.join(' ');
          const told = totals.get(of) ?? this.#traffic.totals(watcher.organisation, watched, this.#now());
          totals.set(of, told);
          send(watcher.response, told);
        },
        () => this.#end(watcher),
      );
    }
  }

  #end(watcher: Watcher): void {
    this.#forget(watcher);
    if (watcher.response.writableLength > 0) watcher.response.destroy();
    else watcher.response.end();
  }

  #forget(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

function send(response: ServerResponse, totals: LiveTotals): void {
  response.write(`data: ${JSON.stringify(totals)}\n\n`);
}
