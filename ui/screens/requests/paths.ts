/** The paths of requests with the titles of their nodes, as the version that decided each of them has them. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { partsOf } from '../../../policies/mandatory.ts';
import { drawingQuery, policiesQuery } from '../../api/policies.ts';
import type { PathStep, RecordSummary } from '../../api/records.ts';
import { type NodeNames, namesOf, sayStep } from './node-names.ts';

/** One request's policy and path in words; `path` is null while its version is being loaded, or when it is gone. */
export interface PathWords {
  readonly policy: string;
  readonly path: string | null;
}

/**
 * "Monthly budget (within) → Small model". The step at which every request enters says nothing, and is left out; so are those
 * in the organisation's own policy, unless it ended the request.
 */
function sayPath(trace: readonly PathStep[], names: NodeNames): string {
  const parts = partsOf(trace);
  const shown = parts.own.length > 0 ? parts.own : parts.mandatory;
  const steps = shown.length > 1 ? shown.slice(1) : shown;
  return steps.map((step) => sayStep(names, step)).join(' → ');
}

/** Words for the paths of all records; versions are asked for once each. */
export function usePaths(records: readonly RecordSummary[]): (record: RecordSummary) => PathWords | null {
  const policies = useQuery(policiesQuery);
  const versions = [
    ...new Map(
      records.flatMap(({ policy, version, mandatory }) => {
        const decided = policy === null || version === null ? [] : [{ policy, version }];
        const all = [...decided, ...(mandatory ? [mandatory] : [])];
        return all.map((one) => [`${one.policy} ${one.version}`, one] as const);
      }),
    ),
  ];
  const drawings = useQueries({ queries: versions.map(([, { policy, version }]) => drawingQuery(policy, version)) });
  const graphs = new Map(versions.map(([key], i) => [key, drawings[i]?.data?.graph]));
  return ({ policy, version, mandatory, trace }) => {
    if (policy === null || version === null) return null;
    const graph = graphs.get(`${policy} ${version}`);
    const before = mandatory && graphs.get(`${mandatory.policy} ${mandatory.version}`);
    return {
      policy: policies.data?.find(({ id }) => id === policy)?.title ?? 'Policy',
      path: graph ? sayPath(trace, namesOf(graph, before)) : null,
    };
  };
}
