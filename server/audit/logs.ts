/** The logs that are proved: the history of each organisation, and the records of each gateway. */
import type { Knex } from 'knex';
import type { LeafReader } from './tree-store.ts';

export interface Log {
  readonly kind: 'history' | 'records';
  /** The organisation's or the gateway's id. */
  readonly id: string;
}

/** The databases of the logs. What is written into the records' one goes beside the gateway's own writer. */
export interface LogStores {
  readonly dialect: 'sqlite' | 'postgres';
  readonly control: Knex;
  readonly records: Knex;
}

/** A log's name in tables and in the API. */
export const logName = ({ kind, id }: Log): string => `${kind}/${id}`;

/** The log of that name; null where no log can be called so. */
export function logOf(name: string): Log | null {
  const [, kind, id] = /^(history|records)\/(.+)$/s.exec(name) ?? [];
  return id === undefined ? null : { kind: kind === 'history' ? 'history' : 'records', id };
}

/** A log's name for the world: without spaces and `+`, and with the installation's own name. */
export const originOf = (installation: string, { kind, id }: Log): string =>
  `signalbox/${installation}/${kind}/${encodeURIComponent(id)}`;

/** Where a log's tree is kept: beside its entries. */
export const storeOf = (stores: LogStores, { kind }: Log): Knex =>
  kind === 'history' ? stores.control : stores.records;

/** Reads the leaves of a log: the hashes of its entries, whose sequences begin at 1. */
export function leavesOf(stores: LogStores, log: Log): LeafReader {
  const table = log.kind === 'history' ? 'history' : 'record_chain';
  const owner = log.kind === 'history' ? { organisation: log.id } : { gateway: log.id };
  return async (from, to) => {
    const hashes: string[] = await storeOf(
      stores,
      log,
    )(table)
      .where(owner)
      .where('sequence', '>', from)
      .where('sequence', '<=', to)
      .orderBy('sequence')
      .pluck('hash');
    return hashes.map((hash) => Buffer.from(hash, 'hex'));
  };
}
