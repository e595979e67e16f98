/** An organisation's months, as its time zone and the closing of months have made them. */
import type { Knex } from 'knex';
import { type ClosedSpan, MonthCalendar } from '../months/month.ts';
import { readOrganisation } from './organisations.ts';

/** Reads the calendar of an organisation; from within a change, that change's transaction. */
export async function readCalendar(db: Knex, organisation: string): Promise<MonthCalendar> {
  const { timeZone } = await readOrganisation(db, organisation);
  const closed = await db('closed_months')
    .where({ organisation })
    .select<ClosedSpan[]>('month', { from: 'starts_at', to: 'ends_at' });
  return new MonthCalendar(timeZone, closed);
}
