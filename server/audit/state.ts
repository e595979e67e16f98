/** How far the past is proved now, and in words what that shows and what it does not. */
import type { Audit } from './audit.ts';
import { lastCheckpoint } from './checkpoints.ts';
import { type Log, logName, originOf } from './logs.ts';
import { verifierKey } from './note.ts';
import type { RecordVerification } from './patrol.ts';
import { type ChainHead, countUnsealed } from './sealing.ts';

/** Records that wait are counted no further. */
const MOST_WAITING = 10_000;

export interface LogState {
  readonly log: string;
  readonly kind: Log['kind'];
  /** The key that signs its checkpoints, as programs that check them are told it; null where nothing is signed. */
  readonly verifierKey: string | null;
  readonly entries: number;
  /** Up to which entry everything was read again and fits; null where that has not begun. */
  readonly verified: { readonly to: number; readonly at: number; readonly fault: string | null } | null;
  readonly checkpoint: { readonly size: number; readonly at: number } | null;
  /** Why no checkpoint is signed any more, in words. */
  readonly refused: string | null;
}

export interface AuditState {
  readonly installation: string | null;
  /** Base64 of its 32 bytes. */
  readonly publicKey: string | null;
  readonly logs: readonly LogState[];
  /** Records that are written and not sealed yet. */
  readonly waiting: number;
  readonly shows: readonly string[];
  readonly doesNotShow: readonly string[];
}

const SHOWS = [
  'No entry of the history, and no record that was sealed, has been altered, taken away or put in between since the last checkpoint that covers it, as long as that checkpoint is also kept somewhere that the gateway cannot reach.',
  'The order of what was written, and the latest time by which it was there: that of the first checkpoint that covers it.',
  'What was deleted lawfully: who did it, when, why, and the digest of what was there.',
];

const DOES_NOT_SHOW = [
  'That everything that happened was written down: a program that was changed could leave things out.',
  'That nobody rewrote everything: who has the database and the key that signs can make another past and sign that. Only a checkpoint that is kept elsewhere, or signed by a witness outside, shows the difference.',
  'What happened between the writing of a record and its sealing, which takes a few seconds and at most a minute.',
  'That the times are right: they are those of this machine’s clock.',
];

/** The state of the logs that an organisation may see. `now` is in milliseconds since 1970. */
export async function auditState(audit: Audit, organisation: string, now: number): Promise<AuditState> {
  const { stores, key } = audit;
  const heads: ChainHead[] = await stores.records<ChainHead>('record_chain_heads').orderBy('gateway');
  const verified = new Map(
    (await stores.records<RecordVerification>('record_verification')).map((row) => [row.gateway, row]),
  );
  const { check: history, at } = await audit.verifiedHistory(organisation, now);
  const logs = [
    await logState(audit, { kind: 'history', id: organisation }, history.ok ? history.entries : history.sequence, {
      to: history.ok ? history.entries : history.sequence - 1,
      at,
      fault: history.ok ? null : `Entry ${history.sequence}: ${history.why}`,
    }),
  ];
  for (const { gateway, sequence } of heads) {
    const row = verified.get(gateway);
    const done = row ? { to: row.sequence, at: row.at, fault: row.fault } : null;
    logs.push(await logState(audit, { kind: 'records', id: gateway }, sequence, done));
  }
  return {
    installation: key?.installation ?? null,
    publicKey: key?.publicKey.toString('base64') ?? null,
    logs,
    waiting: await countUnsealed(stores, MOST_WAITING),
    shows: SHOWS,
    doesNotShow: DOES_NOT_SHOW,
  };
}

async function logState(audit: Audit, log: Log, entries: number, verified: LogState['verified']): Promise<LogState> {
  const { stores, key, checkpoints } = audit;
  const name = logName(log);
  const last = await lastCheckpoint(stores.control, name);
  return {
    log: name,
    kind: log.kind,
    entries,
    verified,
    verifierKey: key && verifierKey(originOf(key.installation, log), key.publicKey),
    checkpoint: last && { size: last.size, at: last.at },
    refused: checkpoints?.refused(name) ?? null,
  };
}
