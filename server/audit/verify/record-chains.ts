/** Verifies the chain of every gateway's records: links, records, contents, head, tree and checkpoints. */
import { type LogStores, logOf } from '../logs.ts';
import type { ChainRow } from '../record-digest.ts';
import { type ChainHead, POSITION } from '../sealing.ts';
import type { PublicKey } from '../signing-key.ts';
import { checkLinks, FIRST_LINK } from './links.ts';
import { CLOCK_STEP_MS, type Report, sayClock } from './report.ts';
import { TreeCheck } from './tree-check.ts';

const SAY_EVERY = 10_000;
/** Records that are named where some were put in between. */
const NAMED = 10;

export interface RecordCounts {
  readonly gateways: number;
  readonly records: number;
  readonly checkpoints: number;
}

/** Verifies all chains of records; `say` is told how far it is. */
export async function verifyRecordChains(
  stores: LogStores,
  key: PublicKey | null,
  report: Report,
  say: (words: string) => void,
): Promise<RecordCounts> {
  let [count, checkpoints] = [0, 0];
  const gateways = await gatewaysOf(stores);
  for (const gateway of gateways) {
    const tree = await TreeCheck.begin(stores, { kind: 'records', id: gateway }, key, report);
    let last: ChainRow | null = null;
    for await (const { links } of checkLinks(stores, gateway, FIRST_LINK, report)) {
      for (const link of links) {
        if (last && link.at + CLOCK_STEP_MS < last.at) {
          report.remark('record_chain', `link ${link.sequence} of ${gateway}`, sayClock(last.at, link.at));
        }
        last = link;
        await tree.append(link.hash);
        count += 1;
        if (count % SAY_EVERY === 0) say(`${count} records read.`);
      }
    }
    await checkHead(stores, gateway, last, report);
    await tree.finish(true);
    checkpoints += tree.checkpoints;
  }
  await checkUnsealed(stores, report);
  return { gateways: gateways.length, records: count, checkpoints };
}

async function gatewaysOf({ control, records }: LogStores): Promise<string[]> {
  const links: string[] = await records('record_chain').distinct().pluck('gateway');
  const heads: string[] = await records('record_chain_heads').pluck('gateway');
  const trees: string[] = await records('trees').pluck('log');
  const signed: string[] = await control('checkpoints').distinct().pluck('log');
  const logs = [...trees, ...signed].flatMap((name) => logOf(name) ?? []);
  const ofLogs = logs.filter(({ kind }) => kind === 'records').map(({ id }) => id);
  return [...new Set([...links, ...heads, ...ofLogs])].sort();
}

async function checkHead(stores: LogStores, gateway: string, last: ChainRow | null, report: Report): Promise<void> {
  const { records, dialect } = stores;
  const head = await records<ChainHead>('record_chain_heads').where({ gateway }).first();
  const place = `the chain of ${gateway}`;
  if ((head?.sequence ?? 0) !== (last?.sequence ?? 0) || (head?.hash ?? null) !== (last?.hash ?? null)) {
    report.fault('record_chain_heads', place, 'The last links are missing, or the head of the chain was altered.');
  } else if (head && last && head.record !== last.record) {
    report.fault('record_chain_heads', place, 'The head names another record than the last link.');
  } else if (head?.record) {
    const [position]: number[] = await records('records').where({ id: head.record }).pluck(POSITION[dialect]);
    if (position !== undefined && position !== head.position) {
      report.fault(
        'record_chain_heads',
        place,
        'The last record stands elsewhere in the order of commits than the head says.',
      );
    }
  }
}

/** Records that stand among the sealed ones and have no link: put there afterwards. */
async function checkUnsealed({ records, dialect }: LogStores, report: Report): Promise<void> {
  const heads: ChainHead[] = await records<ChainHead>('record_chain_heads');
  const upTo = Math.max(0, ...heads.map(({ position }) => position));
  const between: string[] = await records('records')
    .where(POSITION[dialect], '<=', upTo)
    .whereNotExists(records('record_chain').whereRaw('record_chain.record = records.id'))
    .limit(NAMED)
    .pluck('id');
  for (const id of between) {
    report.fault(
      'records',
      id,
      'The record stands among sealed ones and was never sealed: it was put there later, or its id was altered.',
    );
  }
}
