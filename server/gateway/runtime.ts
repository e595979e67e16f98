/** One state of the house, as requests take it at their start: keys, policies ready to run, budgets, models and prices. */
import type { Budget } from '../../policies/budget.ts';
import { type CompiledGraph, compileGraph } from '../../policies/compile.ts';
import { parseGraph } from '../../policies/graph.ts';
import type { Model, ModelLookup } from '../../policies/model.ts';
import { mandatoryOf } from '../control/organisation-policy.ts';
import { lookupIn } from '../control/pinned-versions.ts';
import type { LivePolicy, Snapshot } from '../control/snapshot.ts';
import type { PriceAt } from '../money/prices.ts';

export interface OrganisationModels {
  readonly models: readonly Model[];
  readonly lookup: ModelLookup;
  readonly aliases: ReadonlyMap<string, string>;
  /** The price of a model at a time (milliseconds since 1970), with the organisation's own prices applied. */
  readonly priceAt: PriceAt;
}

/** Makes the models of an organisation from a snapshot. */
export type ModelsOf = (snapshot: Snapshot, organisation: string) => OrganisationModels;

/**
 * Graphs by the live policy that they came from, then by the one that runs before it: the snapshot keeps these objects while
 * nothing in them changes.
 */
const compiled = new WeakMap<LivePolicy, WeakMap<object, CompiledGraph>>();

/** Stands for the policy before another one where there is none. */
const NONE = {};

export class Runtime {
  readonly snapshot: Snapshot;
  readonly #modelsOf: ModelsOf;
  readonly #models = new Map<string, OrganisationModels>();
  readonly #byName = new Map<string, LivePolicy>();

  constructor(snapshot: Snapshot, modelsOf: ModelsOf) {
    this.snapshot = snapshot;
    this.#modelsOf = modelsOf;
    for (const policy of snapshot.policies.values()) this.#byName.set(`${policy.organisation}\n${policy.name}`, policy);
  }

  models(organisation: string): OrganisationModels {
    let models = this.#models.get(organisation);
    if (!models) {
      models = this.#modelsOf(this.snapshot, organisation);
      this.#models.set(organisation, models);
    }
    return models;
  }

  /** The live policy of that name; undefined when there is none. */
  policyNamed(organisation: string, name: string): LivePolicy | undefined {
    return this.#byName.get(`${organisation}\n${name}`);
  }

  /** The policy that runs before every other one of an organisation; null where there is none. */
  mandatory(organisation: string): LivePolicy | null {
    return mandatoryOf(this.snapshot, organisation);
  }

  /**
   * A policy ready to run behind the organisation's own, compiled once for each pair of versions. Throws in words when a
   * stored version cannot be compiled.
   */
  graph(policy: LivePolicy): CompiledGraph {
    const before = this.mandatory(policy.organisation);
    let graph = compiled.get(policy)?.get(before ?? NONE);
    if (!graph) {
      const versions = lookupIn(this.snapshot.pinned, policy.organisation);
      graph = compileGraph(parseGraph(policy.graph), versions, before && parseGraph(before.graph));
      const known = compiled.get(policy) ?? new WeakMap<object, CompiledGraph>();
      compiled.set(policy, known.set(before ?? NONE, graph));
    }
    return graph;
  }

  /** Finds budgets of one organisation. */
  budget(organisation: string): (id: string) => Budget | undefined {
    return (id) => {
      const budget = this.snapshot.budgets.get(id);
      return budget?.organisation === organisation ? budget : undefined;
    };
  }
}
