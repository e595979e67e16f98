/**
 * The revisions by which requests are decided, besides the version of their policy: of the program, of the code that decides,
 * of prices and of budgets. A record names them by one id; the id is a digest of what it stands for, which a table tells.
 */
import type { Knex } from 'knex';
import { z } from 'zod';
import { canonicalJson, digestOf, sha256 } from '../control/digest.ts';
import type { Snapshot } from '../control/snapshot.ts';
import type { CodeDigests } from './code-digests.ts';

/** Half of a SHA-256, as records carry it. */
const ID_DIGITS = 32;

export const revisionsSchema = z.object({
  organisation: z.string(),
  program: z.string(),
  code: z.object({ scorer: z.string(), detectors: z.string(), evaluator: z.string() }),
  priceLists: z.array(z.string()).meta({ description: 'Ids of the accepted price lists.' }),
  prices: z.string().meta({ description: 'Digest of the prices that were set by hand, and of the rate cards.' }),
  budgets: z.string().meta({ description: 'Digest of the ids and revisions of all budgets.' }),
});
export type DecisionRevisions = z.infer<typeof revisionsSchema>;

/** The id of revisions with this canonical JSON. */
export const revisionsId = (json: string): string => sha256(json).slice(0, ID_DIGITS);

/** What an id of an organisation's stands for; null where it is not known. */
export async function readRevisions(
  control: Knex,
  organisation: string,
  id: string,
): Promise<DecisionRevisions | null> {
  const row = await control<{ id: string; organisation: string; revisions_json: string }>('decision_revisions')
    .where({ id, organisation })
    .first();
  return row ? revisionsSchema.parse(JSON.parse(row.revisions_json)) : null;
}

export class Revisions {
  readonly #control: Knex;
  readonly #program: string;
  readonly #code: CodeDigests;
  readonly #ids = new WeakMap<Snapshot, Map<string, string>>();
  readonly #written = new Set<string>();

  constructor(control: Knex, program: string, code: CodeDigests) {
    this.#control = control;
    this.#program = program;
    this.#code = code;
  }

  /** The id of the revisions that decide an organisation's requests in a snapshot. */
  of(snapshot: Snapshot, organisation: string): string {
    let ids = this.#ids.get(snapshot);
    if (!ids) {
      ids = new Map();
      this.#ids.set(snapshot, ids);
    }
    let id = ids.get(organisation);
    if (id === undefined) {
      const json = canonicalJson(this.#revisions(snapshot, organisation));
      id = revisionsId(json);
      ids.set(organisation, id);
      if (!this.#written.has(id)) this.#write(id, organisation, json);
    }
    return id;
  }

  /** The id of each organisation's revisions, so that they are written down before a request names them. */
  prepare(snapshot: Snapshot): void {
    for (const organisation of snapshot.organisations.keys()) this.of(snapshot, organisation);
  }

  #revisions(snapshot: Snapshot, organisation: string): DecisionRevisions {
    const own = (one: { readonly organisation: string }): boolean => one.organisation === organisation;
    const budgets = [...snapshot.budgets.values()].filter(own).map(({ id, revision }) => `${id}@${revision}`);
    return {
      organisation,
      program: this.#program,
      code: this.#code,
      priceLists: snapshot.priceLists.filter(own).map(({ id }) => id),
      prices: digestOf({ set: snapshot.prices.filter(own), cards: snapshot.rateCards.filter(own) }),
      budgets: sha256(budgets.sort().join('\n')),
    };
  }

  /** Nobody waits: the same snapshot gives the same id after a restart, and then it is written again. */
  #write(id: string, organisation: string, json: string): void {
    this.#written.add(id);
    this.#control('decision_revisions')
      .insert({ id, organisation, revisions_json: json })
      .onConflict('id')
      .ignore()
      .catch((error: unknown) => {
        this.#written.delete(id);
        console.error('What a request is decided by could not be written down:', error);
      });
  }
}
