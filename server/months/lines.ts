/** A month's records summed by project and model; read in pages, so that memory does not grow with them. */
import type { PostedRecord } from '../records/posted.ts';
import type { RecordStore } from '../records/record.ts';
import { type Amounts, NOTHING } from './amounts.ts';
import type { MonthCalendar, Span } from './month.ts';

/** What one project took of one model. */
export interface RecordLine extends Amounts {
  /** `lost`: charged at what they held, since the gateway stopped before they were recorded. */
  readonly kind: 'requests' | 'lost';
  readonly project: string;
  /** The model that was called; empty where none was. */
  readonly model: string;
  /** The closed month in which these requests began, where they came too late for it. */
  readonly refersTo: string | null;
}

const PAGE = 500;

type Place = { readonly at: number; readonly id: string };

/** Every record that counts in a span of time, page by page. */
async function* recordsIn(
  records: Pick<RecordStore, 'posted'>,
  organisation: string,
  { from, to }: Span,
): AsyncGenerator<PostedRecord> {
  for (const by of ['start', 'late'] as const) {
    for await (const record of pagesOf(records, { organisation, by, from, to })) {
      if (by === 'late' || record.postedAt === null) yield record;
    }
  }
}

/** Every record that started in a span of time, wherever it counts. */
export async function* recordsStarted(
  records: Pick<RecordStore, 'posted'>,
  organisation: string,
  { from, to }: Span,
): AsyncGenerator<PostedRecord> {
  yield* pagesOf(records, { organisation, by: 'start', from, to });
}

async function* pagesOf(
  records: Pick<RecordStore, 'posted'>,
  filter: Parameters<RecordStore['posted']>[0],
): AsyncGenerator<PostedRecord> {
  let after: Place | undefined;
  for (;;) {
    const page = await records.posted({ ...filter, ...(after && { after }) }, PAGE);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = { at: last.at, id: last.id };
  }
}

/** Sums that are added to in place: a month has many records and few lines. */
type Growing = { -readonly [key in keyof Amounts]: bigint };

function add(sum: Growing, amounts: Amounts): void {
  sum.requests += amounts.requests;
  sum.inputTokens += amounts.inputTokens;
  sum.cachedInputTokens += amounts.cachedInputTokens;
  sum.outputTokens += amounts.outputTokens;
  sum.cost += amounts.cost;
}

/** What a record took of each model: its attempts, and what they do not account for with the model that answered. */
export function partsOf(record: PostedRecord): { readonly model: string; readonly amounts: Amounts }[] {
  const rest: Growing = {
    requests: 1n,
    inputTokens: BigInt(record.inputTokens),
    cachedInputTokens: BigInt(record.cachedInputTokens),
    outputTokens: BigInt(record.outputTokens),
    cost: BigInt(record.cost),
  };
  const parts = record.attempts.map(({ model, usage, cost }) => {
    const amounts = {
      requests: 0n,
      inputTokens: BigInt(usage.inputTokens),
      cachedInputTokens: BigInt(usage.cachedInputTokens),
      outputTokens: BigInt(usage.outputTokens),
      cost: BigInt(cost ?? 0),
    };
    rest.inputTokens -= amounts.inputTokens;
    rest.cachedInputTokens -= amounts.cachedInputTokens;
    rest.outputTokens -= amounts.outputTokens;
    rest.cost -= amounts.cost;
    return { model, amounts };
  });
  parts.push({ model: record.model ?? record.attempts.at(-1)?.model ?? '', amounts: rest });
  return parts;
}

/** Sums what counts in a span of time. The sum of the lines is that of the columns of the records, to the last unit. */
export async function sumRecords(
  records: Pick<RecordStore, 'posted'>,
  organisation: string,
  span: Span,
  calendar: MonthCalendar,
): Promise<RecordLine[]> {
  const lines = new Map<string, RecordLine & Growing>();
  for await (const record of recordsIn(records, organisation, span)) {
    const { project, status, postedAt, at } = record;
    const kind = status === 'lost' ? 'lost' : 'requests';
    const refersTo = postedAt === null ? null : calendar.monthAt(at);
    for (const { model, amounts } of partsOf(record)) {
      const key = `${project}\n${model}\n${kind}\n${refersTo}`;
      let line = lines.get(key);
      if (!line) {
        // A call that took nothing, such as one that nobody answered, makes no line of its own.
        if (Object.values(amounts).every((amount) => amount === 0n)) continue;
        line = { kind, project, model, refersTo, ...NOTHING };
        lines.set(key, line);
      }
      add(line, amounts);
    }
  }
  return [...lines.values()];
}
