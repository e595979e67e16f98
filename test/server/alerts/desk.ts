/** Alerts on a real database before a receiver of the test's own, with a clock that only the test moves. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Alerts } from '../../../server/alerts/alerts.ts';
import type { DeliverySettings } from '../../../server/alerts/delivery.ts';
import type { AlertMessage } from '../../../server/alerts/message.ts';
import type { AlertRow } from '../../../server/alerts/outbox.ts';
import { createChannel } from '../../../server/control/channels.ts';
import { type Control, createControl } from '../../../server/control/control.ts';
import type { Actor } from '../../../server/control/history.ts';
import { seed } from '../../../server/control/seed.ts';
import { BudgetCounters } from '../../../server/money/counters.ts';
import type { Database } from '../../../server/store/database.ts';
import { openSecrets, type Secrets } from '../../../server/store/secrets.ts';
import { answerUsage } from '../../../server/usage/answer.ts';
import { sumHere } from '../../../server/usage/summing.ts';
import { type Dialect, openTestDatabase, SHIPPED } from '../control/house.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** How it answers; 204 where nothing is set. */
  answer: (response: ServerResponse, request: Received) => void;
  close(): Promise<void>;
}

/** A server that notes what it is sent. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body };
      received.push(one);
      receiver.answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    answer: (response) => response.writeHead(204).end(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

export interface Desk {
  readonly database: Database;
  readonly control: Control;
  readonly secrets: Secrets;
  readonly counters: BudgetCounters;
  readonly actor: Actor;
  readonly organisation: string;
  alerts: Alerts;
  /** Milliseconds since 1970. */
  now: number;
  /** Another process on the same database: what was in memory is gone. */
  again(): Alerts;
  /** Makes a webhook channel; gives its id and its secret. */
  channel(name: string, url: string, more?: Record<string, unknown>): Promise<{ id: string; secret: string }>;
  /** A message to the channel of that name, or to all with the topic. */
  message(more?: Partial<AlertMessage>): AlertMessage;
  /** Writes what is noted, and sends what is due until nothing is. */
  settle(): Promise<void>;
  /** Rows of the log in the order in which they were made. */
  log(): Promise<AlertRow[]>;
  close(): Promise<void>;
}

/** Opens a desk; `settings` say what is different from a gateway that may send to its own machine. */
export async function openDesk(dialect: Dialect = 'sqlite', settings: Partial<DeliverySettings> = {}): Promise<Desk> {
  const { database, close } = await openTestDatabase(dialect);
  const control = await createControl(database);
  await seed(control, SHIPPED);
  const [organisation = ''] = control.snapshot().organisations.keys();
  const actor = { id: 'test', organisation };
  const secrets = await openSecrets({ secretKey: Buffer.alloc(32, 7).toString('base64'), dataDir: '' });
  const counters = new BudgetCounters([]);
  const start = (): Alerts =>
    new Alerts({
      control,
      counters,
      secrets,
      isWriting: () => true,
      usage: (question) => answerUsage(database.usage, sumHere(database.usage), question),
      settings: {
        allowPrivate: true,
        timeoutMs: 5000,
        mail: null,
        publicUrl: 'https://pages.example.com',
        resolve: () => Promise.reject(new Error('no names here')),
        now: () => desk.now,
        chance: () => 0,
        ...settings,
      },
    });
  const tools = { secrets, allowPrivate: true, canMail: true };
  const desk: Desk = {
    database,
    control,
    secrets,
    counters,
    actor,
    organisation,
    now: Date.UTC(2026, 10, 2, 12),
    get alerts() {
      return current;
    },
    again() {
      current = start();
      return current;
    },
    async channel(name, url, more = {}) {
      const input = {
        name,
        target: { kind: 'webhook' as const, url },
        topics: [],
        team: null,
        quietMinutes: 0,
        ...more,
      };
      const made = await createChannel(control, tools, actor, input);
      return { id: made.channel.id, secret: made.secret ?? '' };
    },
    message: (more = {}) => ({
      organisation,
      about: 'policy',
      channel: 'one',
      teams: [],
      once: null,
      title: 'Title',
      text: 'Text',
      path: '/requests/req_1',
      data: { a: 1 },
      at: desk.now,
      ...more,
    }),
    async settle() {
      await current.inbox.write();
      current.delivery.wake();
      await current.delivery.run();
    },
    log: () => database.control<AlertRow>('alerts').orderBy('id'),
    close,
  };
  let current = start();
  return desk;
}
