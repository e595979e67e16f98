/** The house with the models that a drawing names, listed or not. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Graph } from '../../policies/graph.ts';
import { foundModelsQuery, type HouseAnswer } from '../api/house.ts';
import { type House, houseOf, unlistedModels } from './house.ts';

/** The house of the server's answer; models that only the graph names come into it a moment later. */
export function useHouseFor(graph: Graph, answer: HouseAnswer): House {
  const listed = useMemo(() => houseOf(answer), [answer]);
  const names = useMemo(() => unlistedModels(graph, listed), [graph, listed]);
  const { data: found } = useQuery(foundModelsQuery(names));
  return useMemo(() => (found ? houseOf(answer, found) : listed), [answer, found, listed]);
}
