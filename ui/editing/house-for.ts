/** The house with the models that a drawing names, listed or not, and the versions that it goes on in. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Graph } from '../../policies/graph.ts';
import { pinnedIn } from '../../policies/pinned.ts';
import { foundModelsQuery, type HouseAnswer } from '../api/house.ts';
import { pinnedQuery } from '../api/pinned.ts';
import { type House, houseOf, unlistedModels } from './house.ts';

/** The house of the server's answer; models and versions that only the graph names come into it a moment later. */
export function useHouseFor(graph: Graph, answer: HouseAnswer): House {
  const listed = useMemo(() => houseOf(answer), [answer]);
  const names = useMemo(() => unlistedModels(graph, listed), [graph, listed]);
  const { data: found } = useQuery(foundModelsQuery(names));
  const wanted = useMemo(() => pinnedIn(graph).filter(({ policy }) => policy !== ''), [graph]);
  const { data: pinned } = useQuery({ ...pinnedQuery(wanted), enabled: wanted.length > 0 });
  return useMemo(
    () => (found || pinned ? houseOf(answer, found, pinned ?? null) : listed),
    [answer, found, pinned, listed],
  );
}
