import type { Attempt, Intent, RecordStore, RequestRecord } from './record.ts';

/** Records in one transaction: enough to be quick, few enough for one statement. */
const AT_ONCE = 500;

/**
 * Ends the intents of `gateway` that no record has ended: requests that were under way when its process died. Each
 * becomes a record with status `lost`, charged at what it held, since its model may have been paid for; a correction
 * can give it back. To be called before the gateway takes requests; `now` is in milliseconds since 1970. Gives how
 * many there were.
 */
export async function recoverLost(
  store: Pick<RecordStore, 'openIntents' | 'commit'>,
  gateway: string,
  now: number,
): Promise<number> {
  const open = await store.openIntents(gateway);
  for (let i = 0; i < open.length; i += AT_ONCE) {
    const records = open.slice(i, i + AT_ONCE).map((intent) => lostRecord(intent, now));
    await store.commit({ intents: [], records });
  }
  return open.length;
}

function lostRecord(intent: Intent, now: number): RequestRecord {
  const { id, gateway, boot, sequence, organisation, project, key, at, requestedModel, policy, version, tags } = intent;
  const attempt: Attempt = {
    node: '',
    model: intent.model,
    ok: false,
    failure: 'aborted',
    status: null,
    message: 'The gateway stopped before this call was recorded. It is charged at the most that it could cost.',
    usage: intent.usage,
    usageSource: 'estimated',
    cost: intent.cost,
    firstByteMs: null,
    durationMs: 0,
    upstreamId: null,
    ...(intent.sent && { sent: intent.sent }),
  };
  return {
    id,
    gateway,
    boot,
    sequence,
    organisation,
    project,
    key,
    at,
    requestedModel,
    policy,
    version,
    tags,
    durationMs: 0,
    overheadMs: 0,
    status: 'lost',
    httpStatus: 0,
    errorCode: null,
    endpoint: 'unknown',
    stream: false,
    app: null,
    model: intent.model,
    trace: [],
    attempts: [attempt],
    charges: intent.charges.map((charge) => ({ ...charge, settled: charge.held })),
    redactions: {},
    usage: intent.usage,
    usageSource: 'estimated',
    cost: intent.cost,
    facts: { recovered_at: now },
    content: null,
  };
}
