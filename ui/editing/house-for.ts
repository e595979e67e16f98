/** The house with the models that a drawing names, listed or not, and the versions that it goes on in. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Graph } from '../../policies/graph.ts';
import { pinnedIn } from '../../policies/pinned.ts';
import { foundModelsQuery, type HouseAnswer } from '../api/house.ts';
import { pinnedQuery } from '../api/pinned.ts';
import type { Policy } from '../api/policy.ts';
import { type House, houseOf, unlistedModels } from './house.ts';

/** The house of the server's answer as a policy knows it; models and versions that only the graph names come a moment later. */
export function useHouseFor(graph: Graph, answer: HouseAnswer, policy: Pick<Policy, 'id' | 'project'>): House {
  const { id, project } = policy;
  const listed = useMemo(() => houseOf(answer, { id, project }), [answer, id, project]);
  const names = useMemo(() => unlistedModels(graph, listed), [graph, listed]);
  const { data: found } = useQuery(foundModelsQuery(names));
  const before = listed.before?.graph;
  const wanted = useMemo(
    () => [graph, ...(before ? [before] : [])].flatMap(pinnedIn).filter((version) => version.policy !== ''),
    [graph, before],
  );
  const { data: pinned } = useQuery({ ...pinnedQuery(wanted), enabled: wanted.length > 0 });
  return useMemo(
    () => (found || pinned ? houseOf(answer, { id, project }, found, pinned ?? null) : listed),
    [answer, id, project, found, pinned, listed],
  );
}
