/** A house with a past: changes, requests with and without content, deletions, all of it sealed and signed. */
import { deleteOfRecord } from '../../../server/audit/deletion.ts';
import { sealAll } from '../../../server/audit/sealing.ts';
import { type Actor, change } from '../../../server/control/history.ts';
import { type Dialect, type House, openHouse, recordOf } from '../control/house.ts';

export interface Past {
  readonly house: House;
  readonly actor: Actor;
  /** Ids of requests in the order of their commits. */
  readonly records: readonly string[];
  /** Of these, one whose content was deleted, and one that was deleted whole. */
  readonly withoutContent: string;
  readonly deleted: string;
}

/** Writes `count` requests, of which every third has no content; gives their ids. */
export async function commitRequests(house: House, count: number): Promise<string[]> {
  const records = Array.from({ length: count }, (_, i) =>
    recordOf(house, {
      sequence: i,
      tags: { user: { value: `person ${i}`, source: 'caller' } },
      content: i % 3 === 2 ? null : { request: `{"text":"question ${i} – ¿qué?"}`, answer: i % 2 ? null : 'an answer' },
    }),
  );
  await house.database.records.commit({ intents: [], records });
  return records.map(({ id }) => id);
}

/** Writes so many entries of the history that change nothing. */
export async function writeEntries(house: House, actor: Actor, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const entry = {
      action: 'team.rename',
      objectType: 'team',
      objectId: `team_${i}`,
      reason: i % 2 ? null : 'because',
    };
    await change(house.control.db, actor, entry, async () => ({ before: { i }, after: null, value: undefined }));
  }
}

/** Seals and signs what there is, as of a moment. */
export async function sealAndSign(house: House, now: number): Promise<void> {
  await sealAll(house.audit.stores, now);
  await house.audit.checkpoints?.sign(now);
}

/** `more` requests and entries follow the deletions; over 256, trees have nodes that are kept. */
export async function openPast(dialect: Dialect, more = 6): Promise<Past> {
  const house = await openHouse(dialect);
  const actor = { id: 'per_ada', organisation: house.organisation };
  const { audit, control } = house;
  const signing = audit.key && {
    installation: audit.key.installation,
    publicKey: audit.key.publicKey.toString('base64'),
  };
  const start = { boot: 'boot_1', version: '1', node: 'v20', settings: {}, code: {}, signing };
  await audit.activity.programStarted([house.organisation], start);
  // A minute ago, so that nothing is sealed in the future.
  const now = Date.now() - 60_000;
  const first = await commitRequests(house, 6);
  await writeEntries(house, actor, 5);
  await sealAndSign(house, now);
  const [withoutContent = '', deleted = ''] = first;
  const why = { reason: 'asked for by the person', now: now + 1_000 };
  await deleteOfRecord(control, audit.stores, actor, { record: withoutContent, what: 'content', ...why });
  await deleteOfRecord(control, audit.stores, actor, { record: deleted, what: 'record', ...why });
  const second = await commitRequests(house, more);
  await writeEntries(house, actor, more);
  await sealAndSign(house, now + 60_000);
  return { house, actor, records: [...first, ...second], withoutContent, deleted };
}
