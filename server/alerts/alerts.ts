/** Everything that tells people something, put together: what notes messages, what writes them down, what sends them. */
import type { Control } from '../control/control.ts';
import type { BudgetCounters } from '../money/counters.ts';
import type { Secrets } from '../store/secrets.ts';
import type { UsageAnswer } from '../usage/answer.ts';
import type { Question } from '../usage/question.ts';
import { ApprovalAlerts } from './approval-alerts.ts';
import { BudgetAlerts } from './budget-alerts.ts';
import { Delivery, type DeliverySettings } from './delivery.ts';
import { FaultAlerts } from './fault-alerts.ts';
import { Inbox } from './inbox.ts';
import { NodeAlerts } from './node-alerts.ts';
import { forgetOld, marksOf, takeUpAgain } from './outbox.ts';
import { UnusualSpend } from './unusual-spend.ts';

const TICK_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface AlertParts {
  readonly control: Control;
  /** Answers what was spent, from the roll-ups. */
  readonly usage: (question: Question) => Promise<UsageAnswer>;
  readonly counters: BudgetCounters;
  readonly secrets: Secrets;
  /** False while records cannot be written. */
  readonly isWriting: () => boolean;
  readonly settings: DeliverySettings;
}

export class Alerts {
  readonly nodes: NodeAlerts;
  readonly budgets: BudgetAlerts;
  readonly faults: FaultAlerts;
  readonly approvals: ApprovalAlerts;
  readonly delivery: Delivery;
  readonly inbox: Inbox;
  readonly #parts: AlertParts;
  readonly #unusual: UnusualSpend;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;
  #lookedAt = 0;
  #forgotAt = 0;

  constructor(parts: AlertParts) {
    this.#parts = parts;
    const { control, secrets, settings, counters, usage } = parts;
    const snapshot = () => control.snapshot();
    this.delivery = new Delivery(control.db, secrets, settings);
    this.inbox = new Inbox(control.db, snapshot, settings.now, () => this.#written());
    this.nodes = new NodeAlerts(this.inbox, snapshot);
    this.budgets = new BudgetAlerts(this.inbox, snapshot, counters);
    this.faults = new FaultAlerts(this.inbox, snapshot);
    this.approvals = new ApprovalAlerts(this.inbox, snapshot);
    this.#unusual = new UnusualSpend(usage, this.inbox, snapshot);
  }

  /** Takes up what an earlier process has left, and works from then on. */
  async start(): Promise<void> {
    const { control, settings } = this.#parts;
    const now = settings.now();
    await takeUpAgain(control.db, now);
    this.nodes.remember(await marksOf(control.db, NodeAlerts.MARKS, now));
    this.budgets.sweep(now);
    this.#lookedAt = now;
    this.#timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** What has to be looked at every second, minute or hour. Waits for nothing. */
  tick(): void {
    const { control, settings, isWriting } = this.#parts;
    const now = settings.now();
    this.faults.writing(isWriting(), now);
    void this.inbox.write();
    this.#look();
    if (now - this.#lookedAt >= MINUTE_MS && this.#looking === null) {
      this.#lookedAt = now;
      this.#looking = this.lookForUnusual().finally(() => {
        this.#looking = null;
      });
    }
    if (now - this.#forgotAt >= HOUR_MS) {
      this.#forgotAt = now;
      forgetOld(control.db, now).catch((error: unknown) => console.error('Old messages could not be deleted:', error));
    }
  }

  /** Compares what was spent in this hour with what is usual. Never rejects. */
  async lookForUnusual(): Promise<void> {
    try {
      await this.#unusual.look(this.#parts.settings.now());
    } catch (error) {
      console.error('It could not be told whether spending is unusual:', error);
    }
  }

  /** Something was written that waits to be sent. */
  wake(): void {
    this.delivery.wake();
    this.#look();
  }

  /** Writes what is noted, and waits for what is being sent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#unusual.stop();
    await this.#looking;
    await this.inbox.write();
    await this.delivery.stop();
  }

  #written(): void {
    this.wake();
  }

  /** Only while this process works: what is merely written waits for one that does. */
  #look(): void {
    if (!this.#timer) return;
    this.delivery.look().catch((error: unknown) => console.error('Waiting messages cannot be read:', error));
  }
}
