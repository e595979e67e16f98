/** How metrics name models: never by a name that a caller has made up. */
import type { OrganisationModels } from '../gateway/runtime.ts';

/** A model as labels name it. One that no list has is `unlisted`: callers can make up as many of those as they like. */
export interface ModelLabels {
  readonly model: string;
  readonly provider: string;
}

/** A request that no model was asked for. */
export const NO_MODEL: ModelLabels = { model: 'none', provider: 'none' };

const labelsOfModels = new WeakMap<OrganisationModels, ReadonlyMap<string, ModelLabels>>();

/** The labels of a model by its id, among the models of its organisation. */
export function labelsOf(models: OrganisationModels | null, id: string): ModelLabels {
  if (!models) return NO_MODEL;
  let known = labelsOfModels.get(models);
  if (!known) {
    known = new Map(models.models.map((model) => [model.id, { model: model.id, provider: model.provider }]));
    labelsOfModels.set(models, known);
  }
  return known.get(id) ?? { model: 'unlisted', provider: models.lookup(id)?.provider ?? 'unlisted' };
}
