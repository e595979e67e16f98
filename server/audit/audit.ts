/** What makes the past provable, put together: the key, checkpoints, and entries about what was done without a change. */
import { type HistoryCheck, verifyHistory } from '../control/history.ts';
import type { Secrets } from '../store/secrets.ts';
import { Activity } from './activity.ts';
import { Checkpoints } from './checkpoints.ts';
import { Readings } from './desk/readings.ts';
import type { LogStores } from './logs.ts';
import { sealStep } from './sealing.ts';
import { openSigningKey, type SigningKey } from './signing-key.ts';

const HOURS_CHECK_MS = 60_000;
/** How long the verification of a history is good for: it reads all of it. */
const VERIFIED_MS = 60_000;

interface VerifiedHistory {
  readonly check: HistoryCheck;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export class Audit {
  readonly stores: LogStores;
  readonly activity: Activity;
  /** Null where the key cannot be read: then nothing is signed. */
  readonly key: SigningKey | null;
  readonly checkpoints: Checkpoints | null;
  /** Of what left the house. */
  readonly readings = new Readings();
  #timer: NodeJS.Timeout | null = null;
  readonly #verified = new Map<string, VerifiedHistory>();

  constructor(stores: LogStores, key: SigningKey | null, organisations: () => Iterable<string>) {
    this.stores = stores;
    this.activity = new Activity(stores.control);
    this.key = key;
    this.checkpoints = key && new Checkpoints(stores, key, organisations);
  }

  start(): void {
    this.checkpoints?.start();
    this.#timer = setInterval(() => {
      this.activity
        .closeHours(Date.now())
        .catch((error: unknown) => console.error('Uses of the admin token could not be written down:', error));
    }, HOURS_CHECK_MS);
  }

  /** What the verification of an organisation's history found, at most a minute ago; `now` is in milliseconds since 1970. */
  async verifiedHistory(organisation: string, now: number): Promise<VerifiedHistory> {
    const known = this.#verified.get(organisation);
    if (known && now - known.at < VERIFIED_MS) return known;
    const verified = { check: await verifyHistory(this.stores.control, organisation), at: now };
    this.#verified.set(organisation, verified);
    return verified;
  }

  /** Writes down what is counted so far, and signs it. */
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.activity.closeHours(Number.MAX_SAFE_INTEGER);
    // What the process behind the gateway has not come to; a long rest waits for the next start.
    await sealStep(this.stores, Date.now());
    await this.checkpoints?.stop();
  }
}

/** Opens the signing key, or says why nothing can be signed; requests are served all the same. */
export async function openAudit(
  stores: LogStores,
  secrets: Secrets,
  organisations: () => Iterable<string>,
): Promise<Audit> {
  let key: SigningKey | null = null;
  try {
    key = await openSigningKey(stores.control, secrets);
  } catch (error) {
    console.error('No checkpoints are signed:', error instanceof Error ? error.message : error);
  }
  return new Audit(stores, key, organisations);
}
