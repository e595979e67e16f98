import { expect, it } from 'vitest';
import { alerts } from '../../../server/store/migrations/alerts.ts';
import { dialects } from '../control/house.ts';
import { openDesk } from './desk.ts';

it.each(dialects)('the tables of alerts can be taken away and made again on %s', async (dialect) => {
  const desk = await openDesk(dialect);
  try {
    const { control } = desk.database;
    const isThere = () =>
      Promise.all(['channels', 'alerts', 'alert_marks'].map((name) => control.schema.hasTable(name)));
    await alerts.down(control);
    expect(await isThere()).toEqual([false, false, false]);
    await alerts.up(control);
    expect(await isThere()).toEqual([true, true, true]);
  } finally {
    await desk.close();
  }
});
