/** Records by the million, written straight into their table: how they are read is looked at, not how they come there. */
import type { Knex } from 'knex';
import { NO_USAGE } from '../../policies/request.ts';
import type { Attempt, RequestRecord } from '../../server/records/record.ts';
import { detailOf, headOf } from '../../server/records/row.ts';

export interface ManyRecords {
  readonly organisation: string;
  readonly project: string;
  readonly count: number;
  /** Start of the first and the end of the last, milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** A statement writes so many: a transaction that grows further has to be kept whole in a log. */
const BATCH = 50_000;
/** Stands for a record's number in the texts of all. */
const NUMBER = '@number';
/** One in so many has this model and the tag `team=rare`. */
export const RARE = 1_000;
export const RARE_MODEL = 'openai/rare';

/** A request such as a policy of five nodes leaves. */
function example({ organisation, project }: ManyRecords): RequestRecord {
  const usage = { ...NO_USAGE, inputTokens: 1_200, cachedInputTokens: 300, outputTokens: 350, reasoningTokens: 40 };
  const attempt: Attempt = {
    node: 'call',
    model: 'openai/gpt-5-mini',
    ok: true,
    failure: null,
    status: 200,
    message: null,
    usage,
    usageSource: 'provider',
    cost: 2_400_000,
    firstByteMs: 310,
    durationMs: 1_900,
    upstreamId: `up_${NUMBER}`,
  };
  const tag = (value: string) => ({ value, source: 'key' as const });
  const steps = ['enter', 'what', 'protect', 'month', 'call'];
  return {
    id: '',
    gateway: 'load',
    boot: 'boot_load',
    sequence: 0,
    organisation,
    project,
    key: 'key_load',
    at: 0,
    durationMs: attempt.durationMs,
    overheadMs: 1,
    status: 'ok',
    httpStatus: 200,
    errorCode: null,
    endpoint: 'chat.completions',
    stream: true,
    app: 'OpenAI/JS 6.30.1',
    requestedModel: 'gpt-5',
    model: attempt.model,
    policy: 'pol_load',
    version: 3,
    tags: { team: tag('search'), user: tag(`user ${NUMBER}`), usage: tag('building') },
    trace: steps.map((node, i) => ({
      node,
      kind: i === 4 ? 'model' : 'match',
      port: i === 4 ? null : 'next',
      reason: 'The request went on, as “team” is search and “usage” is building.',
    })),
    attempts: [attempt],
    charges: [],
    redactions: { email: 1 },
    usage,
    usageSource: 'provider',
    cost: 2_400_000,
    savedByRouting: 700_000,
    facts: { 'request.model': 'gpt-5', 'tokens.input': 1_200 },
    content: null,
  };
}

/** Writes records of one organisation at a steady pace over a time, and tells how many there are so far. */
export async function writeRecords(
  records: Knex,
  many: ManyRecords,
  told: (count: number) => void = () => {},
): Promise<void> {
  const record = example(many);
  const { tags, charges, ...head } = headOf(record);
  const detail = JSON.stringify(detailOf(record));
  const rareTags = JSON.stringify({ ...tags, team: { value: 'rare', source: 'key' } });
  const pace = Math.max(1, Math.floor((many.to - many.from) / many.count));
  const number = 'CAST(number AS text)';
  const rare = `number % ${RARE} = 0`;
  const values: Readonly<Record<string, string>> = {
    id: `'req_' || substr(CAST(100000000000 + number AS text), 2)`,
    at: `${many.from} + CAST(number AS bigint) * ${pace}`,
    model: `CASE WHEN ${rare} THEN '${RARE_MODEL}' ELSE '${head.model}' END`,
    tags: `replace(CASE WHEN ${rare} THEN '${rareTags}' ELSE '${JSON.stringify(tags)}' END, '${NUMBER}', ${number})`,
    charges: `'${JSON.stringify(charges)}'`,
    detail: `replace('${detail}', '${NUMBER}', ${number})`,
  };
  const plain = Object.entries(head).filter(([column]) => values[column] === undefined);
  const columns = [...Object.keys(values), ...plain.map(([column]) => column)];
  const written = [
    ...Object.values(values),
    ...plain.map(([, value]) => (typeof value === 'number' ? `${value}` : `'${value}'`)),
  ];
  for (let first = 0; first < many.count; first += BATCH) {
    const last = Math.min(first + BATCH, many.count) - 1;
    await records.raw(
      `INSERT INTO records (${columns.join(', ')})
       WITH RECURSIVE numbers(number) AS (SELECT ${first} UNION ALL SELECT number + 1 FROM numbers WHERE number < ${last})
       SELECT ${written.join(', ')} FROM numbers`.replaceAll('?', '\\?'),
    );
    told(last + 1);
  }
}
