/** The pages of the history, as those who review it turn them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { change } from '../../../server/control/history.ts';
import { dialects, type House, openHouse } from './house.ts';

describe.each(dialects)('the pages of the history on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
    const actor = { id: 'reviewed', organisation: house.organisation };
    for (let number = 1; number <= 7; number++) {
      const reason = number % 3 === 0 ? null : 'because';
      const entry = { action: 'team.rename', objectType: 'team', objectId: `team_${number}`, reason };
      await change(house.database.control, actor, entry, async () => ({ before: null, after: {}, value: undefined }));
    }
  });
  afterAll(() => house.close());

  const get = async (query: string) => {
    const { body } = await house.ask('GET', `/history?actor=reviewed&${query}`);
    const objects = body.entries.map(({ objectId }: { objectId: string }) => Number(objectId.slice(5)));
    return { ...body, objects };
  };

  it('lead to the older and back to the newer, with nothing left out or twice', async () => {
    const first = await get('limit=3');
    expect(first).toMatchObject({ objects: [7, 6, 5], previous: null });
    const second = await get(`limit=3&before=${first.next}`);
    expect(second.objects).toEqual([4, 3, 2]);
    const last = await get(`limit=3&before=${second.next}`);
    expect(last).toMatchObject({ objects: [1], next: null });
    const back = await get(`limit=3&after=${last.previous}`);
    expect(back).toMatchObject({ objects: [4, 3, 2], next: second.next, previous: second.previous });
    expect(await get(`limit=3&after=${back.previous}`)).toMatchObject({ objects: [7, 6, 5], previous: null });
  });

  it('can be of entries without a reason, or with one', async () => {
    expect((await get('reason=none')).objects).toEqual([6, 3]);
    expect((await get('reason=given')).objects).toEqual([7, 5, 4, 2, 1]);
    expect(await get('reason=none&limit=1')).toMatchObject({ objects: [6], previous: null });
  });

  it('keep the digest of what was erased, and the hash of the entry before', async () => {
    const [{ sequence }, earlier] = (await get('limit=2')).entries;
    const alone = async () => (await get(`after=${sequence - 1}&before=${sequence + 1}`)).entries;
    const [entry] = await alone();
    expect(entry).toMatchObject({ sequence, after: {}, beforeDigest: null, previous: earlier.hash });
    const row = house.database.control('history').where({ organisation: house.organisation, sequence });
    await row.update({ after_json: null });
    expect(await alone()).toEqual([{ ...entry, after: null }]);
    expect(entry.afterDigest).toMatch(/^[0-9a-f]{64}$/);
  });
});
