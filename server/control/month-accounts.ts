/** What months are told from: their names, sums and corrections, and the rows of those that were closed. */
import type { Knex } from 'knex';
import { z } from 'zod';
import {
  type MonthExport,
  monthExport,
  type ProjectNames,
  teamTotalSchema,
  teamTotals,
  wholeSchema,
} from '../months/export.ts';
import type { RecordLine } from '../months/lines.ts';
import { type MonthCalendar, monthSchema, type Span } from '../months/month.ts';
import type { RecordStore } from '../records/record.ts';
import { type Correction, firstCorrection } from './corrections.ts';
import { momentSchema, reasonSchema } from './input.ts';
import { listProjects, listTeams } from './organisations.ts';

const totalsSchema = z.object({ requests: wholeSchema, nanoDollars: wholeSchema, teams: z.array(teamTotalSchema) });

const closingSchema = z
  .object({
    by: z.string(),
    at: momentSchema,
    reason: reasonSchema,
    csvDigest: z.string().meta({ description: 'SHA-256 of the CSV file.' }),
    jsonDigest: z.string().meta({ description: 'SHA-256 of the JSON file.' }),
  })
  .meta({ id: 'MonthClosing' });

export const monthSummarySchema = z
  .object({
    month: monthSchema,
    from: momentSchema,
    to: momentSchema,
    timeZone: z.string(),
    ended: z.boolean(),
    closed: closingSchema.nullable().meta({ description: 'Null while it is open.' }),
    ...totalsSchema.shape,
  })
  .meta({ id: 'Month' });
export type MonthSummary = z.infer<typeof monthSummarySchema>;

export interface ClosedMonthRow {
  readonly organisation: string;
  readonly month: string;
  readonly starts_at: number;
  readonly ends_at: number;
  readonly time_zone: string;
  readonly closed_by: string;
  readonly closed_at: number;
  readonly reason: string;
  readonly summary_json: string;
  readonly csv_file: string;
  readonly csv_digest: string;
  readonly json_file: string;
  readonly json_digest: string;
}

export type ClosedMonthHead = Omit<ClosedMonthRow, 'csv_file' | 'json_file'>;

/** The columns without the files, which can be large. */
export const CLOSED_HEAD = [
  ...['organisation', 'month', 'starts_at', 'ends_at', 'time_zone', 'closed_by', 'closed_at', 'reason'],
  ...['summary_json', 'csv_digest', 'json_digest'],
];

export function closedSummary(row: ClosedMonthHead): MonthSummary {
  return {
    month: row.month,
    from: row.starts_at,
    to: row.ends_at,
    timeZone: row.time_zone,
    ended: true,
    closed: {
      by: row.closed_by,
      at: row.closed_at,
      reason: row.reason,
      csvDigest: row.csv_digest,
      jsonDigest: row.json_digest,
    },
    ...totalsSchema.parse(JSON.parse(row.summary_json)),
  };
}

/** What months are read from: the control plane's database, and the records. */
export interface MonthSources {
  readonly db: Knex;
  readonly records: Pick<RecordStore, 'posted' | 'postedTotals' | 'firstPosted'>;
}

/** What each project is called, and who pays for it. */
export async function projectNames(db: Knex, organisation: string): Promise<Map<string, ProjectNames>> {
  const [teams, projects] = [await listTeams(db, organisation), await listProjects(db, organisation)];
  const teamOf = new Map(teams.map((team) => [team.id, team]));
  return new Map(
    projects.map(({ id, name, team: teamId, costCentre }) => {
      const team = teamOf.get(teamId);
      return [id, { project: name, team: team?.name ?? '', costCentre: costCentre ?? team?.costCentre ?? '' }];
    }),
  );
}

/** The first moment at or after `from` at which anything counts. */
export async function firstEntry(
  { db, records }: MonthSources,
  organisation: string,
  from: number,
): Promise<number | null> {
  const first = [await records.firstPosted(organisation, from), await firstCorrection(db, organisation, from)].filter(
    (at) => at !== null,
  );
  return first.length === 0 ? null : Math.min(...first);
}

const refersTo = ({ month, request }: Correction): string | null => request ?? month;

/** A month's account, as its files have it. */
export const exportOf = (
  month: string,
  calendar: MonthCalendar,
  span: Span,
  lines: readonly RecordLine[],
  corrections: readonly Correction[],
  names: ReadonlyMap<string, ProjectNames>,
): MonthExport =>
  monthExport(
    month,
    calendar.zone,
    span,
    lines,
    corrections.map((one) => ({ ...one, refersTo: refersTo(one) })),
    names,
  );

export function totalsOf({ lines, totals }: MonthExport): z.infer<typeof totalsSchema> {
  const costs = lines.map(({ team, nanoDollars }) => ({ team, cost: BigInt(nanoDollars) }));
  return { requests: totals.requests, nanoDollars: totals.nanoDollars, teams: teamTotals(costs) };
}
