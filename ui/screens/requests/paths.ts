/** The paths of requests with the titles of their nodes, as the version that decided each of them has them. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { drawingQuery, policiesQuery } from '../../api/policies.ts';
import type { PathStep, RecordSummary } from '../../api/records.ts';
import { type NodeNames, namesOf, sayStep } from './node-names.ts';

/** One request's policy and path in words; `path` is null while its version is being loaded, or when it is gone. */
export interface PathWords {
  readonly policy: string;
  readonly path: string | null;
}

/** "Monthly budget (within) → Small model". The step at which every request enters says nothing, and is left out. */
function sayPath(trace: readonly PathStep[], names: NodeNames): string {
  const steps = trace.length > 1 ? trace.slice(1) : trace;
  return steps.map((step) => sayStep(names, step)).join(' → ');
}

/** Words for the paths of all records; versions are asked for once each. */
export function usePaths(records: readonly RecordSummary[]): (record: RecordSummary) => PathWords | null {
  const policies = useQuery(policiesQuery);
  const versions = [
    ...new Map(
      records.flatMap(({ policy, version }) =>
        policy === null || version === null ? [] : [[`${policy} ${version}`, { policy, version }] as const],
      ),
    ),
  ];
  const drawings = useQueries({ queries: versions.map(([, { policy, version }]) => drawingQuery(policy, version)) });
  const names = new Map(
    versions.flatMap(([key], i) => {
      const graph = drawings[i]?.data?.graph;
      return graph ? [[key, namesOf(graph)] as const] : [];
    }),
  );
  return ({ policy, version, trace }) => {
    if (policy === null || version === null) return null;
    const known = names.get(`${policy} ${version}`);
    return {
      policy: policies.data?.find(({ id }) => id === policy)?.title ?? 'Policy',
      path: known ? sayPath(trace, known) : null,
    };
  };
}
