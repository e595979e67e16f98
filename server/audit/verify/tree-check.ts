/** Grows a log's tree anew, leaf by leaf, and compares it with what is kept of it and with every checkpoint on the way. */
import type { Knex } from 'knex';
import { openCheckpoint } from '../checkpoint.ts';
import type { CheckpointRow } from '../checkpoints.ts';
import { type Log, type LogStores, logName, originOf, storeOf } from '../logs.ts';
import { GrowingTree, type KeptNode, leafHash } from '../merkle.ts';
import type { PublicKey } from '../signing-key.ts';
import { readTree, writeEdge } from '../tree-store.ts';
import { CLOCK_STEP_MS, type Report, sayClock } from './report.ts';

const PAGE = 500;

export class TreeCheck {
  readonly #control: Knex;
  readonly #store: Knex;
  readonly #log: Log;
  readonly #name: string;
  readonly #key: PublicKey | null;
  readonly #report: Report;
  readonly #growing = new GrowingTree();
  readonly #kept: { readonly size: number; readonly edge: string };
  #nodes: KeptNode[] = [];
  #checkpoints: CheckpointRow[] = [];
  #lastSize = -1;
  #lastAt = 0;
  #isEdgeRight: boolean;
  /** Checkpoints that were looked at. */
  checkpoints = 0;

  private constructor(
    stores: LogStores,
    log: Log,
    key: PublicKey | null,
    report: Report,
    kept: { readonly size: number; readonly edge: string },
  ) {
    this.#control = stores.control;
    this.#store = storeOf(stores, log);
    this.#log = log;
    this.#name = logName(log);
    this.#key = key;
    this.#report = report;
    this.#kept = kept;
    this.#isEdgeRight = kept.size === 0 && kept.edge === '';
  }

  static async begin(stores: LogStores, log: Log, key: PublicKey | null, report: Report): Promise<TreeCheck> {
    const tree = await readTree(storeOf(stores, log), logName(log));
    const check = new TreeCheck(stores, log, key, report, { size: tree.size, edge: writeEdge(tree) });
    await check.#nextCheckpoints();
    return check;
  }

  /** Adds the next entry by its hash. */
  async append(hash: string): Promise<void> {
    this.#nodes.push(...this.#growing.append(leafHash(Buffer.from(hash, 'hex'))));
    if (this.#nodes.length >= PAGE) await this.#compareNodes();
    const { size } = this.#growing.tree;
    if (size === this.#kept.size) this.#isEdgeRight = writeEdge(this.#growing.tree) === this.#kept.edge;
    while (this.#checkpoints[0] && this.#checkpoints[0].size <= size) await this.#compareCheckpoint();
  }

  /** Says what is left over when there are no more entries; `isWhole` where all of them were sound. */
  async finish(isWhole: boolean): Promise<void> {
    await this.#compareNodes();
    const { size } = this.#growing.tree;
    if (isWhole && this.#kept.size > size) {
      this.#report.fault(
        'trees',
        this.#name,
        `The tree was grown over ${this.#kept.size} entries, and there are ${size}: entries are missing at the end.`,
      );
    } else if (isWhole && !this.#isEdgeRight) {
      this.#report.fault('trees', this.#name, 'The edge of the tree is not that of its entries.');
    }
    while (this.#checkpoints[0]) await this.#compareCheckpoint();
    if (isWhole) await this.#countNodes(size);
  }

  async #countNodes(size: number): Promise<void> {
    const levels: { level: number; n: number | string }[] = await this.#store('tree_nodes')
      .where({ log: this.#name })
      .groupBy('level')
      .select('level')
      .count({ n: '*' });
    for (const { level, n } of levels) {
      const due = Math.floor(Math.min(size, this.#kept.size) / 256 ** level);
      if (Number(n) !== due) {
        this.#report.fault(
          'tree_nodes',
          `${this.#name}, level ${level}`,
          `There are ${n} nodes, and there should be ${due}.`,
        );
      }
    }
  }

  async #compareNodes(): Promise<void> {
    const nodes = this.#nodes.filter(({ level, position }) => (position + 1) * 256 ** level <= this.#kept.size);
    this.#nodes = [];
    for (const level of new Set(nodes.map((node) => node.level))) {
      const ofLevel = nodes.filter((node) => node.level === level);
      const positions = ofLevel.map(({ position }) => position);
      const rows: { position: number; hash: string }[] = await this.#store('tree_nodes')
        .where({ log: this.#name, level })
        .whereIn('position', positions)
        .select('position', 'hash');
      const stored = new Map(rows.map(({ position, hash }) => [position, hash]));
      for (const { position, hash } of ofLevel) {
        if (stored.get(position) === hash.toString('hex')) continue;
        const place = `${this.#name}, level ${level}, number ${position}`;
        this.#report.fault('tree_nodes', place, 'The node is missing, or is not that of the entries below it.');
      }
    }
  }

  async #nextCheckpoints(): Promise<void> {
    this.#checkpoints = await this.#control<CheckpointRow>('checkpoints')
      .where({ log: this.#name })
      .where('size', '>', this.#lastSize)
      .orderBy('size')
      .limit(PAGE);
    this.#lastSize = this.#checkpoints.at(-1)?.size ?? this.#lastSize;
  }

  async #compareCheckpoint(): Promise<void> {
    const row = this.#checkpoints.shift();
    if (!row) return;
    this.checkpoints += 1;
    const place = `${this.#name}, over ${row.size} entries`;
    const fault = (why: string): void => this.#report.fault('checkpoints', place, why);
    const { size } = this.#growing.tree;
    const origin = this.#key && originOf(this.#key.installation, this.#log);
    const opened = this.#key && origin !== null ? openCheckpoint(row.note, origin, this.#key.publicKey) : null;
    if (!opened)
      fault('The checkpoint is not signed with the key of this installation for this log: it was altered or forged.');
    else if (opened.size !== row.size)
      fault(`It is kept as one over ${row.size} entries, and was signed over ${opened.size}.`);
    else if (opened.time * 1000 !== row.at) fault('Its time is not the one that was signed.');
    else if (row.size > size) {
      fault(
        `It was signed over ${row.size} entries, and ${size} sound ones are there: the log was cut off or altered.`,
      );
    } else if (!opened.root.equals(this.#growing.root)) fault('The entries are not those that it was signed over.');
    if (row.at + CLOCK_STEP_MS < this.#lastAt)
      this.#report.remark('checkpoints', place, sayClock(this.#lastAt, row.at));
    this.#lastAt = row.at;
    if (this.#checkpoints.length === 0) await this.#nextCheckpoints();
  }
}
