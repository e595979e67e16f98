import { expect, it } from 'vitest';
import { createControl } from '../../../server/control/control.ts';
import { seed } from '../../../server/control/seed.ts';
import { accounts } from '../../../server/store/migrations/accounts.ts';
import { dialects, openTestDatabase, SHIPPED } from '../control/house.ts';

const TABLES = ['invitations', 'person_sessions', 'sign_in_failures', 'sign_in_providers', 'service_tokens'];

it.each(dialects)('accounts come and go without touching who is there, on %s', async (dialect) => {
  const { database, close } = await openTestDatabase(dialect);
  try {
    await seed(await createControl(database), SHIPPED);
    const { control } = database;
    const there = () => Promise.all(TABLES.map((table) => control.schema.hasTable(table)));
    const people = () => control('person_details').select();
    const before = await people();
    expect(before).toHaveLength(1);
    expect(await there()).toEqual(TABLES.map(() => true));
    await accounts.down(control);
    expect(await there()).toEqual(TABLES.map(() => false));
    await accounts.up(control);
    expect(await there()).toEqual(TABLES.map(() => true));
    expect(await people()).toEqual(before);
  } finally {
    await close();
  }
});
