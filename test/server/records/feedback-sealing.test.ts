import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContentSeals } from '../../../server/records/content-sealing.ts';
import type { Feedback } from '../../../server/records/feedback.ts';
import { openComment, sealComment, sealOldComments } from '../../../server/records/feedback-sealing.ts';
import type { Database } from '../../../server/store/database.ts';
import { openSecrets } from '../../../server/store/secrets.ts';
import { dialects, openTestDatabase } from '../control/house.ts';
import { tablesWith } from '../store/everything-stored.ts';

const given = (fields: Partial<Feedback>): Feedback => ({
  organisation: 'org_1',
  project: 'prj_1',
  request: 'req_1',
  key: 'key_1',
  requestAt: 1,
  at: 2,
  score: 1,
  label: null,
  comment: null,
  policy: null,
  version: null,
  model: null,
  variant: null,
  ...fields,
});

describe.each(dialects)('comments in feedback on %s', (dialect) => {
  let database: Database;
  let close: () => Promise<void>;
  let seals: ContentSeals;
  beforeAll(async () => {
    ({ database, close } = await openTestDatabase(dialect));
    seals = new ContentSeals(await openSecrets({ secretKey: Buffer.alloc(32, 7).toString('base64'), dataDir: '' }));
  });
  afterAll(() => close());

  it('that were stored as they came are sealed, all of them and once', async () => {
    const comment = (i: number) => `Hypatia wrote this, ${i}.`;
    const old = Array.from({ length: 501 }, (_, i) => given({ request: `req_${i}`, comment: comment(i) }));
    const sealed = sealComment(seals, given({ request: 'req_new', comment: 'sealed already' }));
    for (const one of [...old, sealed, given({ request: 'req_none' })]) await database.records.giveFeedback(one);
    const stores = { dialect, records: database.recordTables };
    expect(await sealOldComments(stores, seals)).toBe(501);
    expect(await sealOldComments(stores, seals)).toBe(0);
    expect(await tablesWith(database.recordTables, dialect, 'Hypatia')).toEqual([]);
    const read = async (request: string) => {
      const [one] = await database.records.feedback('org_1', request);
      return one && openComment(seals, one);
    };
    expect([await read('req_0'), await read('req_500')]).toEqual([comment(0), comment(500)]);
    expect([await read('req_new'), await read('req_none')]).toEqual(['sealed already', null]);
  });

  it('open nowhere but at their own request and key', () => {
    const sealed = sealComment(seals, given({ comment: 'mine' }));
    expect(openComment(seals, sealed)).toBe('mine');
    for (const moved of [{ request: 'req_2' }, { key: 'key_2' }, { organisation: 'org_2' }]) {
      expect(() => openComment(seals, { ...sealed, ...moved })).toThrow();
    }
    const content = { id: 'req_1', organisation: 'org_1', at: 1 };
    expect(() => seals.open(content, { request: sealed.comment ?? '', answer: null })).toThrow();
  });
});
